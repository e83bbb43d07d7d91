/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The findings of a verdict, and which of them decides.  The words of reasons
 * come from REASON_MAP; texts are held to what a plugin line may carry.
 */
#include "policy/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "policy/judge.h"
#include "policy/remedy.h"

enum {
	FIRST_ROOM = 8,
	RAW_SIZE = 2 * FINDING_TEXT_SIZE,
};

static const struct {
	enum state state;
	const char *word;
	const char *sentence;
} reasons[] = {
#define REASON_ROW(name, state, word, remedy, sentence) { state, word, sentence },
	REASON_MAP(REASON_ROW)
#undef REASON_ROW
};

const char *
reason_word(enum reason reason)
{
	return reasons[reason].word;
}

const char *
reason_sentence(enum reason reason)
{
	return reasons[reason].sentence;
}

enum reason
reason_find(const char *word)
{
	if (word[0] == '\0')
		return REASON_VALID;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(word, reasons[i].word) == 0)
			return (enum reason)i;
	return REASON_VALID;
}

/* Is the list full at n? Its room doubles from FIRST_ROOM, so n tells. */
static bool
is_full(size_t n)
{
	return n == 0 || (n >= FIRST_ROOM && (n & (n - 1)) == 0);
}

static size_t
next_room(size_t n)
{
	return n == 0 ? FIRST_ROOM : 2 * n;
}

static void set_text(struct finding *finding, const char *name, const char *fmt,
    va_list ap) __attribute__((format(printf, 3, 0)));

static void
set_text(struct finding *finding, const char *name, const char *fmt, va_list ap)
{
	char raw[RAW_SIZE] = "";
	int n = 0;

	if (name[0] != '\0')
		n = snprintf(raw, sizeof(raw), "%s: ", name);
	if (n >= 0 && (size_t)n < sizeof(raw))
		n = vsnprintf(raw + n, sizeof(raw) - (size_t)n, fmt, ap);
	if (n < 0) /* cannot be formatted: the reason speaks */
		raw[0] = '\0';
	text_line_field(finding->text, sizeof(finding->text), raw, strlen(raw));
	state_calm(finding->text);
}

static int
rank(enum state state)
{
	static const int ranks[] = {
		[STATE_OK] = 0,
		[STATE_UNKNOWN] = 1,
		[STATE_WARNING] = 2,
		[STATE_CRITICAL] = 3,
	};

	return ranks[state];
}

/* Does a later finding take the lead from the one that has it? */
static bool
decides_over(const struct finding *later, const struct finding *leader)
{
	if (rank(later->state) != rank(leader->state))
		return rank(later->state) > rank(leader->state);
	if (later->has_left && leader->has_left)
		return later->left_s < leader->left_s;
	return later->state == STATE_OK && later->has_left && !leader->has_left;
}

static enum rc
append(struct verdict *verdict, const struct finding *finding, struct err *err)
{
	size_t n = verdict->n_findings;
	struct finding *list;

	if (n >= VERDICT_FINDINGS_MAX)
		return err_set(err, RC_LIMIT, "verdict: more than %d findings",
		    VERDICT_FINDINGS_MAX);
	if (is_full(n)) {
		list = reallocarray(verdict->findings, next_room(n), sizeof(*list));
		if (list == NULL)
			return err_set(err, RC_NOMEM, "verdict: out of memory");
		verdict->findings = list;
	}
	verdict->findings[n] = *finding;
	verdict->n_findings++;
	if (n == 0 || decides_over(finding, &verdict->findings[verdict->deciding])) {
		verdict->deciding = n;
		verdict->state = finding->state;
	}
	return RC_OK;
}

static enum remedy
remedy_of(const struct about *about, enum reason reason)
{
	enum remedy remedy = remedy_for(reason, about->usage);

	if (about->is_root && remedy != REMEDY_NONE)
		return REMEDY_INSTALL_ROOT;
	return about->is_path_ca && remedy != REMEDY_NONE ? REMEDY_PERSON : remedy;
}

/* A note is OK and no sentence about the time that is left. */
static bool
is_note(enum reason reason, enum state state)
{
	return state == STATE_OK && reason != REASON_VALID && reason != REASON_IN_GRACE;
}

static struct finding
begin(const struct about *about, enum reason reason, enum state state)
{
	struct finding finding = { .reason = reason,
		.state = state,
		.remedy = remedy_of(about, reason) };

	memcpy(finding.slot, about->slot, sizeof(finding.slot));
	if (about->cert != NULL) {
		finding.has_left = !is_note(reason, state);
		finding.left_s = cert_left_s(about->cert, about->now);
		finding.not_after = about->cert->not_after;
	}
	return finding;
}

enum rc
judge_add(struct verdict *verdict, const struct about *about, enum reason reason,
    struct err *err, const char *fmt, ...)
{
	struct finding finding = begin(about, reason, reasons[reason].state);
	va_list ap;

	va_start(ap, fmt);
	set_text(&finding, about->name, fmt, ap);
	va_end(ap);
	return append(verdict, &finding, err);
}

enum rc
judge_add_state(struct verdict *verdict, const struct about *about, enum reason reason,
    enum state state, struct err *err, const char *fmt, ...)
{
	struct finding finding = begin(about, reason, state);
	va_list ap;

	va_start(ap, fmt);
	set_text(&finding, about->name, fmt, ap);
	va_end(ap);
	return append(verdict, &finding, err);
}

enum rc
judge_add_judged(struct verdict *verdict, struct judged **ret, struct err *err)
{
	size_t n = verdict->n_judged;
	struct judged *list;

	if (is_full(n)) {
		list = reallocarray(verdict->judged, next_room(n), sizeof(*list));
		if (list == NULL)
			return err_set(err, RC_NOMEM, "verdict: out of memory");
		verdict->judged = list;
	}
	memset(&verdict->judged[n], 0, sizeof(verdict->judged[n]));
	verdict->n_judged++;
	*ret = &verdict->judged[n];
	return RC_OK;
}

enum rc
verdict_note(struct verdict *verdict, enum reason reason, const char *text,
    struct err *err)
{
	const struct about nothing = { .slot = "" };
	char line[FINDING_TEXT_SIZE];

	text_line_field(line, sizeof(line), text, strlen(text));
	return judge_add(verdict, &nothing, reason, err, "%s", line);
}

void
verdict_clear(struct verdict *verdict)
{
	free(verdict->findings);
	free(verdict->judged);
	memset(verdict, 0, sizeof(*verdict));
}
