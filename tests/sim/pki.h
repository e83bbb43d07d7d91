/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What may enter and leave the store of a device.  Numbers returned are
 * PT_STATUS values.
 */
#ifndef AMTSIM_PKI_H
#define AMTSIM_PKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device.h"

/* Source: protocol notes 8.3. */
enum pt_status {
	PT_SUCCESS = 0,
	PT_INTERNAL_ERROR = 1,
	PT_INVALID_NAME = 12,
	PT_NOT_PERMITTED = 16,
	PT_MAX_LIMIT_REACHED = 23,
	PT_INVALID_PROVISIONING_STATE = 32,
	PT_INVALID_TIME = 34,
	PT_INVALID_INDEX = 35,
	PT_INVALID_PARAMETER = 36,
	PT_FLASH_WRITE_LIMIT_EXCEEDED = 38,
	PT_INVALID_HANDLE = 2053,
	PT_INVALID_PASSWORD = 2054,
	PT_INVALID_REALM = 2055,
	PT_DATA_MISSING = 2057,
	PT_DUPLICATE = 2058,
	PT_PKI_MISSING_KEYS = 2060,
	PT_INVALID_KEY = 2062,
	PT_INVALID_CERT = 2063,
	PT_CERT_KEY_NOT_MATCH = 2064,
	PT_UNSUPPORTED = 2066,
	PT_NOT_FOUND = 2068,
	PT_OPERATION_IN_PROGRESS = 2082,
};

enum pt_status pki_add_cert(struct device *dev, const uint8_t *der, size_t len,
    bool trusted_root, int *ret_handle);
/* Put: other bytes under the same handle. What serves a purpose must go on serving
 * it, so its key must stay. */
enum pt_status pki_replace_cert(struct device *dev, int handle, const uint8_t *der,
    size_t len);
enum pt_status pki_add_key(struct device *dev, const uint8_t *der, size_t len,
    int *ret_handle);

/* May a pair of this kind be made now? Does not make it. */
enum pt_status pki_check_key(const struct device *dev, int64_t algorithm,
    int64_t length);
enum pt_status pki_make_key(struct device *dev, int64_t algorithm, int64_t length,
    int *ret_handle);
bool pki_is_making_key(const struct device *dev);

/* GeneratePKCS10RequestEx. *ret_der is the caller's. */
enum pt_status pki_sign_request(struct device *dev, int key_handle, int64_t algorithm,
    const uint8_t *der, size_t len, uint8_t **ret_der, size_t *ret_len);

enum pt_status pki_delete_cert(struct device *dev, int handle);
enum pt_status pki_delete_key(struct device *dev, int handle);

#endif
