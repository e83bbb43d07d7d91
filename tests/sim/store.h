/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The certificates and key pairs inside one device, by handle.
 * Source: SDK classes AMT_PublicKeyCertificate and AMT_PublicPrivateKeyPair.
 */
#ifndef AMTSIM_STORE_H
#define AMTSIM_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

enum {
	STORE_SLOTS = 64,	     /* handles 0..63 of either kind */
	STORE_CERT_MAX_BYTES = 4100, /* X509Certificate is uint8[4100] */
	STORE_NONE = -1,
};

struct store_cert {
	X509 *x509; /* NULL: the slot is free */
	bool trusted_root;
	bool read_only; /* made by the firmware */
};

struct store_key {
	EVP_PKEY *key; /* NULL: the slot is free */
	bool read_only;
};

struct store {
	struct store_cert certs[STORE_SLOTS];
	struct store_key keys[STORE_SLOTS];
};

void store_clear(struct store *store);

/* Into the lowest free slot; the reference stays the caller's. The handle, or
 * STORE_NONE when every slot is taken. */
int store_add_cert(struct store *store, X509 *x509, bool trusted_root, bool read_only);
int store_add_key(struct store *store, EVP_PKEY *key, bool read_only);

/* At handle 0; the others move up by one. */
int store_add_key_first(struct store *store, EVP_PKEY *key, bool read_only);

void store_delete_cert(struct store *store, int handle);
void store_delete_key(struct store *store, int handle);

bool store_has_cert(const struct store *store, int handle);
bool store_has_key(const struct store *store, int handle);

/* How many; trusted roots alone, or all. */
size_t store_count_certs(const struct store *store, bool only_roots);
size_t store_count_keys(const struct store *store);

/* n-th used slot (from 0) as a handle; STORE_NONE past the end. */
int store_nth_cert(const struct store *store, size_t n);
int store_nth_key(const struct store *store, size_t n);

/* The handle of the same bytes, or STORE_NONE. */
int store_find_cert(const struct store *store, const X509 *x509);

/* The handle of the key pair with this public key, or STORE_NONE. */
int store_find_key(const struct store *store, const EVP_PKEY *public_key);

/* The key pair of a certificate, or STORE_NONE. */
int store_key_of_cert(const struct store *store, int cert_handle);

/*
 * What follows the leaf in a handshake: certificates without a key, each the
 * issuer of the one before, no self-signed one. Own references; caller frees.
 * Source: SDK "Certificate Management: Detailed Description".
 */
STACK_OF(X509) *store_chain(const struct store *store, X509 *leaf);

#endif
