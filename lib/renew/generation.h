/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which key, and which digests, a generation of firmware takes for its TLS
 * certificate: one table by version.
 * Source: Intel AMT SDK "Certificate Management"; client code for AMT 22.
 */
#ifndef AMTCERT_RENEW_GENERATION_H
#define AMTCERT_RENEW_GENERATION_H

#include <stdint.h>

#include "base/rc.h"
#include "x509/cert.h"

/* One row; strings are static. */
struct generation {
	int64_t major; /* from this version on */
	int64_t minor;
	enum cert_key_kind key_kind; /* CERT_KEY_OTHER: it makes no keys */
	int key_bits;
	const char *key_text; /* "RSA 2048" */
	const char *digest;   /* of the request, and the smallest when issuing */
};

/*
 * The row of a version. RC_STATE when that firmware cannot make a key pair, or its
 * version is not known (major 0).
 */
enum rc generation_find(int64_t major, int64_t minor,
    const struct generation **ret_generation, struct err *err);

#endif
