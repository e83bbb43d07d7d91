/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PKCS#10 (RFC 2986) for a key that lives in the firmware: the null-signed
 * template that is sent, and the checks on what comes back signed.
 * Source: Intel AMT SDK, GeneratePKCS10RequestEx.
 */
#ifndef AMTCERT_X509_CSR_H
#define AMTCERT_X509_CSR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "x509/cert.h"

enum {
	CSR_CN_MAX_BYTES = 64,	       /* ub-common-name, RFC 5280 A.1 */
	CSR_CHALLENGE_MAX_BYTES = 255, /* pkcs-9-ub-challengePassword, RFC 2985 A */
	CSR_DER_MAX_BYTES = 16 * 1024,
};

/* What is asked for. Lent strings. */
struct csr_profile {
	const char *common_name;      /* FQDN; also the first dNSName */
	const char *const *dns_names; /* further dNSNames; one that is there already
				       * is not repeated; may be NULL */
	size_t n_dns_names;
	unsigned int eku; /* CERT_EKU_SERVER_AUTH or CERT_EKU_CLIENT_AUTH */
	/* A secret, which the firmware and whoever reads the request will see; NULL
	 * for any CA but one of SCEP: an EST server takes it for channel binding. */
	const char *challenge;
	/* The certificate template that a Windows CA shall use; NULL: not named. */
	const char *template_name;
};

/*
 * A public key as the device lists it: DERKey, a PKCS#1 RSAPublicKey (RFC 8017
 * A.1.1) or, from newer firmware, SubjectPublicKeyInfo. *ret_spki is
 * SubjectPublicKeyInfo DER (free). A well-formed key of another kind, or of a
 * curve that is not P-256, P-384 or P-521, has 0 bits. RC_FORMAT, RC_NOMEM.
 */
enum rc csr_key_to_spki(const uint8_t *der_key, size_t len, uint8_t **ret_spki,
    size_t *ret_len, enum cert_key_kind *ret_kind, int *ret_bits, struct err *err);

/*
 * Build the request for the public key spki, signed as by a key of the same kind
 * that nobody knows: subject CN, and as extensionRequest subjectAltName,
 * extKeyUsage, keyUsage and the name of the template; as attribute challengePassword (RFC 2985 5.4.1) the
 * challenge, if there is one.  digest is "sha256" or "sha384".
 * RC_FORMAT for a name that is none, or an address, for a challenge or a
 * template that is not UTF-8, and for a key that is neither RSA nor EC; RC_LIMIT for a CN above
 * CSR_CN_MAX_BYTES, a challenge above CSR_CHALLENGE_MAX_BYTES; RC_USAGE for another
 * digest or purpose. *ret_der is the caller's (free).
 */
enum rc csr_build(const struct csr_profile *profile, const uint8_t *spki,
    size_t spki_len, const char *digest, uint8_t **ret_der, size_t *ret_len,
    struct err *err);

/*
 * The same for a key pair that is made for it alone, RSA of so many bits or EC on the
 * NIST curve of that size, and that signs it: a request that proves possession like
 * one of a device. The private key is wiped before it returns and was nowhere else.
 * RC_USAGE for another kind or size; RC_INTERNAL when none could be made.
 */
enum rc csr_build_once(const struct csr_profile *profile, enum cert_key_kind kind,
    int bits, const char *digest, uint8_t **ret_der, size_t *ret_len, struct err *err);

/*
 * Judge what the firmware returned: one PKCS#10 to the last byte, its
 * CertificationRequestInfo byte for byte the one sent, its key spki, its
 * signature valid. RC_FORMAT with the rule that failed.
 */
enum rc csr_verify_signed(const uint8_t *signed_der, size_t signed_len,
    const uint8_t *sent_der, size_t sent_len, const uint8_t *spki, size_t spki_len,
    struct err *err);

/* Does a PKCS#10 bear a challengePassword? False for what is no PKCS#10. */
bool csr_has_challenge(const uint8_t *der, size_t len);

/* Does a PKCS#10 name a certificate template? False for what is no PKCS#10. */
bool csr_has_template(const uint8_t *der, size_t len);

#endif
