/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever a CA sends as certificates: it is refused with words, or the bag holds
 * certificates, each once, and at most one of them answers a request.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>

#include "ca/bag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	CSR_MAX = 1024
};

/* A request for a key that nobody keeps. */
static size_t
make_csr(uint8_t csr[CSR_MAX])
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509_REQ *req = X509_REQ_new();
	unsigned char *p = csr;
	int len = 0;

	if (key == NULL || req == NULL || X509_REQ_set_pubkey(req, key) != 1 ||
	    X509_REQ_sign(req, key, EVP_sha256()) <= 0)
		abort();
	len = i2d_X509_REQ(req, NULL);
	if (len <= 0 || len > CSR_MAX || i2d_X509_REQ(req, &p) != len)
		abort();
	X509_REQ_free(req);
	EVP_PKEY_free(key);
	return (size_t)len;
}

static void
check_each_once(const struct bag *bag)
{
	if (bag->n > BAG_CERTS_MAX)
		abort();
	for (size_t i = 0; i < bag->n; i++)
		for (size_t j = 0; j < i; j++)
			if (cert_equals(bag->certs[i], bag->certs[j]))
				abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t csr[CSR_MAX];
	static size_t csr_len;
	const struct ca_request request = { .now = 1760000000 };
	struct ca_facts facts = { 0 };
	struct ca_answer answer = { 0 };
	struct bag bag = { 0 };
	struct err err = { 0 };
	enum rc r = bag_add_any(&bag, data, size, &err);

	if (csr_len == 0)
		csr_len = make_csr(csr);
	if ((r == RC_OK) != (err.text[0] == '\0') || (r == RC_OK && bag.n == 0))
		abort();
	check_each_once(&bag);
	bag_note_facts(&bag, NULL, &request, &facts);
	/* Decoding the key of a request is by far the dearest part. */
	if (bag.n > 0 &&
	    (bag_answer(&bag, csr, csr_len, &answer, NULL) != RC_OK ||
		answer.outcome != CA_BADANSWER || answer.text[0] == '\0'))
		abort();
	ca_answer_clear(&answer);
	bag_clear(&bag);
	return 0;
}
