/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A socket that does not block, as OpenSSL sees it: bounded, without SIGPIPE,
 * and it remembers how it ended.
 */
#ifndef AMTCERT_TLS_WIRE_H
#define AMTCERT_TLS_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/bio.h>

struct wire {
	int fd; /* -1: none */
	size_t read_max_bytes;
	size_t n_read;
	bool is_over_limit; /* the peer sent more than read_max_bytes */
	bool is_closed;	    /* by the peer, in order or by a reset */
	int error;	    /* errno of what failed; 0 for an orderly close */
};

/* What all wires of a process share; NULL when memory is out. Freed with
 * BIO_meth_free, after the last of them. */
BIO_METHOD *wire_method_new(void);

/* wire is lent and outlives the BIO, which does not close its descriptor. NULL
 * when memory is out. */
BIO *wire_bio(const BIO_METHOD *method, struct wire *wire);

#endif
