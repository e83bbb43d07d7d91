/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GnuTLS with %DISABLE_SAFE_RENEGOTIATION; suites and versions as in tls.c.
 * Source: RFC 5746; protocol notes 1.4.
 */
#include "legacy.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "device.h"
#include "mem.h"

enum {
	CHAIN_MAX = STORE_SLOTS + 1,
	PRIORITY_MAX_BYTES = 1024,
};

struct legacy {
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
};

static bool
import_cert(X509 *x509, gnutls_x509_crt_t *ret_cert)
{
	unsigned char *der = NULL;
	gnutls_datum_t datum = { 0 };
	int len = i2d_X509(x509, &der);
	bool good = len > 0 && gnutls_x509_crt_init(ret_cert) == 0;

	if (good) {
		datum.data = der;
		datum.size = (unsigned)len;
		good =
		    gnutls_x509_crt_import(*ret_cert, &datum, GNUTLS_X509_FMT_DER) == 0;
		if (!good)
			gnutls_x509_crt_deinit(*ret_cert);
	}
	OPENSSL_free(der);
	return good;
}

static bool
import_key(EVP_PKEY *pkey, gnutls_x509_privkey_t *ret_key)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
	unsigned char *der = NULL;
	gnutls_datum_t datum = { 0 };
	int len = info == NULL ? 0 : i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	bool good = len > 0 && gnutls_x509_privkey_init(ret_key) == 0;

	if (good) {
		datum.data = der;
		datum.size = (unsigned)len;
		good = gnutls_x509_privkey_import_pkcs8(*ret_key, &datum,
			   GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN) == 0;
		if (!good)
			gnutls_x509_privkey_deinit(*ret_key);
	}
	if (len > 0)
		OPENSSL_cleanse(der, (size_t)len);
	OPENSSL_free(der);
	PKCS8_PRIV_KEY_INFO_free(info);
	return good;
}

/* Leaf, chain and key of the device. */
static bool
set_certificate(const struct served *served,
    gnutls_certificate_credentials_t credentials)
{
	gnutls_x509_crt_t certs[CHAIN_MAX];
	gnutls_x509_privkey_t key = NULL;
	int chain_n = sk_X509_num(served->chain);
	unsigned n = 0;
	bool good = import_cert(served->leaf, &certs[0]);

	if (good)
		n = 1;
	for (int i = 0; good && i < chain_n; i++) {
		good = import_cert(sk_X509_value(served->chain, i), &certs[n]);
		if (good)
			n++;
	}
	good = good && import_key(served->key, &key);
	if (good) {
		good = gnutls_certificate_set_x509_key(credentials, certs, (int)n,
			   key) >= 0;
		gnutls_x509_privkey_deinit(key);
	}
	for (unsigned i = 0; i < n; i++)
		gnutls_x509_crt_deinit(certs[i]);
	return good;
}

static bool
set_priority(const struct device *dev, gnutls_session_t session)
{
	static const struct {
		int version;
		const char *text;
	} versions[] = {
		{ TLS1_VERSION, "+VERS-TLS1.0" },
		{ TLS1_1_VERSION, "+VERS-TLS1.1" },
		{ TLS1_2_VERSION, "+VERS-TLS1.2" },
	};
	struct buf text = { 0 };
	bool good = false;

	buf_init(&text, PRIORITY_MAX_BYTES);
	buf_add_str(&text, "NONE");
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (versions[i].version >= dev->tls_min &&
		    versions[i].version <= dev->tls_max)
			buf_addf(&text, ":%s", versions[i].text);
	buf_add_str(&text, ":+RSA");
	if (!dev->sw.rsa_only)
		buf_add_str(&text, ":+ECDHE-RSA:+ECDHE-ECDSA");
	buf_add_str(&text,
	    ":+AES-128-GCM:+AES-256-GCM:+AES-128-CBC:+AES-256-CBC:+AEAD:+SHA256:+SHA1"
	    ":+GROUP-ALL:+SIGN-ALL:+COMP-NULL:+CTYPE-X509:%SERVER_PRECEDENCE"
	    ":%DISABLE_SAFE_RENEGOTIATION:%NO_SESSION_HASH:%NO_TICKETS");
	good = gnutls_priority_set_direct(session, buf_str(&text), NULL) == 0;
	buf_clear(&text);
	return good;
}

struct legacy *
legacy_new(struct device *dev, const struct served *served, int fd)
{
	struct legacy *legacy = mem_new(1, sizeof(*legacy));

	if (gnutls_init(&legacy->session,
		GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_TICKETS) == 0 &&
	    gnutls_certificate_allocate_credentials(&legacy->credentials) == 0 &&
	    set_certificate(served, legacy->credentials) &&
	    set_priority(dev, legacy->session) &&
	    gnutls_credentials_set(legacy->session, GNUTLS_CRD_CERTIFICATE,
		legacy->credentials) == 0) {
		gnutls_transport_set_int(legacy->session, fd);
		return legacy;
	}
	legacy_free(legacy);
	return NULL;
}

void
legacy_free(struct legacy *legacy)
{
	if (legacy == NULL)
		return;
	if (legacy->session != NULL)
		gnutls_deinit(legacy->session);
	if (legacy->credentials != NULL)
		gnutls_certificate_free_credentials(legacy->credentials);
	free(legacy);
}

static enum tls_io
result_of(const struct legacy *legacy, ssize_t result)
{
	if (result != GNUTLS_E_AGAIN && result != GNUTLS_E_INTERRUPTED)
		return TLS_END;
	return gnutls_record_get_direction(legacy->session) == 1 ? TLS_WANT_WRITE
								 : TLS_WANT_READ;
}

enum tls_io
legacy_shake(struct legacy *legacy)
{
	int result = gnutls_handshake(legacy->session);

	/* A warning alert is no reason to stop. */
	while (result < 0 && result != GNUTLS_E_AGAIN &&
	    result != GNUTLS_E_INTERRUPTED && gnutls_error_is_fatal(result) == 0)
		result = gnutls_handshake(legacy->session);
	return result == GNUTLS_E_SUCCESS ? TLS_DONE : result_of(legacy, result);
}

enum tls_io
legacy_read(struct legacy *legacy, void *bytes, size_t size, size_t *ret_len)
{
	ssize_t result = gnutls_record_recv(legacy->session, bytes, size);

	if (result <= 0)
		return result_of(legacy, result);
	*ret_len = (size_t)result;
	return TLS_DONE;
}

enum tls_io
legacy_write(struct legacy *legacy, const void *bytes, size_t len, size_t *ret_len)
{
	ssize_t result = gnutls_record_send(legacy->session, bytes, len);

	if (result < 0)
		return result_of(legacy, result);
	*ret_len = (size_t)result;
	return TLS_DONE;
}

void
legacy_close(struct legacy *legacy)
{
	(void)gnutls_bye(legacy->session, GNUTLS_SHUT_WR);
}
