/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What may enter and leave the store, and in which order it is refused.
 * Source: protocol notes 3.1 to 3.3; SDK "Certificate Management".
 */
#include "pki.h"

#include <stdlib.h>

#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "audit.h"
#include "base/clock.h"
#include "firmware.h"
#include "keypool.h"
#include "pkcs.h"
#include "sim.h"

enum {
	ALGORITHM_RSA = 0,
	ALGORITHM_ECC = 1,
};

static X509 *
parse_cert(const uint8_t *der, size_t len)
{
	const uint8_t *p = der;
	X509 *x509 = NULL;

	if (len == 0 || len > STORE_CERT_MAX_BYTES)
		return NULL;
	x509 = d2i_X509(NULL, &p, (long)len);
	if (x509 != NULL && p != der + len) {
		X509_free(x509);
		return NULL;
	}
	return x509;
}

static enum pt_status
check_cert(struct device *dev, X509 *x509, bool trusted_root)
{
	if (trusted_root && dev->committed.tls[TLS_NETWORK].mutual)
		return PT_NOT_PERMITTED;
	if (trusted_root && !dev->profile->intermediate_roots &&
	    X509_check_issued(x509, x509) != X509_V_OK)
		return PT_INVALID_CERT;
	if (store_find_cert(&dev->store, x509) != STORE_NONE)
		return PT_DUPLICATE;
	if (store_count_certs(&dev->store, false) >= (size_t)dev->sw.max_certificates)
		return PT_MAX_LIMIT_REACHED;
	if (trusted_root &&
	    store_count_certs(&dev->store, true) >= (size_t)dev->sw.max_roots)
		return PT_MAX_LIMIT_REACHED;
	if (!firmware_write_flash(dev))
		return PT_FLASH_WRITE_LIMIT_EXCEEDED;
	return PT_SUCCESS;
}

enum pt_status
pki_add_cert(struct device *dev, const uint8_t *der, size_t len, bool trusted_root,
    int *ret_handle)
{
	X509 *x509 = parse_cert(der, len);
	enum pt_status status = PT_INVALID_CERT;
	int handle = STORE_NONE;

	if (x509 == NULL)
		return status;
	status = check_cert(dev, x509, trusted_root);
	if (status == PT_SUCCESS) {
		handle = store_add_cert(&dev->store, x509, trusted_root, false);
		if (handle == STORE_NONE)
			status = PT_MAX_LIMIT_REACHED;
	}
	X509_free(x509);
	if (status != PT_SUCCESS)
		return status;
	if (trusted_root)
		audit_add(dev, AUDIT_ROOT_ADDED, NULL, 0);
	dev->count.cert_adds++;
	*ret_handle = handle;
	return PT_SUCCESS;
}

enum pt_status
pki_replace_cert(struct device *dev, int handle, const uint8_t *der, size_t len)
{
	struct store_cert *slot = &dev->store.certs[handle];
	X509 *x509 = parse_cert(der, len);
	enum pt_status status = PT_SUCCESS;

	if (x509 == NULL)
		return PT_INVALID_CERT;
	if (slot->read_only ||
	    (device_uses_cert(dev, handle) &&
		EVP_PKEY_eq(X509_get0_pubkey(slot->x509), X509_get0_pubkey(x509)) != 1))
		status = (enum pt_status)dev->sw.refused_status;
	else if (X509_cmp(slot->x509, x509) != 0 &&
	    store_find_cert(&dev->store, x509) != STORE_NONE)
		status = PT_DUPLICATE;
	else if (!firmware_write_flash(dev))
		status = PT_FLASH_WRITE_LIMIT_EXCEEDED;
	if (status == PT_SUCCESS) {
		X509_free(slot->x509);
		slot->x509 = x509;
	} else {
		X509_free(x509);
	}
	return status;
}

static enum pt_status
keep_key(struct device *dev, EVP_PKEY *key, int *ret_handle)
{
	int handle = STORE_NONE;

	if (store_find_key(&dev->store, key) != STORE_NONE)
		return PT_DUPLICATE;
	if (store_count_keys(&dev->store) >= (size_t)dev->sw.max_keys)
		return PT_MAX_LIMIT_REACHED;
	if (!firmware_write_flash(dev))
		return PT_FLASH_WRITE_LIMIT_EXCEEDED;
	handle = store_add_key(&dev->store, key, false);
	if (handle == STORE_NONE)
		return PT_MAX_LIMIT_REACHED;
	*ret_handle = handle;
	return PT_SUCCESS;
}

enum pt_status
pki_add_key(struct device *dev, const uint8_t *der, size_t len, int *ret_handle)
{
	const uint8_t *p = der;
	EVP_PKEY *key = d2i_PrivateKey(EVP_PKEY_RSA, NULL, &p, (long)len);
	enum pt_status status = PT_INVALID_KEY;

	if (key != NULL && p == der + len && EVP_PKEY_get_bits(key) <= 2048)
		status = keep_key(dev, key, ret_handle);
	EVP_PKEY_free(key);
	return status;
}

bool
pki_is_making_key(const struct device *dev)
{
	return clock_monotonic_ms() < dev->generating_until_ms;
}

static enum pt_status
kind_of(const struct device *dev, int64_t algorithm, int64_t length,
    enum key_kind *ret_kind)
{
	if (algorithm == ALGORITHM_ECC) {
		*ret_kind = KEY_P384;
		return dev->profile->p384 && length == 384 ? PT_SUCCESS
							   : PT_UNSUPPORTED;
	}
	if (algorithm != ALGORITHM_RSA)
		return PT_INVALID_PARAMETER;
	if (length == 3072 || length == 4096)
		return PT_UNSUPPORTED;
	if (length == 1024 && dev->profile->rsa_1024) {
		*ret_kind = KEY_RSA_1024;
		return PT_SUCCESS;
	}
	*ret_kind = KEY_RSA_2048;
	return length == 2048 ? PT_SUCCESS : PT_INVALID_KEY;
}

enum pt_status
pki_check_key(const struct device *dev, int64_t algorithm, int64_t length)
{
	enum key_kind kind = KEY_RSA_2048;
	enum pt_status status = kind_of(dev, algorithm, length, &kind);

	if (status != PT_SUCCESS)
		return status;
	if (store_count_keys(&dev->store) >= (size_t)dev->sw.max_keys)
		return PT_MAX_LIMIT_REACHED;
	if (dev->sw.flash_writes == 0)
		return PT_FLASH_WRITE_LIMIT_EXCEEDED;
	return PT_SUCCESS;
}

enum pt_status
pki_make_key(struct device *dev, int64_t algorithm, int64_t length, int *ret_handle)
{
	enum key_kind kind = KEY_RSA_2048;
	enum pt_status status = kind_of(dev, algorithm, length, &kind);
	EVP_PKEY *key = NULL;

	if (status == PT_SUCCESS)
		status = pki_check_key(dev, algorithm, length);
	if (status != PT_SUCCESS)
		return status;
	key = keypool_take(&dev->sim->keypool, kind);
	if (key == NULL)
		return PT_INTERNAL_ERROR;
	status = keep_key(dev, key, ret_handle);
	if (status == PT_SUCCESS)
		dev->count.key_generations++;
	EVP_PKEY_free(key);
	return status;
}

/* SigningAlgorithm 0, 1, 2, as far as this generation has it. */
static const EVP_MD *
signing_md(const struct device *dev, int64_t algorithm)
{
	int have = dev->profile->csr_algorithms;

	if (algorithm == 0 && (have & CSR_SHA1) != 0)
		return EVP_sha1();
	if (algorithm == 1 && (have & CSR_SHA256) != 0)
		return EVP_sha256();
	if (algorithm == 2 && (have & CSR_SHA384) != 0)
		return EVP_sha384();
	return NULL;
}

enum pt_status
pki_sign_request(struct device *dev, int key_handle, int64_t algorithm,
    const uint8_t *der, size_t len, uint8_t **ret_der, size_t *ret_len)
{
	const EVP_MD *md = signing_md(dev, algorithm);

	if (!store_has_key(&dev->store, key_handle))
		return PT_INVALID_HANDLE;
	if (md == NULL)
		return PT_UNSUPPORTED;
	switch (pkcs_sign_request(der, len, dev->store.keys[key_handle].key, md,
	    ret_der, ret_len)) {
	case PKCS_OK:
		return PT_SUCCESS;
	case PKCS_MALFORMED:
		return PT_INVALID_PARAMETER;
	case PKCS_OTHER_KEY:
		return PT_CERT_KEY_NOT_MATCH;
	case PKCS_FAILED:
		break;
	}
	return PT_INTERNAL_ERROR;
}

enum pt_status
pki_delete_cert(struct device *dev, int handle)
{
	if (!store_has_cert(&dev->store, handle))
		return PT_NOT_FOUND;
	if (dev->store.certs[handle].read_only || device_uses_cert(dev, handle))
		return (enum pt_status)dev->sw.refused_status;
	if (dev->store.certs[handle].trusted_root)
		audit_add(dev, AUDIT_ROOT_REMOVED, NULL, 0);
	store_delete_cert(&dev->store, handle);
	return PT_SUCCESS;
}

enum pt_status
pki_delete_key(struct device *dev, int handle)
{
	if (!store_has_key(&dev->store, handle))
		return PT_NOT_FOUND;
	if (dev->store.keys[handle].read_only)
		return (enum pt_status)dev->sw.refused_status;
	for (int i = 0; i < STORE_SLOTS; i++)
		if (store_has_cert(&dev->store, i) && device_uses_cert(dev, i) &&
		    store_key_of_cert(&dev->store, i) == handle)
			return (enum pt_status)dev->sw.refused_status;
	store_delete_key(&dev->store, handle);
	return PT_SUCCESS;
}
