/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CRLs by RFC 5280 section 5: version 2, with number, key identifier and a reason
 * per entry.  What has ended by itself is not listed any more.
 */
#include "ca/crl.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

static enum rc
no_memory(struct err *err)
{
	ERR_clear_error();
	return err_set(err, RC_NOMEM, "CRL: out of memory");
}

static enum rc
read_last(struct db *db, struct ca_list *last, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db,
	    "SELECT number, this_update, next_update FROM crl"
	    " ORDER BY number DESC LIMIT 1",
	    NULL, 0, &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		last->number = sqlite3_column_int64(stmt, 0);
		last->this_update = sqlite3_column_int64(stmt, 1);
		last->next_update = sqlite3_column_int64(stmt, 2);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}

static enum rc
has_news(struct db *db, const struct ca_list *last, bool *ret_news, struct err *err)
{
	const struct db_value values[] = { db_int(last->number) };
	sqlite3_stmt *stmt = NULL;
	enum rc r;

	r = db_query(db,
	    "SELECT 1 FROM issued WHERE revoked_at IS NOT NULL"
	    " AND (crl_number IS NULL OR crl_number > ?) LIMIT 1",
	    values, 1, &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, ret_news, err);
	(void)sqlite3_finalize(stmt);
	return r;
}

static bool
set_reason(X509_REVOKED *entry, int64_t reason)
{
	ASN1_ENUMERATED *value = ASN1_ENUMERATED_new();
	bool is_fine = value != NULL && ASN1_ENUMERATED_set_int64(value, reason) == 1 &&
	    X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, value, 0, 0) == 1;

	ASN1_ENUMERATED_free(value);
	return is_fine;
}

static bool
set_entry(X509_REVOKED *entry, const char *serial, int64_t revoked_at)
{
	ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)revoked_at);
	ASN1_INTEGER *number = NULL;
	BIGNUM *bn = NULL;
	bool is_fine;

	if (BN_hex2bn(&bn, serial) > 0)
		number = BN_to_ASN1_INTEGER(bn, NULL);
	is_fine = time != NULL && number != NULL &&
	    X509_REVOKED_set_serialNumber(entry, number) == 1 &&
	    X509_REVOKED_set_revocationDate(entry, time) == 1;
	ASN1_INTEGER_free(number);
	ASN1_TIME_free(time);
	BN_free(bn);
	return is_fine;
}

static bool
add_entry(X509_CRL *crl, const char *serial, int64_t revoked_at, int64_t reason)
{
	X509_REVOKED *entry = X509_REVOKED_new();

	if (entry == NULL || serial == NULL || !set_entry(entry, serial, revoked_at) ||
	    !set_reason(entry, reason) || X509_CRL_add0_revoked(crl, entry) != 1) {
		X509_REVOKED_free(entry);
		return false;
	}
	return true;
}

static enum rc
add_entries(struct db *db, X509_CRL *crl, int64_t now, struct err *err)
{
	const struct db_value values[] = { db_int(now) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	enum rc r;

	r = db_query(db,
	    "SELECT serial, revoked_at, reason FROM issued"
	    " WHERE revoked_at IS NOT NULL AND not_after >= ? ORDER BY serial",
	    values, 1, &stmt, err);
	if (r != RC_OK)
		return r;
	while (r == RC_OK && is_row) {
		r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row &&
		    !add_entry(crl, (const char *)sqlite3_column_text(stmt, 0),
			sqlite3_column_int64(stmt, 1), sqlite3_column_int64(stmt, 2)))
			r = no_memory(err);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}

static bool
set_number(X509_CRL *crl, int64_t number)
{
	ASN1_INTEGER *value = ASN1_INTEGER_new();
	bool is_fine = value != NULL && ASN1_INTEGER_set_int64(value, number) == 1 &&
	    X509_CRL_add1_ext_i2d(crl, NID_crl_number, value, 0, 0) == 1;

	ASN1_INTEGER_free(value);
	return is_fine;
}

static bool
set_aki(X509_CRL *crl, const struct issuer *issuer)
{
	X509_EXTENSION *ext = NULL;
	X509V3_CTX ctx;
	bool is_fine;

	X509V3_set_ctx(&ctx, issuer->cert, NULL, NULL, crl, 0);
	X509V3_set_ctx_nodb(&ctx);
	ext = X509V3_EXT_nconf_nid(NULL, &ctx, NID_authority_key_identifier,
	    "keyid:always");
	is_fine = ext != NULL && X509_CRL_add_ext(crl, ext, -1) == 1;
	X509_EXTENSION_free(ext);
	return is_fine;
}

static bool
set_head(X509_CRL *crl, const struct issuer *issuer, const struct ca_list *list)
{
	ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t)list->this_update);
	ASN1_TIME *to = ASN1_TIME_set(NULL, (time_t)list->next_update);
	bool is_fine = from != NULL && to != NULL &&
	    X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->cert)) == 1 &&
	    X509_CRL_set1_lastUpdate(crl, from) == 1 &&
	    X509_CRL_set1_nextUpdate(crl, to) == 1 && set_number(crl, list->number) &&
	    set_aki(crl, issuer);

	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	return is_fine;
}

static enum rc
store(struct db *db, X509_CRL *crl, const struct ca_list *list, struct err *err)
{
	struct db_value values[] = { db_int(list->number), db_int(list->this_update),
		db_int(list->next_update), db_blob(NULL, 0) };
	const struct db_value number[] = { db_int(list->number) };
	unsigned char *der = NULL;
	int len = i2d_X509_CRL(crl, &der);
	enum rc r;

	if (len <= 0)
		return no_memory(err);
	values[3] = db_blob(der, (size_t)len);
	r = len > CRL_MAX_BYTES
	    ? err_set(err, RC_LIMIT, "CRL: %d bytes", len)
	    : db_run(db,
		  "INSERT INTO crl (number, this_update, next_update, der)"
		  " VALUES (?, ?, ?, ?)",
		  values, 4, err);
	if (r == RC_OK)
		r = db_run(db,
		    "UPDATE issued SET crl_number = ?1 WHERE revoked_at IS NOT NULL"
		    " AND crl_number IS NULL",
		    number, 1, err);
	if (r == RC_OK)
		r = db_run(db, "DELETE FROM crl WHERE number < ?1", number, 1, err);
	OPENSSL_free(der);
	return r;
}

static enum rc
make(struct db *db, const struct issuer *issuer, struct ca_list *list, int64_t now,
    struct err *err)
{
	const EVP_MD *digest = EVP_get_digestbyname(issuer->digest);
	X509_CRL *crl = X509_CRL_new();
	enum rc r = RC_OK;

	if (crl == NULL || digest == NULL || !set_head(crl, issuer, list))
		r = no_memory(err);
	if (r == RC_OK)
		r = add_entries(db, crl, now, err);
	if (r == RC_OK &&
	    (X509_CRL_sort(crl) != 1 || X509_CRL_sign(crl, issuer->key, digest) <= 0))
		r = err_set(err, RC_INTERNAL, "CRL: cannot sign");
	if (r == RC_OK)
		r = store(db, crl, list, err);
	X509_CRL_free(crl);
	ERR_clear_error();
	return r;
}

static enum rc
write_all(int fd, const char *path, const void *bytes, size_t len, struct err *err)
{
	const char *p = bytes;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0)
			return err_system(err, "%s: cannot write", path);
		p += n;
		len -= (size_t)n;
	}
	return fsync(fd) == 0 ? RC_OK : err_system(err, "%s: cannot write", path);
}

/* Readable by all: it is there to be published. */
static enum rc
publish(const char *path, const void *bytes, size_t len, struct err *err)
{
	char fresh[PATH_MAX];
	int n = snprintf(fresh, sizeof(fresh), "%s.new", path);
	int fd = -1;
	enum rc r;

	if (n < 0 || (size_t)n >= sizeof(fresh))
		return err_set(err, RC_CONFIG, "%s: a name too long", path);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return err_system(err, "%s: cannot create", fresh);
	/* Whatever umask(2) whoever revokes has: a remedy of the worker has a narrow one. */
	r = fchmod(fd, 0644) == 0 ? RC_OK
				  : err_system(err, "%s: cannot set its mode", fresh);
	if (r == RC_OK)
		r = write_all(fd, fresh, bytes, len, err);
	close(fd);
	if (r == RC_OK && rename(fresh, path) != 0)
		r = err_system(err, "%s: cannot replace", path);
	if (r != RC_OK)
		(void)unlink(fresh);
	return r;
}

static bool
is_in_file(const char *path, const void *bytes, size_t len)
{
	FILE *file = fopen(path, "re");
	char *there = file == NULL ? NULL : malloc(len + 1);
	bool is_same = there != NULL && fread(there, 1, len + 1, file) == len &&
	    memcmp(there, bytes, len) == 0;

	free(there);
	if (file != NULL)
		(void)fclose(file);
	return is_same;
}

/* Also what a process that was killed had stored and not published. */
static enum rc
publish_newest(struct db *db, const char *path, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db, "SELECT der FROM crl ORDER BY number DESC LIMIT 1", NULL, 0,
	    &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		const void *der = sqlite3_column_blob(stmt, 0);
		size_t len = (size_t)sqlite3_column_bytes(stmt, 0);

		if (!is_in_file(path, der, len))
			r = publish(path, der, len, err);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}

static enum rc
renew_list(struct db *db, const struct issuer *issuer, int64_t lifetime_s, int64_t now,
    struct ca_list *last, struct err *err)
{
	struct ca_list list;
	bool is_news = false;
	enum rc r = read_last(db, last, err);

	if (r == RC_OK)
		r = has_news(db, last, &is_news, err);
	if (r != RC_OK ||
	    (last->number > 0 && !is_news && now >= last->this_update &&
		now < last->next_update - lifetime_s / 2))
		return r;
	list = (struct ca_list){ .number = last->number + 1,
		.this_update = now,
		.next_update = now + lifetime_s,
		.is_new = true };
	r = make(db, issuer, &list, now, err);
	if (r == RC_OK)
		*last = list;
	return r;
}

enum rc
crl_refresh(struct db *db, const struct issuer *issuer, const char *path,
    int64_t lifetime_s, int64_t now, struct ca_list *ret_list, struct err *err)
{
	struct ca_list last = { 0 };
	enum rc r = db_begin(db, err);

	if (r != RC_OK)
		return r;
	r = renew_list(db, issuer, lifetime_s, now, &last, err);
	if (r == RC_OK)
		r = publish_newest(db, path, err);
	if (r == RC_OK)
		r = db_commit(db, err);
	if (r != RC_OK)
		db_rollback(db);
	else
		*ret_list = last;
	return r;
}
