/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judgement of the store and the settings around it.  What is bound decides;
 * what nothing uses is a note, for nothing breaks when it ends.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "policy/judge.h"

enum {
	HANDLES_SIZE = 96,
	HANDLE_SIZE = 32,
	PLACES_MIN = 2, /* free ones, in a store that is not short of them */
	LONG_KEYS_SINCE_MAJOR = 22,
	LONG_RSA_BITS = 3072,
};

/* What is judged and where findings go. */
struct store {
	const struct facts *facts;
	const struct policy *policy;
	struct verdict *verdict;
	struct about device; /* for findings that no certificate has */
	struct err *err;
};

static enum rc
judge_provisioning(const struct store *s)
{
	const struct facts *facts = s->facts;

	if (facts->provisioning_state != 0 && facts->provisioning_state != 1 &&
	    facts->control_mode != CONTROL_NONE)
		return RC_OK;
	return judge_add(s->verdict, &s->device, REASON_UNPROVISIONED, s->err, "%s",
	    reason_sentence(REASON_UNPROVISIONED));
}

static enum rc
judge_tls(const struct store *s)
{
	const struct facts *facts = s->facts;
	char id[FACTS_INSTANCE_SIZE];

	if (facts->tls_network.known && !facts->tls_network.is_enabled)
		return judge_add(s->verdict, &s->device, REASON_TLS_OFF, s->err, "%s",
		    reason_sentence(REASON_TLS_OFF));
	if (!facts->has_tls_context)
		return judge_add(s->verdict, &s->device, REASON_NO_CONTEXT, s->err,
		    "%s", reason_sentence(REASON_NO_CONTEXT));
	if (facts_find_cert(facts, facts->tls_context_cert) != NULL)
		return RC_OK;
	text_printable_field(id, sizeof(id), facts->tls_context_cert,
	    strlen(facts->tls_context_cert));
	return judge_add(s->verdict, &s->device, REASON_CONTEXT_DANGLING, s->err,
	    "TLS is bound to a certificate that is not in the store (%s)", id);
}

static enum rc
judge_served(const struct store *s)
{
	const struct facts *facts = s->facts;
	const struct facts_cert *bound;
	const struct cert *served;

	if (!facts->presented.known || facts->presented.n_certs == 0 ||
	    !facts->has_tls_context)
		return RC_OK;
	bound = facts_find_cert(facts, facts->tls_context_cert);
	served = facts->presented.certs[0];
	if (bound == NULL || cert_equals(bound->cert, served))
		return RC_OK;
	return judge_add(s->verdict, &s->device, REASON_NOT_SERVED, s->err,
	    "%sserved certificate (serial %.40s) is not the bound one (serial %.40s)",
	    served->not_after < bound->cert->not_after
		? "renewed, but the old certificate is still served: "
		: "",
	    served->serial_number, bound->cert->serial_number);
}

/* An upgrade keeps the binding; what is made anew has to be stronger. */
static enum rc
judge_upgraded(const struct store *s)
{
	const struct facts *facts = s->facts;
	const struct facts_cert *bound = NULL;

	if (facts->version_major < LONG_KEYS_SINCE_MAJOR || !facts->has_tls_context)
		return RC_OK;
	bound = facts_find_cert(facts, facts->tls_context_cert);
	if (bound == NULL || bound->cert->key_kind != CERT_KEY_RSA ||
	    bound->cert->key_bits >= LONG_RSA_BITS)
		return RC_OK;
	return judge_add(s->verdict, &s->device, REASON_KEY_OUTDATED, s->err,
	    "TLS uses RSA of %d bit: AMT %d asks for RSA %d or P-384",
	    bound->cert->key_bits, LONG_KEYS_SINCE_MAJOR, LONG_RSA_BITS);
}

/* Handles of a kind of entry: how many, and "3, 5, ..." */
struct tally {
	size_t n;
	char handles[HANDLES_SIZE];
};

static void
count(struct tally *tally, int64_t handle)
{
	static const char dots[] = ", ...";
	size_t at = strlen(tally->handles);
	char text[HANDLE_SIZE];
	int n;

	tally->n++;
	if (at > 0 && tally->handles[at - 1] == '.')
		return;
	n = snprintf(text, sizeof(text), "%s%lld", at > 0 ? ", " : "",
	    (long long)handle);
	if (n > 0 && at + (size_t)n + sizeof(dots) <= HANDLES_SIZE)
		memcpy(tally->handles + at, text, (size_t)n + 1);
	else
		memcpy(tally->handles + at, dots, sizeof(dots));
}

static bool
is_superseded(const struct facts *facts, const struct facts_cert *old)
{
	for (size_t i = 0; i < facts->n_certs; i++) {
		const struct facts_cert *bound = &facts->certs[i];

		if (bound->usage != USAGE_NONE &&
		    strcmp(bound->cert->subject, old->cert->subject) == 0 &&
		    strcmp(bound->cert->issuer, old->cert->issuer) == 0 &&
		    bound->cert->not_after >= old->cert->not_after)
			return true;
	}
	return false;
}

static enum rc
add_tally(const struct store *s, enum reason reason, const struct tally *tally,
    const char *one, const char *many)
{
	if (tally->n == 0)
		return RC_OK;
	return judge_add(s->verdict, &s->device, reason, s->err, "%zu %s (handle%s %s)",
	    tally->n, tally->n == 1 ? one : many, tally->n == 1 ? "" : "s",
	    tally->handles);
}

static enum rc
note_leftovers(const struct store *s)
{
	struct tally superseded = { 0 }, certs = { 0 }, keys = { 0 };
	const struct facts *facts = s->facts;
	enum rc r;

	for (size_t i = 0; i < facts->n_certs; i++) {
		if (!facts_is_orphan(&facts->certs[i]))
			continue;
		count(is_superseded(facts, &facts->certs[i]) ? &superseded : &certs,
		    facts->certs[i].handle);
	}
	for (size_t i = 0; i < facts->n_keys; i++)
		if (!facts->keys[i].has_cert)
			count(&keys, facts->keys[i].handle);
	r = add_tally(s, REASON_SUPERSEDED, &superseded, "superseded certificate",
	    "superseded certificates");
	if (r == RC_OK)
		r = add_tally(s, REASON_ORPHAN_CERT, &certs,
		    "certificate that nothing uses", "certificates that nothing uses");
	if (r == RC_OK)
		r = add_tally(s, REASON_ORPHAN_KEY, &keys,
		    "key pair without certificate", "key pairs without certificate");
	return r;
}

static enum rc
note_unreadable(const struct store *s)
{
	char why[FACTS_TEXT_SIZE];
	size_t n = s->facts->n_unreadable;

	if (n == 0)
		return RC_OK;
	text_printable_field(why, sizeof(why), s->facts->unreadable,
	    strlen(s->facts->unreadable));
	return judge_add(s->verdict, &s->device, REASON_UNREADABLE, s->err,
	    "%zu %s of the store cannot be read: %s", n, n == 1 ? "entry" : "entries",
	    why);
}

/* Is something in the way that could be removed? */
static bool
has_leftover(const struct store *s, bool is_key)
{
	const struct facts *facts = s->facts;

	for (size_t i = 0; i < facts->n_certs; i++)
		if (facts_is_orphan(&facts->certs[i]) &&
		    (!is_key || facts->certs[i].has_key))
			return true;
	for (size_t i = 0; is_key && i < facts->n_keys; i++)
		if (!facts->keys[i].has_cert)
			return true;
	return false;
}

/* The next renewal takes a place, and what stops half-way leaves it taken. */
static enum rc
judge_places(const struct store *s, const char *what, size_t n, int64_t most,
    bool is_key)
{
	int64_t taken = (int64_t)n;
	enum reason reason =
	    has_leftover(s, is_key) ? REASON_STORE_FULL : REASON_STORE_CROWDED;

	if (most <= 0 || most - taken >= PLACES_MIN)
		return RC_OK;
	return judge_add(s->verdict, &s->device, reason, s->err,
	    "%s free place for another %s, %lld of %lld taken",
	    most > taken ? "only one" : "no", what, (long long)taken, (long long)most);
}

static enum rc
judge_room(const struct store *s)
{
	int64_t most = s->facts->limits.root_max_count, roots = 0;
	enum rc r;

	r = judge_places(s, "certificate", s->facts->n_certs, s->policy->store_certs,
	    false);
	if (r == RC_OK)
		r = judge_places(s, "key pair", s->facts->n_keys, s->policy->store_keys,
		    true);
	for (size_t i = 0; i < s->facts->n_certs; i++)
		if (s->facts->certs[i].is_trusted_root)
			roots++;
	if (r != RC_OK || most <= 0 || roots < most)
		return r;
	return judge_add(s->verdict, &s->device, REASON_STORE_FULL, s->err,
	    "no free place for another trust anchor, %lld of %lld taken",
	    (long long)roots, (long long)most);
}

/* Only a session over TLS has met a key. */
static enum rc
judge_known(const struct store *s)
{
	const struct facts_presented *presented = &s->facts->presented;
	struct about leaf = { .name = "TLS", .usage = USAGE_TLS, .now = s->device.now };

	if (!presented->known || presented->n_certs == 0)
		return RC_OK;
	leaf.cert = presented->certs[0];
	return judge_known_key(s->verdict, &leaf, presented, s->err);
}

static enum rc
judge_all_used(const struct store *s)
{
	return judge_used(s->verdict, s->facts, s->policy, s->device.now, ~0U, s->err);
}

static enum rc
judge_clock(const struct store *s)
{
	return judge_clock_off(s->verdict, &s->device, &s->facts->clock, s->policy,
	    s->err);
}

enum rc
verdict_judge_store(const struct facts *facts, const struct policy *policy, int64_t now,
    struct verdict *verdict, struct err *err)
{
	static enum rc (*const judges[])(const struct store *) = { judge_provisioning,
		judge_tls, judge_served, judge_known, judge_upgraded, judge_all_used,
		judge_clock, judge_room, note_leftovers, note_unreadable };
	struct store s = { facts, policy, verdict, { .now = now }, err };
	enum rc r = RC_OK;

	if (!facts->has_store)
		return RC_OK;
	for (size_t i = 0; r == RC_OK && i < sizeof(judges) / sizeof(judges[0]); i++)
		r = judges[i](&s);
	return r;
}
