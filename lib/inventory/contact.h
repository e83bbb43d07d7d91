/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When devices were reached: how an attempt ended, on which days there was
 * contact, and how long the silence between two contacts gets.
 */
#ifndef AMTCERT_INVENTORY_CONTACT_H
#define AMTCERT_INVENTORY_CONTACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "inventory/db.h"

enum {
	/* Days with a contact that are kept per device: six weeks of a device that
	 * is always on, ten months of one that comes once a week. */
	CONTACT_DAYS_MAX = 42,
};

/* How an attempt ended. Stored, and the numbers of AmtScanResult in the MIB. */
enum contact_result {
	CONTACT_NEVER = 1,
	CONTACT_OK = 2,
	CONTACT_UNREACHABLE = 3,
	CONTACT_TLS = 4,
	CONTACT_AUTH = 5,
	CONTACT_PROTOCOL = 6,
	CONTACT_NOT_PROVISIONED = 7,
	CONTACT_OTHER = 8,
};

/* What an error of a reading comes to. */
enum contact_result contact_result_of(enum rc rc);

/* "success", "unreachable", ...: stable words. */
const char *contact_result_word(enum contact_result result);

/* What is remembered. */
struct contacts {
	size_t n;	   /* days */
	int64_t gap_p95_s; /* 0 with fewer than FACTS_CONTACTS_MIN */
};

/*
 * There was contact at now. The first of a day counts: then *ret_is_new is true
 * and *ret_contacts what is remembered with it; else that is left as it was.
 */
enum rc contact_add(struct db *db, int64_t device_id, int64_t now, bool *ret_is_new,
    struct contacts *ret_contacts, struct err *err);

/*
 * The 95th percentile (nearest rank) of the gaps between n moments in ascending
 * order: with up to twenty gaps the longest. 0 for fewer than two.
 */
int64_t contact_gap_p95(const int64_t *at, size_t n);

#endif
