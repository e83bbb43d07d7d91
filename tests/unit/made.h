/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys, certificates and requests made to measure for one test: good ones, and
 * ones that are wrong in a single place.
 */
#ifndef AMTCERT_TESTS_MADE_H
#define AMTCERT_TESTS_MADE_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "x509/cert.h"

/* A key of each kind that tests ask for; made once per program, lent. */
enum made_kind {
	MADE_RSA2048,
	MADE_RSA2048_OTHER,
	MADE_RSA1024,
	MADE_RSA3072,
	MADE_P384,
	MADE_P384_OTHER,
	MADE_P256,
	MADE_P521,
	MADE_ED25519,
	MADE_KINDS
};

EVP_PKEY *made_key(enum made_kind kind);

/* Free them all; a group teardown. */
int made_forget_keys(void **state);

/* One extension in OpenSSL's words; "" or NULL leaves it out. */
struct made_recipe {
	const char *subject;	 /* common name */
	const char *san;	 /* "DNS:pc01.example" */
	const char *eku;	 /* "serverAuth" */
	const char *key_usage;	 /* "critical,digitalSignature" */
	const char *constraints; /* "critical,CA:FALSE" */
	const char *more;	 /* another subjectAltName after the first */
	const char *template_id; /* DER of template information, "DER:30:..." */
	const char *unknown;	 /* DER of a critical 1.2.3.4, in hexadecimal */
	enum made_kind key;
	const char *digest; /* NULL: "sha256" */
	long version;	    /* as encoded: 2 is version 3 */
	long serial;	    /* 0: 1 */
	int64_t not_before;
	int64_t not_after;
	int no_identifiers; /* without subject and authority key identifier */
	X509 *issuer;	    /* NULL: itself */
	enum made_kind issuer_key;
	size_t padding; /* bytes of a comment that nobody reads */
};

/* Caller frees with X509_free and cert_free. */
X509 *made_x509(const struct made_recipe *recipe);
struct cert *made_cert(const struct made_recipe *recipe);
struct cert *made_parse(X509 *x);

/* A CA recipe, self-signed, that is good in every way. */
struct made_recipe made_ca(const char *subject, enum made_kind key, int64_t not_before,
    int64_t not_after);

/* PKCS#10 in DER, signed by its key. Caller frees. extra may be NULL. */
struct made_request {
	const char *subject;
	const char *san;
	const char *extra_constraints; /* "CA:TRUE": asks for too much */
	enum made_kind key;
	enum made_kind signing_key; /* another one: proof of possession fails */
};

/* What requests of ours do not have, or get elsewhere. */
struct made_extra {
	const char *second_subject; /* one more common name */
	const char *eku;
	const char *challenge;	   /* challengePassword */
	const char *template_name; /* printable */
};

uint8_t *made_csr(const struct made_request *request, size_t *ret_len);
uint8_t *made_csr_with(const struct made_request *request,
    const struct made_extra *extra, size_t *ret_len);

/* A revocation list in DER. Caller frees. */
struct made_list {
	X509 *issuer;
	enum made_kind key; /* that signs it */
	long serial;	    /* that it names; 0: none */
	int64_t this_update;
	int64_t next_update;
};

uint8_t *made_list(const struct made_list *list, size_t *ret_len);

/* Write PEM files, mode 0600. pass encrypts the key; may be NULL. */
void made_put_cert(const char *path, X509 *x);
void made_put_key(const char *path, EVP_PKEY *key, const char *pass);

#endif
