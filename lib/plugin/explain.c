/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sums of a verdict in their order, each with its outcome in seconds, and
 * beside it in words.
 */
#include "plugin/explain.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum {
	SUBJECT_SIZE = 160,
	RANGE_SIZE = 160
};

/* What all lines of one certificate share. */
struct explanation {
	struct output *output;
	const struct judged *judged;
	const struct policy *policy;
	int64_t now;
};

/* "NAME = SUM = 3628800 s (42 d)" */
static void
duration_line(const struct explanation *e, const char *sum, int64_t s)
{
	char words[CLOCK_DURATION_SIZE];

	output_line(e->output, "  %s = %lld s (%s%s)", sum, (long long)s,
	    s < 0 ? "-" : "", clock_format_duration(s, words));
}

/* "NAME = SUM = 1767225600 (2026-01-01T00:00:00Z)" */
static void
time_line(const struct explanation *e, const char *sum, int64_t s)
{
	char text[CLOCK_TIME_SIZE];

	output_line(e->output, "  %s = %lld (%s)", sum, (long long)s,
	    clock_format_time(s, text));
}

static void
explain_dates(const struct explanation *e)
{
	const struct judged *judged = e->judged;

	time_line(e, "notBefore NB", judged->cert->not_before);
	time_line(e, "notAfter NA", judged->cert->not_after);
	time_line(e, "now", e->now);
	duration_line(e, "lifetime L = NA - NB", judged->lifetime_s);
	duration_line(e, "left = NA - now", judged->left_s);
}

/* Which CA said what, and when; nothing where none was asked. */
static void
explain_origin(const struct explanation *e)
{
	const struct watch *watch = &e->judged->watch;
	const struct cert *cert = e->judged->cert;
	char ca[SUBJECT_SIZE], name[SUBJECT_SIZE] = "";
	char age[CLOCK_DURATION_SIZE], at[CLOCK_TIME_SIZE];

	if (watch->offers == NULL)
		return;
	text_printable_field(ca, sizeof(ca), watch->offers->ca,
	    strlen(watch->offers->ca));
	if (watch->own != NULL)
		text_printable_field(name, sizeof(name), watch->own->name,
		    strlen(watch->own->name));
	output_line(e->output, "  CA %s, as read %s ago (%s)%s", ca,
	    clock_format_duration(e->now - watch->offers->read_at, age),
	    clock_format_time(watch->offers->read_at, at),
	    watch->is_stale ? ", too long ago to act on" : "");
	if (watch->own == NULL)
		output_line(e->output, "  does not offer the template of it");
	else
		output_line(e->output,
		    "  template %s: version wanted %lld.%lld, R %lld s, L %lld s", name,
		    (long long)watch->own->major, (long long)watch->own->minor,
		    (long long)watch->own->renewal_s,
		    (long long)watch->own->validity_s);
	if (cert->has_template)
		output_line(e->output, "  template version of it %lld.%lld",
		    (long long)cert->template_major, (long long)cert->template_minor);
	if (e->policy->has_template_major)
		output_line(e->output, "  version wanted %lld, as configured",
		    (long long)e->policy->template_major);
	output_line(e->output, "  R is %s",
	    watch->feeds_renewal	      ? "the template's"
		: e->policy->has_renew_before ? "as configured"
					      : "the default");
}

static void
explain_window(const struct explanation *e)
{
	const struct policy *policy = e->policy;
	const struct judged *judged = e->judged;

	output_line(e->output, "  policy %s", policy_rule_text(judged->rule));
	if (judged->rule != POLICY_FRACTION)
		duration_line(e, "renewal period R", judged->renew_before_s);
	explain_origin(e);
	switch (judged->rule) {
	case POLICY_AUTOENROLL:
		duration_line(e, "L/5", judged->lifetime_s / 5);
		duration_line(e, "window W = min(R, L/5)", judged->window_s);
		break;
	case POLICY_FRACTION:
		output_line(e->output, "  share = %lld/%lld",
		    (long long)policy->fraction_num, (long long)policy->fraction_den);
		duration_line(e, "window W = L * share", judged->window_s);
		break;
	case POLICY_CONFIGMGR:
	case POLICY_SCS:
		duration_line(e, "window W = R", judged->window_s);
		break;
	}
}

static void
explain_due(const struct explanation *e)
{
	const struct policy *policy = e->policy;
	const struct judged *judged = e->judged;

	time_line(e, "due D = NA - W", judged->due_at);
	duration_line(e, "until due = D - now", judged->due_left_s);
	duration_line(e, "grace G", policy->grace_s);
	output_line(e->output, "  floor F = min(W, L) * %lld/%lld = %lld s",
	    (long long)policy->floor_num, (long long)policy->floor_den,
	    (long long)judged->floor_s);
}

static void
add_range(struct buf *out, const char *what, bool has, const struct range *range)
{
	(void)buf_addf(out, "%s ", what);
	if (has)
		(void)range_format(out, range);
	else
		(void)buf_add_str(out, "none");
}

/* "warning 3628800:, critical 1209600:" */
static void
threshold_line(const struct explanation *e, const char *what)
{
	const struct judged *judged = e->judged;
	struct buf text;

	buf_init(&text, RANGE_SIZE);
	add_range(&text, "warning", judged->has_warning, &judged->warning);
	add_range(&text, ", critical", judged->has_critical, &judged->critical);
	output_line(e->output, "  %s, in seconds left: %s", what, buf_str(&text));
	if (text.rc != RC_OK)
		e->output->lines.rc = text.rc; /* half a sum is none */
	buf_clear(&text);
}

static const char *
yes_or_no(bool value)
{
	return value ? "yes" : "no";
}

/* The gates, in the order in which they are asked. */
static void
explain_gates(const struct explanation *e)
{
	const struct judged *judged = e->judged;
	const struct cert *cert = judged->cert;
	int64_t grace_s = e->policy->grace_s;

	output_line(e->output,
	    "  NA before NB? %s. now after NA, expired? %s. now before NB? %s",
	    yes_or_no(cert->not_after < cert->not_before),
	    yes_or_no(judged->left_s < 0), yes_or_no(e->now < cert->not_before));
	if (e->policy->has_warning || e->policy->has_critical) {
		threshold_line(e,
		    "thresholds given, they take the place of the policy");
		return;
	}
	output_line(e->output,
	    "  D reached, due? %s. left down to F, critical? %s. D + G reached, warning? %s",
	    yes_or_no(judged->due_left_s <= 0),
	    yes_or_no(judged->due_left_s <= 0 && judged->left_s <= judged->floor_s),
	    yes_or_no(judged->due_left_s <= -grace_s));
	threshold_line(e, "that is");
}

void
explain_judged(struct output *output, const struct judged *judged,
    const struct policy *policy, int64_t now)
{
	struct explanation e = { output, judged, policy, now };
	char subject[SUBJECT_SIZE];

	text_printable_field(subject, sizeof(subject), judged->cert->subject,
	    strlen(judged->cert->subject));
	output_line(output, "%s: %s", judged->slot, subject);
	explain_dates(&e);
	explain_window(&e);
	explain_due(&e);
	explain_gates(&e);
	output_line(output, "  so: %s", state_text(judged->state));
	if (judged->maker != MAKER_UNASKED)
		output_line(output, "  made by %s, renewed by %s",
		    maker_by(judged->maker), maker_renewal(judged->maker));
}
