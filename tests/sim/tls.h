/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TLS server of a device: versions and suites of its generation, the
 * served certificate and chain, and mutual authentication by its own clock.
 */
#ifndef AMTSIM_TLS_H
#define AMTSIM_TLS_H

#include <openssl/ssl.h>

struct device;

/* A server side for fd; NULL when the device serves no certificate or OpenSSL
 * refuses it. Caller frees with SSL_free. */
SSL *tls_new(struct device *dev, int fd);

/* "TLSv1.2" and so on to TLS1_2_VERSION; 0 for anything else. */
int tls_version(const char *text);

/* Free the contexts kept between connections. */
void tls_clear(void);

#endif
