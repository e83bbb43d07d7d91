/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every check of one device does with its options before it looks: the
 * configuration file is read, and the command line wins.
 */
#ifndef AMTCERT_CHECKS_SETTINGS_H
#define AMTCERT_CHECKS_SETTINGS_H

#include "known.h"

/* Which device, and what is remembered of it. */
struct subject {
	struct target target;
	struct known known;
};

void subject_init(struct subject *subject);
void subject_clear(struct subject *subject);

/* opt_handler for the options of both; ctx is a struct subject. */
enum rc settings_take(void *ctx, const struct opt *opt, const char *value,
    struct err *err);

/* File over defaults, command line over file, trust anchors read. Errors of
 * config_read(), target_complete(), plugin_configure(), known_configure(),
 * target_load_trust(). */
enum rc settings_complete(struct plugin *plugin, struct subject *subject,
    struct err *err);

#endif
