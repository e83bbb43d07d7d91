/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots with the lowest free handle first, as small as firmware keeps them.
 * No rule about who may delete what: that is firmware.c.
 */
#include "store.h"

#include <openssl/x509v3.h>

void
store_clear(struct store *store)
{
	for (int i = 0; i < STORE_SLOTS; i++) {
		store_delete_cert(store, i);
		store_delete_key(store, i);
	}
}

int
store_add_cert(struct store *store, X509 *x509, bool trusted_root, bool read_only)
{
	for (int i = 0; i < STORE_SLOTS; i++) {
		struct store_cert *slot = &store->certs[i];

		if (slot->x509 != NULL)
			continue;
		X509_up_ref(x509);
		slot->x509 = x509;
		slot->trusted_root = trusted_root;
		slot->read_only = read_only;
		return i;
	}
	return STORE_NONE;
}

int
store_add_key(struct store *store, EVP_PKEY *key, bool read_only)
{
	for (int i = 0; i < STORE_SLOTS; i++) {
		struct store_key *slot = &store->keys[i];

		if (slot->key != NULL)
			continue;
		EVP_PKEY_up_ref(key);
		slot->key = key;
		slot->read_only = read_only;
		return i;
	}
	return STORE_NONE;
}

int
store_add_key_first(struct store *store, EVP_PKEY *key, bool read_only)
{
	if (store->keys[STORE_SLOTS - 1].key != NULL)
		return STORE_NONE;
	for (int i = STORE_SLOTS - 1; i > 0; i--)
		store->keys[i] = store->keys[i - 1];
	store->keys[0] = (struct store_key){ 0 };
	return store_add_key(store, key, read_only);
}

void
store_delete_cert(struct store *store, int handle)
{
	X509_free(store->certs[handle].x509);
	store->certs[handle] = (struct store_cert){ 0 };
}

void
store_delete_key(struct store *store, int handle)
{
	EVP_PKEY_free(store->keys[handle].key);
	store->keys[handle] = (struct store_key){ 0 };
}

bool
store_has_cert(const struct store *store, int handle)
{
	return handle >= 0 && handle < STORE_SLOTS && store->certs[handle].x509 != NULL;
}

bool
store_has_key(const struct store *store, int handle)
{
	return handle >= 0 && handle < STORE_SLOTS && store->keys[handle].key != NULL;
}

size_t
store_count_certs(const struct store *store, bool only_roots)
{
	size_t n = 0;

	for (int i = 0; i < STORE_SLOTS; i++)
		if (store_has_cert(store, i) &&
		    (!only_roots || store->certs[i].trusted_root))
			n++;
	return n;
}

size_t
store_count_keys(const struct store *store)
{
	size_t n = 0;

	for (int i = 0; i < STORE_SLOTS; i++)
		if (store_has_key(store, i))
			n++;
	return n;
}

int
store_nth_cert(const struct store *store, size_t n)
{
	for (int i = 0; i < STORE_SLOTS; i++)
		if (store_has_cert(store, i) && n-- == 0)
			return i;
	return STORE_NONE;
}

int
store_nth_key(const struct store *store, size_t n)
{
	for (int i = 0; i < STORE_SLOTS; i++)
		if (store_has_key(store, i) && n-- == 0)
			return i;
	return STORE_NONE;
}

int
store_find_cert(const struct store *store, const X509 *x509)
{
	for (int i = 0; i < STORE_SLOTS; i++)
		if (store_has_cert(store, i) &&
		    X509_cmp(store->certs[i].x509, x509) == 0)
			return i;
	return STORE_NONE;
}

int
store_find_key(const struct store *store, const EVP_PKEY *public_key)
{
	if (public_key == NULL)
		return STORE_NONE;
	for (int i = 0; i < STORE_SLOTS; i++)
		if (store_has_key(store, i) &&
		    EVP_PKEY_eq(store->keys[i].key, public_key) == 1)
			return i;
	return STORE_NONE;
}

int
store_key_of_cert(const struct store *store, int cert_handle)
{
	if (!store_has_cert(store, cert_handle))
		return STORE_NONE;
	return store_find_key(store, X509_get0_pubkey(store->certs[cert_handle].x509));
}

static bool
is_self_signed(X509 *x509)
{
	return X509_check_issued(x509, x509) == X509_V_OK;
}

static int
find_issuer(const struct store *store, X509 *x509)
{
	for (int i = 0; i < STORE_SLOTS; i++)
		if (store_has_cert(store, i) &&
		    store_key_of_cert(store, i) == STORE_NONE &&
		    !is_self_signed(store->certs[i].x509) &&
		    X509_check_issued(store->certs[i].x509, x509) == X509_V_OK)
			return i;
	return STORE_NONE;
}

STACK_OF(X509) *
store_chain(const struct store *store, X509 *leaf)
{
	STACK_OF(X509) *chain = sk_X509_new_null();
	X509 *last = leaf;

	/* Two certificates that issue each other must not loop. */
	for (int i = 0; chain != NULL && i < STORE_SLOTS; i++) {
		int handle = find_issuer(store, last);

		if (handle == STORE_NONE)
			break;
		last = store->certs[handle].x509;
		X509_up_ref(last);
		if (sk_X509_push(chain, last) == 0) {
			X509_free(last);
			break;
		}
	}
	return chain;
}
