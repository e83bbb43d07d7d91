/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a certificate: what is accepted has all its fields, is the same
 * when parsed again, and leaves findings that fit a plugin line.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "policy/verdict.h"
#include "x509/name.h"
#include "x509/path.h"

/* 2026-01-01T00:00:00Z */
#define NOW INT64_C(1767225600)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fields(const struct cert *cert)
{
	struct cert *copy = NULL;

	if (cert->subject == NULL || cert->issuer == NULL ||
	    cert->serial_number == NULL || strlen(cert->serial_number) < 2 ||
	    strlen(cert->subject) > CERT_NAME_MAX_BYTES ||
	    strpbrk(cert->subject, "\r\n\x1b") != NULL || cert->der_len == 0 ||
	    cert_lifetime_s(cert) < 0)
		abort();
	for (size_t i = 0; i < cert->n_san_dns; i++)
		if (cert->san_dns[i] == NULL || cert->san_dns[i][0] == '\0')
			abort();
	if (cert_parse(cert->der, cert->der_len, &copy, NULL) != RC_OK ||
	    !cert_equals(cert, copy) || strcmp(cert->subject, copy->subject) != 0 ||
	    cert->not_after != copy->not_after ||
	    memcmp(cert->spki_sha256, copy->spki_sha256, CERT_FINGERPRINT_BYTES) != 0)
		abort();
	cert_free(copy);
}

/* Itself its anchor; nothing more than memory may go wrong. */
static void
path_and_name(struct cert *cert, struct facts_presented *presented)
{
	struct anchors *anchors = NULL;

	if (anchors_from_certs(&cert, 1, &anchors, NULL) != RC_OK ||
	    path_verify(anchors, &cert, 1, NOW, 0, &presented->path, NULL) != RC_OK ||
	    name_match_host(cert, "pc1.example", &presented->name_match, NULL) != RC_OK)
		abort();
	anchors_free(anchors);
}

static void
findings(const struct facts *facts)
{
	struct verdict verdict = { 0 };
	struct policy policy;

	policy_init(&policy);
	if (verdict_judge_presented(facts, &policy, NOW, &verdict, NULL) != RC_OK ||
	    verdict.n_findings == 0)
		abort();
	for (size_t i = 0; i < verdict.n_findings; i++)
		if (strpbrk(verdict.findings[i].text, "|\r\n\t\x1b<>`") != NULL ||
		    verdict.findings[i].text[0] == '\0')
			abort();
	verdict_clear(&verdict);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct facts facts = { .presented = { .known = true, .n_certs = 1 } };
	struct cert *cert = NULL;

	if (cert_parse(data, size, &cert, NULL) == RC_OK) {
		if (cert->der_len != size || memcmp(cert->der, data, size) != 0)
			abort();
		fields(cert);
		facts.presented.certs = &cert;
		path_and_name(cert, &facts.presented);
		findings(&facts);
		path_clear(&facts.presented.path);
	}
	cert_free(cert);
	if (ERR_peek_error() != 0)
		abort();
	return 0;
}
