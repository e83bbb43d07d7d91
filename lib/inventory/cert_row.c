/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates in and out of the database.  The DER is what counts; the other
 * columns are for those who read without parsing.
 */
#include "inventory/cert_row.h"

#include <string.h>

#include "base/buf.h"

static enum rc
find(struct db *db, const struct cert *cert, int64_t *ret_id, struct err *err)
{
	const struct db_value value =
	    db_blob(cert->fingerprint, sizeof(cert->fingerprint));
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query_kept(db, "SELECT id FROM cert WHERE fingerprint = ?", &value, 1,
	    &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row)
		*ret_id = sqlite3_column_int64(stmt, 0);
	db_done(stmt);
	return r == RC_OK && !is_row ? RC_NOTFOUND : r;
}

/* As many names as fit. */
static enum rc
join_names(const struct cert *cert, struct buf *names)
{
	for (size_t i = 0; i < cert->n_san_dns; i++) {
		if (names->len + strlen(cert->san_dns[i]) + 1 > names->max_bytes)
			break;
		if (i > 0)
			(void)buf_add_char(names, ' ');
		(void)buf_add_str(names, cert->san_dns[i]);
	}
	return names->rc;
}

static struct db_value
if_any(bool has, struct db_value value)
{
	return has ? value : db_text(NULL);
}

static enum rc
insert(struct db *db, const struct cert *cert, const char *names, int64_t *ret_id,
    struct err *err)
{
	const struct db_value values[] = { db_blob(cert->fingerprint,
					       sizeof(cert->fingerprint)),
		db_blob(cert->spki_sha256, sizeof(cert->spki_sha256)),
		db_text(cert->subject), db_text(cert->issuer),
		db_text(cert->serial_number), db_int(cert->not_before),
		db_int(cert->not_after), db_text(names), db_int(cert->key_kind),
		db_int(cert->key_bits), db_text(cert->key_group),
		db_text(cert->signature_digest), db_int(cert->is_ca),
		if_any(cert->has_template, db_text(cert->template_oid)),
		if_any(cert->has_template, db_int(cert->template_major)),
		if_any(cert->has_template, db_int(cert->template_minor)),
		db_text(cert->template_name) };
	enum rc r;

	r = db_run_kept(db,
	    "INSERT INTO cert (fingerprint, spki_sha256, subject, issuer,"
	    " serial_number, not_before, not_after, names, key_kind, key_bits, key_group,"
	    " signature_digest, is_ca, template_oid, template_major, template_minor,"
	    " template_name)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    values, sizeof(values) / sizeof(values[0]), err);
	if (r == RC_OK)
		*ret_id = sqlite3_last_insert_rowid(db->sqlite);
	return r;
}

static enum rc
insert_der(struct db *db, int64_t id, const struct cert *cert, struct err *err)
{
	const struct db_value values[] = { db_int(id),
		db_blob(cert->der, cert->der_len) };

	return db_run_kept(db, "INSERT INTO cert_der (cert_id, der) VALUES (?, ?)",
	    values, sizeof(values) / sizeof(values[0]), err);
}

enum rc
cert_row_put(struct db *db, const struct cert *cert, int64_t *ret_id, struct err *err)
{
	struct buf names;
	int64_t id = 0;
	enum rc r;

	r = find(db, cert, ret_id, err);
	if (r != RC_NOTFOUND)
		return r;
	buf_init(&names, CERT_ROW_NAMES_MAX_BYTES);
	r = join_names(cert, &names);
	if (r == RC_OK)
		r = insert(db, cert, buf_str(&names), &id, err);
	else
		r = err_set(err, r, "%s: names of a certificate", db->path);
	buf_clear(&names);
	if (r == RC_OK)
		r = insert_der(db, id, cert, err);
	if (r == RC_OK)
		*ret_id = id;
	return r;
}

static enum rc
read_cert(struct db *db, int64_t id, struct cert **ret_cert, struct err *err)
{
	const struct db_value value = db_int(id);
	struct err why = { 0 };
	sqlite3_stmt *stmt = NULL;
	const uint8_t *der = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query_kept(db, "SELECT der FROM cert_der WHERE cert_id = ?", &value, 1,
	    &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row)
		der = sqlite3_column_blob(stmt, 0);
	if (r == RC_OK && der == NULL)
		r = err_set(err, RC_DB, "%s: certificate %lld is missing", db->path,
		    (long long)id);
	if (r == RC_OK) {
		r = cert_parse(der, (size_t)sqlite3_column_bytes(stmt, 0), ret_cert,
		    &why);
		if (r != RC_OK)
			r = err_set(err, r == RC_NOMEM ? r : RC_DB,
			    "%s: certificate %lld: %s", db->path, (long long)id,
			    why.text);
	}
	db_done(stmt);
	return r;
}

enum rc
cert_row_get(struct db *db, struct cert_cache *cache, int64_t id,
    struct cert **ret_cert, struct err *err)
{
	enum rc r;

	for (size_t i = 0; cache != NULL && i < cache->n; i++)
		if (cache->ids[i] == id)
			return cert_dup(cache->certs[i], ret_cert, err);
	r = read_cert(db, id, ret_cert, err);
	if (r == RC_OK && cache != NULL && cache->n < CERT_CACHE_MAX) {
		cache->ids[cache->n] = id;
		cache->certs[cache->n++] = *ret_cert;
	}
	return r;
}

enum rc
cert_row_drop(struct db *db, int64_t id, struct err *err)
{
	const struct db_value value = db_int(id);

	return db_run_kept(db,
	    "DELETE FROM cert WHERE id = ?1"
	    " AND NOT EXISTS (SELECT 1 FROM slot WHERE cert_id = ?1)"
	    " AND NOT EXISTS (SELECT 1 FROM reading_cert WHERE cert_id = ?1)",
	    &value, 1, err);
}
