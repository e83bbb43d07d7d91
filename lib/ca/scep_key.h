/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's key signs a PKCS#10 request and nothing else.  What signs the
 * messages of SCEP, and opens their answers, is an RSA key made for one request
 * with a certificate by itself (RFC 8894 2.3); it goes with the cookie while a
 * request is pending.
 */
#ifndef AMTCERT_CA_SCEP_KEY_H
#define AMTCERT_CA_SCEP_KEY_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "base/buf.h"
#include "base/rc.h"

enum {
	SCEP_ID_SIZE = 41, /* 20 bytes of a digest in hexadecimal */
	SCEP_NONCE_BYTES = 16,
	SCEP_COOKIE_MAX_BYTES = 8 * 1024,
};

/* Zeroed is empty; clear with scep_key_clear. */
struct scep_key {
	EVP_PKEY *key;
	X509 *cert; /* subject and issuer are the subject of the request */
};

void scep_key_clear(struct scep_key *key);

/*
 * A new one for a request, good from a day before now for longer than any request
 * waits. RC_INTERNAL when csr is no PKCS#10 or no key can be made.
 */
enum rc scep_key_make(const uint8_t *csr, size_t csr_len, int64_t now,
    struct scep_key *ret_key, struct err *err);

/* Append key and certificate to a cookie. The caller wipes it. RC_NOMEM. */
enum rc scep_key_write(const struct scep_key *key, struct buf *cookie, struct err *err);

/* Read what scep_key_write wrote. RC_INTERNAL when it is something else. */
enum rc scep_key_read(const uint8_t *cookie, size_t len, struct scep_key *ret_key,
    struct err *err);

/*
 * The transaction is named by the key of the request: upper-case hexadecimal of the
 * first 20 bytes of SHA-256 over its SubjectPublicKeyInfo (RFC 8894 3.2.1.1).
 * RC_INTERNAL when csr is no PKCS#10.
 */
enum rc scep_key_name(const uint8_t *csr, size_t csr_len, char id[SCEP_ID_SIZE],
    struct err *err);

#endif
