/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and times of certificates and of what else RFC 5280 defines.
 */
#include "x509/field.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "x509/cert.h"

/* RFC 4514 in UTF-8; a name of 64 kB passes through whole before it is cut. */
#define NAME_FLAGS (XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB)

static enum rc
nomem(struct err *err)
{
	return err_set(err, RC_NOMEM, "certificate: out of memory");
}

/* An own line of valid UTF-8, cut at CERT_NAME_MAX_BYTES. */
enum rc
field_take_line(const void *bytes, size_t len, char **ret, struct err *err)
{
	char field[CERT_NAME_MAX_BYTES + 1];

	text_line_field(field, sizeof(field), bytes, len);
	*ret = strdup(field);
	return *ret != NULL ? RC_OK : nomem(err);
}

enum rc
field_read_name(const X509_NAME *name, const char *field, char **ret, struct err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	enum rc r;
	long len;

	if (bio == NULL)
		return nomem(err);
	if (X509_NAME_print_ex(bio, name, 0, NAME_FLAGS) < 0) {
		r = err_set(err, RC_FORMAT, "%s: RFC 5280 4.1.2.4: not a readable name",
		    field);
	} else {
		len = BIO_get_mem_data(bio, &bytes);
		r = field_take_line(bytes, len > 0 ? (size_t)len : 0, ret, err);
	}
	BIO_free(bio);
	return r;
}

enum rc
field_read_time(const ASN1_TIME *time, const char *field, int64_t *ret_s,
    struct err *err)
{
	struct tm tm = { 0 };

	if (ASN1_TIME_to_tm(time, &tm) != 1 || clock_from_tm(&tm, ret_s, NULL) != RC_OK)
		return err_set(err, RC_FORMAT, "%s: RFC 5280 4.1.2.5: not a time",
		    field);
	return RC_OK;
}
