/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What OpenSSL need not do at start-up: OPENSSL_init_crypto(3).  The first call
 * decides for the whole process.
 */
#include "tls/lean.h"

#include <openssl/crypto.h>

void
tls_start_lean(void)
{
	/* When it fails everything is loaded as usual, which costs only time. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
		OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ATEXIT,
	    NULL);
}
