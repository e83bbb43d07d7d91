/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inventory as it was at one moment, in memory and in the orders that SNMP
 * asks for.  Filled row by row by one thread, sealed, never changed afterwards.
 */
#ifndef AMTCERT_SNMP_MIRROR_H
#define AMTCERT_SNMP_MIRROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "policy/state.h"

enum {
	MIRROR_DEVICES_MAX = 4 * 1000 * 1000,
	MIRROR_CERTS_MAX = 16 * 1000 * 1000,
	MIRROR_TEXT_MAX = 255, /* octets of a SnmpAdminString */
	MIRROR_KEY_MAX = 96,   /* octets of amtDeviceNameKey */
	MIRROR_INDEX_MAX = 2147483647,
	MIRROR_UUID_BYTES = 16,
	MIRROR_SHA256_BYTES = 32,
};

/* "Not known" in int64_t fields that hold a time. */
#define MIRROR_NO_TIME INT64_MIN

/*
 * A moment is a time in half the room, for there are hundreds of thousands: seconds
 * since 1970, 0 for that and all before, MIRROR_NEVER for 2106 and later.
 */
#define MIRROR_NEVER UINT32_MAX

uint32_t mirror_moment(int64_t s);

/* AmtScanResult. */
enum scan_result {
	SCAN_NEVER = 1,
	SCAN_SUCCESS,
	SCAN_UNREACHABLE,
	SCAN_TLS_FAILURE,
	SCAN_AUTH_FAILURE,
	SCAN_PROTOCOL_ERROR,
	SCAN_NOT_PROVISIONED,
	SCAN_OTHER,
};

/* InetAddressType of RFC 4001, those that occur. */
enum address_type {
	ADDRESS_UNKNOWN = 0,
	ADDRESS_IPV4 = 1,
	ADDRESS_IPV6 = 2,
	ADDRESS_DNS = 16,
};

/* AmtJobAction and AmtJobState. */
enum job_action {
	JOB_OTHER = 1,
	JOB_ENROLL,
	JOB_RENEW,
	JOB_INSTALL,
	JOB_BIND,
	JOB_REMOVE,
	JOB_VERIFY,
};

enum job_state {
	JOB_PENDING = 1,
	JOB_RUNNING,
	JOB_SUCCEEDED,
	JOB_FAILED,
	JOB_CANCELED,
};

/*
 * Texts are offsets in the arena of the mirror, where octets stand with their number
 * in front; 0 is the empty one. States age by the moments from which on they hold.
 */
struct mirror_device {
	uint32_t index;
	uint32_t first_cert; /* place in certs */
	uint32_t n_certs;
	uint32_t name;
	uint32_t address; /* 4, 16 or 1 to 255 octets, as address_type says */
	uint32_t last_error;
	uint32_t policy;
	uint32_t last_scan; /* 0: never */
	uint32_t last_success;
	uint32_t valid_from;
	uint32_t warning_at;
	uint32_t critical_at;
	uint32_t miss_at;   /* silent for longer than a renewal may wait */
	uint32_t max_age_s; /* 0: readings do not age */
	uint8_t uuid[MIRROR_UUID_BYTES];
	bool has_uuid;
	uint8_t address_type;
	uint8_t scan_result;
	uint8_t fixed_state; /* enum state: what does not age */
};

struct mirror_cert {
	int64_t not_before; /* MIRROR_NO_TIME: neither end is known */
	int64_t not_after;
	uint32_t device; /* place in devices */
	uint32_t index;
	uint32_t subject;
	uint32_t issuer;
	uint32_t serial;
	uint32_t changed;
	uint32_t valid_from;
	uint32_t due_at;
	uint32_t warning_at;
	uint32_t critical_at;
	uint8_t role; /* enum role of inventory/role.h */
	uint8_t fixed_state;
	bool has_sha256;
	uint8_t sha256[MIRROR_SHA256_BYTES];
};

struct mirror_job {
	int64_t id;	  /* of a run of the journal; below 0: of a job of the queue */
	uint32_t started; /* 0: not yet */
	uint32_t finished;
	uint32_t cert; /* place in certs */
	uint32_t attempts;
	uint32_t message;
	uint8_t action;
	uint8_t state;
};

/* Counts as they were when it was sealed. */
struct totals {
	uint32_t devices_failed;
	uint32_t devices_stale;
	uint32_t certs[STATE_UNKNOWN + 1]; /* by state */
	uint32_t expired;
	uint32_t jobs_pending;
	uint32_t jobs_failed;
	enum state worst;
};

struct mirror {
	struct mirror *next; /* of those that nobody serves any more */
	uint32_t generation; /* 0: nothing was read yet */
	int64_t read_at;
	int64_t last_pass;	       /* end of the scanner's last whole pass */
	struct mirror_device *devices; /* by index */
	size_t n_devices;
	size_t filled;		   /* place of the device that certificates go to */
	struct mirror_cert *certs; /* by device and index */
	size_t n_certs;
	struct mirror_job *jobs; /* by certificate, one each */
	size_t n_jobs;
	uint32_t *by_end; /* places in certs: those in use whose end is known */
	size_t n_by_end;
	uint32_t *by_name; /* places in devices: by length of the key, then key */
	size_t n_by_name;
	struct totals totals;
	char *arena;
	size_t arena_len;
	size_t cap_devices, cap_certs, cap_jobs, cap_arena;
	uint32_t *interned; /* while it is filled: texts that are kept once */
	size_t cap_interned, n_interned;
};

/* What a caller knows of a row; texts are bytes of any kind and are made valid and
 * printable here, serial and address excepted. NULL is empty. */
struct mirror_bytes {
	const void *bytes;
	size_t len;
};

/* An empty one. RC_NOMEM. Caller frees with mirror_free. */
enum rc mirror_new(struct mirror **ret_mirror, struct err *err);
void mirror_free(struct mirror *mirror);

/* Keep a text; of texts that many rows share one copy is kept. RC_NOMEM, RC_LIMIT
 * when all texts together pass 4 GiB. Longer than 255 octets: cut at a character,
 * with "..." at the end. */
enum rc mirror_keep(struct mirror *mirror, struct mirror_bytes text, bool is_shared,
    uint32_t *ret_text, struct err *err);

/* The same for a text that is often that of the row before, or of another column:
 * when it is one of n others no copy is kept. */
enum rc mirror_keep_beside(struct mirror *mirror, struct mirror_bytes text,
    const uint32_t *others, size_t n, uint32_t *ret_text, struct err *err);

/* The same for octets that are no text; longer than 255: cut. */
enum rc mirror_keep_octets(struct mirror *mirror, struct mirror_bytes octets,
    uint32_t *ret_text, struct err *err);

/* The octets of a text; lent. */
const uint8_t *mirror_octets(const struct mirror *mirror, uint32_t text,
    size_t *ret_len);

/* Append. Devices by rising index, certificates by rising index within the device
 * added last or turned to, jobs by rising place. RC_FORMAT when not, or when an index
 * is not from 1 to MIRROR_INDEX_MAX; RC_LIMIT, RC_NOMEM. Copied. */
enum rc mirror_add_device(struct mirror *mirror, const struct mirror_device *device,
    struct err *err);
enum rc mirror_add_cert(struct mirror *mirror, const struct mirror_cert *cert,
    struct err *err);
/* From now on certificates are those of the device of that index, the same as before or
 * one behind it; false: there is none. */
bool mirror_turn_to(struct mirror *mirror, uint32_t index);
enum rc mirror_add_job(struct mirror *mirror, const struct mirror_job *job,
    struct err *err);

/* Sort, count at now, give back what only filling needed. RC_NOMEM. */
enum rc mirror_seal(struct mirror *mirror, int64_t now, struct err *err);

/* The place of a device; false when it is not there. */
bool mirror_find_device(const struct mirror *mirror, uint32_t index, size_t *ret_place);

/* First part of the index of amtCertExpiryTable: notAfter from 1 to 2^32 - 1. */
uint32_t mirror_end_key(const struct mirror_cert *cert);

/* amtDeviceNameKey: the name with A to Z in lower case. Returns its length. */
size_t mirror_name_key(const struct mirror *mirror, const struct mirror_device *device,
    uint8_t key[MIRROR_TEXT_MAX]);

#endif
