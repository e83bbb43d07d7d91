/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the handshakes of a process share, from inside.  Private to shaker.c and
 * shake.c; others see tls/shake.h.
 */
#ifndef AMTCERT_TLS_SHAKER_H
#define AMTCERT_TLS_SHAKER_H

#include <openssl/ssl.h>

#include "tls/shake.h"

/* Of each connection the application data is a bool, which becomes true when the peer
 * asks for a client certificate. */
struct shaker {
	SSL_CTX *ctx;
	BIO_METHOD *method;
	bool has_client_cert;
};

#endif
