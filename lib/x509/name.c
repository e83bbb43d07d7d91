/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host names against certificates.  RFC 9525: subjectAltName decides, wildcards
 * stand for one whole leftmost label; without any subjectAltName the common
 * name is compared whole.
 */
#include "x509/name.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/text.h"

enum {
	HOST_MAX_BYTES = 255,	 /* RFC 1035 2.3.4 */
	DESCRIBE_MAX_SIZE = 201, /* text and NUL */
	DESCRIBE_NAME_SIZE = 80,
};

static bool
is_ip(const char *host)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, address) == 1 ||
	    inet_pton(AF_INET6, host, address) == 1;
}

/* host without the dot that ends an absolute name. False when it cannot be the
 * name of a host; OpenSSL takes a leading dot for "any name below". */
static bool
trim_host(const char *host, char field[HOST_MAX_BYTES + 1])
{
	size_t len = strlen(host);

	if (len > 1 && host[len - 1] == '.')
		len--;
	if (len > HOST_MAX_BYTES || host[0] == '.')
		return false;
	memcpy(field, host, len);
	field[len] = '\0';
	return true;
}

static enum rc
match_san(const struct cert *cert, const char *host, bool *ret_matches, struct err *err)
{
	X509 *x509 = NULL;
	enum rc r;
	int n;

	r = cert_get_x509(cert, &x509, err);
	if (r != RC_OK)
		return r;
	(void)ERR_set_mark();
	if (is_ip(host))
		n = X509_check_ip_asc(x509, host, 0);
	else
		n = X509_check_host(x509, host, 0,
		    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
			X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
		    NULL);
	(void)ERR_pop_to_mark();
	X509_free(x509);
	if (n == -1)
		return err_set(err, RC_NOMEM, "%s: out of memory", host);
	*ret_matches = n == 1;
	return RC_OK;
}

enum rc
name_match_host(const struct cert *cert, const char *host, enum name_match *ret_match,
    struct err *err)
{
	char trimmed[HOST_MAX_BYTES + 1];
	bool matches = false;
	enum rc r = RC_OK;

	if (host == NULL || host[0] == '\0') {
		*ret_match = NAME_UNKNOWN;
		return RC_OK;
	}
	if (!cert->has_san && cert->common_name == NULL) {
		*ret_match = NAME_ABSENT;
		return RC_OK;
	}
	if (trim_host(host, trimmed)) {
		if (cert->has_san)
			r = match_san(cert, trimmed, &matches, err);
		else
			matches = strcasecmp(cert->common_name, trimmed) == 0;
	}
	if (r != RC_OK)
		return r;
	if (!matches)
		*ret_match = NAME_MISMATCH;
	else
		*ret_match = cert->has_san ? NAME_MATCH_SAN : NAME_MATCH_CN_ONLY;
	return RC_OK;
}

/* A text of fixed size that grows. */
struct line {
	char text[DESCRIBE_MAX_SIZE];
	size_t len;
};

static void
add(struct line *line, const char *text)
{
	size_t len = strlen(text);

	if (len >= sizeof(line->text) - line->len)
		return;
	memcpy(line->text + line->len, text, len + 1);
	line->len += len;
}

/* False when neither this name nor a further one fits. */
static bool
add_name(struct line *line, const char *separator, const char *name)
{
	static const char dots[] = ", ...";
	char printable[DESCRIBE_NAME_SIZE];

	text_printable_field(printable, sizeof(printable), name, strlen(name));
	if (line->len + strlen(separator) + strlen(printable) + sizeof(dots) >
	    sizeof(line->text)) {
		add(line, dots);
		return false;
	}
	add(line, separator);
	add(line, printable);
	return true;
}

void
name_describe(const struct cert *cert, char *field, size_t size)
{
	struct line line = { .len = 0 };
	const char *separator = " ";

	add(&line, "the certificate names");
	for (size_t i = 0; i < cert->n_san_dns; i++) {
		if (!add_name(&line, separator, cert->san_dns[i]))
			break;
		separator = ", ";
	}
	if (!cert->has_san && cert->common_name != NULL)
		(void)add_name(&line, separator, cert->common_name);
	else if (cert->n_san_dns == 0)
		add(&line, cert->has_san ? " no DNS name" : " no host");
	text_line_field(field, size, line.text, line.len);
}
