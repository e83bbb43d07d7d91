/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A TLS server without RFC 5746, as real firmware is: a recorded handshake of
 * 2022 has no secure renegotiation.  OpenSSL cannot leave that extension out,
 * GnuTLS can.
 */
#ifndef AMTSIM_LEGACY_H
#define AMTSIM_LEGACY_H

#include <stddef.h>

#include "tls.h"

struct legacy;

/* As tls_new, for a device without mutual authentication. */
struct legacy *legacy_new(struct device *dev, const struct served *served, int fd);
void legacy_free(struct legacy *legacy);

enum tls_io legacy_shake(struct legacy *legacy);
enum tls_io legacy_read(struct legacy *legacy, void *bytes, size_t size,
    size_t *ret_len);
enum tls_io legacy_write(struct legacy *legacy, const void *bytes, size_t len,
    size_t *ret_len);
void legacy_close(struct legacy *legacy);

#endif
