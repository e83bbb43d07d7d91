/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sentence of the reason, and the time that belongs to it.
 */
#include "listing/phrase.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/num.h"

const char *
phrase_of(const struct standing *standing, int64_t now, char field[PHRASE_SIZE])
{
	enum reason reason = standing_reason(standing, now);
	int64_t ends_at = standing->fold.ends_at;
	int64_t left_s = num_difference(ends_at, now);
	const char *sentence = reason_sentence(reason);
	char duration[CLOCK_DURATION_SIZE];
	int n;

	if (reason == REASON_STALE || reason == REASON_WILL_MISS)
		n = snprintf(field, PHRASE_SIZE, "%s, last read %s ago", sentence,
		    clock_format_duration(num_difference(now, standing->ok_at),
			duration));
	else if (reason == REASON_EXPIRED)
		n = snprintf(field, PHRASE_SIZE, "%s %s ago", sentence,
		    clock_format_duration(left_s, duration));
	else if (ends_at == AGING_NEVER)
		n = snprintf(field, PHRASE_SIZE, "%s", sentence);
	else
		n = snprintf(field, PHRASE_SIZE, "%s, %s %s", sentence,
		    clock_format_duration(left_s, duration),
		    left_s < 0 ? "past the end" : "left");
	if (n < 0)
		field[0] = '\0';
	return field;
}
