/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One variable per row of certmonger's interface, PEM and lists with their line
 * feeds.
 */
#include "ca/exec_env.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/codec.h"
#include "ca/encode.h"

enum {
	VARIABLE_MAX_BYTES = 96 * 1024 /* Linux takes 128 KiB: MAX_ARG_STRLEN */
};

void
exec_env_clear(struct exec_env *env)
{
	for (size_t i = 0; i < env->n; i++)
		free(env->list[i]);
	memset(env, 0, sizeof(*env));
}

/* Take "NAME=value" out of the buffer. */
static enum rc
take(struct exec_env *env, struct buf *variable, struct err *err)
{
	enum rc r = variable->rc;
	char *text = buf_take(variable);

	if (text == NULL)
		return err_set(err, r == RC_OK ? RC_NOMEM : r,
		    "helper: its environment cannot be made");
	env->list[env->n++] = text;
	return RC_OK;
}

static enum rc
put(struct exec_env *env, const char *name, const void *value, size_t len,
    struct err *err)
{
	struct buf variable;

	buf_init(&variable, VARIABLE_MAX_BYTES);
	(void)buf_addf(&variable, "%s=", name);
	if (len > 0)
		(void)buf_add(&variable, value, len);
	return take(env, &variable, err);
}

static enum rc
put_text(struct exec_env *env, const char *name, const char *value, struct err *err)
{
	return value == NULL ? RC_OK : put(env, name, value, strlen(value), err);
}

static enum rc
put_pem(struct exec_env *env, const char *name, const char *label, const uint8_t *der,
    size_t len, struct err *err)
{
	struct buf variable;

	buf_init(&variable, VARIABLE_MAX_BYTES);
	(void)buf_addf(&variable, "%s=", name);
	(void)encode_pem(&variable, label, der, len);
	return take(env, &variable, err);
}

static enum rc
put_profile(struct exec_env *env, const struct csr_profile *profile, struct err *err)
{
	struct buf variable;
	enum rc r;

	buf_init(&variable, VARIABLE_MAX_BYTES);
	(void)buf_addf(&variable, "CERTMONGER_REQ_SUBJECT=CN=%s", profile->common_name);
	r = take(env, &variable, err);
	buf_init(&variable, VARIABLE_MAX_BYTES);
	(void)buf_addf(&variable, "CERTMONGER_REQ_HOSTNAME=%s", profile->common_name);
	for (size_t i = 0; i < profile->n_dns_names; i++)
		(void)buf_addf(&variable, "\n%s", profile->dns_names[i]);
	if (r == RC_OK)
		r = take(env, &variable, err);
	buf_clear(&variable);
	return r;
}

/* SubjectPublicKeyInfo as one line of base64, and the kind of key. */
static enum rc
put_key(struct exec_env *env, const struct ca_request *request, struct err *err)
{
	const unsigned char *p = request->csr;
	X509_REQ *req = d2i_X509_REQ(NULL, &p, (long)request->csr_len);
	EVP_PKEY *key = req == NULL ? NULL : X509_REQ_get0_pubkey(req);
	unsigned char *spki = NULL;
	struct buf variable;
	int len = key == NULL ? -1 : i2d_PUBKEY(key, &spki);
	enum rc r = RC_OK;

	if (len <= 0) {
		r = err_set(err, RC_INTERNAL, "the request is not one PKCS#10");
		goto out;
	}
	buf_init(&variable, VARIABLE_MAX_BYTES);
	(void)buf_add_str(&variable, "CERTMONGER_SPKI=");
	(void)codec_base64_encode(&variable, spki, (size_t)len);
	r = take(env, &variable, err);
	if (r == RC_OK)
		r = put_text(env, "CERTMONGER_KEY_TYPE",
		    EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? "RSA" : "EC", err);
out:
	OPENSSL_free(spki);
	X509_REQ_free(req);
	ERR_clear_error();
	return r;
}

static enum rc
put_request(struct exec_env *env, const struct ca_request *request, struct err *err)
{
	const struct cert *current = request->current;
	enum rc r = put_pem(env, "CERTMONGER_CSR", "CERTIFICATE REQUEST", request->csr,
	    request->csr_len, err);

	if (r == RC_OK)
		r = put_key(env, request, err);
	if (r == RC_OK)
		r = put_profile(env, &request->profile, err);
	if (r == RC_OK && current != NULL)
		r = put_pem(env, "CERTMONGER_CERTIFICATE", "CERTIFICATE", current->der,
		    current->der_len, err);
	return r;
}

enum rc
exec_env_fill(struct exec_env *env, const char *operation,
    const struct exec_names *names, const struct ca_request *request, struct err *err)
{
	bool is_poll = strcmp(operation, "POLL") == 0;
	enum rc r = put_text(env, "PATH", "/usr/sbin:/usr/bin:/sbin:/bin", err);

	if (r == RC_OK)
		r = put_text(env, "CERTMONGER_OPERATION", operation, err);
	if (r == RC_OK)
		r = put_text(env, "CERTMONGER_CA_NICKNAME", names->nickname, err);
	if (r == RC_OK)
		r = put_text(env, "CERTMONGER_CA_PROFILE", names->profile, err);
	if (r == RC_OK)
		r = put_text(env, "CERTMONGER_CA_ISSUER", names->issuer, err);
	if (r == RC_OK && (is_poll || strcmp(operation, "SUBMIT") == 0))
		r = put_request(env, request, err);
	if (r == RC_OK && is_poll)
		r = put(env, "CERTMONGER_CA_COOKIE", request->cookie,
		    request->cookie_len, err);
	return r;
}
