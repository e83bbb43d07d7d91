/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The template of a certificate: against a major version that was set by hand, else
 * against what the CA offers now (policy/watch.h).
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "policy/judge.h"

enum {
	TEMPLATE_NAME_SIZE = 64
};

/* Printable words that the sentences share. */
struct words {
	char ca[TEMPLATE_NAME_SIZE];
	char name[TEMPLATE_NAME_SIZE]; /* of the certificate's template, or its OID */
	char successor[TEMPLATE_NAME_SIZE];
	char wanted[TEMPLATE_NAME_SIZE]; /* "": none */
	char age[CLOCK_DURATION_SIZE];
};

static void
set_name(char field[TEMPLATE_NAME_SIZE], const char *name)
{
	text_printable_field(field, TEMPLATE_NAME_SIZE, name, strlen(name));
}

static struct words
words_of(const struct about *about, const struct watch *watch)
{
	const struct offer *wanted = offers_wanted(watch->offers);
	const struct cert *cert = about->cert;
	struct words words = { .ca = "" };

	set_name(words.ca, watch->offers->ca);
	if (watch->own != NULL)
		set_name(words.name, watch->own->name);
	else if (cert->has_template)
		set_name(words.name, cert->template_oid);
	else if (cert->template_name != NULL)
		set_name(words.name, cert->template_name);
	if (watch->successor != NULL)
		set_name(words.successor, watch->successor->name);
	if (wanted != NULL)
		set_name(words.wanted, wanted->name);
	(void)clock_format_duration(about->now - watch->offers->read_at, words.age);
	return words;
}

/* Only templates from version 2 on have a number. */
static enum rc
add_no_template(struct verdict *verdict, const struct about *about,
    const struct policy *policy, struct err *err)
{
	const char *name = about->cert->template_name;
	char printable[TEMPLATE_NAME_SIZE] = "";

	if (policy->no_template == STATE_OK)
		return RC_OK;
	if (name == NULL)
		return judge_add_state(verdict, about, REASON_NO_TEMPLATE,
		    policy->no_template, err,
		    "no template version, %lld is wanted: a stand-alone CA issued it, or "
		    "one that is not of Windows",
		    (long long)policy->template_major);
	set_name(printable, name);
	return judge_add_state(verdict, about, REASON_NO_TEMPLATE, policy->no_template,
	    err, "no template version, %lld is wanted: template %s is of the old kind",
	    (long long)policy->template_major, printable);
}

static enum rc
judge_by_hand(struct verdict *verdict, const struct about *about,
    const struct policy *policy, struct err *err)
{
	const struct cert *cert = about->cert;

	if (!policy->has_template_major)
		return RC_OK;
	if (!cert->has_template)
		return add_no_template(verdict, about, policy, err);
	if (cert->template_major >= policy->template_major)
		return RC_OK;
	return judge_add(verdict, about, REASON_TEMPLATE_OLD, err,
	    "template version %lld is below the wanted %lld, renewal due at once",
	    (long long)cert->template_major, (long long)policy->template_major);
}

static enum rc
add_superseded(struct verdict *verdict, const struct about *about,
    const struct watch *watch, struct err *err)
{
	struct words w = words_of(about, watch);

	if (watch->standing == WATCH_SUPERSEDED)
		return judge_add(verdict, about, REASON_TEMPLATE_SUPERSEDED, err,
		    "re-enrol wanted: template %s supersedes %s at CA %s (read %s ago)",
		    w.successor, w.name, w.ca, w.age);
	return judge_add(verdict, about, REASON_TEMPLATE_OUTDATED, err,
	    "template %s supersedes %s at CA %s: name it as template in [ca %s]",
	    w.successor, w.name, w.ca, w.ca);
}

static enum rc
add_version(struct verdict *verdict, const struct about *about,
    const struct watch *watch, struct err *err)
{
	long long is = (long long)about->cert->template_major;
	long long wanted = (long long)watch->own->major;
	struct words w = words_of(about, watch);

	if (watch->standing == WATCH_FORCED)
		return judge_add(verdict, about, REASON_TEMPLATE_OLD, err,
		    "re-enrol wanted: template version %lld is below the wanted %lld of "
		    "CA %s (read %s ago)",
		    is, wanted, w.ca, w.age);
	if (watch->standing == WATCH_LAGGING)
		return judge_add(verdict, about, REASON_TEMPLATE_LAGGING, err,
		    "issued by template version %lld when CA %s wanted %lld already: "
		    "what issues lags behind its policy service",
		    is, w.ca, wanted);
	return judge_add(verdict, about, REASON_TEMPLATE_NEWER, err,
	    "template version %lld is above %lld of CA %s (read %s ago): that is old, or "
	    "another forest's; nothing is done about it",
	    is, wanted, w.ca, w.age);
}

static enum rc
add_gone(struct verdict *verdict, const struct about *about, const struct watch *watch,
    struct err *err)
{
	struct words w = words_of(about, watch);

	if (w.wanted[0] == '\0')
		return judge_add(verdict, about, REASON_TEMPLATE_GONE, err,
		    "template %s is no longer offered by CA %s (read %s ago): renewal "
		    "will fail",
		    w.name, w.ca, w.age);
	return judge_add_state(verdict, about, REASON_TEMPLATE_GONE, STATE_OK, err,
	    "template %s is not offered by CA %s: the next renewal takes %s", w.name,
	    w.ca, w.wanted);
}

static enum rc
add_none(struct verdict *verdict, const struct about *about,
    const struct policy *policy, struct err *err)
{
	if (policy->no_template == STATE_OK)
		return RC_OK;
	return judge_add_state(verdict, about, REASON_NO_TEMPLATE, policy->no_template,
	    err,
	    "template: none, cannot be told whether re-enrolment is forced: a "
	    "stand-alone CA issued it, or one that is not of Windows");
}

static enum rc
add_stale(struct verdict *verdict, const struct about *about, const struct watch *watch,
    struct err *err)
{
	struct words w = words_of(about, watch);

	return judge_add_state(verdict, about, REASON_OFFERS_STALE, STATE_OK, err,
	    "what CA %s wants was read %s ago and is not acted on: check_amt_ca --ca %s "
	    "--record reads it again",
	    w.ca, w.age, w.ca);
}

static enum rc
judge_by_ca(struct verdict *verdict, const struct about *about,
    const struct policy *policy, const struct watch *watch, struct err *err)
{
	struct words w;

	switch (watch->standing) {
	case WATCH_NOTHING:
	case WATCH_CURRENT:
		break;
	case WATCH_SUPERSEDED:
	case WATCH_OUTDATED:
		return add_superseded(verdict, about, watch, err);
	case WATCH_FORCED:
	case WATCH_LAGGING:
	case WATCH_NEWER:
		return add_version(verdict, about, watch, err);
	case WATCH_GONE:
		return add_gone(verdict, about, watch, err);
	case WATCH_UNVERSIONED:
		w = words_of(about, watch);
		return judge_add(verdict, about, REASON_TEMPLATE_UNVERSIONED, err,
		    "version 1 template %s, has no version", w.name);
	case WATCH_NONE:
		return add_none(verdict, about, policy, err);
	}
	return RC_OK;
}

enum rc
judge_template(struct verdict *verdict, const struct about *about,
    const struct policy *policy, const struct watch *watch, struct err *err)
{
	enum rc r = judge_by_hand(verdict, about, policy, err);

	if (r != RC_OK || watch->offers == NULL)
		return r;
	if (watch->is_stale)
		return add_stale(verdict, about, watch, err);
	return judge_by_ca(verdict, about, policy, watch, err);
}
