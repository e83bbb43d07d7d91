/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line of a scan, and what is made of it: which devices, how, and where
 * what is found goes.
 */
#ifndef AMTCERT_SCAN_FLEET_H
#define AMTCERT_SCAN_FLEET_H

#include "base/opt.h"
#include "scan/jobs.h"

enum {
	FLEET_NAMES_MAX = 256 /* of -H, --list and --range together */
};

extern const struct opt scan_options[];

/* Zeroed, then fleet_init; clear with fleet_clear. Values of options are lent. */
struct fleet {
	struct scan_setup setup;
	struct setup_files files;
	struct shelf shelf;
	struct worker_settings settings;
	struct passive_settings passive;
	struct roster roster;
	struct conf *conf;
	const char *names[FLEET_NAMES_MAX];
	int kinds[FLEET_NAMES_MAX]; /* the option that gave each, by its row */
	size_t n_names;
	const char *group;
	bool is_part; /* single devices or a group, not all there are */
	int64_t scan_timeout_s;
	int64_t n_jobs;
};

void fleet_init(struct fleet *fleet);
void fleet_clear(struct fleet *fleet);

/* An opt_handler for scan_options and policy_options; ctx is the fleet. RC_USAGE. */
enum rc fleet_take(void *ctx, const struct opt *opt, const char *value,
    struct err *err);

/*
 * Read the configuration file and the lists, and fill what was left open. timeout_s
 * is that of a device, 0: what suits the depth; now and now_ms are the same moment.
 * RC_USAGE, RC_CONFIG, RC_SYSTEM, RC_LIMIT, RC_NOMEM.
 */
enum rc fleet_complete(struct fleet *fleet, const char *config_file, int64_t timeout_s,
    int64_t now, int64_t now_ms, struct err *err);

#endif
