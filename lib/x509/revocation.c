/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DER or PEM to struct revocation; the entries of the list are not looked at.
 * Follows RFC 5280 5.1.2.
 */
#include "x509/revocation.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "x509/field.h"
#include "x509/pem.h"

/* DER to the last byte, else PEM. */
static X509_CRL *
parse(const struct buf *bytes)
{
	const unsigned char *p = (const unsigned char *)buf_str(bytes);
	const unsigned char *end = p + bytes->len;
	X509_CRL *list = d2i_X509_CRL(NULL, &p, (long)bytes->len);
	BIO *bio = NULL;

	if (list != NULL && p == end)
		return list;
	X509_CRL_free(list);
	bio = BIO_new_mem_buf(buf_str(bytes), (int)bytes->len);
	if (bio == NULL)
		return NULL;
	list = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
	BIO_free(bio);
	return list;
}

static enum rc
fill(const X509_CRL *list, struct revocation *revocation, struct err *err)
{
	const ASN1_TIME *next = X509_CRL_get0_nextUpdate(list);
	enum rc r = field_read_name(X509_CRL_get_issuer(list), "issuer",
	    &revocation->issuer, err);

	if (r == RC_OK)
		r = field_read_time(X509_CRL_get0_lastUpdate(list), "thisUpdate",
		    &revocation->this_update, err);
	if (r != RC_OK || next == NULL)
		return r;
	revocation->has_next_update = true;
	return field_read_time(next, "nextUpdate", &revocation->next_update, err);
}

enum rc
revocation_read_file(const char *path, struct revocation *ret_revocation,
    struct err *err)
{
	struct revocation revocation = { .issuer = NULL };
	X509_CRL *list = NULL;
	struct buf bytes;
	enum rc r;

	buf_init(&bytes, REVOCATION_FILE_MAX_BYTES);
	(void)ERR_set_mark();
	r = pem_read_bytes(path, &bytes, err);
	if (r == RC_OK) {
		list = parse(&bytes);
		r = list == NULL ? err_set(err, RC_FORMAT,
				       "%s: RFC 5280 5.1: not a revocation list", path)
				 : fill(list, &revocation, err);
	}
	(void)ERR_pop_to_mark();
	X509_CRL_free(list);
	buf_clear(&bytes);
	if (r == RC_OK)
		*ret_revocation = revocation;
	else
		revocation_clear(&revocation);
	return r;
}

void
revocation_clear(struct revocation *revocation)
{
	free(revocation->issuer);
	memset(revocation, 0, sizeof(*revocation));
}
