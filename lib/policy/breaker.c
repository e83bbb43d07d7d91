/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Transitions of a circuit breaker.
 */
#include "policy/breaker.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/rc.h"
#include "policy/pace.h"

static const enum rc of_device[] = { RC_RESOLVE, RC_CONNECT, RC_TIMEOUT, RC_TLS,
	RC_UNTRUSTED, RC_LOST, RC_STATE, RC_LOCKED };

bool
breaker_is_of_device(const char *class)
{
	for (size_t i = 0; i < sizeof(of_device) / sizeof(of_device[0]); i++)
		if (strcmp(class, rc_text(of_device[i])) == 0)
			return true;
	return false;
}

bool
breaker_is_open(const struct breaker *breaker)
{
	return breaker->opened_at != 0;
}

bool
breaker_wants_probe(const struct breaker *breaker, int64_t now)
{
	return breaker->opened_at != 0 && breaker->probe_job_id == 0 &&
	    now >= breaker->probe_at;
}

static void
take_class(struct breaker *breaker, const char *class)
{
	(void)snprintf(breaker->class, sizeof(breaker->class), "%s", class);
}

static enum breaker_news
count_failure(struct breaker *breaker, const char *class, int64_t n_failures,
    int64_t now)
{
	if (strncmp(breaker->class, class, sizeof(breaker->class) - 1) != 0) {
		take_class(breaker, class);
		breaker->n_failures = 0;
	}
	breaker->n_failures++;
	if (breaker->n_failures < n_failures)
		return BREAKER_AS_BEFORE;
	breaker->opened_at = now;
	breaker->n_probes = 0;
	breaker->probe_at = num_sum(now, pace_back_off(1));
	return BREAKER_OPENED;
}

static void
count_probe(struct breaker *breaker, const char *class, int64_t now)
{
	breaker->probe_job_id = 0;
	if (breaker_is_of_device(class))
		return;
	take_class(breaker, class);
	breaker->n_probes++;
	breaker->probe_at = num_sum(now, pace_back_off(breaker->n_probes + 1));
}

enum breaker_news
breaker_note(struct breaker *breaker, const struct breaker_outcome *outcome,
    int64_t n_failures, int64_t now)
{
	bool was_open = breaker_is_open(breaker);

	if (outcome->is_success) {
		memset(breaker, 0, sizeof(*breaker));
		return was_open ? BREAKER_SHUT : BREAKER_AS_BEFORE;
	}
	if (was_open) {
		if (outcome->job_id == breaker->probe_job_id)
			count_probe(breaker, outcome->class, now);
		return BREAKER_AS_BEFORE;
	}
	if (outcome->is_repeated || breaker_is_of_device(outcome->class))
		return BREAKER_AS_BEFORE;
	return count_failure(breaker, outcome->class, n_failures, now);
}
