/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Renew the certificate that a device serves on its TLS port: plan it, or do it
 * with every step journalled, proved by a fresh handshake, undone when the proof
 * fails, and continued by the next run when this one is killed.
 * Source: Intel AMT SDK, "Certificate Management"; peers' failures.
 */
#ifndef AMTCERT_RENEW_RENEW_TLS_H
#define AMTCERT_RENEW_RENEW_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "amt/target.h"
#include "base/buf.h"
#include "base/conf.h"
#include "policy/policy.h"

/* What --force may override. Bits. */
enum renew_force {
	RENEW_FORCE_NOT_DUE = 1 << 0,
	RENEW_FORCE_EXPIRED = 1 << 1,
	RENEW_FORCE_CLOCK = 1 << 2,
	RENEW_FORCE_TAKE_OVER = 1 << 3,
};

/* The bit of a word of --force: "not-due", "expired", "clock", "take-over".
 * RC_USAGE names the words. */
enum rc renew_force_parse(const char *word, unsigned int *force, struct err *err);

/* Exit status of a remedy. */
enum renew_exit {
	RENEW_EXIT_DONE = 0,	/* or nothing to do, or planned */
	RENEW_EXIT_FAILED = 1,	/* the device is as it was */
	RENEW_EXIT_CHANGED = 2, /* the journal says how far */
	RENEW_EXIT_USAGE = 3,	/* or configuration; nothing was done */
};

/*
 * Everything is lent. The trust and the secret of the target are read here, after
 * the process that signs for a local CA was started: it shall not know them.
 */
struct renew_tls_options {
	struct target *target;
	const struct policy *policy;
	const struct conf *conf; /* may be NULL */
	const char *ca_name;	 /* NULL: "local" */
	const char *inventory_file;
	bool apply; /* else only plan */
	unsigned int force;
	int64_t now;
	int64_t deadline_ms;	  /* of clock_monotonic_ms(), of the whole run */
	bool (*is_stopped)(void); /* finish the request, leave the journal; or NULL */
	/* A line of progress; NULL: none. step may be NULL. */
	void (*report)(void *ctx, const char *step, const char *text);
	void *ctx;
};

/*
 * Run. *ret_exit is always set; out gets what people read: the plan, or one line
 * with the outcome and one with both fingerprints. RC_OK with
 * RENEW_EXIT_DONE; any other error with the reason in err.
 */
enum rc renew_tls(const struct renew_tls_options *options, enum renew_exit *ret_exit,
    struct buf *out, struct err *err);

#endif
