/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What OpenSSL does when it is first used, and what it does not: the first call
 * decides for the whole process.  OPENSSL_init_crypto(3), ERR_load_strings(3).
 */
/* The functions that load one library's words are deprecated in favour of loading
 * all at once, which OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS has ruled out. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "tls/start.h"

#include <stddef.h>

#include <openssl/cryptoerr_legacy.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/sslerr_legacy.h>

enum rc
tls_start(struct err *err)
{
	/* OPENSSL_init_ssl() would add the names of all ciphers by itself. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT |
		    OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
		    OPENSSL_INIT_NO_ADD_ALL_CIPHERS,
		NULL) != 1 ||
	    OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG |
		    OPENSSL_INIT_NO_LOAD_SSL_STRINGS,
		NULL) != 1)
		return err_set(err, RC_TLS, "OpenSSL: cannot be started");
	return RC_OK;
}

/* Those that a handshake, a certificate and a key can fail with. */
static const struct {
	int library;
	int (*load)(void);
} words_of[] = {
	{ ERR_LIB_SSL, ERR_load_SSL_strings },
	{ ERR_LIB_ASN1, ERR_load_ASN1_strings },
	{ ERR_LIB_X509, ERR_load_X509_strings },
	{ ERR_LIB_X509V3, ERR_load_X509V3_strings },
	{ ERR_LIB_PEM, ERR_load_PEM_strings },
	{ ERR_LIB_EVP, ERR_load_EVP_strings },
	{ ERR_LIB_RSA, ERR_load_RSA_strings },
	{ ERR_LIB_EC, ERR_load_EC_strings },
};

const char *
tls_reason(unsigned long code)
{
	const char *words = ERR_reason_error_string(code);

	for (size_t i = 0; words == NULL && i < sizeof(words_of) / sizeof(words_of[0]);
	     i++) {
		if (words_of[i].library != ERR_GET_LIB(code))
			continue;
		(void)words_of[i].load();
		words = ERR_reason_error_string(code);
	}
	return words != NULL ? words : "OpenSSL does not say why";
}
