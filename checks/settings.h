/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every check of one device does with its options before it looks: the
 * configuration file is read, and the command line wins.
 */
#ifndef AMTCERT_CHECKS_SETTINGS_H
#define AMTCERT_CHECKS_SETTINGS_H

#include "amt/target.h"
#include "plugin/plugin.h"

/* opt_handler for the options of a target; ctx is a struct target. */
enum rc settings_take(void *ctx, const struct opt *opt, const char *value,
    struct err *err);

/* File over defaults, command line over file, trust anchors read. Errors of
 * config_read(), target_complete(), plugin_configure(), target_load_trust(). */
enum rc settings_complete(struct plugin *plugin, struct target *target,
    struct err *err);

#endif
