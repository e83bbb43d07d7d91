/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of firmware generations, newest first.
 */
#include "renew/generation.h"

#include <stddef.h>

/* clang-format off */
static const struct generation generations[] = {
	/* RSA 2048 is stored there and refused when it is bound. */
	{ 22, 0, CERT_KEY_EC, 384, "EC P-384", "sha384" },
	{ 6, 2, CERT_KEY_RSA, 2048, "RSA 2048", "sha256" },
	/* Before GenerateKeyPair a private key had to be sent to the device. */
	{ 0, 0, CERT_KEY_OTHER, 0, "", "" },
};
/* clang-format on */

enum rc
generation_find(int64_t major, int64_t minor, const struct generation **ret_generation,
    struct err *err)
{
	size_t i = 0;

	if (major <= 0)
		return err_set(err, RC_STATE, "firmware: its version is not known");
	while (major < generations[i].major ||
	    (major == generations[i].major && minor < generations[i].minor))
		i++;
	if (generations[i].key_kind == CERT_KEY_OTHER)
		return err_set(err, RC_STATE,
		    "firmware: AMT %lld.%lld cannot make a key pair, 6.2 is the first "
		    "that can",
		    (long long)major, (long long)minor);
	*ret_generation = &generations[i];
	return RC_OK;
}
