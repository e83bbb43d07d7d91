/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The signatures the firmware makes: PKCS#10 requests handed to it without
 * one, and its own certificate.
 */
#ifndef AMTSIM_PKCS_H
#define AMTSIM_PKCS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

enum pkcs_result {
	PKCS_OK,
	PKCS_MALFORMED,
	PKCS_OTHER_KEY, /* the request names another public key */
	PKCS_FAILED
};

/*
 * Sign the CertificationRequestInfo of a request as it stands, byte for byte.
 * The signature that is there is ignored. *ret_der is the caller's (free).
 * Source: RFC 2986 4.2; SDK GeneratePKCS10RequestEx.
 */
enum pkcs_result pkcs_sign_request(const uint8_t *der, size_t len, EVP_PKEY *key,
    const EVP_MD *md, uint8_t **ret_der, size_t *ret_len);

/* What a certificate is to say. */
struct pkcs_names {
	const char *common_name;
	const char *dns_name; /* in the SubjectAltName; NULL: none */
	int64_t not_before;
	int64_t not_after;
};

/* A server certificate for key, signed by the CA or, when ca is NULL, by key
 * itself; NULL when OpenSSL fails. */
X509 *pkcs_certificate(EVP_PKEY *key, const struct pkcs_names *names, X509 *ca,
    EVP_PKEY *ca_key, const EVP_MD *md);

#endif
