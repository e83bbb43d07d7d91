/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judgement of what the TLS port presents: is it whom we trust, is it this
 * device, and how long will every element of its path last?
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "policy/judge.h"

enum {
	PIN_TEXT_SIZE = 2 * CERT_FINGERPRINT_BYTES + 1
};

/* The path that is judged: lent pointers, leaf first. */
struct elements {
	const struct cert *certs[PATH_MAX_ELEMENTS];
	size_t n;
	bool is_verified; /* the last one is a trust anchor */
};

static bool
holds(const struct elements *elements, const struct cert *cert)
{
	for (size_t i = 0; i < elements->n; i++)
		if (cert_equals(elements->certs[i], cert))
			return true;
	return false;
}

/* The presented certificate of this one's issuer, not taken yet; or NULL. */
static const struct cert *
find_issuer(const struct facts_presented *presented, const struct elements *elements,
    const struct cert *cert)
{
	for (size_t i = 0; i < presented->n_certs; i++)
		if (strcmp(presented->certs[i]->subject, cert->issuer) == 0 &&
		    !holds(elements, presented->certs[i]))
			return presented->certs[i];
	return NULL;
}

static void
find_elements(const struct facts_presented *presented, struct elements *elements)
{
	const struct path *path = &presented->path;
	const struct cert *last = presented->certs[0];

	memset(elements, 0, sizeof(*elements));
	elements->certs[0] = last;
	elements->n = 1;
	elements->is_verified = path->n_elements > 0;
	for (size_t i = 1; i < path->n_elements && i < PATH_MAX_ELEMENTS; i++)
		elements->certs[elements->n++] = path->elements[i];
	while (!elements->is_verified && !last->is_self_issued &&
	    elements->n < PATH_MAX_ELEMENTS) {
		last = find_issuer(presented, elements, last);
		if (last == NULL)
			break;
		elements->certs[elements->n++] = last;
	}
}

static void
name_after_subject(struct about *about, const char *what, const char *subject)
{
	char printable[ABOUT_NAME_SIZE / 2];
	int n;

	text_printable_field(printable, sizeof(printable), subject, strlen(subject));
	n = snprintf(about->name, sizeof(about->name), "%s %s", what, printable);
	if (n < 0)
		about->name[0] = '\0';
}

/* The i-th element: slot, name and whose task it is. */
static struct about
about_element(const struct elements *elements, size_t i, int64_t now)
{
	struct about about = { .cert = elements->certs[i], .now = now };
	const char *slot = "issuer";
	int n = 0;

	about.is_path_ca = i > 0;
	about.is_anchor = i + 1 == elements->n &&
	    (elements->is_verified || (i > 0 && about.cert->is_self_issued));
	if (i == 0)
		slot = "leaf";
	else if (about.is_anchor && elements->is_verified)
		slot = "anchor";
	if (i > 1 && strcmp(slot, "issuer") == 0)
		n = snprintf(about.slot, sizeof(about.slot), "%s_%zu", slot, i);
	else
		n = snprintf(about.slot, sizeof(about.slot), "%s", slot);
	if (n < 0)
		about.slot[0] = '\0';
	if (i > 0)
		name_after_subject(&about, slot, about.cert->subject);
	return about;
}

static enum rc
add_other_key(struct verdict *verdict, const struct about *leaf, const char *words,
    struct err *err)
{
	char pin[PIN_TEXT_SIZE] = "";

	for (size_t i = 0; i < CERT_FINGERPRINT_BYTES; i++)
		if (snprintf(pin + 2 * i, sizeof(pin) - 2 * i, "%02x",
			(unsigned int)leaf->cert->spki_sha256[i]) < 0)
			pin[0] = '\0';
	return judge_add(verdict, leaf, REASON_PIN_MISMATCH, err,
	    "%s, it is now sha256:%s", words, pin);
}

static enum rc
judge_pin(struct verdict *verdict, const struct about *leaf,
    const struct facts_presented *presented, struct err *err)
{
	if (!presented->has_pin || presented->pin_matches)
		return RC_OK;
	return add_other_key(verdict, leaf, reason_sentence(REASON_PIN_MISMATCH), err);
}

enum rc
judge_known_key(struct verdict *verdict, const struct about *leaf,
    const struct facts_presented *presented, struct err *err)
{
	if (cert_left_s(leaf->cert, leaf->now) >= 0 || !presented->has_known_key)
		return RC_OK;
	if (presented->is_known_key)
		return judge_add(verdict, leaf, REASON_KEY_ONLY, err, "%s",
		    reason_sentence(REASON_KEY_ONLY));
	/* Of a pin that was given it is said in any case. */
	if (presented->has_pin)
		return RC_OK;
	return add_other_key(verdict, leaf,
	    "key differs from the one it was last known by", err);
}

/* Whom did the last element that we know name as its issuer? */
static enum rc
add_unknown_anchor(struct verdict *verdict, const struct about *leaf,
    const struct elements *elements, struct err *err)
{
	const char *issuer = elements->certs[elements->n - 1]->issuer;
	char printable[ABOUT_NAME_SIZE];

	text_printable_field(printable, sizeof(printable), issuer, strlen(issuer));
	return judge_add(verdict, leaf, REASON_UNKNOWN_ANCHOR, err, "%s: issuer %s",
	    reason_sentence(REASON_UNKNOWN_ANCHOR), printable);
}

static enum rc
judge_path(struct verdict *verdict, const struct about *leaf,
    const struct facts_presented *presented, const struct elements *elements,
    const struct policy *policy, struct err *err)
{
	char words[sizeof(presented->path.text)];

	switch (presented->path.ignoring_time) {
	case PATH_OK:
		return RC_OK;
	case PATH_UNCHECKED:
		if (presented->has_pin || !policy->needs_anchor)
			return RC_OK;
		return judge_add(verdict, leaf, REASON_NO_ANCHOR, err, "%s",
		    reason_sentence(REASON_NO_ANCHOR));
	case PATH_UNKNOWN_ISSUER:
		return add_unknown_anchor(verdict, leaf, elements, err);
	case PATH_SELF_SIGNED:
		return judge_add(verdict, leaf, REASON_SELF_SIGNED, err, "%s",
		    reason_sentence(REASON_SELF_SIGNED));
	case PATH_BAD_SIGNATURE:
		return judge_add(verdict, leaf, REASON_BAD_SIGNATURE, err, "%s",
		    reason_sentence(REASON_BAD_SIGNATURE));
	case PATH_TIME:
	case PATH_PURPOSE:
	case PATH_WEAK:
	case PATH_OTHER:
		break;
	}
	text_printable_field(words, sizeof(words), presented->path.text,
	    strlen(presented->path.text));
	return judge_add(verdict, leaf, REASON_BAD_PATH, err, "%s: %s",
	    reason_sentence(REASON_BAD_PATH), words);
}

/* Where the store was read, too, it tells what the firmware made. */
static enum maker
find_maker(const struct facts *facts)
{
	const struct cert *leaf = facts->presented.certs[0];
	const struct facts_cert *stored = facts_find_cert_by_der(facts, leaf);

	return maker_find(leaf, facts->presented.is_ours,
	    stored != NULL && stored->is_read_only);
}

static enum rc
judge_elements(struct verdict *verdict, const struct facts *facts,
    const struct elements *elements, const struct policy *policy, int64_t now,
    struct err *err)
{
	struct policy for_ca = judge_policy_for_ca(policy);
	enum rc r = RC_OK;

	for (size_t i = 0; r == RC_OK && i < elements->n; i++) {
		struct about about = about_element(elements, i, now);

		if (i == 0)
			about.maker = find_maker(facts);
		r = judge_period(verdict, &about, i == 0 ? policy : &for_ca, err);
		if (r == RC_OK)
			r = judge_strength(verdict, &about, err);
		if (r == RC_OK)
			r = judge_maker(verdict, &about, err);
	}
	return r;
}

/* What else was sent has no say, but an operator should know that it is sent. */
static enum rc
note_extra(struct verdict *verdict, const struct facts_presented *presented,
    const struct elements *elements, int64_t now, struct err *err)
{
	enum rc r = RC_OK;

	for (size_t i = 0; r == RC_OK && i < presented->n_certs; i++) {
		struct about about = { .cert = presented->certs[i], .now = now };
		char ago[CLOCK_DURATION_SIZE];
		int64_t left_s = cert_left_s(about.cert, now);

		if (holds(elements, about.cert))
			continue;
		name_after_subject(&about, "presented", about.cert->subject);
		r = judge_add(verdict, &about, REASON_EXTRA_PRESENTED, err,
		    "not part of the path%s%s%s", left_s < 0 ? ", expired " : "",
		    left_s < 0 ? clock_format_duration(left_s, ago) : "",
		    left_s < 0 ? " ago" : "");
	}
	return r;
}

enum rc
verdict_judge_presented(const struct facts *facts, const struct policy *policy,
    int64_t now, struct verdict *verdict, struct err *err)
{
	const struct facts_presented *presented = &facts->presented;
	struct elements elements;
	struct about leaf;
	enum rc r;

	if (!presented->known || presented->n_certs == 0)
		return RC_OK;
	find_elements(presented, &elements);
	leaf = about_element(&elements, 0, now);
	r = judge_pin(verdict, &leaf, presented, err);
	if (r == RC_OK)
		r = judge_known_key(verdict, &leaf, presented, err);
	if (r == RC_OK)
		r = judge_path(verdict, &leaf, presented, &elements, policy, err);
	if (r == RC_OK)
		r = judge_name(verdict, &leaf, presented->name_match, facts->name, err);
	if (r == RC_OK)
		r = judge_elements(verdict, facts, &elements, policy, now, err);
	if (r == RC_OK)
		r = note_extra(verdict, presented, &elements, now, err);
	if (r == RC_OK && presented->wants_client_cert)
		r = judge_add(verdict, &leaf, REASON_WANTS_CLIENT_CERT, err, "%s",
		    reason_sentence(REASON_WANTS_CLIENT_CERT));
	return r;
}
