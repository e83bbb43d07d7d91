/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a signed request and as a public key: a request that is accepted
 * is one for OpenSSL as well; a key that is accepted is the same when read again.  What
 * a request asks for are names of hosts and one purpose.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/text.h"
#include "x509/csr.h"
#include "x509/csr_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
key(const uint8_t *data, size_t size)
{
	enum cert_key_kind kind = CERT_KEY_OTHER, kind_again = CERT_KEY_OTHER;
	uint8_t *spki = NULL, *again = NULL;
	size_t len = 0, len_again = 0;
	int bits = 0, bits_again = 0;

	if (csr_key_to_spki(data, size, &spki, &len, &kind, &bits, NULL) != RC_OK)
		return;
	if (bits < 0 || len < size ||
	    csr_key_to_spki(spki, len, &again, &len_again, &kind_again, &bits_again,
		NULL) != RC_OK ||
	    len_again != len || memcmp(spki, again, len) != 0 || kind_again != kind ||
	    bits_again != bits)
		abort();
	free(spki);
	free(again);
}

/* The key that the request itself holds, as DER. */
static uint8_t *
key_of(const uint8_t *data, size_t size, size_t *ret_len)
{
	const unsigned char *p = data;
	X509_REQ *req = d2i_X509_REQ(NULL, &p, (long)size);
	unsigned char *der = NULL;
	int len = -1;

	if (req != NULL)
		len = i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(req), &der);
	*ret_len = len < 0 ? 0 : (size_t)len;
	X509_REQ_free(req);
	ERR_clear_error();
	return len < 0 ? NULL : der;
}

static void
request(const uint8_t *data, size_t size)
{
	uint8_t *spki;
	size_t len = 0;

	spki = key_of(data, size, &len);
	if (csr_verify_signed(data, size, data, size, spki, len, NULL) == RC_OK &&
	    spki == NULL)
		abort();
	OPENSSL_free(spki);
	/* What was sent is a matter of its own. */
	(void)csr_verify_signed(data, size / 2, data, size, data, size, NULL);
	(void)csr_verify_signed(data, size, data, size / 2, data, size, NULL);
}

static void
asks(const uint8_t *data, size_t size)
{
	struct csr_asked asked = { .eku = 0 };

	if (csr_read(data, size, &asked, NULL) != RC_OK)
		return;
	if (!text_is_hostname(asked.common_name) ||
	    (asked.eku != CERT_EKU_SERVER_AUTH && asked.eku != CERT_EKU_CLIENT_AUTH))
		abort();
	for (size_t i = 0; i < asked.n_dns_names; i++)
		if (!text_is_hostname(asked.dns_names[i]))
			abort();
	csr_asked_clear(&asked);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	key(data, size);
	request(data, size);
	asks(data, size);
	if (ERR_peek_error() != 0)
		abort();
	return 0;
}
