/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inventory as a document: what is read of it once, and the formats it is
 * written in.  All of a document is of one moment of the inventory.
 */
#ifndef AMTCERT_LISTING_LISTING_H
#define AMTCERT_LISTING_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "inventory/fleet.h"
#include "inventory/scan_log.h"
#include "listing/forecast.h"
#include "listing/issuers.h"
#include "listing/what_if.h"

enum {
	LISTING_ISSUERS_MAX = 24, /* with a forecast of their own; the rest in one */
	LISTING_FORECASTS_MAX = 1 + 1 + 4 + LISTING_ISSUERS_MAX + 1,
	LISTING_DEVICES_MAX = 4 * 1000 * 1000,
};

/* What is wanted. Lent. */
struct listing_order {
	const char *group; /* NULL: the whole fleet */
	int64_t now;
	const struct conf *conf; /* whose policies a what-if starts from; may be NULL */
	struct what_if_request what_if;
	bool only_forecast;	  /* table and CSV: the days in place of the devices */
	bool per_device;	  /* OpenMetrics: a series per device */
	int64_t deadline_ms;	  /* of clock_monotonic_ms(); 0: none */
	bool (*is_stopped)(void); /* asked now and then; NULL: never */
};

/* A device of the listing. */
struct member {
	int64_t id;
	size_t what_if;	 /* index into what_ifs */
	int64_t n_certs; /* that are renewed; 0: never read, or TLS is off */
	/* Of the one that is due first; nothing when n_certs is 0. */
	int64_t not_before;
	int64_t not_after;
	int64_t due_at;
	size_t issuer;
	int64_t what_if_due_at; /* the earliest of all, with a what-if */
};

/* A certificate that is renewed: what a device proves itself with to others. */
struct leaf {
	size_t member;
	size_t issuer;
	int64_t not_before;
	int64_t not_after;
	int64_t due_at;
};

/* Zeroed is empty; clear with listing_clear. */
struct listing {
	const struct listing_order *order;
	struct fleet_counts counts;
	bool has_scan;
	struct scan_record scan;
	struct member *members; /* by id */
	size_t n_members;
	size_t cap_members;
	int64_t n_without;   /* of them, with no certificate that is renewed */
	struct leaf *leaves; /* by device */
	size_t n_leaves;
	size_t cap_leaves;
	struct what_if *what_ifs; /* those that differ */
	size_t n_what_ifs;
	size_t cap_what_ifs;
	struct issuers issuers;
	/* The stored one first, then the what-if if there is one, then the rules, then
	 * the issuers, the one with the most certificates first. */
	struct forecast *forecasts;
	size_t n_forecasts;
};

/*
 * Read all but the rows of devices, which are read again while they are written:
 * both inside a read transaction of the caller. RC_NOTFOUND when the group that is
 * asked for has no device; RC_DB, RC_NOMEM, RC_LIMIT, RC_USAGE and RC_CONFIG of
 * setting_apply(), and the errors of listing_may_go_on().
 */
enum rc listing_read(struct db *db, const struct listing_order *order,
    struct listing *ret_listing, struct err *err);
void listing_clear(struct listing *listing);

/* Private to this room: fill the forecasts of a listing that is read. */
enum rc forecasts_make(struct listing *listing, struct err *err);

/* RC_TIMEOUT past the deadline, RC_STATE when it was stopped. */
enum rc listing_may_go_on(const struct listing_order *order, struct err *err);

/* The member that has this id; NULL when none has. */
const struct member *listing_find(const struct listing *listing, int64_t id);

/* Its issuer, "" when there is none. */
const char *listing_issuer(const struct listing *listing, const struct member *member);

#endif
