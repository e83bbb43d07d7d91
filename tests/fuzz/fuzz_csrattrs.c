/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever an EST server wants: it is refused with words, or a judgement can be made
 * of it, with a reason whenever it does not fit.
 */
#include <stdint.h>
#include <stdlib.h>

#include "ca/csrattrs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[CSRATTRS_WHY_SIZE];
	struct csrattrs attrs = { 0 };
	struct err err = { 0 };
	enum rc r = csrattrs_parse(data, size, &attrs, &err);

	if ((r == RC_OK) != (err.text[0] == '\0'))
		abort();
	if (r != RC_OK)
		return 0;
	if (csrattrs_fit(&attrs, CERT_KEY_RSA, 2048, "sha256", why) !=
		(why[0] == '\0') ||
	    csrattrs_fit(&attrs, CERT_KEY_EC, 384, "sha384", why) != (why[0] == '\0'))
		abort();
	return 0;
}
