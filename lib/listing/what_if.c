/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The question is a policy as lib/policy makes it: no rule is written here again.
 */
#include "listing/what_if.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "policy/aging.h"

#define YEARS_MAX_S INT64_C(3155760000) /* 100 years */

static const char *const keys[] = { "policy", "renew-before", "fraction" };

/* The option of that name, if it is one that says when renewal is due. */
static const struct opt *
find_option(const char *key, size_t len)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strlen(keys[i]) != len || strncmp(keys[i], key, len) != 0)
			continue;
		for (const struct opt *opt = policy_options; opt->long_name != NULL;
		     opt++)
			if (strcmp(opt->long_name, keys[i]) == 0)
				return opt;
	}
	return NULL;
}

static enum rc
add_text(struct what_if_request *request, const char *text, struct err *err)
{
	size_t len = strlen(request->text), room = sizeof(request->text) - len;
	int n = snprintf(request->text + len, room, "%s%s", len > 0 ? ", " : "", text);

	if (n < 0 || (size_t)n >= room)
		return err_set(err, RC_USAGE, "longer than allowed");
	return RC_OK;
}

enum rc
what_if_take(struct what_if_request *request, const char *text, struct err *err)
{
	static const char lifetime[] = "lifetime=";
	const char *equals = strchr(text, '=');
	const struct opt *opt;
	enum rc r;

	if (equals == NULL)
		return err_set(err, RC_USAGE, "%.80s: not KEY=VALUE", text);
	opt = find_option(text, (size_t)(equals - text));
	if (opt != NULL)
		r = setting_take(&request->settings, opt, equals + 1);
	else if (strncmp(text, lifetime, strlen(lifetime)) == 0)
		r = num_parse_duration(equals + 1, YEARS_MAX_S, &request->lifetime_s,
		    err);
	else
		r = err_set(err, RC_USAGE,
		    "%.40s: not one of policy, renew-before, fraction, lifetime", text);
	if (r == RC_OK)
		r = add_text(request, text, err);
	if (r == RC_OK)
		request->is_asked = true;
	return r;
}

enum rc
what_if_make(const struct what_if_request *request, const struct conf *conf,
    const char *device, struct what_if *ret_what_if, struct err *err)
{
	struct what_if what_if = { .lifetime_s = request->lifetime_s };
	enum rc r =
	    setting_apply(&request->settings, conf, device, &what_if.policy, err);

	if (r == RC_OK)
		*ret_what_if = what_if;
	return r;
}

bool
what_if_is_same(const struct what_if *a, const struct what_if *b)
{
	const struct policy *p = &a->policy, *q = &b->policy;

	return a->lifetime_s == b->lifetime_s && p->rule == q->rule &&
	    p->renew_before_s == q->renew_before_s &&
	    p->fraction_num == q->fraction_num && p->fraction_den == q->fraction_den;
}

int64_t
what_if_due_at(const struct what_if *what_if, int64_t not_before, int64_t not_after,
    int64_t stored)
{
	if (stored == AGING_ALWAYS)
		return stored;
	if (what_if->lifetime_s > 0)
		not_after = num_sum(not_before, what_if->lifetime_s);
	return policy_due_at(&what_if->policy, not_before, not_after);
}
