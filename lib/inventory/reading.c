/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts of one reading into the database.  Each half has a digest over its lists:
 * when that is the same, they are not written again.
 */
#include "inventory/reading.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "base/buf.h"
#include "inventory/cert_row.h"
#include "inventory/reading_text.h"

enum {
	DIGEST_MAX_BYTES = 1024 * 1024,
	VALUES_MAX = 40,
	HELD_MAX = 4096, /* certificates of one device's lists */
	N_ORPHANS = 2,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A write, as its parts see it. */
struct writer {
	struct db *db;
	int64_t device_id;
	const struct facts *facts;
	struct err *err;
};

/*
 * Digests
 */
static void
digest_value(struct buf *buf, const struct db_value *value)
{
	(void)buf_add(buf, &value->kind, sizeof(value->kind));
	(void)buf_add(buf, &value->number, sizeof(value->number));
	(void)buf_add(buf, &value->len, sizeof(value->len));
	if (value->len > 0)
		(void)buf_add(buf, value->bytes, value->len);
}

static void
digest_values(struct buf *buf, const struct db_value *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		digest_value(buf, &values[i]);
}

static void
digest_certs(struct buf *buf, struct cert *const *certs, size_t n)
{
	(void)buf_add(buf, &n, sizeof(n));
	for (size_t i = 0; i < n; i++)
		(void)buf_add(buf, certs[i]->fingerprint, CERT_FINGERPRINT_BYTES);
}

static enum rc
finish(const struct writer *w, struct buf *buf, uint8_t digest[SHA256_DIGEST_LENGTH])
{
	enum rc r = buf->rc;

	if (r == RC_OK)
		SHA256((const uint8_t *)buf_str(buf), buf->len, digest);
	else
		r = err_set(w->err, r, "%s: a reading of %s", w->db->path,
		    w->facts->name);
	buf_clear(buf);
	return r;
}

/* Is the half kept already, as it is now? Makes the row when there is none. */
static enum rc
is_kept(const struct writer *w, const char *sql,
    const uint8_t digest[SHA256_DIGEST_LENGTH], bool *ret_kept)
{
	const struct db_value values[] = { db_int(w->device_id),
		db_blob(digest, SHA256_DIGEST_LENGTH) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query_kept(w->db, sql, values, COUNT(values), &stmt, w->err);
	if (r == RC_OK)
		r = db_next(w->db, stmt, &is_row, w->err);
	if (r == RC_OK && is_row)
		*ret_kept = sqlite3_column_int(stmt, 0) != 0;
	db_done(stmt);
	if (r == RC_OK && !is_row)
		r = db_run_kept(w->db, "INSERT INTO reading (device_id) VALUES (?)",
		    values, 1, w->err);
	return r;
}

/*
 * Lists of certificates
 */
struct held {
	int64_t *ids;
	size_t n;
};

/* Which certificates do the lists hold that are to be replaced? */
static enum rc
read_held(const struct writer *w, enum reading_list first, enum reading_list last,
    struct held *held)
{
	const struct db_value values[] = { db_int(w->device_id), db_int(first),
		db_int(last) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	enum rc r;

	held->ids = calloc(HELD_MAX, sizeof(*held->ids));
	if (held->ids == NULL)
		return err_set(w->err, RC_NOMEM, "%s: out of memory", w->db->path);
	r = db_query_kept(w->db,
	    "SELECT DISTINCT cert_id FROM reading_cert WHERE device_id = ?"
	    " AND list BETWEEN ? AND ?",
	    values, COUNT(values), &stmt, w->err);
	while (r == RC_OK && is_row && held->n < HELD_MAX) {
		r = db_next(w->db, stmt, &is_row, w->err);
		if (r == RC_OK && is_row)
			held->ids[held->n++] = sqlite3_column_int64(stmt, 0);
	}
	db_done(stmt);
	return r;
}

static enum rc
delete_lists(const struct writer *w, enum reading_list first, enum reading_list last)
{
	const struct db_value values[] = { db_int(w->device_id), db_int(first),
		db_int(last) };

	return db_run_kept(w->db,
	    "DELETE FROM reading_cert WHERE device_id = ? AND list BETWEEN ? AND ?",
	    values, COUNT(values), w->err);
}

/* stored: NULL for a certificate that is in no store. */
static enum rc
insert_cert(const struct writer *w, enum reading_list list, size_t position,
    const struct cert *cert, const struct facts_cert *stored)
{
	const struct db_value none = db_text(NULL);
	int64_t cert_id = 0;
	enum rc r = cert_row_put(w->db, cert, &cert_id, w->err);
	const struct db_value values[] = { db_int(w->device_id), db_int(list),
		db_int((int64_t)position), db_int(cert_id),
		stored != NULL ? db_text(stored->instance_id) : none,
		stored != NULL ? db_int(stored->handle) : none,
		stored != NULL ? db_int(stored->is_trusted_root) : none,
		stored != NULL ? db_int(stored->is_read_only) : none,
		stored != NULL ? db_int(stored->usage) : none };

	if (r != RC_OK)
		return r;
	return db_run_kept(w->db,
	    "INSERT INTO reading_cert (device_id, list, position, cert_id, instance_id,"
	    " handle, is_trusted_root, is_read_only, usage)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    values, COUNT(values), w->err);
}

static enum rc
insert_certs(const struct writer *w, enum reading_list list, struct cert *const *certs,
    size_t n)
{
	enum rc r = RC_OK;

	for (size_t i = 0; r == RC_OK && i < n; i++)
		r = insert_cert(w, list, i, certs[i], NULL);
	return r;
}

static enum rc
insert_stored(const struct writer *w)
{
	enum rc r = RC_OK;

	for (size_t i = 0; r == RC_OK && i < w->facts->n_certs; i++)
		r = insert_cert(w, READING_STORE, i, w->facts->certs[i].cert,
		    &w->facts->certs[i]);
	return r;
}

static enum rc
insert_keys(const struct writer *w)
{
	const struct db_value device = db_int(w->device_id);
	enum rc r;

	r = db_run_kept(w->db, "DELETE FROM reading_key WHERE device_id = ?", &device,
	    1, w->err);
	for (size_t i = 0; r == RC_OK && i < w->facts->n_keys; i++) {
		const struct facts_key *key = &w->facts->keys[i];
		const struct db_value values[] = { device, db_int((int64_t)i),
			db_text(key->instance_id), db_int(key->handle),
			db_blob(key->spki_sha256, sizeof(key->spki_sha256)),
			db_int(key->kind), db_int(key->bits) };

		r = db_run_kept(w->db,
		    "INSERT INTO reading_key (device_id, position, instance_id, handle,"
		    " spki_sha256, kind, bits) VALUES (?, ?, ?, ?, ?, ?, ?)",
		    values, COUNT(values), w->err);
	}
	return r;
}

/* Put the lists in the place of the old ones, and let go of what those held. */
static enum rc
replace_lists(const struct writer *w, enum reading_list first, enum reading_list last)
{
	const struct facts_presented *presented = &w->facts->presented;
	struct held held = { 0 };
	enum rc r;

	r = read_held(w, first, last, &held);
	if (r == RC_OK)
		r = delete_lists(w, first, last);
	if (r == RC_OK && first == READING_PRESENTED)
		r = insert_certs(w, READING_PRESENTED, presented->certs,
		    presented->n_certs);
	if (r == RC_OK && first == READING_PRESENTED)
		r = insert_certs(w, READING_PATH, presented->path.elements,
		    presented->path.n_elements);
	if (r == RC_OK && last == READING_STORE)
		r = insert_stored(w);
	if (r == RC_OK && last == READING_STORE)
		r = insert_keys(w);
	for (size_t i = 0; r == RC_OK && i < held.n; i++)
		r = cert_row_drop(w->db, held.ids[i], w->err);
	free(held.ids);
	return r;
}

/*
 * What the port presented
 */
static enum rc
write_presented(const struct writer *w, const struct policy *policy)
{
	const struct facts_presented *p = &w->facts->presented;
	uint8_t digest[SHA256_DIGEST_LENGTH] = { 0 };
	const struct db_value values[] = { db_int(w->device_id),
		db_text(policy_rule_text(policy->rule)), db_text(p->protocol),
		db_text(p->cipher), db_int(p->secure_renegotiation),
		db_int(p->wants_client_cert), db_int(p->path.ignoring_time),
		db_int(p->path.at_time), db_text(p->path.text), db_int(p->name_match),
		db_int(p->has_pin), db_int(p->pin_matches),
		db_blob(digest, sizeof(digest)) };
	bool is_same = false;
	struct buf buf;
	enum rc r;

	buf_init(&buf, DIGEST_MAX_BYTES);
	digest_values(&buf, values, COUNT(values) - 1);
	digest_certs(&buf, p->certs, p->n_certs);
	digest_certs(&buf, p->path.elements, p->path.n_elements);
	r = finish(w, &buf, digest);
	if (r == RC_OK)
		r = is_kept(w,
		    "SELECT presented_digest IS ?2 FROM reading WHERE device_id = ?1",
		    digest, &is_same);
	if (r != RC_OK || is_same)
		return r;
	r = db_run_kept(w->db,
	    "UPDATE reading SET policy = ?2, protocol = ?3, cipher = ?4,"
	    " secure_renegotiation = ?5, wants_client_cert = ?6,"
	    " path_ignoring_time = ?7, path_at_time = ?8, path_text = ?9,"
	    " name_match = ?10, has_pin = ?11, pin_matches = ?12,"
	    " presented_digest = ?13 WHERE device_id = ?1",
	    values, COUNT(values), w->err);
	if (r == RC_OK)
		r = replace_lists(w, READING_PRESENTED, READING_PATH);
	return r;
}

/*
 * The store and the settings around it
 */
static void
digest_store(const struct writer *w, struct buf *buf)
{
	for (size_t i = 0; i < w->facts->n_certs; i++) {
		const struct facts_cert *cert = &w->facts->certs[i];
		const struct db_value values[] = { db_blob(cert->cert->fingerprint,
						       CERT_FINGERPRINT_BYTES),
			db_text(cert->instance_id), db_int(cert->handle),
			db_int(cert->is_trusted_root), db_int(cert->is_read_only),
			db_int(cert->usage) };

		digest_values(buf, values, COUNT(values));
	}
	for (size_t i = 0; i < w->facts->n_keys; i++) {
		const struct facts_key *key = &w->facts->keys[i];
		const struct db_value values[] = { db_text(key->instance_id),
			db_int(key->handle),
			db_blob(key->spki_sha256, sizeof(key->spki_sha256)) };

		digest_values(buf, values, COUNT(values));
	}
}

static void
count_orphans(const struct facts *facts, int64_t n[N_ORPHANS])
{
	for (size_t i = 0; i < facts->n_certs; i++)
		n[0] += facts_is_orphan(&facts->certs[i]);
	for (size_t i = 0; i < facts->n_keys; i++)
		n[1] += !facts->keys[i].has_cert;
}

/* What does not fit a column of its own. */
struct texts {
	char network[READING_WORDS_SIZE];
	char local[READING_WORDS_SIZE];
	struct buf network_names;
	struct buf local_names;
};

/* The columns of the store in the order of the statement below. */
static size_t
bind_store(const struct writer *w, const struct texts *texts,
    struct db_value values[VALUES_MAX])
{
	const struct db_value none = db_text(NULL);
	const struct facts *f = w->facts;
	int64_t orphans[N_ORPHANS] = { 0 };
	size_t n = 0;

	count_orphans(f, orphans);
	values[n++] = db_int(w->device_id);
	values[n++] = db_text(f->version);
	values[n++] = db_int(f->version_major);
	values[n++] = db_int(f->version_minor);
	values[n++] = db_int(f->control_mode);
	values[n++] = db_int(f->provisioning_state);
	values[n++] = db_text(f->realm);
	values[n++] = db_text(f->host_name);
	values[n++] = db_text(f->domain_name);
	values[n++] = f->clock.known ? db_int(f->clock.offset_s) : none;
	values[n++] = f->clock.known ? db_int(f->clock.uncertainty_s) : none;
	values[n++] = f->clock.has_date ? db_int(f->clock.date_offset_s) : none;
	values[n++] = db_text(texts->network);
	values[n++] = db_text(texts->local);
	values[n++] = db_text(buf_str(&texts->network_names));
	values[n++] = db_text(buf_str(&texts->local_names));
	values[n++] = db_int(f->limits.root_max_bytes);
	values[n++] = db_int(f->limits.root_max_count);
	values[n++] = db_int(f->limits.common_name_max_bytes);
	values[n++] = db_int(f->limits.common_name_max_count);
	values[n++] = db_int(f->limits.chain_max_bytes);
	values[n++] = db_int((int64_t)f->n_certs);
	values[n++] = db_int((int64_t)f->n_keys);
	values[n++] = db_int(orphans[0]);
	values[n++] = db_int(orphans[1]);
	values[n++] = db_int((int64_t)f->n_unreadable);
	values[n++] = db_text(f->unreadable);
	values[n++] = f->has_tls_context ? db_text(f->tls_context_cert) : none;
	return n;
}

static enum rc
update_store(const struct writer *w, const struct texts *texts)
{
	uint8_t digest[SHA256_DIGEST_LENGTH] = { 0 };
	struct db_value values[VALUES_MAX];
	size_t n = bind_store(w, texts, values);
	bool is_same = false;
	struct buf buf;
	enum rc r;

	buf_init(&buf, DIGEST_MAX_BYTES);
	digest_store(w, &buf);
	r = finish(w, &buf, digest);
	if (r == RC_OK)
		r = is_kept(w,
		    "SELECT store_digest IS ?2 FROM reading WHERE device_id = ?1",
		    digest, &is_same);
	if (r != RC_OK)
		return r;
	values[n++] = db_blob(digest, sizeof(digest));
	r = db_run_kept(w->db,
	    "UPDATE reading SET version = ?2, version_major = ?3, version_minor = ?4,"
	    " control_mode = ?5, provisioning_state = ?6, realm = ?7, host_name = ?8,"
	    " domain_name = ?9, clock_offset_s = ?10, clock_uncertainty_s = ?11,"
	    " date_offset_s = ?12, tls_network = ?13, tls_local = ?14,"
	    " trusted_cn_network = ?15, trusted_cn_local = ?16, root_max_bytes = ?17,"
	    " root_max_count = ?18, common_name_max_bytes = ?19,"
	    " common_name_max_count = ?20, chain_max_bytes = ?21, n_certs = ?22,"
	    " n_keys = ?23, n_orphan_certs = ?24, n_orphan_keys = ?25,"
	    " n_unreadable = ?26, unreadable = ?27, tls_context_cert = ?28,"
	    " store_digest = ?29 WHERE device_id = ?1",
	    values, n, w->err);
	if (r == RC_OK && !is_same)
		r = replace_lists(w, READING_STORE, READING_STORE);
	return r;
}

static enum rc
write_store(const struct writer *w)
{
	struct texts texts;
	enum rc r;

	reading_format_tls(&w->facts->tls_network, texts.network);
	reading_format_tls(&w->facts->tls_local, texts.local);
	buf_init(&texts.network_names, READING_NAMES_MAX_BYTES);
	buf_init(&texts.local_names, READING_NAMES_MAX_BYTES);
	r = reading_format_names(&w->facts->tls_network, &texts.network_names);
	if (r == RC_OK)
		r = reading_format_names(&w->facts->tls_local, &texts.local_names);
	if (r == RC_OK)
		r = update_store(w, &texts);
	else
		r = err_set(w->err, r, "%s: a reading of %s", w->db->path,
		    w->facts->name);
	buf_clear(&texts.network_names);
	buf_clear(&texts.local_names);
	return r;
}

enum rc
reading_write(struct db *db, int64_t device_id, const struct facts *facts,
    const struct policy *policy, struct err *err)
{
	const struct writer w = { db, device_id, facts, err };
	enum rc r = RC_OK;

	if (facts->presented.known)
		r = write_presented(&w, policy);
	if (r == RC_OK && facts->has_store)
		r = write_store(&w);
	return r;
}
