/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the judges of a verdict share: what a finding is about, and how it joins
 * the verdict.  Private to this room; others see policy/verdict.h.
 */
#ifndef AMTCERT_POLICY_JUDGE_H
#define AMTCERT_POLICY_JUDGE_H

#include "policy/authority.h"
#include "policy/verdict.h"

enum {
	ABOUT_NAME_SIZE = 96
};

/* What is judged: one certificate, or with cert NULL the device. */
struct about {
	char slot[FINDING_SLOT_SIZE];
	char name[ABOUT_NAME_SIZE]; /* printable; "" for the leaf and the device */
	const struct cert *cert;
	unsigned int usage; /* USAGE_NONE: what the TLS port presents */
	bool is_path_ca;    /* of the path, above the leaf: a person renews it */
	bool is_anchor;	    /* its own signature does not matter */
	enum maker maker;   /* of an end entity's certificate */
	bool is_root;	    /* in the firmware: another one is installed beside it */
	int64_t now;
};

/* Add a finding with the reason's state; text follows about->name. Parts that
 * come from outside must be printable. */
enum rc judge_add(struct verdict *verdict, const struct about *about,
    enum reason reason, struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* The same with a state of its own. */
enum rc judge_add_state(struct verdict *verdict, const struct about *about,
    enum reason reason, enum state state, struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

/* Room for the numbers of one more certificate, zeroed and lent. */
enum rc judge_add_judged(struct verdict *verdict, struct judged **ret, struct err *err);

/* Dates against policy and now: a finding for the period, one more for an old
 * template, a long lifetime, no end; and one struct judged. */
enum rc judge_period(struct verdict *verdict, const struct about *about,
    const struct policy *policy, struct err *err);

/* Its template: against a version that was set by hand, else what a CA says now. */
enum rc judge_template(struct verdict *verdict, const struct about *about,
    const struct policy *policy, const struct watch *watch, struct err *err);

/* Key size, and the digest of the signature unless it is an anchor's. */
enum rc judge_strength(struct verdict *verdict, const struct about *about,
    struct err *err);

/* Who made it, where nobody renews that. */
enum rc judge_maker(struct verdict *verdict, const struct about *about,
    struct err *err);

/* What a name match says of the certificate. */
enum rc judge_name(struct verdict *verdict, const struct about *about,
    enum name_match match, const char *host, struct err *err);

/* Once the leaf that is presented has expired, its key tells who shows it: whether a
 * remedy can know the device by that, or must refuse it. */
enum rc judge_known_key(struct verdict *verdict, const struct about *leaf,
    const struct facts_presented *presented, struct err *err);

/* What of the policy holds for a CA: it follows no template of ours, and a share
 * of its long life is no window. */
struct policy judge_policy_for_ca(const struct policy *policy);

/* Every certificate of the store that serves one of these usages (bits), in the
 * order of the store: key, name, dates, strength. */
enum rc judge_used(struct verdict *verdict, const struct facts *facts,
    const struct policy *policy, int64_t now, unsigned int usages, struct err *err);

/* A CA that was asked: its answer, its end, its list (WARNING list_warning_s before
 * that ends), the requests that wait there. */
enum rc judge_service(struct verdict *verdict, const struct authority_service *service,
    const struct policy *policy, int64_t list_warning_s, int64_t now, struct err *err);

/* The clock, when it is off by more than the policy lets pass. */
enum rc judge_clock_off(struct verdict *verdict, const struct about *device,
    const struct facts_clock *clock, const struct policy *policy, struct err *err);

#endif
