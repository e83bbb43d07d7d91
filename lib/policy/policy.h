/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When is a certificate due?  The four named rules in exact integer seconds,
 * and the limits around them.
 * Source: Microsoft "Certificate Renewal" (cc784923) for autoenroll, ConfigMgr
 * 2007-2012 out-of-band management, Intel SCS user guide.
 */
#ifndef AMTCERT_POLICY_POLICY_H
#define AMTCERT_POLICY_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/range.h"
#include "policy/state.h"

enum policy_rule {
	POLICY_AUTOENROLL, /* left <= R and 4/5 of the lifetime has passed */
	POLICY_CONFIGMGR,  /* left <= R, R = 42 d */
	POLICY_SCS,	   /* left <= 30 d */
	POLICY_FRACTION,   /* left <= num/den of the lifetime, 1/3 */
};

enum {
	POLICY_RENEW_BEFORE_S = 42 * 86400,
	POLICY_SCS_RENEW_BEFORE_S = 30 * 86400,
	POLICY_MAX_AGE_S = 21 * 86400,
	POLICY_CLOCK_OFFSET_S = 10,
	POLICY_CLOCK_OFFSET_CRITICAL_S = 7 * 86400, /* more is a clock that was reset */
	POLICY_OFFERS_MAX_AGE_S = 7 * 86400,
};

/* What a CA may say something about. */
enum policy_use {
	POLICY_FOR_TLS,
	POLICY_FOR_8021X,
	POLICY_USES
};

struct offers; /* policy/offer.h */

struct policy {
	enum policy_rule rule;
	bool has_renew_before; /* set by hand: no CA puts it aside */
	bool has_warning;      /* -w and -c override the rule */
	bool has_critical;
	bool has_template_major; /* below it: due at once */
	int64_t renew_before_s;	 /* R; unused by fraction */
	int64_t fraction_num;
	int64_t fraction_den;
	int64_t grace_s;   /* after due, before WARNING */
	int64_t floor_num; /* CRITICAL at window * num / den; 1/3 */
	int64_t floor_den;
	struct time_range warning;
	struct time_range critical;
	int64_t template_major;
	int64_t store_certs; /* places in the firmware; 0: it does not say */
	int64_t store_keys;
	int64_t max_age_s;	/* of a reading; 0: any age */
	int64_t max_lifetime_s; /* 0: any lifetime */
	int64_t clock_warning_s;
	int64_t clock_critical_s;
	enum state no_template; /* of a certificate without one; WARNING */
	bool needs_anchor;	/* an unverified path is a finding; default true */
	/* What the CAs say of their templates, for autoenroll; NULL: not known. Lent. */
	const struct offers *offers[POLICY_USES];
	int64_t offers_max_age_s; /* older is not acted on */
};

/* The default: autoenroll, R 42 d, floor 1/3. */
void policy_init(struct policy *policy);

/* Choose a rule by its name and set that rule's R. RC_USAGE. */
enum rc policy_set_rule(struct policy *policy, const char *name, struct err *err);
const char *policy_rule_text(enum policy_rule rule);

/* Length of the renewal window before notAfter, in whole seconds:
 * autoenroll min(R, floor(L/5)); fraction floor(L*num/den). */
int64_t policy_window_s(const struct policy *policy, int64_t lifetime_s);

/* At this many seconds left and below the state is CRITICAL: floor_num/floor_den
 * of the window, which for this purpose is not longer than the lifetime. */
int64_t policy_floor_s(const struct policy *policy, int64_t lifetime_s);

/* Is renewal due? For autoenroll exactly: notAfter - now <= R and
 * 5 * (now - notBefore) >= 4 * L. */
bool policy_is_due(const struct policy *policy, int64_t not_before, int64_t not_after,
    int64_t now);

/* First second at which policy_is_due() holds. */
int64_t policy_due_at(const struct policy *policy, int64_t not_before,
    int64_t not_after);

/* Refuses settings that cannot be meant: WARNING hidden inside CRITICAL. */
enum rc policy_check(const struct policy *policy, struct err *err);

#endif
