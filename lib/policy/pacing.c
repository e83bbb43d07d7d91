/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys of [queue] as a table.
 */
#include "policy/pacing.h"

#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "policy/breaker.h"
#include "policy/config.h"
#include "policy/pace.h"

enum kind {
	KIND_COUNT,
	KIND_DURATION,
	KIND_HOURS,
	KIND_PATH,
};

/* clang-format off */
static const struct row {
	const char *key;
	enum kind kind;
	size_t offset;
	int64_t least; /* of a number or a duration */
	int64_t most;
} rows[] = {
	{ "budget", KIND_COUNT, offsetof(struct pacing, budget), 1, 1000000 },
	{ "ca-budget", KIND_COUNT, offsetof(struct pacing, ca_budget), 1, 1000000 },
	{ "jobs", KIND_COUNT, offsetof(struct pacing, n_jobs), 1, 1000 },
	{ "attempts", KIND_COUNT, offsetof(struct pacing, n_failures), 1, 1000 },
	{ "breaker", KIND_COUNT, offsetof(struct pacing, n_breaker), 1, 1000 },
	{ "spread", KIND_DURATION, offsetof(struct pacing, spread_s), 0, 31536000 },
	{ "job-timeout", KIND_DURATION, offsetof(struct pacing, job_s), 60, CLOCK_DAY_S },
	{ "window", KIND_HOURS, offsetof(struct pacing, window), 0, 0 },
	{ "stop-file", KIND_PATH, offsetof(struct pacing, stop_file), 0, 0 },
	{ "program-dir", KIND_PATH, offsetof(struct pacing, program_dir), 0, 0 },
};

static const struct pacing defaults = {
	.budget = 60,
	.ca_budget = 60,
	.n_jobs = 4,
	.n_failures = 12,
	.n_breaker = BREAKER_FAILURES,
	.spread_s = CLOCK_DAY_S,
	.job_s = 1800,
	.stop_file = PACING_STOP_FILE,
};
/* clang-format on */

static enum rc
take_number(const struct row *row, const char *text, int64_t *ret_number,
    struct err *err)
{
	int64_t number = 0;
	enum rc r;

	if (row->kind == KIND_COUNT)
		return num_parse(text, row->least, row->most, ret_number, err);
	r = num_parse_duration(text, row->most, &number, err);
	if (r == RC_OK && number < row->least)
		return err_set(err, RC_LIMIT, "%s: less than %lld s", text,
		    (long long)row->least);
	if (r == RC_OK)
		*ret_number = number;
	return r;
}

static enum rc
take_value(const struct row *row, const char *text, struct pacing *pacing,
    struct err *err)
{
	char *field = (char *)pacing + row->offset;
	int64_t number = 0;
	enum rc r;

	switch (row->kind) {
	case KIND_COUNT:
	case KIND_DURATION:
		r = take_number(row, text, &number, err);
		if (r == RC_OK)
			memcpy(field, &number, sizeof(number));
		return r;
	case KIND_HOURS:
		return hours_parse(text, &pacing->window, err);
	case KIND_PATH:
		if (text[0] != '/')
			return err_set(err, RC_FORMAT, "%s: not an absolute path",
			    text);
		memcpy(field, &text, sizeof(text));
		return RC_OK;
	}
	return RC_INTERNAL;
}

enum rc
pacing_read(const struct conf *conf, struct pacing *ret_pacing, struct err *err)
{
	struct pacing pacing = defaults;

	for (size_t i = 0; conf != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config_value value = { .kind = "queue" };
		struct err cause = { 0 };

		value.text = conf_find(conf, "queue", NULL, rows[i].key, &value.line);
		if (value.text != NULL &&
		    take_value(&rows[i], value.text, &pacing, &cause) != RC_OK)
			return config_refuse(conf, &value, rows[i].key, &cause, err);
	}
	*ret_pacing = pacing;
	return RC_OK;
}

int64_t
pacing_not_before(const struct pacing *pacing, const char *device,
    const char *serial_number, int64_t due_at, int64_t floor_at, int64_t now)
{
	int64_t at =
	    pace_spread(device, serial_number, due_at, pacing->spread_s, floor_at);

	return hours_next(&pacing->window, at < now ? now : at);
}
