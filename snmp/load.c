/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SQL to rows of a mirror, devices and then uses in the order of their numbers.  A
 * row goes to a function of the statement itself, which is a fifth quicker than
 * asking for each of its columns.
 */
#include "snmp/load.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/codec.h"
#include "base/text.h"
#include "inventory/contact.h"
#include "snmp/load_job.h"

enum {
	UUID_TEXT_BYTES = 36,
	SERIAL_MAX_BYTES = 64,
	DEVICES_COLUMNS = 15,
	CERTS_COLUMNS = 15,
};

/* The columns of one row, read from left to right. */
struct row {
	sqlite3_value **values;
	int at;
};

static int64_t
number(struct row *row)
{
	return sqlite3_value_int64(row->values[row->at++]);
}

static struct mirror_bytes
bytes(struct row *row)
{
	sqlite3_value *value = row->values[row->at++];
	const void *octets = sqlite3_value_blob(value);

	return (struct mirror_bytes){ octets, (size_t)sqlite3_value_bytes(value) };
}

static const char *
text(struct row *row)
{
	return (const char *)sqlite3_value_text(row->values[row->at++]);
}

static uint8_t
state(struct row *row)
{
	int64_t n = number(row);

	return (uint8_t)(n >= STATE_OK && n <= STATE_UNKNOWN ? n : STATE_UNKNOWN);
}

/* Numbers of devices and uses that are too large for an index are refused later. */
static uint32_t
index_of(int64_t n)
{
	return n < 0 || n > UINT32_MAX ? 0 : (uint32_t)n;
}

static void
take_uuid(struct row *row, struct mirror_device *device)
{
	struct mirror_bytes uuid = bytes(row);
	char digits[2 * MIRROR_UUID_BYTES + 1];
	const char *from = uuid.bytes;
	size_t n = 0;

	if (uuid.len != UUID_TEXT_BYTES)
		return;
	for (size_t i = 0; i < uuid.len; i++)
		if (from[i] != '-' && n < sizeof(digits) - 1)
			digits[n++] = from[i];
	digits[n] = '\0';
	device->has_uuid = n == sizeof(digits) - 1 &&
	    codec_hex_decode(digits, device->uuid, sizeof(device->uuid), NULL) == RC_OK;
}

static enum rc
take_address(struct mirror *mirror, struct row *row, struct mirror_device *device,
    struct err *err)
{
	const char *address = text(row);
	struct mirror_bytes octets = { address, 0 };
	uint8_t raw[sizeof(struct in6_addr)];

	device->address_type = ADDRESS_UNKNOWN;
	if (address == NULL || !text_is_hostname(address))
		return RC_OK;
	octets.len = strlen(address);
	if (inet_pton(AF_INET, address, raw) == 1) {
		device->address_type = ADDRESS_IPV4;
		octets.bytes = raw;
		octets.len = sizeof(struct in_addr);
	} else if (inet_pton(AF_INET6, address, raw) == 1) {
		device->address_type = ADDRESS_IPV6;
		octets.bytes = raw;
		octets.len = sizeof(raw);
	} else {
		device->address_type = ADDRESS_DNS;
	}
	return mirror_keep_octets(mirror, octets, &device->address, err);
}

#define DEVICES_SQL                                                           \
	"SELECT amt_take(d.id, d.uuid, d.address, d.name, s.error, r.policy," \
	" s.last_result, s.tried_at, s.ok_at, s.max_age_s, s.fixed_state,"    \
	" s.valid_from, s.warning_at, s.critical_at, s.miss_at)"              \
	" FROM device d JOIN standing s ON s.device_id = d.id"                \
	" LEFT JOIN reading r ON r.device_id = d.id"                          \
	" WHERE d.retired_at IS NULL ORDER BY d.id"

static enum rc
take_device(struct mirror *mirror, sqlite3_value **values, struct err *err)
{
	struct row row = { .values = values };
	struct mirror_device device = { .index = index_of(number(&row)) };
	int64_t result;
	enum rc r;

	take_uuid(&row, &device);
	r = take_address(mirror, &row, &device, err);
	if (r == RC_OK)
		r = mirror_keep(mirror, bytes(&row), false, &device.name, err);
	if (r == RC_OK)
		r = mirror_keep(mirror, bytes(&row), true, &device.last_error, err);
	if (r == RC_OK)
		r = mirror_keep(mirror, bytes(&row), true, &device.policy, err);
	if (r != RC_OK)
		return r;
	result = number(&row);
	device.scan_result =
	    (uint8_t)(result >= CONTACT_NEVER && result <= CONTACT_OTHER
		    ? result
		    : CONTACT_OTHER);
	device.last_scan = mirror_moment(number(&row));
	device.last_success = mirror_moment(number(&row));
	device.max_age_s = mirror_moment(number(&row));
	device.fixed_state = state(&row);
	device.valid_from = mirror_moment(number(&row));
	device.warning_at = mirror_moment(number(&row));
	device.critical_at = mirror_moment(number(&row));
	device.miss_at = mirror_moment(number(&row));
	return mirror_add_device(mirror, &device, err);
}

/* Lower-case hexadecimal to octets. */
static enum rc
take_serial(struct mirror *mirror, struct row *row, struct mirror_cert *cert,
    struct err *err)
{
	const char *digits = text(row);
	uint8_t raw[SERIAL_MAX_BYTES];
	struct mirror_bytes octets = { raw, digits == NULL ? 0 : strlen(digits) / 2 };

	if (octets.len > sizeof(raw) ||
	    (octets.len > 0 &&
		codec_hex_decode(digits, raw, octets.len, NULL) != RC_OK))
		octets.len = 0;
	return mirror_keep_octets(mirror, octets, &cert->serial, err);
}

#define CERTS_SQL                                                               \
	"SELECT amt_take(l.device_id, l.number, l.role, l.since, l.not_before," \
	" l.not_after, l.fixed_state, l.valid_from, l.due_at, l.warning_at,"    \
	" l.critical_at, c.fingerprint, c.serial_number, c.issuer, c.subject)"  \
	" FROM slot l CROSS JOIN cert c ON c.id = l.cert_id"                    \
	" WHERE l.gone_at IS NULL ORDER BY l.device_id, l.number"

/* The use of a device that is not there is passed over. */
static enum rc
take_cert(struct mirror *mirror, sqlite3_value **values, struct err *err)
{
	struct row row = { .values = values };
	uint32_t device = index_of(number(&row));
	struct mirror_cert cert = { .index = index_of(number(&row)) };
	size_t n = mirror->n_certs;
	struct mirror_bytes fingerprint;
	uint32_t others[2] = { 0 };
	enum rc r;

	if (!mirror_turn_to(mirror, device))
		return RC_OK;
	cert.role = (uint8_t)index_of(number(&row));
	cert.changed = mirror_moment(number(&row));
	cert.not_before = number(&row);
	cert.not_after = number(&row);
	cert.fixed_state = state(&row);
	cert.valid_from = mirror_moment(number(&row));
	cert.due_at = mirror_moment(number(&row));
	cert.warning_at = mirror_moment(number(&row));
	cert.critical_at = mirror_moment(number(&row));
	fingerprint = bytes(&row);
	cert.has_sha256 = fingerprint.len == sizeof(cert.sha256);
	if (cert.has_sha256)
		memcpy(cert.sha256, fingerprint.bytes, sizeof(cert.sha256));
	r = take_serial(mirror, &row, &cert, err);
	if (r == RC_OK)
		r = mirror_keep(mirror, bytes(&row), true, &cert.issuer, err);
	others[0] = cert.issuer;
	if (n > 0)
		others[1] = mirror->certs[n - 1].subject;
	if (r == RC_OK)
		r = mirror_keep_beside(mirror, bytes(&row), others, 2, &cert.subject,
		    err);
	return r == RC_OK ? mirror_add_cert(mirror, &cert, err) : r;
}

/* What amt_take() of a statement does with its rows. */
struct taker {
	enum rc (*take)(struct mirror *mirror, sqlite3_value **values, struct err *err);
	struct mirror *mirror;
	struct err *err;
	enum rc r;
};

static void
take_row(sqlite3_context *ctx, int n, sqlite3_value **values)
{
	struct taker *taker = sqlite3_user_data(ctx);

	(void)n;
	taker->r = taker->take(taker->mirror, values, taker->err);
	if (taker->r != RC_OK)
		sqlite3_result_error(ctx, "stopped", -1);
}

/* What the taker says of a row is the reason; the database only stopped for it. */
static enum rc
read_rows(struct db *db, const char *sql, int n_columns, struct taker *taker,
    struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	if (sqlite3_create_function_v2(db->sqlite, "amt_take", n_columns,
		SQLITE_UTF8 | SQLITE_DIRECTONLY, taker, take_row, NULL, NULL,
		NULL) != SQLITE_OK)
		return err_set(err, RC_NOMEM, "%s: out of memory", db->path);
	r = db_query(db, sql, NULL, 0, &stmt, err);
	do {
		if (r == RC_OK)
			r = db_next(db, stmt, &is_row, err);
	} while (r == RC_OK && is_row);
	(void)sqlite3_finalize(stmt);
	/* The taker ends here. */
	(void)sqlite3_create_function_v2(db->sqlite, "amt_take", n_columns, SQLITE_UTF8,
	    NULL, NULL, NULL, NULL, NULL);
	return taker->r != RC_OK ? taker->r : r;
}

static enum rc
read_devices(struct db *db, struct mirror *mirror, struct err *err)
{
	struct taker devices = { take_device, mirror, err, RC_OK };
	struct taker certs = { take_cert, mirror, err, RC_OK };
	enum rc r;

	r = read_rows(db, DEVICES_SQL, DEVICES_COLUMNS, &devices, err);
	return r == RC_OK ? read_rows(db, CERTS_SQL, CERTS_COLUMNS, &certs, err) : r;
}

static enum rc
read_last_pass(struct db *db, struct mirror *mirror, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db, "SELECT max(finished_at) FROM scan", NULL, 0, &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row && sqlite3_column_type(stmt, 0) == SQLITE_INTEGER)
		mirror->last_pass = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return r;
}

static enum rc
read_all(struct db *db, struct mirror *mirror, struct err *err)
{
	enum rc r;

	r = db_begin_read(db, err);
	if (r != RC_OK)
		return r;
	r = read_devices(db, mirror, err);
	if (r == RC_OK)
		r = load_jobs(db, mirror, err);
	if (r == RC_OK)
		r = read_last_pass(db, mirror, err);
	db_rollback(db);
	return r;
}

enum rc
load_mirror(struct db *db, int64_t now, struct mirror **ret_mirror, struct err *err)
{
	struct mirror *mirror = NULL;
	enum rc r;

	r = mirror_new(&mirror, err);
	if (r != RC_OK)
		return r;
	mirror->read_at = now;
	r = read_all(db, mirror, err);
	if (r == RC_OK)
		r = mirror_seal(mirror, now, err);
	if (r != RC_OK) {
		mirror_free(mirror);
		return r;
	}
	*ret_mirror = mirror;
	return RC_OK;
}
