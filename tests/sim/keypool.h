/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where key pairs come from: a file of ready ones first, then real generation;
 * and one shared pair per kind for fleets in which the key does not matter.
 */
#ifndef AMTSIM_KEYPOOL_H
#define AMTSIM_KEYPOOL_H

#include <stddef.h>

#include <openssl/evp.h>

#include "base/rc.h"

enum key_kind {
	KEY_RSA_1024,
	KEY_RSA_2048,
	KEY_P256,
	KEY_P384,
	KEY_KINDS
};

struct keypool {
	EVP_PKEY **keys; /* not yet given away */
	size_t n;
	EVP_PKEY *shared[KEY_KINDS];
};

/* Read every private key of a PEM file. RC_SYSTEM, RC_FORMAT. */
enum rc keypool_read(struct keypool *pool, const char *path, struct err *err);

/* A pair nobody else has; caller frees. NULL when generation fails. */
EVP_PKEY *keypool_take(struct keypool *pool, enum key_kind kind);

/* The pair all who ask share; lent. NULL when generation fails. */
EVP_PKEY *keypool_shared(struct keypool *pool, enum key_kind kind);

void keypool_clear(struct keypool *pool);

#endif
