/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates for unit tests, made on the spot with fixed dates: what
 * RFC 5280 asks for unless a test wants it otherwise.
 */
#ifndef AMTCERT_TESTS_MAKE_CERT_H
#define AMTCERT_TESTS_MAKE_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "x509/cert.h"

/* 2026-01-01T00:00:00Z: notBefore unless a test says otherwise. */
#define MAKE_NB	 INT64_C(1767225600)
#define MAKE_DAY INT64_C(86400)

/* One more extension, by OID and DER of its value. */
struct make_extension {
	const char *oid;
	const char *der;
	size_t der_len;
	bool critical;
};

/* A zeroed one is a leaf for pc1.example without subjectAltName, EC P-256, signed
 * by itself with SHA-256, valid for 365 days. */
struct make_cert {
	const char *cn;	   /* NULL: "pc1.example"; "" : an empty subject */
	size_t cn_len;	   /* 0: strlen(cn) */
	int cn_type;	   /* 0: UTF8String */
	const char *san;   /* "DNS:a,DNS:b,IP:127.0.0.1" */
	const char *eku;   /* "serverAuth"; "" : none */
	const char *usage; /* keyUsage, "critical,digitalSignature" */
	bool is_ca;
	int64_t not_before; /* 0: MAKE_NB */
	int64_t not_after;  /* 0: 365 days later */
	int64_t serial;	    /* 0: 1 */
	const char *key;    /* "p256", "p384", "rsa2048", "rsa1024", "ed25519" */
	int key_number;	    /* keys of one kind differ by it */
	const char *digest; /* "sha256"; "" for ed25519 */
	X509 *issuer;	    /* NULL: itself */
	const char *issuer_key;
	int issuer_key_number;
	const struct make_extension *extensions;
	size_t n_extensions;
};

/* A private key, made once and kept; lent. */
EVP_PKEY *make_key(const char *kind, int number);

/* The test ends when it cannot be made. Caller frees with X509_free. */
X509 *make_x509(const struct make_cert *spec);

/* The same as DER (free with free) and as facts (cert_free). */
uint8_t *make_der(const struct make_cert *spec, size_t *ret_len);
struct cert *make_facts(const struct make_cert *spec);

#endif
