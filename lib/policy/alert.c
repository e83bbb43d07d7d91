/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gates of the event handler as a table.  Every core calls its handler on soft
 * states, recoveries, in downtime and while a service flaps, and leaves it to the
 * handler to look (Icinga 2 issues 2632 and 2995, Nagios Core issue 949).
 */
#include "policy/alert.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"

enum {
	SHOWN_SIZE = 48, /* of a value that is not understood */
};

enum number {
	NUMBER_NONE, /* a number is not understood */
	NUMBER_ZERO, /* 0 passes, above it does not */
	NUMBER_SOME, /* above 0 passes, 0 does not */
};

struct gate {
	size_t field; /* of struct alert */
	const char *name;
	const char *passes; /* words, separated by blanks; NULL: any text */
	const char *shuts;  /* the same */
	enum number number;
	const char *why; /* a value that is understood does not pass */
};

#define FIELD(name) offsetof(struct alert, name)

/* clang-format off */
static const struct gate gates[] = {
	{ FIELD(host), "host", NULL, "", NUMBER_NONE, "" },
	{ FIELD(service), "service", NULL, "", NUMBER_NONE, "" },
	{ FIELD(state), "state", "WARNING CRITICAL", "OK UNKNOWN", NUMBER_NONE,
	    "nothing that a remedy cures" },
	{ FIELD(state_type), "state type", "HARD", "SOFT", NUMBER_NONE,
	    "the core is not sure yet" },
	{ FIELD(attempt), "attempt", "", "", NUMBER_SOME, "no check was made" },
	{ FIELD(host_downtime), "host downtime", "false", "true", NUMBER_ZERO,
	    "the host is in downtime" },
	{ FIELD(service_downtime), "service downtime", "false", "true", NUMBER_ZERO,
	    "the service is in downtime" },
	{ FIELD(flapping), "flapping", "false", "true", NUMBER_ZERO,
	    "the service is flapping" },
	{ FIELD(acknowledged), "acknowledged", "false", "true", NUMBER_ZERO,
	    "a person is at it" },
	{ FIELD(in_window), "window", "true", "false", NUMBER_SOME,
	    "outside the time period for remedies" },
};
/* clang-format on */

static const char *
value_of(const struct alert *alert, const struct gate *gate)
{
	const char *value = NULL;

	memcpy(&value, (const char *)alert + gate->field, sizeof(value));
	return value;
}

/* What is wrong with a value whatever it is of; NULL: nothing. */
static const char *
find_absence(const char *value)
{
	if (value == NULL)
		return "not told by the core";
	if (value[0] == '\0')
		return "empty";
	return strchr(value, '$') != NULL ? "a macro that the core does not know"
					  : NULL;
}

/* Is it one of the words, and no more than one? */
static bool
is_among(const char *words, const char *value)
{
	size_t len = strlen(value);

	if (strchr(value, ' ') != NULL)
		return false;
	for (const char *p = strstr(words, value); p != NULL;
	     p = strstr(p + len, value))
		if ((p == words || p[-1] == ' ') && (p[len] == '\0' || p[len] == ' '))
			return true;
	return false;
}

/* NULL: it passes. */
static const char *
find_refusal(const struct gate *gate, const char *value)
{
	int64_t number = 0;

	if (gate->passes == NULL || is_among(gate->passes, value))
		return NULL;
	if (is_among(gate->shuts, value))
		return gate->why;
	if (gate->number == NUMBER_NONE ||
	    num_parse(value, 0, INT32_MAX, &number, NULL) != RC_OK)
		return "not understood";
	return (number == 0) == (gate->number == NUMBER_ZERO) ? NULL : gate->why;
}

bool
alert_passes(const struct alert *alert, char why[ALERT_WHY_SIZE])
{
	char shown[SHOWN_SIZE];

	for (size_t i = 0; i < sizeof(gates) / sizeof(gates[0]); i++) {
		const char *value = value_of(alert, &gates[i]);
		const char *what = find_absence(value);

		shown[0] = '\0';
		if (what == NULL) {
			what = find_refusal(&gates[i], value);
			text_printable_field(shown, sizeof(shown), value,
			    strlen(value));
		}
		if (what == NULL)
			continue;
		(void)snprintf(why, ALERT_WHY_SIZE, "%s%s%s: %s", gates[i].name,
		    shown[0] == '\0' ? "" : " ", shown, what);
		return false;
	}
	return true;
}
