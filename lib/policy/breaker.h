/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stops a remedy for all devices when it fails for many in the same way: a CA
 * that issues nonsense is asked three times, not ten thousand times.  Shut, open,
 * and half open while one probe runs.  Pure functions; kept by the inventory.
 */
#ifndef AMTCERT_POLICY_BREAKER_H
#define AMTCERT_POLICY_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum {
	BREAKER_FAILURES = 3, /* that open it, unless set */
	BREAKER_CLASS_SIZE = 32,
};

/* Zeroed: shut, and nothing has failed. */
struct breaker {
	char class[BREAKER_CLASS_SIZE]; /* of the last failures */
	int64_t n_failures;   /* of that class, by different jobs, with no success in
			     * between */
	int64_t opened_at;    /* 0: shut */
	int64_t n_probes;     /* that failed */
	int64_t probe_at;     /* once open: when the next may start */
	int64_t probe_job_id; /* half open: the one that runs; 0: none */
};

/* What came of a job. */
struct breaker_outcome {
	int64_t job_id;
	bool is_success;
	bool is_repeated; /* the job failed before: it says nothing of the others */
	const char *class;
};

enum breaker_news {
	BREAKER_AS_BEFORE,
	BREAKER_OPENED, /* tell somebody, once */
	BREAKER_SHUT,
};

/* Do failures of this class say something of the device alone, as that it is off?
 * Classes are rc_text() of what failed, or words of others. */
bool breaker_is_of_device(const char *class);

/* May any job start? May one, as the probe? */
bool breaker_is_open(const struct breaker *breaker);
bool breaker_wants_probe(const struct breaker *breaker, int64_t now);

/* Count an outcome; n_failures open it. After a probe that failed, the next waits
 * for 1 h, doubled each time up to 32 h (policy/pace.h). A probe that says nothing,
 * because its device is off, makes room for another at once. */
enum breaker_news breaker_note(struct breaker *breaker,
    const struct breaker_outcome *outcome, int64_t n_failures, int64_t now);

#endif
