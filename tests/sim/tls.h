/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TLS server of a device: versions and suites of its generation, the
 * served certificate and chain, and mutual authentication by its own clock.
 */
#ifndef AMTSIM_TLS_H
#define AMTSIM_TLS_H

#include <stddef.h>

struct device;
struct served;
struct tls;

enum tls_io {
	TLS_DONE,
	TLS_WANT_READ,
	TLS_WANT_WRITE,
	TLS_END /* closed, or broken */
};

/* A server side for fd that presents served; NULL when that is no certificate or
 * the library refuses it. */
struct tls *tls_new(struct device *dev, const struct served *served, int fd);
void tls_free(struct tls *tls);

enum tls_io tls_shake(struct tls *tls);
enum tls_io tls_read(struct tls *tls, void *bytes, size_t size, size_t *ret_len);
enum tls_io tls_write(struct tls *tls, const void *bytes, size_t len, size_t *ret_len);

/* Say close_notify. */
void tls_close(struct tls *tls);

/* "1.2" and so on to TLS1_2_VERSION; 0 for anything else. */
int tls_version(const char *text);

/* Free the contexts kept between connections. */
void tls_clear(void);

#endif
