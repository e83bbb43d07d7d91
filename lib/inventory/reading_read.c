/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last reading back into facts, for judges that do not know that it is one.
 */
#include <stdlib.h>
#include <string.h>

#include "inventory/cert_row.h"
#include "inventory/column.h"
#include "inventory/reading.h"
#include "inventory/reading_text.h"

enum {
	LIST_MAX = 256, /* of a presented chain; what is beyond was never judged */
};

/* A list of certificates as its rows come. */
struct list {
	struct cert **certs;
	size_t n;
};

static enum rc
no_memory(struct db *db, struct err *err)
{
	return err_set(err, RC_NOMEM, "%s: out of memory", db->path);
}

/* The ids first: a statement is not asked a second time while it runs. */
static enum rc
read_ids(struct db *db, int64_t device_id, enum reading_list list,
    int64_t ids[LIST_MAX], size_t *ret_n, struct err *err)
{
	const struct db_value values[] = { db_int(device_id), db_int(list) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	size_t n = 0;
	enum rc r;

	r = db_query_kept(db,
	    "SELECT cert_id FROM reading_cert WHERE device_id = ? AND list = ?"
	    " ORDER BY position",
	    values, 2, &stmt, err);
	while (r == RC_OK && is_row && n < LIST_MAX) {
		r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row)
			ids[n++] = sqlite3_column_int64(stmt, 0);
	}
	db_done(stmt);
	if (r == RC_OK)
		*ret_n = n;
	return r;
}

static enum rc
read_list(struct db *db, int64_t device_id, enum reading_list which,
    struct cert_cache *cache, struct cert ***ret_certs, size_t *ret_n, struct err *err)
{
	struct list list = { 0 };
	int64_t ids[LIST_MAX];
	size_t n = 0;
	enum rc r;

	r = read_ids(db, device_id, which, ids, &n, err);
	if (r != RC_OK || n == 0)
		return r;
	list.certs = calloc(n, sizeof(struct cert *));
	if (list.certs == NULL)
		return no_memory(db, err);
	for (size_t i = 0; r == RC_OK && i < n; i++) {
		r = cert_row_get(db, cache, ids[i], &list.certs[i], err);
		list.n += r == RC_OK;
	}
	if (r != RC_OK) {
		cert_free_list(list.certs, list.n);
		return r;
	}
	*ret_certs = list.certs;
	*ret_n = list.n;
	return RC_OK;
}

static void
take_presented(sqlite3_stmt *stmt, struct facts_presented *p)
{
	column_text(stmt, 0, p->protocol, sizeof(p->protocol));
	column_text(stmt, 1, p->cipher, sizeof(p->cipher));
	p->secure_renegotiation = sqlite3_column_int(stmt, 2) != 0;
	p->wants_client_cert = sqlite3_column_int(stmt, 3) != 0;
	p->path.ignoring_time =
	    (enum path_state)column_choice(stmt, 4, PATH_OTHER, PATH_OTHER);
	p->path.at_time =
	    (enum path_state)column_choice(stmt, 5, PATH_OTHER, PATH_OTHER);
	column_text(stmt, 6, p->path.text, sizeof(p->path.text));
	p->name_match =
	    (enum name_match)column_choice(stmt, 7, NAME_ABSENT, NAME_UNKNOWN);
	p->has_pin = sqlite3_column_int(stmt, 8) != 0;
	p->pin_matches = sqlite3_column_int(stmt, 9) != 0;
}

enum rc
reading_read_presented(struct db *db, int64_t device_id, struct cert_cache *cache,
    struct facts *facts, struct err *err)
{
	struct facts_presented *p = &facts->presented;
	const struct db_value id = db_int(device_id);
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query_kept(db,
	    "SELECT protocol, cipher, secure_renegotiation, wants_client_cert,"
	    " path_ignoring_time, path_at_time, path_text, name_match, has_pin,"
	    " pin_matches FROM reading WHERE device_id = ?"
	    " AND presented_digest IS NOT NULL",
	    &id, 1, &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row)
		take_presented(stmt, p);
	db_done(stmt);
	if (r != RC_OK || !is_row)
		return r;
	p->known = true;
	r = read_list(db, device_id, READING_PRESENTED, cache, &p->certs, &p->n_certs,
	    err);
	if (r == RC_OK)
		r = read_list(db, device_id, READING_PATH, cache, &p->path.elements,
		    &p->path.n_elements, err);
	return r;
}

static void
take_store(sqlite3_stmt *stmt, struct facts *f)
{
	column_text(stmt, 0, f->version, sizeof(f->version));
	f->version_major = sqlite3_column_int64(stmt, 1);
	f->version_minor = sqlite3_column_int64(stmt, 2);
	f->control_mode =
	    (enum control_mode)column_choice(stmt, 3, CONTROL_UNKNOWN, CONTROL_UNKNOWN);
	f->provisioning_state = sqlite3_column_int64(stmt, 4);
	column_text(stmt, 5, f->realm, sizeof(f->realm));
	column_text(stmt, 6, f->host_name, sizeof(f->host_name));
	column_text(stmt, 7, f->domain_name, sizeof(f->domain_name));
	f->clock.known = sqlite3_column_type(stmt, 8) != SQLITE_NULL;
	f->clock.offset_s = sqlite3_column_int64(stmt, 8);
	f->clock.uncertainty_s = sqlite3_column_int64(stmt, 9);
	f->clock.has_date = sqlite3_column_type(stmt, 10) != SQLITE_NULL;
	f->clock.date_offset_s = sqlite3_column_int64(stmt, 10);
}

static void
take_settings(sqlite3_stmt *stmt, struct facts *f)
{
	char words[READING_WORDS_SIZE];
	const char *names;

	column_text(stmt, 11, words, sizeof(words));
	reading_parse_tls(words, &f->tls_network);
	column_text(stmt, 12, words, sizeof(words));
	reading_parse_tls(words, &f->tls_local);
	names = (const char *)sqlite3_column_text(stmt, 13);
	reading_parse_names(names != NULL ? names : "", &f->tls_network);
	names = (const char *)sqlite3_column_text(stmt, 14);
	reading_parse_names(names != NULL ? names : "", &f->tls_local);
	f->limits.root_max_bytes = sqlite3_column_int64(stmt, 15);
	f->limits.root_max_count = sqlite3_column_int64(stmt, 16);
	f->limits.common_name_max_bytes = sqlite3_column_int64(stmt, 17);
	f->limits.common_name_max_count = sqlite3_column_int64(stmt, 18);
	f->limits.chain_max_bytes = sqlite3_column_int64(stmt, 19);
	f->n_unreadable = (size_t)column_choice(stmt, 20, INT32_MAX, 0);
	column_text(stmt, 21, f->unreadable, sizeof(f->unreadable));
	f->has_tls_context = sqlite3_column_type(stmt, 22) != SQLITE_NULL;
	column_text(stmt, 22, f->tls_context_cert, sizeof(f->tls_context_cert));
}

static enum rc
read_stored_certs(struct db *db, int64_t device_id, struct cert_cache *cache,
    struct facts *facts, struct err *err)
{
	const struct db_value values[] = { db_int(device_id), db_int(READING_STORE) };
	struct facts_cert *cert = NULL;
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	enum rc r;

	r = db_query_kept(db,
	    "SELECT cert_id, instance_id, handle, is_trusted_root, is_read_only, usage"
	    " FROM reading_cert WHERE device_id = ? AND list = ? ORDER BY position",
	    values, 2, &stmt, err);
	while (r == RC_OK && is_row) {
		r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row)
			r = facts_add_cert(facts, &cert, err);
		if (r != RC_OK || !is_row)
			continue;
		column_text(stmt, 1, cert->instance_id, sizeof(cert->instance_id));
		cert->handle = sqlite3_column_int64(stmt, 2);
		cert->is_trusted_root = sqlite3_column_int(stmt, 3) != 0;
		cert->is_read_only = sqlite3_column_int(stmt, 4) != 0;
		cert->usage = (unsigned int)sqlite3_column_int(stmt, 5);
		r = cert_row_get(db, cache, sqlite3_column_int64(stmt, 0), &cert->cert,
		    err);
	}
	db_done(stmt);
	return r;
}

static enum rc
read_keys(struct db *db, int64_t device_id, struct facts *facts, struct err *err)
{
	const struct db_value id = db_int(device_id);
	struct facts_key *key = NULL;
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	enum rc r;

	r = db_query_kept(db,
	    "SELECT instance_id, handle, kind, bits, spki_sha256 FROM reading_key"
	    " WHERE device_id = ? ORDER BY position",
	    &id, 1, &stmt, err);
	while (r == RC_OK && is_row) {
		r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row)
			r = facts_add_key(facts, &key, err);
		if (r != RC_OK || !is_row)
			continue;
		column_text(stmt, 0, key->instance_id, sizeof(key->instance_id));
		key->handle = sqlite3_column_int64(stmt, 1);
		key->kind = (enum cert_key_kind)column_choice(stmt, 2, CERT_KEY_EC,
		    CERT_KEY_OTHER);
		key->bits = column_choice(stmt, 3, INT32_MAX, 0);
		r = column_digest(db, stmt, 4, key->spki_sha256,
		    sizeof(key->spki_sha256), err);
	}
	db_done(stmt);
	return r;
}

enum rc
reading_read_store(struct db *db, int64_t device_id, struct cert_cache *cache,
    struct facts *facts, struct err *err)
{
	const struct db_value id = db_int(device_id);
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query_kept(db,
	    "SELECT version, version_major, version_minor, control_mode,"
	    " provisioning_state, realm, host_name, domain_name, clock_offset_s,"
	    " clock_uncertainty_s, date_offset_s, tls_network, tls_local,"
	    " trusted_cn_network, trusted_cn_local, root_max_bytes, root_max_count,"
	    " common_name_max_bytes, common_name_max_count, chain_max_bytes,"
	    " n_unreadable, unreadable, tls_context_cert"
	    " FROM reading WHERE device_id = ? AND store_digest IS NOT NULL",
	    &id, 1, &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		take_store(stmt, facts);
		take_settings(stmt, facts);
	}
	db_done(stmt);
	if (r != RC_OK || !is_row)
		return r;
	facts->has_store = true;
	r = read_stored_certs(db, device_id, cache, facts, err);
	if (r == RC_OK)
		r = read_keys(db, device_id, facts, err);
	if (r == RC_OK)
		facts_match_keys(facts);
	return r;
}
