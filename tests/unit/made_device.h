/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices as a survey would have read them: facts with real certificates, made to
 * measure, and their way into an inventory.
 */
#ifndef AMTCERT_TESTS_MADE_DEVICE_H
#define AMTCERT_TESTS_MADE_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/db.h"
#include "make_cert.h"
#include "policy/facts.h"
#include "policy/policy.h"
#include "policy/verdict.h"

#define MADE_UUID_A "55e3ae13-bfd2-61bb-17a0-88aedd7037ea"
#define MADE_UUID_B "66e3ae13-bfd2-61bb-17a0-88aedd7037eb"

/* A zeroed one is pc1.example at 192.0.2.1, known by a handshake at MAKE_NB + 100 d:
 * a leaf of 365 days, its CA presented and anchored. */
struct made_device {
	const char *name;    /* NULL: "pc1.example" */
	const char *address; /* NULL: "192.0.2.1" */
	int64_t port;	     /* 0: 16993 */
	int64_t read_at;     /* 0: MAKE_NB + 100 d */
	int64_t serial;	     /* of all its certificates; 0: 1 */
	int64_t not_before;  /* of those; 0: MAKE_NB */
	int64_t not_after;   /* of those; 0: MAKE_NB + 365 d */
	int ca;		     /* which CA issued them */
	int key_number;	     /* another key; 0: the same for all */
	const char *uuid;    /* a login was made, and the store read; NULL: not */
	const char *realm;   /* NULL: "Digest:A" */
	bool no_presented;   /* the login was made over plain 16992 */
	int n_wireless;	     /* client certificates of wireless profiles */
	int first_handle;    /* of the store; 0: 1 */
	bool has_orphan;
	int64_t bound_serial; /* another certificate is bound to TLS; 0: the same */
	bool clock_is_off;
	bool no_anchor; /* nothing to verify the path with */
};

/* The facts; clear with facts_clear. */
void made_device_read(const struct made_device *device, struct facts *ret_facts);

/* Judge facts as a check does, at their own time; clear with verdict_clear. */
void made_device_judge(const struct facts *facts, const struct policy *policy,
    struct verdict *ret_verdict);

/* Read, judge by the default policy, write; the id. */
int64_t made_device_put(struct db *db, const struct made_device *device);

/* The same, and the text of the finding of that reason after it was written; ""
 * when there is none. Lent until the next call. */
const char *made_device_tell(struct db *db, const struct made_device *device,
    enum reason reason);

/* It did not answer. */
int64_t made_device_fail(struct db *db, const struct made_device *device, enum rc rc);

#endif
