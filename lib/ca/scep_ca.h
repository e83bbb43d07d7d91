/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a SCEP server says of itself (RFC 8894 3.5 and 4.2): what it can do, and the
 * certificates of its CA and RA.  Both come from anybody; what we believe of them is
 * what the operator wrote down.
 */
#ifndef AMTCERT_CA_SCEP_CA_H
#define AMTCERT_CA_SCEP_CA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "base/rc.h"
#include "ca/bag.h"
#include "x509/cert.h"

enum {
	SCEP_PRINTS_MAX = 8,
};

/* The certificates that the operator knows. */
struct scep_known {
	struct cert *const *certs[2]; /* two lists, lent */
	size_t n_certs[2];
	uint8_t prints[SCEP_PRINTS_MAX]
		      [CERT_FINGERPRINT_BYTES]; /* SHA-256 of the DER */
	size_t n_prints;
};

/*
 * "sha256:HEX", several with blanks between them, into known->prints. Colons between
 * the digits, as OpenSSL prints them, are left out. RC_FORMAT, RC_LIMIT.
 */
enum rc scep_known_add_prints(struct scep_known *known, const char *text,
    struct err *err);

/* Zeroed is empty; clear with scep_ca_clear. */
struct scep_ca {
	struct bag bag;		   /* all that was shown */
	const struct cert *issuer; /* the CA's own, in the bag */
	X509 *issuer_x509;
	X509 *recipient;	 /* who can read our messages */
	STACK_OF(X509) *signers; /* who may sign the answers */
};

void scep_ca_clear(struct scep_ca *ca);

/*
 * Choose among the certificates in ca->bag. The CA is one that is known; an RA one
 * that is known or that the CA issued, as long as it has not ended, is signed with
 * SHA-2, and is no certificate for TLS: such the CA issues to anybody. The recipient
 * is an RA that may encipher keys, else the CA itself. RC_CA says what is missing.
 */
enum rc scep_ca_choose(struct scep_ca *ca, const struct scep_known *known, int64_t now,
    struct err *err);

/* Bits of what a CA can do. */
enum {
	SCEP_CAN_POST = 1 << 0,
	SCEP_CAN_AES = 1 << 1,
	SCEP_CAN_SHA256 = 1 << 2,
	SCEP_CAN_ALL = SCEP_CAN_POST | SCEP_CAN_AES | SCEP_CAN_SHA256,
};

/* The answer to GetCACaps: a word a line (RFC 8894 3.5.2). */
unsigned int scep_ca_read_caps(const char *text, size_t len);

/* What of SCEP_CAN_ALL is missing, in the words of GetCACaps: "AES, SHA-256". */
#define SCEP_CAPS_SIZE 48
void scep_ca_name_missing(unsigned int caps, char field[SCEP_CAPS_SIZE]);

#endif
