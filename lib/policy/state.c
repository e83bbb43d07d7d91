/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The four states, their words and their order.  Monitoring Plugins development
 * guidelines; an UNKNOWN does not hide behind an OK.
 */
#include "policy/state.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* rank: which is worse. */
static const struct {
	const char *word;
	const char *number;
	int rank;
} states[] = {
	[STATE_OK] = { "OK", "0", 0 },
	[STATE_WARNING] = { "WARNING", "1", 2 },
	[STATE_CRITICAL] = { "CRITICAL", "2", 3 },
	[STATE_UNKNOWN] = { "UNKNOWN", "3", 1 },
};

const char *
state_text(enum state state)
{
	return states[state].word;
}

enum state
state_worse(enum state a, enum state b)
{
	return states[b].rank > states[a].rank ? b : a;
}

enum rc
state_parse(const char *text, enum state *ret_state, struct err *err)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (strcasecmp(text, states[i].word) != 0 &&
		    strcmp(text, states[i].number) != 0)
			continue;
		*ret_state = (enum state)i;
		return RC_OK;
	}
	return err_set(err, RC_USAGE,
	    "%.80s: not a state: ok, warning, critical, unknown or 0 to 3", text);
}

static bool
is_between_capitals(const char *text, const char *at, size_t len)
{
	return (at > text && isupper((unsigned char)at[-1])) ||
	    isupper((unsigned char)at[len]);
}

void
state_calm(char *text)
{
	/* OK last: the capitals beside it may be another state's. */
	for (size_t i = sizeof(states) / sizeof(states[0]); i-- > 0;) {
		const char *word = states[i].word;
		size_t len = strlen(word);

		for (char *p = strstr(text, word); p != NULL;
		     p = strstr(p + len, word)) {
			if (i == STATE_OK && is_between_capitals(text, p, len))
				continue;
			for (size_t j = 0; j < len; j++)
				p[j] = (char)tolower((unsigned char)p[j]);
		}
	}
}
