/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenSSL set up as firmware behaves: server's preference with RSA key
 * exchange first, a session id of four bytes, no ticket, no extended master
 * secret.  Source: protocol notes 1.4 and 7, after a recorded handshake.
 */
#include "tls.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "device.h"
#include "legacy.h"
#include "mem.h"
#include "rtc.h"

enum {
	CONTEXTS_MAX = 32,
	SESSION_ID_BYTES = 4,
};

/* Security level 0: old versions, SHA-1 and small keys are what is simulated. */
#define SUITES_RSA                                                         \
	"AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:" \
	"AES128-SHA:AES256-SHA"
#define SUITES_ALL                                                                \
	SUITES_RSA ":ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:"    \
		   "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:" \
		   "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA"
#define SUITES_P384 "ECDHE-ECDSA-AES256-GCM-SHA384"

#define EKU_REMOTE_CONSOLE "2.16.840.1.113741.1.2.1"

/* One of the two. */
struct tls {
	SSL *ssl;
	struct legacy *legacy;
};

static struct {
	int min, max;
	bool rsa_only, p384;
	SSL_CTX *ctx;
} contexts[CONTEXTS_MAX];
static size_t contexts_n;

int
tls_version(const char *text)
{
	static const struct {
		const char *text;
		int version;
	} versions[] = {
		{ "1.0", TLS1_VERSION },
		{ "1.1", TLS1_1_VERSION },
		{ "1.2", TLS1_2_VERSION },
		{ "1.3", TLS1_3_VERSION },
	};

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (strcmp(versions[i].text, text) == 0)
			return versions[i].version;
	return 0;
}

static int
make_session_id(SSL *ssl, unsigned char *id, unsigned *len)
{
	static uint32_t counter;

	(void)ssl;
	counter++;
	memset(id, 0, *len);
	for (size_t i = 0; i < SESSION_ID_BYTES; i++)
		id[i] = (unsigned char)(counter >> (24 - 8 * i));
	*len = SESSION_ID_BYTES;
	return 1;
}

static SSL_CTX *
make_context(const struct device *dev)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	const char *suites = SUITES_ALL;
	char groups[] = "P-384";
	char algorithms[] = "ECDSA+SHA384";
	bool good = ctx != NULL;

	if (dev->profile->p384)
		suites = SUITES_P384;
	else if (dev->sw.rsa_only)
		suites = SUITES_RSA;
	if (!good)
		return NULL;
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_options(ctx,
	    SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION |
		SSL_OP_NO_EXTENDED_MASTER_SECRET | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_session_cache_mode(ctx,
	    SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_set_mode(ctx,
	    SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	good = SSL_CTX_set_num_tickets(ctx, 0) == 1 &&
	    SSL_CTX_set_generate_session_id(ctx, make_session_id) == 1 &&
	    SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"amt", 3) == 1 &&
	    SSL_CTX_set_min_proto_version(ctx, dev->tls_min) == 1 &&
	    SSL_CTX_set_max_proto_version(ctx, dev->tls_max) == 1 &&
	    SSL_CTX_set_cipher_list(ctx, suites) == 1;
	if (good && dev->profile->p384)
		good = SSL_CTX_set_ciphersuites(ctx, "TLS_AES_256_GCM_SHA384") == 1 &&
		    SSL_CTX_set1_groups_list(ctx, groups) == 1 &&
		    SSL_CTX_set1_sigalgs_list(ctx, algorithms) == 1 &&
		    SSL_CTX_set1_client_sigalgs_list(ctx, algorithms) == 1;
	if (!good) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

static SSL_CTX *
find_context(const struct device *dev)
{
	SSL_CTX *ctx = NULL;

	for (size_t i = 0; i < contexts_n; i++)
		if (contexts[i].min == dev->tls_min &&
		    contexts[i].max == dev->tls_max &&
		    contexts[i].rsa_only == dev->sw.rsa_only &&
		    contexts[i].p384 == dev->profile->p384)
			return contexts[i].ctx;
	if (contexts_n == CONTEXTS_MAX)
		return NULL;
	ctx = make_context(dev);
	if (ctx == NULL)
		return NULL;
	contexts[contexts_n].min = dev->tls_min;
	contexts[contexts_n].max = dev->tls_max;
	contexts[contexts_n].rsa_only = dev->sw.rsa_only;
	contexts[contexts_n].p384 = dev->profile->p384;
	contexts[contexts_n].ctx = ctx;
	contexts_n++;
	return ctx;
}

static bool
has_console_eku(const X509 *x509)
{
	EXTENDED_KEY_USAGE *usages =
	    X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);
	ASN1_OBJECT *console = OBJ_txt2obj(EKU_REMOTE_CONSOLE, 1);
	bool has_console = false;
	bool has_client = false;

	for (int i = 0; i < sk_ASN1_OBJECT_num(usages); i++) {
		const ASN1_OBJECT *usage = sk_ASN1_OBJECT_value(usages, i);

		if (OBJ_cmp(usage, console) == 0)
			has_console = true;
		if (OBJ_obj2nid(usage) == NID_client_auth)
			has_client = true;
	}
	ASN1_OBJECT_free(console);
	EXTENDED_KEY_USAGE_free(usages);
	return has_console && has_client;
}

static bool
ends_with(const char *name, size_t len, const char *suffix)
{
	size_t suffix_len = strlen(suffix);

	return len >= suffix_len &&
	    strncasecmp(name + len - suffix_len, suffix, suffix_len) == 0;
}

/* TrustedCN: the client's common name must end in one of the list. */
static bool
is_trusted_name(const struct tls_setting *tls, const X509 *x509)
{
	const X509_NAME *subject = X509_get_subject_name(x509);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	const ASN1_STRING *name = NULL;

	if (tls->trusted_cn_n == 0)
		return true;
	if (at < 0)
		return false;
	name = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
	for (size_t i = 0; i < tls->trusted_cn_n; i++)
		if (ends_with((const char *)ASN1_STRING_get0_data(name),
			(size_t)ASN1_STRING_length(name), tls->trusted_cn[i]))
			return true;
	return false;
}

static int
judge_client(int good, X509_STORE_CTX *store_ctx)
{
	SSL *ssl =
	    X509_STORE_CTX_get_ex_data(store_ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
	const struct device *dev = SSL_get_app_data(ssl);
	const X509 *x509 = X509_STORE_CTX_get_current_cert(store_ctx);

	if (good == 0 || X509_STORE_CTX_get_error_depth(store_ctx) != 0)
		return good;
	if (!has_console_eku(x509) ||
	    !is_trusted_name(&dev->committed.tls[TLS_NETWORK], x509)) {
		X509_STORE_CTX_set_error(store_ctx, X509_V_ERR_INVALID_PURPOSE);
		return 0;
	}
	return 1;
}

/* Ask for a client certificate: trusted roots and the clock of the device. */
static bool
set_mutual(struct device *dev, SSL *ssl)
{
	X509_STORE *roots = X509_STORE_new();
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
	bool good = roots != NULL;

	for (int i = 0; good && i < STORE_SLOTS; i++) {
		if (!store_has_cert(&dev->store, i) ||
		    !dev->store.certs[i].trusted_root)
			continue;
		good = X509_STORE_add_cert(roots, dev->store.certs[i].x509) == 1 &&
		    SSL_add_client_CA(ssl, dev->store.certs[i].x509) == 1;
	}
	if (good) {
		X509_VERIFY_PARAM_set_time(param, (time_t)rtc_now(&dev->rtc));
		if (dev->profile->intermediate_roots)
			good = X509_VERIFY_PARAM_set_flags(param,
				   X509_V_FLAG_PARTIAL_CHAIN) == 1;
		SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
		    judge_client);
		good = good && SSL_set1_verify_cert_store(ssl, roots) == 1;
	}
	X509_STORE_free(roots);
	return good;
}

static SSL *
new_ssl(struct device *dev, const struct served *served, int fd)
{
	SSL_CTX *ctx = find_context(dev);
	SSL *ssl = ctx == NULL ? NULL : SSL_new(ctx);
	bool good = false;

	if (ssl == NULL)
		return NULL;
	good = SSL_set_app_data(ssl, dev) == 1 &&
	    SSL_use_certificate(ssl, served->leaf) == 1 &&
	    SSL_use_PrivateKey(ssl, served->key) == 1 &&
	    SSL_set1_chain(ssl, served->chain) == 1 && SSL_set_fd(ssl, fd) == 1;
	/* The chain is what the store holds; OpenSSL must not add to it. */
	SSL_set_mode(ssl, SSL_MODE_NO_AUTO_CHAIN);
	if (good && dev->committed.tls[TLS_NETWORK].mutual)
		good = set_mutual(dev, ssl);
	if (!good) {
		SSL_free(ssl);
		return NULL;
	}
	SSL_set_accept_state(ssl);
	return ssl;
}

struct tls *
tls_new(struct device *dev, const struct served *served, int fd)
{
	struct tls *tls = NULL;

	if (served->leaf == NULL)
		return NULL;
	tls = mem_new(1, sizeof(*tls));
	if (dev->sw.no_rfc5746 && !dev->committed.tls[TLS_NETWORK].mutual)
		tls->legacy = legacy_new(dev, served, fd);
	else
		tls->ssl = new_ssl(dev, served, fd);
	ERR_clear_error();
	if (tls->ssl == NULL && tls->legacy == NULL) {
		free(tls);
		return NULL;
	}
	return tls;
}

void
tls_free(struct tls *tls)
{
	if (tls == NULL)
		return;
	SSL_free(tls->ssl);
	legacy_free(tls->legacy);
	free(tls);
}

static enum tls_io
result_of(const struct tls *tls, int result)
{
	int error = SSL_get_error(tls->ssl, result);

	ERR_clear_error();
	if (error == SSL_ERROR_WANT_READ)
		return TLS_WANT_READ;
	if (error == SSL_ERROR_WANT_WRITE)
		return TLS_WANT_WRITE;
	return TLS_END;
}

enum tls_io
tls_shake(struct tls *tls)
{
	int result = 0;

	if (tls->legacy != NULL)
		return legacy_shake(tls->legacy);
	result = SSL_do_handshake(tls->ssl);
	return result == 1 ? TLS_DONE : result_of(tls, result);
}

enum tls_io
tls_read(struct tls *tls, void *bytes, size_t size, size_t *ret_len)
{
	int result = 0;

	if (tls->legacy != NULL)
		return legacy_read(tls->legacy, bytes, size, ret_len);
	result = SSL_read_ex(tls->ssl, bytes, size, ret_len);
	return result == 1 ? TLS_DONE : result_of(tls, result);
}

enum tls_io
tls_write(struct tls *tls, const void *bytes, size_t len, size_t *ret_len)
{
	int result = 0;

	if (tls->legacy != NULL)
		return legacy_write(tls->legacy, bytes, len, ret_len);
	result = SSL_write_ex(tls->ssl, bytes, len, ret_len);
	return result == 1 ? TLS_DONE : result_of(tls, result);
}

void
tls_close(struct tls *tls)
{
	if (tls->legacy != NULL)
		legacy_close(tls->legacy);
	else
		(void)SSL_shutdown(tls->ssl);
	ERR_clear_error();
}

void
tls_clear(void)
{
	for (size_t i = 0; i < contexts_n; i++)
		SSL_CTX_free(contexts[i].ctx);
	contexts_n = 0;
}
