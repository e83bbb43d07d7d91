/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DER tells its own length, so that the messages stand one behind the other.
 */
#include "ca/cmp_cookie.h"

#include <openssl/asn1.h>
#include <openssl/err.h>

enum rc
cmp_cookie_write(const struct cmp_cookie *cookie, struct buf *out)
{
	for (size_t i = 0; i < cookie->n; i++)
		(void)buf_add(out, cookie->messages[i].der, cookie->messages[i].len);
	return out->rc;
}

/* Length of the SEQUENCE that begins here; 0: there is none. */
static size_t
measure(const uint8_t *bytes, size_t len)
{
	const uint8_t *p = bytes;
	long content = 0;
	int tag = 0;
	int class = 0;
	int flags;

	ERR_set_mark();
	flags = ASN1_get_object(&p, &content, &tag, &class, (long)len);
	ERR_pop_to_mark();
	if (flags != V_ASN1_CONSTRUCTED || tag != V_ASN1_SEQUENCE ||
	    class != V_ASN1_UNIVERSAL)
		return 0;
	return (size_t)(p - bytes) + (size_t)content;
}

enum rc
cmp_cookie_read(const uint8_t *bytes, size_t len, struct cmp_cookie *ret_cookie,
    struct err *err)
{
	struct cmp_cookie cookie = { .n = 0 };

	while (len > 0 && cookie.n < CMP_COOKIE_MESSAGES) {
		size_t n = measure(bytes, len);

		if (n == 0)
			break;
		cookie.messages[cookie.n].der = bytes;
		cookie.messages[cookie.n].len = n;
		cookie.n++;
		bytes += n;
		len -= n;
	}
	if (len > 0 || cookie.n == 0)
		return err_set(err, RC_FORMAT, "CMP: the cookie is not one of ours");
	*ret_cookie = cookie;
	return RC_OK;
}
