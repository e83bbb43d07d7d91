/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The settings of a policy as text, by one name each on the command line and in
 * the configuration file: collected from both, then made a policy at once, so
 * that the order in which they are given does not matter.
 */
#ifndef AMTCERT_POLICY_SETTING_H
#define AMTCERT_POLICY_SETTING_H

#include "base/conf.h"
#include "base/opt.h"
#include "policy/policy.h"

enum {
	SETTING_MAX = 16
};

/* Zeroed is "nothing said". Values are lent. */
struct settings {
	const char *text[SETTING_MAX]; /* by row, the tables laid end to end */
};

/* When a certificate is due: --policy --renew-before --grace -w -c --days ...; for
 * programs that read a device's clock, that judge its store, and that judge what was
 * read before.
 * Each option is a key of the configuration file, too. */
extern const struct opt policy_options[];
extern const struct opt policy_clock_options[];
extern const struct opt policy_store_options[];
extern const struct opt policy_age_options[];

/* Take an option of these tables; RC_NOTFOUND, with err left as it was, when it
 * is none of them. The last value given counts. */
enum rc setting_take(struct settings *settings, const struct opt *opt,
    const char *value);

/*
 * Make the policy: its defaults, what the file says of the device (NULL: of all),
 * then what was taken. conf may be NULL. RC_USAGE with "--option: what", RC_CONFIG
 * with file and line; RC_USAGE from policy_check().
 */
enum rc setting_apply(const struct settings *settings, const struct conf *conf,
    const char *device, struct policy *ret_policy, struct err *err);

#endif
