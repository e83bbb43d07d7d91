/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Path building and verification by X509_verify_cert, once.  RFC 5280 6; the
 * dates are compared here, with the meaning of 4.1.2.5 (both ends inclusive).
 */
#include "x509/path.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "x509/pem.h"

struct anchors {
	X509_STORE *store;
};

enum {
	/* Between leaf and anchor; OpenSSL counts the intermediates. */
	DEPTH_MAX = PATH_MAX_ELEMENTS - 2
};

static enum rc
nomem(struct err *err)
{
	ERR_clear_error();
	return err_set(err, RC_NOMEM, "path: out of memory");
}

static enum rc
anchors_new(struct anchors **ret_anchors, struct err *err)
{
	struct anchors *anchors;

	anchors = calloc(1, sizeof(*anchors));
	if (anchors == NULL)
		return nomem(err);
	anchors->store = X509_STORE_new();
	if (anchors->store == NULL) {
		free(anchors);
		return nomem(err);
	}
	*ret_anchors = anchors;
	return RC_OK;
}

enum rc
anchors_read_file(const char *path, struct anchors **ret_anchors, struct err *err)
{
	struct anchors *anchors = NULL;
	STACK_OF(X509) *list = NULL;
	enum rc r;

	r = pem_read_file(path, &list, err);
	if (r == RC_OK)
		r = anchors_new(&anchors, err);
	for (int i = 0; r == RC_OK && i < sk_X509_num(list); i++)
		if (X509_STORE_add_cert(anchors->store, sk_X509_value(list, i)) != 1)
			r = nomem(err);
	sk_X509_pop_free(list, X509_free);
	if (r != RC_OK) {
		anchors_free(anchors);
		return r;
	}
	*ret_anchors = anchors;
	return RC_OK;
}

enum rc
anchors_from_certs(struct cert *const *certs, size_t n, struct anchors **ret_anchors,
    struct err *err)
{
	struct anchors *anchors = NULL;
	X509 *x509 = NULL;
	enum rc r;

	r = anchors_new(&anchors, err);
	for (size_t i = 0; r == RC_OK && i < n; i++) {
		r = cert_get_x509(certs[i], &x509, err);
		if (r == RC_OK && X509_STORE_add_cert(anchors->store, x509) != 1)
			r = nomem(err);
		X509_free(x509);
		x509 = NULL;
	}
	if (r != RC_OK) {
		anchors_free(anchors);
		return r;
	}
	*ret_anchors = anchors;
	return RC_OK;
}

static enum rc
cert_of(const X509 *x509, struct cert **ret_cert, struct err *err)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x509, &der);
	enum rc r = len > 0 ? cert_parse(der, (size_t)len, ret_cert, err) : nomem(err);

	OPENSSL_free(der);
	return r;
}

enum rc
anchors_to_certs(const struct anchors *anchors, struct cert ***ret_certs, size_t *ret_n,
    struct err *err)
{
	STACK_OF(X509) *list =
	    anchors == NULL ? NULL : X509_STORE_get1_all_certs(anchors->store);
	size_t max = list == NULL ? 0 : (size_t)sk_X509_num(list);
	struct cert **certs = calloc(max + 1, sizeof(struct cert *));
	enum rc r = RC_OK;
	size_t n = 0;

	if (certs == NULL || (anchors != NULL && list == NULL))
		r = nomem(err);
	for (; r == RC_OK && n < max; n++)
		r = cert_of(sk_X509_value(list, (int)n), &certs[n], err);
	sk_X509_pop_free(list, X509_free);
	if (r != RC_OK) {
		cert_free_list(certs, n);
		return r;
	}
	*ret_certs = certs;
	*ret_n = n;
	return RC_OK;
}

void
anchors_free(struct anchors *anchors)
{
	if (anchors == NULL)
		return;
	X509_STORE_free(anchors->store);
	free(anchors);
}

static const struct {
	int code;
	enum path_state state;
} outcomes[] = {
	{ X509_V_OK, PATH_OK },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, PATH_UNKNOWN_ISSUER },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, PATH_UNKNOWN_ISSUER },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, PATH_UNKNOWN_ISSUER },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, PATH_UNKNOWN_ISSUER },
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, PATH_SELF_SIGNED },
	{ X509_V_ERR_CERT_SIGNATURE_FAILURE, PATH_BAD_SIGNATURE },
	{ X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, PATH_BAD_SIGNATURE },
	{ X509_V_ERR_CERT_NOT_YET_VALID, PATH_TIME },
	{ X509_V_ERR_CERT_HAS_EXPIRED, PATH_TIME },
	{ X509_V_ERR_INVALID_CA, PATH_PURPOSE },
	{ X509_V_ERR_INVALID_PURPOSE, PATH_PURPOSE },
	{ X509_V_ERR_PATH_LENGTH_EXCEEDED, PATH_PURPOSE },
	{ X509_V_ERR_KEYUSAGE_NO_CERTSIGN, PATH_PURPOSE },
	{ X509_V_ERR_CERT_UNTRUSTED, PATH_PURPOSE },
	{ X509_V_ERR_CERT_REJECTED, PATH_PURPOSE },
	{ X509_V_ERR_PERMITTED_VIOLATION, PATH_PURPOSE },
	{ X509_V_ERR_EXCLUDED_VIOLATION, PATH_PURPOSE },
	{ X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, PATH_PURPOSE },
	{ X509_V_ERR_EE_KEY_TOO_SMALL, PATH_WEAK },
	{ X509_V_ERR_CA_KEY_TOO_SMALL, PATH_WEAK },
	{ X509_V_ERR_CA_MD_TOO_WEAK, PATH_WEAK },
};

static enum path_state
outcome_of(int code)
{
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (outcomes[i].code == code)
			return outcomes[i].state;
	return PATH_OTHER;
}

/* One verification at work. */
struct verify {
	X509_STORE_CTX *ctx;
	STACK_OF(X509) *presented; /* lent by the chain, in its order */
	X509 *leaf;
	int min_level;
	int purpose;
};

static void
verify_clear(struct verify *verify)
{
	X509_STORE_CTX_free(verify->ctx);
	sk_X509_pop_free(verify->presented, X509_free);
}

static enum rc
verify_init(struct verify *verify, struct cert *const *chain, size_t n, int min_level,
    struct err *err)
{
	X509 *x509 = NULL;
	enum rc r = RC_OK;

	memset(verify, 0, sizeof(*verify));
	verify->min_level = min_level;
	verify->ctx = X509_STORE_CTX_new();
	verify->presented = sk_X509_new_null();
	if (verify->ctx == NULL || verify->presented == NULL)
		r = nomem(err);
	for (size_t i = 0; r == RC_OK && i < n; i++) {
		r = cert_get_x509(chain[i], &x509, err);
		if (r == RC_OK && sk_X509_push(verify->presented, x509) <= 0) {
			X509_free(x509);
			r = nomem(err);
		}
	}
	if (r != RC_OK) {
		verify_clear(verify);
		return r;
	}
	verify->leaf = sk_X509_value(verify->presented, 0);
	return RC_OK;
}

/* Verify at *at, or with the time ignored when at is NULL. */
static enum rc
verify_run(struct verify *verify, const struct anchors *anchors, const int64_t *at,
    int *ret_code, struct err *err)
{
	X509_VERIFY_PARAM *param;
	int n, code;

	X509_STORE_CTX_cleanup(verify->ctx);
	if (X509_STORE_CTX_init(verify->ctx, anchors->store, verify->leaf,
		verify->presented) != 1)
		return nomem(err);
	param = X509_STORE_CTX_get0_param(verify->ctx);
	if (X509_VERIFY_PARAM_set_purpose(param, verify->purpose) != 1)
		return nomem(err);
	X509_VERIFY_PARAM_set_auth_level(param, verify->min_level);
	X509_VERIFY_PARAM_set_depth(param, DEPTH_MAX);
	(void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	if (at == NULL)
		(void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME);
	else
		X509_VERIFY_PARAM_set_time(param, (time_t)*at);
	(void)ERR_set_mark();
	n = X509_verify_cert(verify->ctx);
	code = X509_STORE_CTX_get_error(verify->ctx);
	(void)ERR_pop_to_mark();
	if (n < 0 && (code == X509_V_OK || code == X509_V_ERR_OUT_OF_MEM))
		return nomem(err);
	*ret_code = n == 1 ? X509_V_OK : code;
	return RC_OK;
}

/* An element as facts: the presented one when it is among those, whose key is
 * not hashed and whose names are not written a second time. */
static enum rc
take_element(const struct verify *verify, struct cert *const *chain, X509 *x509,
    struct cert **ret, struct err *err)
{
	for (int i = 0; i < sk_X509_num(verify->presented); i++)
		if (sk_X509_value(verify->presented, i) == x509)
			return cert_dup(chain[i], ret, err);
	return cert_from_x509(x509, ret, err);
}

static void
free_elements(struct path *path)
{
	cert_free_list(path->elements, path->n_elements);
	path->elements = NULL;
	path->n_elements = 0;
}

static enum rc
take_elements(const struct verify *verify, struct cert *const *chain, struct path *path,
    struct err *err)
{
	STACK_OF(X509) *verified = X509_STORE_CTX_get0_chain(verify->ctx);
	size_t n = verified != NULL ? (size_t)sk_X509_num(verified) : 0;
	enum rc r = RC_OK;

	free_elements(path);
	path->elements = calloc(n + 1, sizeof(struct cert *));
	if (path->elements == NULL)
		return nomem(err);
	while (r == RC_OK && path->n_elements < n) {
		r = take_element(verify, chain,
		    sk_X509_value(verified, (int)path->n_elements),
		    &path->elements[path->n_elements], err);
		if (r == RC_OK)
			path->n_elements++;
	}
	return r;
}

static bool
holds_at(const struct path *path, int64_t now)
{
	for (size_t i = 0; i < path->n_elements; i++)
		if (now < path->elements[i]->not_before ||
		    now > path->elements[i]->not_after)
			return false;
	return true;
}

static void
set_text(struct path *path, const char *words)
{
	text_line_field(path->text, sizeof(path->text), words, strlen(words));
}

/*
 * With the time ignored first.  A path whose elements are all within their
 * dates holds now as well: no second pass over the signatures.  Otherwise
 * OpenSSL may find another one at now, as when a CA was renewed under its name.
 */
static enum rc
verify_both(struct verify *verify, const struct anchors *anchors,
    struct cert *const *chain, int64_t now, struct path *path, struct err *err)
{
	int code = X509_V_OK, code_now = X509_V_OK;
	enum rc r;

	r = verify_run(verify, anchors, NULL, &code, err);
	if (r == RC_OK && code == X509_V_OK)
		r = take_elements(verify, chain, path, err);
	if (r != RC_OK)
		return r;
	path->ignoring_time = outcome_of(code);
	path->at_time = path->ignoring_time;
	if (code == X509_V_OK && holds_at(path, now))
		return RC_OK;
	r = verify_run(verify, anchors, &now, &code_now, err);
	if (r != RC_OK)
		return r;
	if (code_now == X509_V_OK) {
		path->ignoring_time = PATH_OK;
		path->at_time = PATH_OK;
		return take_elements(verify, chain, path, err);
	}
	if (code == X509_V_OK)
		path->at_time = PATH_TIME;
	set_text(path,
	    X509_verify_cert_error_string(code == X509_V_OK ? code_now : code));
	return RC_OK;
}

static enum rc
verify_for(int purpose, const struct anchors *anchors, struct cert *const *chain,
    size_t n, int64_t now, int min_level, struct path *ret_path, struct err *err)
{
	struct path path = { 0 };
	struct verify verify;
	enum rc r;

	if (anchors == NULL || n == 0) {
		*ret_path = path;
		return RC_OK;
	}
	r = verify_init(&verify, chain, n, min_level, err);
	if (r != RC_OK)
		return r;
	verify.purpose = purpose;
	r = verify_both(&verify, anchors, chain, now, &path, err);
	verify_clear(&verify);
	if (r != RC_OK) {
		path_clear(&path);
		return r;
	}
	*ret_path = path;
	return RC_OK;
}

enum rc
path_verify(const struct anchors *anchors, struct cert *const *chain, size_t n,
    int64_t now, int min_level, struct path *ret_path, struct err *err)
{
	return verify_for(X509_PURPOSE_SSL_SERVER, anchors, chain, n, now, min_level,
	    ret_path, err);
}

enum rc
path_verify_client(const struct anchors *anchors, struct cert *const *chain, size_t n,
    int64_t now, int min_level, struct path *ret_path, struct err *err)
{
	return verify_for(X509_PURPOSE_SSL_CLIENT, anchors, chain, n, now, min_level,
	    ret_path, err);
}

void
path_clear(struct path *path)
{
	free_elements(path);
	memset(path, 0, sizeof(*path));
}

const char *
path_state_text(enum path_state state)
{
	switch (state) {
	case PATH_UNCHECKED:
		return "not verified, no trust anchor is configured";
	case PATH_OK:
		return "verified";
	case PATH_UNKNOWN_ISSUER:
		return "does not end at a configured trust anchor";
	case PATH_SELF_SIGNED:
		return "self-signed, not a configured trust anchor";
	case PATH_BAD_SIGNATURE:
		return "a signature does not verify";
	case PATH_TIME:
		return "verified but for the time";
	case PATH_PURPOSE:
		return "not valid for a TLS server";
	case PATH_WEAK:
		return "key or digest is too weak";
	case PATH_OTHER:
		break;
	}
	return "not verified";
}
