/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates written by hand for tests of judgement: plain facts, no DER that
 * anybody parses.
 */
#ifndef AMTCERT_TESTS_HAND_CERT_H
#define AMTCERT_TESTS_HAND_CERT_H

#include "x509/cert.h"

/* 2026-01-01T00:00:00Z */
#define HAND_NB	 INT64_C(1767225600)
#define HAND_DAY INT64_C(86400)

/* A certificate with its strings; copied nowhere. */
struct hand_cert {
	struct cert cert;
	uint8_t id; /* stands for the DER: equal certificates have equal ids */
	char subject[128];
	char issuer[128];
	char serial_number[8];
};

/* A good leaf: EC P-384, SHA-384, valid from HAND_NB for 365 days. */
void hand_cert_init(struct hand_cert *hand, uint8_t id, const char *subject,
    const char *issuer);

#endif
