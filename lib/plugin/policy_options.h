/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options that say when a certificate is due.  They are kept while the command
 * line is read and applied over what the configuration file says.
 */
#ifndef AMTCERT_PLUGIN_POLICY_OPTIONS_H
#define AMTCERT_PLUGIN_POLICY_OPTIONS_H

#include "base/opt.h"
#include "policy/policy.h"

enum {
	POLICY_OPTIONS_N = 10
};

/* --policy --renew-before --fraction --floor --grace -w -c --days
 * --max-lifetime --template-major */
extern const struct opt policy_options[];

/* Zeroed is none given. Values are lent. */
struct policy_given {
	const char *values[POLICY_OPTIONS_N]; /* by row of policy_options */
};

/* Remember one option; the last of its kind counts, and of --days and -w/-c the
 * later. RC_NOTFOUND when it is not of policy_options. Nothing is parsed yet. */
enum rc policy_given_take(struct policy_given *given, const struct opt *opt,
    const char *value, struct err *err);

/* Apply what was given over policy, --policy first, and check the whole. RC_USAGE
 * names the option. */
enum rc policy_given_apply(const struct policy_given *given, struct policy *policy,
    struct err *err);

#endif
