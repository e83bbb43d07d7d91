/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The issuing certificate of the local CA and its private key.  Only the
 * process that signs may open one.
 */
#ifndef AMTCERT_CA_ISSUER_H
#define AMTCERT_CA_ISSUER_H

#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/rc.h"

enum {
	ISSUER_KEY_TEXT_SIZE = 32,
	ISSUER_FILE_MAX_BYTES = 64 * 1024,
};

/* Zeroed is empty; clear with issuer_clear. */
struct issuer {
	X509 *cert;
	EVP_PKEY *key;
	const char *digest; /* "sha384" or "sha256", by the key */
	int64_t not_before;
	int64_t not_after;
	char key_text[ISSUER_KEY_TEXT_SIZE]; /* "RSA 3072", "EC secp384r1" */
};

/*
 * Read a PEM certificate and its PEM private key; secret_file holds the pass
 * phrase of an encrypted key, or is NULL.  RC_CONFIG, each with its own
 * sentence: the key file is not ours or open to others, the pass phrase is
 * missing or wrong, key and certificate do not belong together, the
 * certificate is not a CA's or may not sign certificates, the key is of a kind
 * that AMT cannot use (RSA from 2048 bits, P-256, P-384).  RC_SYSTEM.
 */
enum rc issuer_open(const char *cert_file, const char *key_file,
    const char *secret_file, struct issuer *ret_issuer, struct err *err);

/* The key is wiped by OpenSSL. */
void issuer_clear(struct issuer *issuer);

#endif
