/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys that devices are known by: SHA-256 of the SubjectPublicKeyInfo of what the
 * TLS port shows.  One is seen at every contact that authenticated the device;
 * one may be set by hand.
 */
#ifndef AMTCERT_INVENTORY_PIN_H
#define AMTCERT_INVENTORY_PIN_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/db.h"
#include "x509/cert.h"

struct pin {
	uint8_t spki_sha256[CERT_FINGERPRINT_BYTES];
	bool is_set; /* by hand; else seen */
	int64_t at;  /* when it was set, or last seen to within a day */
};

/* The device showed this key at now, and was authenticated. */
enum rc pin_see(struct db *db, int64_t device_id,
    const uint8_t spki_sha256[CERT_FINGERPRINT_BYTES], int64_t now, struct err *err);

/* A person, or a remedy that made the key, says so. */
enum rc pin_set(struct db *db, int64_t device_id,
    const uint8_t spki_sha256[CERT_FINGERPRINT_BYTES], int64_t now, struct err *err);

/* Forget what was set by hand. */
enum rc pin_unset(struct db *db, int64_t device_id, struct err *err);

/* The pin set by hand, or else the key last seen. RC_NOTFOUND, err as it was. */
enum rc pin_find(struct db *db, int64_t device_id, struct pin *ret_pin,
    struct err *err);

#endif
