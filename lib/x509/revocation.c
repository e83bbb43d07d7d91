/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DER or PEM to struct revocation; the entries are OpenSSL's.  Follows RFC 5280
 * 5.1.2.
 */
#include "x509/revocation.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "x509/field.h"
#include "x509/pem.h"

enum {
	LISTS_MAX = 64,
	CLOCK_SLACK_S = 5 * 60, /* a CA's clock may be this far ahead */
};

static enum rc
read_times(const X509_CRL *list, struct revocation *revocation, struct err *err)
{
	const ASN1_TIME *next = X509_CRL_get0_nextUpdate(list);
	enum rc r = field_read_time(X509_CRL_get0_lastUpdate(list), "thisUpdate",
	    &revocation->this_update, err);

	if (r != RC_OK || next == NULL)
		return r;
	revocation->has_next_update = true;
	return field_read_time(next, "nextUpdate", &revocation->next_update, err);
}

static enum rc
fill(const X509_CRL *list, struct revocation *revocation, struct err *err)
{
	enum rc r = field_read_name(X509_CRL_get_issuer(list), "issuer",
	    &revocation->issuer, err);

	return r == RC_OK ? read_times(list, revocation, err) : r;
}

void
revocation_clear(struct revocation *revocation)
{
	free(revocation->issuer);
	memset(revocation, 0, sizeof(*revocation));
}

struct revocation_lists {
	STACK_OF(X509_CRL) *stack;
};

static enum rc
push(struct revocation_lists *lists, X509_CRL *list, struct err *err)
{
	if (sk_X509_CRL_num(lists->stack) >= LISTS_MAX) {
		X509_CRL_free(list);
		return err_set(err, RC_LIMIT, "more than %d revocation lists",
		    (int)LISTS_MAX);
	}
	if (sk_X509_CRL_push(lists->stack, list) > 0)
		return RC_OK;
	X509_CRL_free(list);
	return err_set(err, RC_NOMEM, "out of memory");
}

static enum rc
parse_pem(BIO *bio, struct revocation_lists *lists, struct err *err)
{
	X509_CRL *list = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
	enum rc r = RC_OK;

	while (r == RC_OK && list != NULL) {
		r = push(lists, list, err);
		if (r == RC_OK)
			list = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
	}
	if (r == RC_OK && (!pem_is_at_end() || sk_X509_CRL_num(lists->stack) == 0))
		r = err_set(err, RC_FORMAT, "RFC 5280 5.1: not a revocation list");
	return r;
}

/* DER to the last byte, else every list of the PEM. */
static enum rc
parse(const void *bytes, size_t len, struct revocation_lists *lists, struct err *err)
{
	const unsigned char *p = bytes;
	const unsigned char *end = p + len;
	X509_CRL *list = d2i_X509_CRL(NULL, &p, (long)len);
	BIO *bio = NULL;
	enum rc r;

	if (list != NULL && p == end)
		return push(lists, list, err);
	X509_CRL_free(list);
	bio = BIO_new_mem_buf(bytes, (int)len);
	if (bio == NULL)
		return err_set(err, RC_NOMEM, "out of memory");
	r = parse_pem(bio, lists, err);
	BIO_free(bio);
	return r;
}

enum rc
revocation_lists_parse(const char *name, const void *bytes, size_t len,
    struct revocation_lists **ret_lists, struct err *err)
{
	struct revocation_lists *lists = calloc(1, sizeof(*lists));
	enum rc r;

	if (lists == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory", name);
	(void)ERR_set_mark();
	lists->stack = sk_X509_CRL_new_null();
	r = lists->stack == NULL ? err_set(err, RC_NOMEM, "out of memory")
				 : parse(bytes, len, lists, err);
	(void)ERR_pop_to_mark();
	if (r == RC_OK) {
		*ret_lists = lists;
		return r;
	}
	err_prefix(err, "%s", name);
	revocation_lists_free(lists);
	return r;
}

enum rc
revocation_lists_read(const char *path, struct revocation_lists **ret_lists,
    struct err *err)
{
	struct buf bytes;
	enum rc r;

	buf_init(&bytes, REVOCATION_FILE_MAX_BYTES);
	r = pem_read_bytes(path, &bytes, err);
	if (r == RC_OK)
		r = revocation_lists_parse(path, buf_str(&bytes), bytes.len, ret_lists,
		    err);
	buf_clear(&bytes);
	return r;
}

void
revocation_lists_free(struct revocation_lists *lists)
{
	if (lists == NULL)
		return;
	sk_X509_CRL_pop_free(lists->stack, X509_CRL_free);
	free(lists);
}

enum rc
revocation_read_file(const char *path, struct revocation *ret_revocation,
    struct err *err)
{
	struct revocation revocation = { .issuer = NULL };
	struct revocation_lists *lists = NULL;
	enum rc r = revocation_lists_read(path, &lists, err);

	if (r != RC_OK)
		return r;
	(void)ERR_set_mark();
	r = fill(sk_X509_CRL_value(lists->stack, 0), &revocation, err);
	(void)ERR_pop_to_mark();
	if (r == RC_OK)
		*ret_revocation = revocation;
	else
		revocation_clear(&revocation);
	revocation_lists_free(lists);
	return r;
}

/* Does it speak of now? One without an end does from its beginning on. */
static bool
is_of_now(const X509_CRL *list, int64_t now)
{
	struct revocation times = { 0 };

	return read_times(list, &times, NULL) == RC_OK &&
	    now >= times.this_update - CLOCK_SLACK_S &&
	    (!times.has_next_update || now <= times.next_update);
}

static enum revocation_state
ask(X509_CRL *list, X509 *x, X509 *issuer, int64_t now)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);
	X509_REVOKED *entry = NULL;

	if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(issuer)) !=
	    0)
		return REVOCATION_NO_LIST;
	if (key == NULL || X509_CRL_verify(list, key) != 1)
		return REVOCATION_FORGED;
	if (X509_CRL_get0_by_cert(list, &entry, x) == 1)
		return REVOCATION_REVOKED;
	return is_of_now(list, now) ? REVOCATION_NONE : REVOCATION_STALE;
}

/* The list that says most. */
static enum revocation_state
ask_all(const struct revocation_lists *lists, X509 *x, X509 *issuer, int64_t now)
{
	enum revocation_state state = REVOCATION_NO_LIST;

	for (int i = 0; i < sk_X509_CRL_num(lists->stack); i++) {
		enum revocation_state one =
		    ask(sk_X509_CRL_value(lists->stack, i), x, issuer, now);

		if (one == REVOCATION_REVOKED)
			return one;
		if (one < state)
			state = one;
	}
	return state;
}

enum rc
revocation_look_up(const struct revocation_lists *lists, const struct cert *cert,
    const struct cert *issuer, int64_t now, enum revocation_state *ret_state,
    struct err *err)
{
	X509 *x = NULL;
	X509 *x_issuer = NULL;
	enum rc r;

	(void)ERR_set_mark();
	r = cert_get_x509(cert, &x, err);
	if (r == RC_OK)
		r = cert_get_x509(issuer, &x_issuer, err);
	if (r == RC_OK)
		*ret_state = ask_all(lists, x, x_issuer, now);
	X509_free(x_issuer);
	X509_free(x);
	(void)ERR_pop_to_mark();
	return r;
}
