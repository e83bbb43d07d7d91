/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an EST server wants to see in requests (RFC 7030 4.5, RFC 8951 3.5), as far
 * as a request that firmware signs can fit it or not.
 */
#ifndef AMTCERT_CA_CSRATTRS_H
#define AMTCERT_CA_CSRATTRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "x509/cert.h"

enum {
	CSRATTRS_MAX = 64, /* entries */
	CSRATTRS_WHY_SIZE = 160,
};

/* What is wanted of the key and of the signature of a request. */
struct csrattrs {
	bool wants_challenge;	     /* a binding to the TLS session: we cannot */
	enum cert_key_kind key_kind; /* CERT_KEY_OTHER: any */
	int64_t key_bits;	     /* RSA: at least; EC: exactly; 0: any */
	bool wants_sha256;	     /* signatures that are named; none: any */
	bool wants_sha384;
	bool wants_other_digest;
	enum cert_key_kind signature_kind; /* of them; CERT_KEY_OTHER: any */
};

/* Parse one CsrAttrs in DER. RC_FORMAT, RC_LIMIT past CSRATTRS_MAX. */
enum rc csrattrs_parse(const uint8_t *der, size_t len, struct csrattrs *ret_attrs,
    struct err *err);

/*
 * Can a request with that kind of key and that digest fit? Otherwise why says what
 * does not. Unknown numbers (CERT_KEY_OTHER) fit.
 */
bool csrattrs_fit(const struct csrattrs *attrs, enum cert_key_kind key_kind,
    int key_bits, const char *digest, char why[CSRATTRS_WHY_SIZE]);

#endif
