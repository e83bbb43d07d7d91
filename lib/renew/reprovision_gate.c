/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From facts to needs.  An expired certificate and a TLS port that is off are both
 * found while a login still works: the device is reachable by digest only.
 */
#include "renew/reprovision_gate.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "policy/remedy.h"
#include "renew/bind.h"
#include "renew/client_anchor.h"
#include "renew/gate.h"
#include "renew/leftover.h"
#include "renew/offered.h"
#include "renew/root_steps.h"

enum {
	WHY_SIZE = 96
};

/* Words of the memo, a bit or a flag each. */
static const struct {
	const char *word;
	unsigned int need;
} need_words[] = {
	{ "clock", REPROVISION_CLOCK },
	{ "certificate", REPROVISION_CERT },
	{ "tls", REPROVISION_TLS },
	{ "anchor", REPROVISION_ANCHOR },
};

static void
add_word(char memo[JOURNAL_MEMO_SIZE], const char *word, bool is_wanted)
{
	size_t len = strlen(memo);

	if (is_wanted)
		(void)snprintf(memo + len, JOURNAL_MEMO_SIZE - len, "%s ", word);
}

static void
remember(struct renewal *rn)
{
	char *memo = rn->run.memo;

	memo[0] = '\0';
	for (size_t i = 0; i < sizeof(need_words) / sizeof(need_words[0]); i++)
		add_word(memo, need_words[i].word,
		    (rn->needs & need_words[i].need) != 0);
	add_word(memo, "was-on", rn->before.is_enabled);
	add_word(memo, "was-mutual", rn->before.is_mutual);
	add_word(memo, "was-plain", rn->before.accepts_non_secure);
}

/* Every word of the memo ends with a blank. */
static bool
has_word(const char *memo, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = memo; at[0] != '\0';) {
		size_t n = strcspn(at, " ");

		if (n == len && memcmp(at, word, len) == 0)
			return true;
		at += n;
		at += strspn(at, " ");
	}
	return false;
}

void
reprovision_recall(struct renewal *rn)
{
	const char *memo = rn->run.memo;

	rn->needs = 0;
	for (size_t i = 0; i < sizeof(need_words) / sizeof(need_words[0]); i++)
		if (has_word(memo, need_words[i].word))
			rn->needs |= need_words[i].need;
	rn->sets_clock = (rn->needs & REPROVISION_CLOCK) != 0;
	rn->before = (struct tls_before){ .is_known = true,
		.is_enabled = has_word(memo, "was-on"),
		.is_mutual = has_word(memo, "was-mutual"),
		.accepts_non_secure = has_word(memo, "was-plain") };
}

const struct cert *
reprovision_find_current(const struct renewal *rn)
{
	const struct facts_cert *bound = bind_find(rn);

	return bound != NULL ? bound->cert : rn->served;
}

/* Append a reason to rn->due. */
static void
add_due(struct renewal *rn, const char *text)
{
	size_t len = strlen(rn->due);

	(void)snprintf(rn->due + len, sizeof(rn->due) - len, "%s%s",
	    len == 0 ? "" : ", ", text);
}

static void
add_expired(struct renewal *rn, const struct cert *cert)
{
	char why[WHY_SIZE];
	char age[CLOCK_DURATION_SIZE];
	char date[CLOCK_DATE_SIZE];

	(void)snprintf(why, sizeof(why), "certificate expired %s ago (%s)",
	    clock_format_duration(-cert_left_s(cert, renewal_now(rn)), age),
	    clock_format_date(cert->not_after, date));
	add_due(rn, why);
}

/* What is served: only time makes it one that reprovisioning replaces. */
static bool
judge_served(struct renewal *rn)
{
	const struct facts_presented *presented = &rn->facts.presented;
	int64_t now = renewal_now(rn);
	const struct cert *cert = rn->served;

	if (cert_left_s(cert, now) < 0) {
		add_expired(rn, cert);
		return true;
	}
	if (cert->not_before > now) {
		add_due(rn, "certificate not valid yet");
		return true;
	}
	if (presented->path.at_time != PATH_OK &&
	    presented->path.ignoring_time == PATH_OK) {
		add_due(rn, "the time of an issuer is over");
		return true;
	}
	if (bind_find(rn) == NULL) {
		add_due(rn, "no certificate is bound to TLS");
		return true;
	}
	return false;
}

/* Would a bound one be good if it were served? */
static bool
is_good(const struct renewal *rn, const struct facts_cert *bound)
{
	const struct anchors *anchors = rn->options->target->anchors != NULL
	    ? rn->options->target->anchors
	    : ca_anchors(rn->ca);
	struct cert *list[PATH_MAX_ELEMENTS] = { bound->cert };
	enum name_match match = NAME_UNKNOWN;
	struct path path = { 0 };
	int64_t now = renewal_now(rn);
	size_t n = 1;
	bool good = bound->has_key && !offered_is_due(rn, bound->cert);

	for (size_t i = 0; i < rn->facts.n_certs && n < PATH_MAX_ELEMENTS; i++)
		if (!rn->facts.certs[i].has_key && rn->facts.certs[i].cert->is_ca)
			list[n++] = rn->facts.certs[i].cert;
	good = good &&
	    name_match_host(bound->cert, rn->options->target->name, &match, NULL) ==
		RC_OK &&
	    (match == NAME_MATCH_SAN || match == NAME_MATCH_CN_ONLY) &&
	    path_verify(anchors, list, n, now, 0, &path, NULL) == RC_OK &&
	    path.at_time == PATH_OK;
	path_clear(&path);
	return good;
}

/* TLS is off: what would it serve? */
static enum rc
judge_bound(struct renewal *rn, struct err *err)
{
	const struct facts_cert *bound = bind_find(rn);
	struct cert *copy = NULL;
	enum rc r = RC_OK;

	add_due(rn, bound == NULL ? "TLS was never set up" : "TLS is off");
	rn->needs |= REPROVISION_TLS;
	if (bound == NULL || !is_good(rn, bound)) {
		if (bound != NULL && cert_left_s(bound->cert, renewal_now(rn)) < 0)
			add_expired(rn, bound->cert);
		rn->needs |= REPROVISION_CERT;
		return RC_OK;
	}
	r = cert_dup(bound->cert, &copy, err);
	if (r == RC_OK)
		r = renewal_set_new_cert(rn, copy, err);
	return r;
}

static enum rc
judge_tls(struct renewal *rn, struct err *err)
{
	const struct facts_tls *network = &rn->facts.tls_network;

	rn->before = (struct tls_before){ .is_known = network->known,
		.is_enabled = !network->known || network->is_enabled,
		.is_mutual = network->is_mutual,
		.accepts_non_secure = network->accepts_non_secure };
	if (!rn->before.is_enabled)
		return judge_bound(rn, err);
	if (rn->served == NULL)
		return err_set(err, RC_STATE,
		    "%s: TLS is on and its port shows nothing: restart the device",
		    rn->facts.name);
	if (judge_served(rn))
		rn->needs |= REPROVISION_CERT;
	return RC_OK;
}

static bool
has_root(const struct facts *facts)
{
	for (size_t i = 0; i < facts->n_certs; i++)
		if (facts->certs[i].is_trusted_root)
			return true;
	return false;
}

/*
 * Mutual TLS without anybody to trust: nobody gets in. Only for a session over the
 * plain port: who came in over TLS is trusted.
 */
static enum rc
judge_anchor(struct renewal *rn, struct err *err)
{
	enum rc r = RC_OK;

	if (!rn->before.is_mutual || !rn->options->target->plain || rn->over_tls)
		return RC_OK;
	cert_free(rn->anchor);
	rn->anchor = NULL;
	r = client_anchor_find(rn, &rn->anchor, err);
	if (r != RC_OK || root_steps_is_there(rn))
		return r;
	r = root_steps_judge(rn, err);
	if (r != RC_OK)
		return r;
	add_due(rn,
	    has_root(&rn->facts) ? "our anchor of mutual TLS is missing"
				 : "the anchor of mutual TLS is missing");
	rn->needs |= REPROVISION_ANCHOR | REPROVISION_TLS;
	return RC_OK;
}

/* Further than the policy lets pass, and than the measurement may be wrong by? */
static bool
is_clock_off(const struct renewal *rn)
{
	const struct facts_clock *clock = &rn->facts.clock;
	int64_t limit_s = rn->options->policy->clock_warning_s + clock->uncertainty_s;

	return clock->known &&
	    (clock->offset_s > limit_s || clock->offset_s < -limit_s);
}

static void
judge_clock(struct renewal *rn)
{
	char why[WHY_SIZE];
	char off[CLOCK_DURATION_SIZE];
	int64_t offset_s = rn->facts.clock.offset_s;

	if (!is_clock_off(rn))
		return;
	(void)snprintf(why, sizeof(why), "clock %s %s",
	    clock_format_duration(offset_s, off), offset_s < 0 ? "behind" : "ahead");
	add_due(rn, why);
	rn->needs |= REPROVISION_CLOCK;
	rn->sets_clock = true;
}

/* Switching settings needs a certificate to serve: what is bound and good. */
static enum rc
keep_bound(struct renewal *rn, struct err *err)
{
	const struct cert *current = reprovision_find_current(rn);
	struct cert *copy = NULL;
	enum rc r = RC_OK;

	if ((rn->needs & REPROVISION_TLS) == 0 || (rn->needs & REPROVISION_CERT) != 0 ||
	    rn->new_cert != NULL || current == NULL)
		return RC_OK;
	r = cert_dup(current, &copy, err);
	return r == RC_OK ? renewal_set_new_cert(rn, copy, err) : r;
}

static void
say_nothing(struct renewal *rn)
{
	char left[CLOCK_DURATION_SIZE];
	char date[CLOCK_DATE_SIZE];

	(void)snprintf(rn->due, sizeof(rn->due),
	    "TLS is on, valid for %s (%s); before its end: %s",
	    clock_format_duration(cert_left_s(rn->served, renewal_now(rn)), left),
	    clock_format_date(rn->served->not_after, date),
	    remedy_text(REMEDY_RENEW_TLS));
}

enum rc
reprovision_judge(struct renewal *rn, bool *ret_nothing, struct err *err)
{
	enum rc r = gate_judge_device(rn, err);

	rn->needs = 0;
	rn->due[0] = '\0';
	if (r == RC_OK)
		r = judge_tls(rn, err);
	if (r == RC_OK)
		r = judge_anchor(rn, err);
	if (r != RC_OK)
		return r;
	if ((rn->needs & (REPROVISION_CERT | REPROVISION_TLS)) != 0)
		add_due(rn, "reachable by digest only");
	if ((rn->options->force & REPROVISION_FORCE_NOT_DUE) != 0 &&
	    (rn->needs & REPROVISION_CERT) == 0) {
		r = renewal_set_new_cert(rn, NULL, err);
		rn->needs |= REPROVISION_CERT;
		add_due(rn, "asked for by --force");
	}
	judge_clock(rn);
	if (r == RC_OK && (rn->needs & REPROVISION_CERT) != 0)
		r = leftover_judge_room(rn, err);
	if (r == RC_OK)
		r = keep_bound(rn, err);
	if (r != RC_OK)
		return r;
	*ret_nothing = rn->needs == 0;
	if (*ret_nothing)
		say_nothing(rn);
	remember(rn);
	return RC_OK;
}

enum rc
reprovision_judge_resumed(struct renewal *rn, struct err *err)
{
	enum rc r = gate_judge_resumed(rn, err);

	rn->sets_clock = (rn->needs & REPROVISION_CLOCK) != 0;
	if (r == RC_OK && (rn->needs & REPROVISION_ANCHOR) != 0 && rn->anchor == NULL)
		r = client_anchor_find(rn, &rn->anchor, err);
	return r;
}
