/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a peer presented, read from OpenSSL and freed.
 */
#include "tls/presented.h"

#include <stdio.h>
#include <string.h>

void
presented_note(struct presented *presented, SSL *ssl)
{
	const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl);

	(void)snprintf(presented->protocol, sizeof(presented->protocol), "%s",
	    SSL_get_version(ssl));
	(void)snprintf(presented->cipher, sizeof(presented->cipher), "%s",
	    cipher != NULL ? SSL_CIPHER_get_name(cipher) : "");
	/* Renegotiation does not exist in TLS 1.3: RFC 8446 4.1.2. */
	presented->secure_renegotiation = SSL_version(ssl) >= TLS1_3_VERSION ||
	    SSL_get_secure_renegotiation_support(ssl) == 1;
}

void
presented_clear(struct presented *presented)
{
	cert_free_list(presented->certs, presented->n_certs);
	memset(presented, 0, sizeof(*presented));
}
