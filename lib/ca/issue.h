/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes one end-entity certificate for a request, by a profile and never by
 * what the request asks for.  Follows RFC 5280 and RFC 2986.
 */
#ifndef AMTCERT_CA_ISSUE_H
#define AMTCERT_CA_ISSUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "ca/issuer.h"
#include "x509/csr.h"
#include "x509/own_form.h"

enum {
	ISSUE_SERIAL_BYTES = OWN_FORM_SERIAL_BYTES,
	ISSUE_NAMES_MAX = 16,
	ISSUE_COMMON_NAME_MAX_BYTES = 64, /* ub-common-name, RFC 5280 A.1 */
};

struct issue_terms {
	const struct csr_profile *profile;
	const uint8_t *csr;
	size_t csr_len;
	int64_t not_before;
	int64_t not_after;
};

/* Names that are host names, one purpose, not too many. RC_CONFIG. */
enum rc issue_check_profile(const struct csr_profile *profile, struct err *err);

/*
 * Judge the request: one PKCS#10 to the last byte, signed by its own key, a key
 * that AMT makes (RSA from 2048 bits, P-256, P-384), its subject and its
 * subjectAltName those of the profile. Everything else in it is ignored.
 * RC_CA with what is wrong; RC_CONFIG for a profile that cannot be meant.
 */
enum rc issue_check_request(const struct issue_terms *terms, struct err *err);

/*
 * The certificate: version 3, random serial number, subject and dNSNames of the
 * profile, key of the request, critical CA:FALSE, keyUsage by the key, the
 * profile's extKeyUsage, key identifiers; signed with the issuer's digest.
 * serial receives its number. *ret_der is the caller's (free). The request
 * must have been checked.
 */
enum rc issue_certificate(const struct issuer *issuer, const struct issue_terms *terms,
    uint8_t serial[ISSUE_SERIAL_BYTES], uint8_t **ret_der, size_t *ret_len,
    struct err *err);

#endif
