/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SQL in place of readings: these rows no reading leaves behind.
 */
#include "made_listing.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/aging.h"
#include "read_back.h"
#include "unit.h"

enum {
	NAME_MAX_BYTES = 400,
	ERROR_MAX_BYTES = 70000,
	CERTS_MAX = 4,
};

static void
run(struct db *db, const char *sql, const struct db_value *values, size_t n)
{
	struct err err = { 0 };

	assert_rc(db_run(db, sql, values, n, &err), RC_OK, &err);
}

/* Moments that no certificate has, too. */
static int64_t
any_moment(void)
{
	static const int64_t special[] = { 0, -1, INT64_MAX, INT64_MIN, 1, MADE_NOW,
		MADE_NOW + 1, INT64_C(253402300799), INT64_C(9007199254740993) };

	if (any(4) == 0)
		return special[any(UNIT_COUNT(special))];
	return MADE_NOW + (int64_t)any(UINT64_C(1000) * 86400) - 400 * MADE_DAY;
}

/* Cells that a spreadsheet would run. */
static char *
bad_name(void)
{
	static const char *const names[] = { "=1+1", "+cmd|' /C calc'!A0", "-2+3",
		"@SUM(1)", "\t=1", "\r=1", " =1", "\xef\xbc\x9d(1)", "\"=1\"", ",=1",
		"</script><b>", "-->", "]]>", "<!--<script>", "a,b\"c", "\\", "# EOF",
		"" };

	if (any(3) == 0) {
		char *name = strdup(names[any(UNIT_COUNT(names))]);

		assert_non_null(name);
		return name;
	}
	return hostile(NAME_MAX_BYTES);
}

static void
put_cert(struct db *db, int64_t id, const char *issuer, int64_t not_before,
    int64_t not_after)
{
	const struct db_value values[] = { db_int(id), db_text(issuer),
		db_int(not_before), db_int(not_after) };

	run(db,
	    "INSERT INTO cert (id, fingerprint, spki_sha256, subject, issuer,"
	    " serial_number, not_before, not_after, names, key_kind, key_bits, key_group,"
	    " signature_digest, is_ca)"
	    " VALUES (?1, CAST(printf('%032d', ?1) AS BLOB), zeroblob(32), '', ?2, '', ?3,"
	    " ?4, '', 1, 2048, '', 'sha256', 0)",
	    values, UNIT_COUNT(values));
}

static void
put_slot(struct db *db, const struct made_leaf *leaf, int64_t due_at)
{
	const struct db_value values[] = { db_int(leaf->device), db_int(leaf->number),
		db_int(leaf->role), db_int(leaf->cert), db_int(leaf->not_before),
		db_int(leaf->not_after), db_int(due_at) };

	run(db,
	    "INSERT INTO slot (device_id, number, role, cert_id, sources, instance_id,"
	    " since, not_before, not_after, fixed_state, fixed_reason, valid_from, due_at,"
	    " warning_at, critical_at, window_s)"
	    " VALUES (?1, ?2, ?3, ?4, 1, '', 0, ?5, ?6, 0, '', 0, ?7, ?7, ?6, 0)",
	    values, UNIT_COUNT(values));
}

static void
put_hostile_certs(struct db *db, int64_t id)
{
	int64_t n = (int64_t)any(CERTS_MAX);

	for (int64_t i = 1; i <= n; i++) {
		char *issuer = bad_name();
		struct made_leaf leaf = { .device = id,
			.number = i,
			.role = (enum role)(any(6) + 1),
			.cert = id * CERTS_MAX + i,
			.not_before = any_moment(),
			.not_after = any_moment() };

		put_cert(db, leaf.cert, issuer, leaf.not_before, leaf.not_after);
		put_slot(db, &leaf, any_moment());
		free(issuer);
	}
}

void
made_listing_hostile(struct db *db, int64_t id)
{
	static const char *const words[] = { "valid", "wrong_name", "stale", "OK", "" };
	char *name = bad_name(), *group = bad_name(), *error = hostile(ERROR_MAX_BYTES);
	const struct db_value device[] = { db_int(id), db_text(name), db_text(group) };
	const struct db_value standing[] = { db_int(id), db_int(any_moment()),
		db_int(any_moment()), db_int(any_moment()), db_int(any_moment()),
		db_int(any_moment()), db_int(any_moment()), db_int(any_moment()),
		db_int((int64_t)any(4)), db_int((int64_t)any(2)),
		db_text(words[any(UNIT_COUNT(words))]), db_text(error) };

	run(db,
	    "INSERT INTO device (id, name, device_group, address, port, first_seen,"
	    " named_at) VALUES (?1, ?2, ?3, ?2, 0, 0, 0)",
	    device, UNIT_COUNT(device));
	run(db,
	    "INSERT INTO standing (device_id, ok_at, valid_from, due_at, warning_at,"
	    " critical_at, worse_at, ends_at, fixed_state, is_unknown, fixed_reason,"
	    " error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    standing, UNIT_COUNT(standing));
	run(db, "INSERT INTO reading (device_id, policy, version) VALUES (?1, ?3, ?2)",
	    device, UNIT_COUNT(device));
	put_hostile_certs(db, id);
	free(name);
	free(group);
	free(error);
}

void
made_listing_device(struct db *db, int64_t id, const char *name, const char *group)
{
	const struct db_value device[] = { db_int(id), db_text(name), db_text(group),
		db_int(MADE_NOW) };

	run(db,
	    "INSERT INTO device (id, name, device_group, address, port, first_seen,"
	    " named_at) VALUES (?1, ?2, ?3, ?2, 16993, ?4, ?4)",
	    device, UNIT_COUNT(device));
	run(db,
	    "INSERT INTO standing (device_id, ok_at, tried_at, last_result, is_unknown)"
	    " SELECT ?1, ?4, ?4, 2, 0 WHERE ?2 || ?3 <> ''",
	    device, UNIT_COUNT(device));
}

void
made_listing_leaf(struct db *db, const struct made_leaf *wanted)
{
	struct made_leaf leaf = *wanted;
	struct policy policy;

	policy_init(&policy);
	if (leaf.number == 0)
		leaf.number = 1;
	if (leaf.role == ROLE_NONE)
		leaf.role = ROLE_TLS;
	if (leaf.cert == 0) {
		leaf.cert = leaf.device * CERTS_MAX + leaf.number;
		put_cert(db, leaf.cert, leaf.issuer, leaf.not_before, leaf.not_after);
	}
	put_slot(db, &leaf, policy_due_at(&policy, leaf.not_before, leaf.not_after));
}

enum rc
made_listing_write(struct db *db, const struct listing_order *order,
    enum listing_format format, const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct listing listing = { .order = NULL };
	struct sheet sheet;
	enum rc r;

	assert_true(fd >= 0);
	sheet_init(&sheet, fd, path);
	r = listing_read(db, order, &listing, err);
	if (r == RC_OK)
		r = listing_write(db, &listing, format, &sheet, err);
	sheet_clear(&sheet);
	listing_clear(&listing);
	(void)close(fd);
	return r;
}

char *
made_listing_text(struct db *db, const struct listing_order *order,
    enum listing_format format, const struct folder *folder)
{
	const char *path = folder_file(folder, "document");
	struct err err = { 0 };
	struct stat st;
	size_t size;
	char *text;

	assert_rc(made_listing_write(db, order, format, path, &err), RC_OK, &err);
	assert_int_equal(stat(path, &st), 0);
	size = (size_t)st.st_size;
	text = calloc(1, size + 1);
	assert_non_null(text);
	assert_int_equal(folder_get(path, text, size), size);
	assert_int_equal(strlen(text), size);
	return text;
}
