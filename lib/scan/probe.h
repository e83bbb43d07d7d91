/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One device read from inside a task: looked up, shaken hands with or logged in to.
 */
#ifndef AMTCERT_SCAN_PROBE_H
#define AMTCERT_SCAN_PROBE_H

#include "policy/facts.h"
#include "scan/fetch.h"
#include "scan/resolve.h"
#include "scan/setup.h"

/* May target's secret be shown to its device now? RC_AUTH with the reason when not,
 * RC_LOCKED when another program shows it at this moment. A yes is to be followed by
 * what came of it. */
struct probe_guard {
	enum rc (*may_log_in)(void *ctx, const struct target *target, int64_t now,
	    struct err *err);
	void *ctx;
};

enum probe_login {
	PROBE_LOGIN_NONE,      /* not allowed, or nobody knows what became of it */
	PROBE_LOGIN_NOT_SHOWN, /* allowed, and not made */
	PROBE_LOGIN_TAKEN,
	PROBE_LOGIN_REFUSED
};

/* What a probe needs; lent. */
struct probe_tools {
	const struct scan_setup *setup;
	struct resolver *resolver; /* NULL: every address is a literal */
	struct fetcher *fetcher;   /* NULL for SCAN_TLS */
	const struct probe_guard *guard;
};

/* Zeroed before a probe; clear with probe_clear. */
struct probe {
	struct target target;
	bool has_target;
	bool is_absent; /* of a range, and nobody answers there */
	int64_t now;	/* seconds since 1970 */
	int64_t started_ms;
	int64_t elapsed_ms;
	enum probe_login login; /* with the secret of target */
	enum rc rc;
	struct err err;
	struct facts facts; /* of what was read, even when rc says that not all was */
};

/* From inside task: read the device of entry until deadline_ms into probe. */
void probe_run(struct probe *probe, const struct probe_tools *tools, struct task *task,
    const struct roster_entry *entry, int64_t deadline_ms);

void probe_clear(struct probe *probe);

#endif
