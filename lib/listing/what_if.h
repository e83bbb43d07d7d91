/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A question: when would certificates be due under another policy, or if they had
 * another lifetime?
 */
#ifndef AMTCERT_LISTING_WHAT_IF_H
#define AMTCERT_LISTING_WHAT_IF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "policy/policy.h"
#include "policy/setting.h"

enum {
	WHAT_IF_TEXT_SIZE = 256
};

/* The question as it was asked. Zeroed is none. */
struct what_if_request {
	bool is_asked;
	struct settings settings;     /* lent */
	int64_t lifetime_s;	      /* 0: as they are */
	char text[WHAT_IF_TEXT_SIZE]; /* "renew-before=30d, lifetime=180d" */
};

/* Take "KEY=VALUE", which is lent: policy, renew-before, fraction as in the
 * configuration file, or lifetime. The last value of a key counts. RC_USAGE. */
enum rc what_if_take(struct what_if_request *request, const char *text,
    struct err *err);

/* What it comes to for one device. */
struct what_if {
	struct policy policy;
	int64_t lifetime_s; /* 0: as they are */
};

/* What the file says of the device (NULL: of all), changed as asked for. conf may be
 * NULL. Errors of setting_apply(). */
enum rc what_if_make(const struct what_if_request *request, const struct conf *conf,
    const char *device, struct what_if *ret_what_if, struct err *err);

/* Do both come to the same for every certificate? */
bool what_if_is_same(const struct what_if *a, const struct what_if *b);

/*
 * When a certificate would be due. stored is when it is: what is due at once
 * (AGING_ALWAYS), as an old template is, stays so. Another lifetime begins when the
 * certificate did.
 */
int64_t what_if_due_at(const struct what_if *what_if, int64_t not_before,
    int64_t not_after, int64_t stored);

#endif
