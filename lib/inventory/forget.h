/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices that are gone for good: what the inventory would lose with them, and its
 * losing that.  Journal, archive, events, jobs that are closed and what CAs were asked
 * stay: they tell of certificates that were issued.
 */
#ifndef AMTCERT_INVENTORY_FORGET_H
#define AMTCERT_INVENTORY_FORGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inventory/asset.h"
#include "inventory/db.h"

enum {
	FORGET_MAX = 100, /* devices in one transaction */
};

/* One of them. Texts are as hostile as they came in. */
struct forget {
	int64_t device_id;
	char uuid[ASSET_UUID_SIZE]; /* "" until a login showed it */
	char name[FACTS_TEXT_SIZE];
	bool is_set_aside; /* another device took its place */
	int64_t read_at;   /* 0: never */
	int64_t n_certs;   /* in use */
	int64_t n_jobs;	   /* that wait */
};

/* Each device once, in the order in which it was named. */
struct forget_list {
	struct forget list[FORGET_MAX];
	size_t n;
};

/*
 * What is known of the devices with these n names or UUIDs. RC_NOTFOUND when one is
 * unknown; RC_STATE, and err says what to do, when several devices bear one name, when
 * the run of a remedy is open at one, or a job of one runs; RC_LIMIT for more than
 * FORGET_MAX; RC_DB; RC_LOCKED; RC_NOMEM. Reads only.
 */
enum rc forget_look(struct db *db, const char *const *names, size_t n,
    struct forget_list *ret_list, struct err *err);

/*
 * The same, and then they are gone with all that hangs on them, in one transaction.
 * Their jobs that wait are withdrawn: closed, with a text that names actor. Their
 * numbers are given to nobody else. Errors as above, and nothing is changed then.
 */
enum rc forget_devices(struct db *db, const char *const *names, size_t n,
    const char *actor, int64_t now, struct forget_list *ret_list, struct err *err);

#endif
