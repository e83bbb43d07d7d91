/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any text as a range, as a threshold on time left, as a pair of days: what is
 * accepted is the same range when it is written and read again.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t values[] = { INT64_MIN, -1000000, -1, 0, 1, 9990000, 10000000,
	INT64_C(253402300799000000), INT64_MAX };

static void
write_and_read(const struct range *range)
{
	struct range again = { 0 };
	struct buf text;

	buf_init(&text, 200);
	if (range_format(&text, range) != RC_OK ||
	    range_parse(buf_str(&text), &again, NULL) != RC_OK)
		abort();
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (range_alerts(range, values[i]) != range_alerts(&again, values[i]))
			abort();
	if (again.start != range->start || again.end != range->end)
		abort();
	buf_clear(&text);
}

static void
plain(const char *text)
{
	struct range range = { 0 };

	if (range_parse(text, &range, NULL) != RC_OK)
		return;
	if (range.has_start && range.has_end && range.start > range.end)
		abort();
	write_and_read(&range);
}

static void
time_left(const char *text)
{
	struct policy policy;
	struct range resolved;

	policy_init(&policy);
	if (time_range_parse(text, &policy.warning, NULL) != RC_OK)
		return;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		resolved = time_range_resolve(&policy.warning, values[i]);
		(void)range_alerts(&resolved, range_value(values[i]));
	}
	policy.critical = policy.warning;
	policy.has_warning = true;
	policy.has_critical = true;
	if (policy_check(&policy, NULL) != RC_OK)
		abort(); /* equal ranges do not hide each other */
}

static void
days(const char *text)
{
	struct policy policy;

	policy_init(&policy);
	if (time_range_parse_days(text, &policy.warning, &policy.critical, NULL) !=
	    RC_OK)
		return;
	policy.has_warning = true;
	policy.has_critical = true;
	if (policy_check(&policy, NULL) != RC_OK)
		abort();
	write_and_read(&policy.warning.range);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	text = malloc(size + 1);
	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	plain(text);
	time_left(text);
	days(text);
	free(text);
	return 0;
}
