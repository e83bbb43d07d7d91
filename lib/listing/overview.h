/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole inventory in the words of a plugin: how many devices are in which
 * state at now, which are the worst, and is all of it fresh?
 */
#ifndef AMTCERT_LISTING_OVERVIEW_H
#define AMTCERT_LISTING_OVERVIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/fleet.h"
#include "plugin/output.h"
#include "policy/range.h"

enum {
	OVERVIEW_WORST = 3,		/* named in the status line unless set */
	OVERVIEW_WORST_MAX = 100,	/* that may be asked for */
	OVERVIEW_MAX_AGE_S = 2 * 86400, /* a nightly scan that failed once */
};

/* A range on a number of devices, or on their share of the fleet. */
struct overview_limit {
	bool is_percent;
	struct range range;
};

struct overview {
	const char *group; /* NULL: the whole fleet */
	/* On the devices that are not OK, and on those that are CRITICAL; what
	 * overview_init() sets alerts from the first device on. */
	struct overview_limit warning;
	struct overview_limit critical;
	int64_t max_age_s; /* of the last scan, or reading; 0: any age */
	int64_t n_worst;   /* names in the status line */
	int64_t now;
	int verbosity;
	bool explain;
	enum perf_thresholds thresholds;
};

void overview_init(struct overview *overview);

/* "5", "1%", "@0:2.5%", ...: a range; a % behind any number of it makes all of them a
 * share. RC_USAGE. */
enum rc overview_limit_parse(const char *text, struct overview_limit *ret_limit,
    struct err *err);

/* The range in devices, of a fleet of that size: 1% of 250 is 2.5. */
struct range overview_limit_resolve(const struct overview_limit *limit,
    int64_t n_fleet);

/*
 * Count, judge, and tell: sets the state of output and adds all but the perfdata of
 * the run itself. An inventory without devices is UNKNOWN. All of it is of one moment
 * of the inventory. RC_DB, RC_LOCKED, RC_NOMEM.
 */
enum rc overview_tell(struct db *db, const struct overview *overview,
    struct output *output, struct err *err);

#endif
