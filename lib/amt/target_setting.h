/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Settings of a target by name: target_take_option of amt/target.h for the command
 * line, and this for the configuration file.
 */
#ifndef AMTCERT_AMT_TARGET_SETTING_H
#define AMTCERT_AMT_TARGET_SETTING_H

#include "amt/target.h"
#include "base/conf.h"
#include "base/rc.h"

/*
 * Take from where config_find of policy/config.h finds it each key that the
 * command line has not set. RC_CONFIG names file, section and key of a value that
 * is wrong; RC_NOMEM.
 */
enum rc target_take_keys(struct target *target, const struct conf *conf,
    struct err *err);

#endif
