/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judges the inventory and queues what is due: what ConfigMgr's task "Evaluate
 * Provisioned AMT Computer Certificates" did.  Asks no device.
 */
#ifndef AMTCERT_QUEUE_EVALUATE_H
#define AMTCERT_QUEUE_EVALUATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "inventory/job.h"
#include "policy/pacing.h"
#include "policy/verdict.h"

/* What is to be judged. Lent. */
struct evaluate_options {
	const struct conf *conf; /* policies and CAs; may be NULL */
	struct pacing pacing;
	const char *group; /* NULL: all */
	const char
	    *template; /* only certificates of this template, by OID or name; NULL:
			       * any */
	bool reenroll; /* each certificate in use, due or not */
	bool is_dry;   /* change nothing */
	const char *actor;
	int64_t now;
};

/* One job that is called for. */
struct evaluated {
	char device_uuid[37]; /* "": not known */
	char device_name[FACTS_TEXT_SIZE];
	char serial_number[CERT_SERIAL_MAX_BYTES * 2 + 1];
	char ca[JOB_CA_SIZE];
	enum remedy remedy;
	const char *reason; /* word of a reason, or "reenroll" */
	bool is_forced;
	int64_t due_at;
	int64_t ends_at;
	int64_t not_before;
	enum job_answer answer; /* that of a dry run is what it would be */
	int64_t job_id;		/* 0: a dry run's, of one that is new */
};

/* The most urgent first. Zeroed is empty; free with evaluation_clear. */
struct evaluation {
	struct evaluated *list;
	size_t n;
	size_t n_devices;
	size_t n_new; /* jobs that were not there before */
};

void evaluation_clear(struct evaluation *evaluation);

/*
 * Judge every device again by what is last known, with the policy that is configured
 * now; then ask for a job for each certificate that is due, within its grace or not, and
 * for whatever else a remedy cures. A dry run does the same and takes it back. The
 * inventory is written in parts, so that others get their turn. RC_CONFIG, RC_DB,
 * RC_LOCKED, RC_NOMEM; what was queued by then stays.
 */
enum rc evaluate(struct db *db, const struct evaluate_options *options,
    struct evaluation *ret_evaluation, struct err *err);

#endif
