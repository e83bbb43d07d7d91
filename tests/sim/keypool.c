/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Real key pairs by OpenSSL; a pool file only saves the time to make them.
 */
#include "keypool.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "mem.h"

/* Does a ready key serve this request? */
static bool
fits(const EVP_PKEY *key, enum key_kind kind)
{
	switch (kind) {
	case KEY_RSA_1024:
		return EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) == 1024;
	case KEY_RSA_2048:
		return EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) == 2048;
	case KEY_P256:
		return EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_bits(key) == 256;
	case KEY_P384:
		return EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_bits(key) == 384;
	case KEY_KINDS:
		break;
	}
	return false;
}

enum rc
keypool_read(struct keypool *pool, const char *path, struct err *err)
{
	FILE *file = fopen(path, "re");
	EVP_PKEY *key = NULL;

	if (file == NULL)
		return err_system(err, "%s", path);
	for (;;) {
		key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
		if (key == NULL)
			break;
		pool->keys = mem_resize(pool->keys, pool->n + 1, sizeof(EVP_PKEY *));
		pool->keys[pool->n++] = key;
	}
	(void)fclose(file);
	if (pool->n == 0)
		return err_set(err, RC_FORMAT, "%s: holds no private key", path);
	return RC_OK;
}

static EVP_PKEY *
generate(enum key_kind kind)
{
	switch (kind) {
	case KEY_RSA_1024:
		return EVP_RSA_gen(1024U);
	case KEY_RSA_2048:
		return EVP_RSA_gen(2048U);
	case KEY_P256:
		return EVP_EC_gen("P-256");
	case KEY_P384:
		return EVP_EC_gen("P-384");
	case KEY_KINDS:
		break;
	}
	return NULL;
}

EVP_PKEY *
keypool_take(struct keypool *pool, enum key_kind kind)
{
	for (size_t i = 0; i < pool->n; i++) {
		EVP_PKEY *key = pool->keys[i];

		if (!fits(key, kind))
			continue;
		pool->keys[i] = pool->keys[--pool->n];
		return key;
	}
	return generate(kind);
}

EVP_PKEY *
keypool_shared(struct keypool *pool, enum key_kind kind)
{
	if (pool->shared[kind] == NULL)
		pool->shared[kind] = keypool_take(pool, kind);
	return pool->shared[kind];
}

void
keypool_clear(struct keypool *pool)
{
	for (size_t i = 0; i < pool->n; i++)
		EVP_PKEY_free(pool->keys[i]);
	for (size_t i = 0; i < KEY_KINDS; i++)
		EVP_PKEY_free(pool->shared[i]);
	free(pool->keys);
	*pool = (struct keypool){ 0 };
}
