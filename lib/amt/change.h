/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every call that writes to a device, and nothing else.  No check includes this
 * file and none contains its symbols; make lint asserts both.
 *
 * All return RC_PT_STATUS with *ret_status set (and the name of the code in
 * err) when the firmware answered with a ReturnValue or an AMT-STATUS other
 * than 0, RC_FAULT for any other fault, RC_LOST when the request was sent and
 * its answer did not arrive whole: the outcome is unknown, look before going
 * on. *ret_status is 0 otherwise and may not be NULL.
 */
#ifndef AMTCERT_AMT_CHANGE_H
#define AMTCERT_AMT_CHANGE_H

#include <stddef.h>
#include <stdint.h>

#include "amt/device.h"
#include "policy/facts.h"

/* RSA-2048 or P-384 in the firmware; the new pair's InstanceID.
 * Source: AMT_PublicKeyManagementService.GenerateKeyPair. */
enum rc change_generate_key_pair(struct device *device, enum cert_key_kind kind,
    int bits, char ret_instance_id[FACTS_INSTANCE_SIZE], int *ret_status,
    struct err *err);

/* Have the firmware sign a null-signed request; digest "sha256" or "sha384".
 * *ret_der is the caller's. Changes nothing in the store. */
enum rc change_sign_csr(struct device *device, const char *key_instance_id,
    const char *digest, const uint8_t *csr_der, size_t csr_len, uint8_t **ret_der,
    size_t *ret_len, int *ret_status, struct err *err);

enum rc change_add_certificate(struct device *device, const uint8_t *der, size_t len,
    char ret_instance_id[FACTS_INSTANCE_SIZE], int *ret_status, struct err *err);

/* Bind a certificate to TLS: Put when a context exists, Create when not, Put
 * again when Create says AlreadyExists. Pending until change_commit. */
enum rc change_bind_tls(struct device *device, bool context_exists,
    const char *cert_instance_id, int *ret_status, struct err *err);

/* AMT_PublicKeyManagementService.AddTrustedRootCertificate: refused while mutual
 * TLS is on; before AMT 11.8 self-signed ones only. */
enum rc change_add_trusted_root(struct device *device, const uint8_t *der, size_t len,
    char ret_instance_id[FACTS_INSTANCE_SIZE], int *ret_status, struct err *err);

/* Bind no certificate to TLS any more. Pending until change_commit. */
enum rc change_unbind_tls(struct device *device, int *ret_status, struct err *err);

/* The settings of the network interface; what the firmware alone may set is left
 * out. Pending until change_commit, but for trusted_cn. */
enum rc change_set_tls(struct device *device, const struct facts_tls *tls,
    int *ret_status, struct err *err);

/*
 * AMT_TimeSynchronizationService.SetHighAccuracyTimeSynch. All seconds since 1970:
 * ta0 what the device said, tm1 our time when it said so, tm2 our time now. The
 * firmware adds the mean of what it is behind at both moments.
 */
enum rc change_set_clock(struct device *device, int64_t ta0, int64_t tm1, int64_t tm2,
    int *ret_status, struct err *err);

/* AMT_SetupAndConfigurationService.CommitChanges. */
enum rc change_commit(struct device *device, int *ret_status, struct err *err);

enum rc change_delete_certificate(struct device *device, const char *instance_id,
    int *ret_status, struct err *err);
enum rc change_delete_key_pair(struct device *device, const char *instance_id,
    int *ret_status, struct err *err);

#endif
