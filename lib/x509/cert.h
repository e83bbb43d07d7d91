/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A certificate as plain facts: DER in, struct cert out, no network and no
 * judgement.  Follows RFC 5280; the template extensions are Microsoft's
 * (MS-WCCE 2.2.2.7.7).
 */
#ifndef AMTCERT_X509_CERT_H
#define AMTCERT_X509_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

enum {
	CERT_DER_MAX_BYTES = 128 * 1024, /* a 60 KiB certificate must be read */
	CERT_STORE_MAX_BYTES = 4100, /* uint8[4100], class AMT_PublicKeyCertificate */
	CERT_SAN_MAX = 16384,	     /* dNSName entries; the DER bounds them, too */
	CERT_NAME_MAX_BYTES = 1024,  /* a longer subject or CN ends in "..." */
	CERT_FINGERPRINT_BYTES = 32,
	CERT_SERIAL_MAX_BYTES = 64,
};

/* 9999-12-31T23:59:59Z: "no well-defined expiration", RFC 5280 4.1.2.5. */
#define CERT_NOT_AFTER_NONE INT64_C(253402300799)

enum cert_key_kind {
	CERT_KEY_OTHER,
	CERT_KEY_RSA,
	CERT_KEY_EC
};

/* Bits of cert.eku. CERT_EKU_OTHER: some purpose we do not name. */
enum {
	CERT_EKU_SERVER_AUTH = 1 << 0, /* 1.3.6.1.5.5.7.3.1 */
	CERT_EKU_CLIENT_AUTH = 1 << 1, /* 1.3.6.1.5.5.7.3.2 */
	CERT_EKU_AMT_REMOTE = 1 << 2,  /* 2.16.840.1.113741.1.2.1 */
	CERT_EKU_AMT_LOCAL = 1 << 3,   /* 2.16.840.1.113741.1.2.2 */
	CERT_EKU_AMT_SETUP = 1 << 4,   /* 2.16.840.1.113741.1.2.3 */
	CERT_EKU_ANY = 1 << 5,	       /* 2.5.29.37.0 */
	CERT_EKU_OTHER = 1 << 6,
};

struct x509_st; /* OpenSSL's X509 */

struct cert {
	struct x509_st *x509; /* der as OpenSSL knows it; NULL when made by hand */
	uint8_t *der;
	size_t der_len;
	uint8_t fingerprint[CERT_FINGERPRINT_BYTES]; /* SHA-256 of the DER */
	uint8_t spki_sha256[CERT_FINGERPRINT_BYTES]; /* of SubjectPublicKeyInfo */

	char *subject;	     /* RFC 4514 text as UTF-8, at most CERT_NAME_MAX_BYTES; */
	char *issuer;	     /* pass both through text_printable() for output */
	char *common_name;   /* last CN of the subject; NULL when there is none */
	char *serial_number; /* lower-case hex, at least two digits */

	int64_t not_before; /* seconds since 1970 UTC, both inclusive */
	int64_t not_after;

	char **san_dns; /* dNSName entries as they stand; one that is empty, longer
			 * than a DNS name can be or holds a byte that is not
			 * visible ASCII is counted in n_san_bad instead */
	size_t n_san_dns;
	size_t n_san_bad;
	bool has_san;

	enum cert_key_kind key_kind;
	int key_bits;		   /* RSA modulus or EC field size */
	char key_group[16];	   /* "secp384r1"; "" unless EC */
	char signature_digest[16]; /* "sha256"; "" when the algorithm has none */
	int signature_bits; /* security bits of the signature digest; -1 unknown */

	bool is_ca; /* basicConstraints cA, or a version 1 root */
	bool is_self_issued;
	bool has_eku;
	unsigned int eku; /* bits CERT_EKU_...; 0 without the extension */
	bool has_key_usage;
	bool can_sign_digitally; /* keyUsage digitalSignature; true if absent */
	bool can_encipher_keys;	 /* keyUsage keyEncipherment; true if absent */
	bool has_unknown_critical;

	bool has_template; /* 1.3.6.1.4.1.311.21.7 */
	char template_oid[128];
	int64_t template_major;
	int64_t template_minor;
	char *template_name; /* 1.3.6.1.4.1.311.20.2, version 1 templates; or NULL */
};

/*
 * Parse one DER certificate, which must end where the bytes end.  RC_FORMAT
 * names the field and its RFC 5280 section; RC_LIMIT above CERT_DER_MAX_BYTES,
 * CERT_SERIAL_MAX_BYTES or CERT_SAN_MAX.  Strings are valid UTF-8 (bytes that are
 * not are escaped).  Caller frees with cert_free.
 */
enum rc cert_parse(const uint8_t *der, size_t len, struct cert **ret_cert,
    struct err *err);

/* The same from what OpenSSL has parsed already: decoding a key is by far the
 * dearest part, so a chain that libssl holds is not decoded twice. x509 stays
 * the caller's and must not be changed afterwards. */
enum rc cert_from_x509(struct x509_st *x509, struct cert **ret_cert, struct err *err);

/* OpenSSL's form of a certificate, parsed now if it was made by hand. Caller
 * frees with X509_free. RC_FORMAT. */
enum rc cert_get_x509(const struct cert *cert, struct x509_st **ret_x509,
    struct err *err);

/* Every certificate of a PEM file of at most 16 MiB, in order. RC_FORMAT when
 * there is none. Caller frees each and the array. */
enum rc cert_read_pem_file(const char *path, struct cert ***ret_certs, size_t *ret_n,
    struct err *err);

enum rc cert_dup(const struct cert *cert, struct cert **ret_cert, struct err *err);
void cert_free(struct cert *cert);
void cert_free_list(struct cert **certs, size_t n);

/* Byte-equal DER. */
bool cert_equals(const struct cert *a, const struct cert *b);

/* Seconds from now to the end; negative once it has expired.
 * Source: RFC 5280 4.1.2.5, notAfter itself is still valid. */
int64_t cert_left_s(const struct cert *cert, int64_t now);

/* L = notAfter - notBefore; never negative (0 for a reversed period). */
int64_t cert_lifetime_s(const struct cert *cert);

#endif
