/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole fleet: counts by state in a moment, and walks over devices and
 * certificates for reports, the subagent and evaluate_amt_fleet.  Reads only.
 */
#ifndef AMTCERT_INVENTORY_FLEET_H
#define AMTCERT_INVENTORY_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/db.h"
#include "inventory/role.h"
#include "inventory/standing.h"
#include "policy/aging.h"
#include "x509/cert.h"

/* Devices; those that are retired are not of the fleet. */
struct fleet_counts {
	int64_t n_devices;
	int64_t n_by_state[4]; /* index: enum state; standing_state() of each */
	int64_t n_never_read;
	int64_t n_stale;     /* read, but not within max_age_s */
	int64_t n_failed;    /* the last attempt read nothing */
	int64_t n_due;	     /* a leaf is due for renewal */
	int64_t n_expired;   /* a certificate in use has ended */
	int64_t n_will_miss; /* seen too rarely for the renewal window */
	int64_t next_end;    /* the earliest notAfter that is yet to come; 0: none */
	int64_t next_end_device_id;
	int64_t oldest_ok_at; /* of those that were read; 0: none */
	int64_t newest_ok_at; /* the same */
};

/* All of it from indices, from one moment of the inventory: milliseconds for
 * 100,000 devices. max_age_s: for n_stale. group NULL: the whole fleet; of one
 * group every device is looked at. */
enum rc fleet_count(struct db *db, const char *group, int64_t now, int64_t max_age_s,
    struct fleet_counts *ret_counts, struct err *err);

/* A device as a row of a report. Texts come from devices and are lent until the
 * visit returns. */
struct fleet_device {
	int64_t id;	  /* index in the MIB: stable, never used twice */
	const char *uuid; /* "": not known */
	const char *name;
	const char *group;
	const char *address;
	int64_t port;
	int64_t first_seen;
	const char *version; /* of the firmware; "": not known */
	const char *realm;
	const char *policy;   /* word of the rule it was judged by */
	int64_t control_mode; /* enum control_mode */
	struct standing standing;
};

typedef enum rc (
    *fleet_visit_device)(void *ctx, const struct fleet_device *device, struct err *err);

enum fleet_order {
	FLEET_BY_ID,	  /* all of them */
	FLEET_BY_URGENCY, /* WARNING and CRITICAL at now, the worst and first to end
			   * first */
	FLEET_DUE,	  /* due at now, the first to end first */
};

/* What the visit returns other than RC_OK ends the walk and is returned. group
 * NULL: the whole fleet. limit -1: no limit. */
enum rc fleet_each_device(struct db *db, const char *group, enum fleet_order order,
    int64_t now, int64_t limit, fleet_visit_device visit, void *ctx, struct err *err);

/* A use of a certificate as a row of a report; lent as above. */
struct fleet_slot {
	int64_t device_id;
	int64_t number; /* index in the MIB: of the use, not of the certificate */
	enum role role;
	bool is_presented; /* seen in a handshake, in the store */
	bool is_stored;
	int64_t since; /* this certificate in this use */
	struct aging aging;
	int64_t not_before;
	int64_t not_after;
	const char *subject;
	const char *issuer;
	const char *serial_number;  /* lower-case hex */
	const char *names;	    /* dNSNames, separated by spaces */
	const uint8_t *fingerprint; /* CERT_FINGERPRINT_BYTES each */
	const uint8_t *spki_sha256;
	enum cert_key_kind key_kind;
	int64_t key_bits;
	const char *key_group;
	const char *signature_digest;
	const char *template_oid; /* "": none */
	int64_t template_major;
	int64_t template_minor;
	const char *template_name;
};

typedef enum rc (
    *fleet_visit_slot)(void *ctx, const struct fleet_slot *slot, struct err *err);

/* Slots in use, by device and number, of one device or (0) of all. */
enum rc fleet_each_slot(struct db *db, int64_t device_id, fleet_visit_slot visit,
    void *ctx, struct err *err);

#endif
