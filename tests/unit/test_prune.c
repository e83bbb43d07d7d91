/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/prune.c: what is deleted after a renewal, and all that is not.
 */
#include <stdio.h>

#include "hand_renewal.h"
#include "renew/prune.h"
#include "unit.h"

enum {
	OLD,
	NEW
};

/* "Cert 0, Key 0": what would be deleted, in the plan's own words. */
static const char *
victims(const struct renewal *rn)
{
	static char text[256];
	struct plan plan = { 0 };
	size_t len = 0;

	text[0] = '\0';
	prune_plan_certs(rn, &plan);
	assert_int_equal(prune_has_no_certs(rn), plan.n == 0);
	prune_plan_keys(rn, &plan);
	for (size_t i = 0; i < plan.n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
		    len == 0 ? "" : ", ", plan.lines[i].selector);
	if (plan.n == 0)
		assert_true(prune_has_no_keys(rn));
	return text;
}

static void
nothing(struct renewal *rn)
{
	(void)rn;
}

static void
by_somebody_else(struct renewal *rn)
{
	rn->ours_cert[OLD] = rn->ours_key[OLD] = false;
}

static void
for_802_1x_too(struct renewal *rn)
{
	rn->facts.certs[OLD].usage = USAGE_8021X_WIRED;
}

static void
of_a_kind_unknown(struct renewal *rn)
{
	rn->facts.certs[OLD].usage = USAGE_OTHER;
}

static void
read_only(struct renewal *rn)
{
	rn->facts.certs[OLD].is_read_only = true;
}

static void
trusted_root(struct renewal *rn)
{
	rn->facts.certs[OLD].is_trusted_root = true;
}

static void
usage_unknown(struct renewal *rn)
{
	rn->usage_known = false;
}

static void
unreadable_entry(struct renewal *rn)
{
	rn->facts.n_unreadable = 1;
}

static void
key_awaited(struct renewal *rn)
{
	rn->awaited_key[OLD] = true;
}

static void
refused_once(struct renewal *rn)
{
	memcpy(rn->refusal, "no", 3);
}

/* Their certificate for the old key: the key stays. */
static void
key_shared(struct renewal *rn)
{
	const struct make_cert theirs = { .serial = 9 };

	(void)hand_add_cert(rn, &theirs, 2);
	facts_match_keys(&rn->facts);
}

static void
bound_still(struct renewal *rn)
{
	rn->facts.certs[OLD].usage = USAGE_TLS;
}

/* A pair of ours that a run before left behind, and a certificate in front of it
 * whose key is gone. */
static void
left_behind(struct renewal *rn)
{
	const struct make_cert keyless = { .key_number = 5 };
	size_t i = hand_add_cert(rn, &keyless, 2);
	size_t k = hand_add_key(rn, "p256", 3, 2);

	rn->ours_cert[i] = rn->ours_key[k] = true;
}

static void
key_of_others(struct renewal *rn)
{
	(void)hand_add_key(rn, "p256", 3, 2);
}

/* The way there, once the new one is proved. */
static const struct {
	const char *what;
	void (*change)(struct renewal *rn);
	const char *victims;
} afterwards[] = {
	{ "the old pair", nothing, "Cert 0, Key 0" },
	{ "installed by somebody else", by_somebody_else, "" },
	{ "used for 802.1X", for_802_1x_too, "" },
	{ "used for what is not known", of_a_kind_unknown, "" },
	{ "read-only", read_only, "" },
	{ "a trusted root", trusted_root, "" },
	{ "named by TLS after all", bound_still, "" },
	{ "not known what is used", usage_unknown, "" },
	{ "an entry that cannot be read", unreadable_entry, "Cert 0" },
	{ "a key that waits for its certificate", key_awaited, "Cert 0" },
	{ "a key with another certificate", key_shared, "Cert 0" },
	{ "after a refusal", refused_once, "" },
	{ "what an earlier run left", left_behind, "Cert 0, Cert 2, Key 0, Key 2" },
	{ "a key of others without certificate", key_of_others, "Cert 0, Key 0" },
};

static void
deletes_only_what_we_installed_and_nothing_uses(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(afterwards); i++) {
		struct hand_renewal *hand = hand_renewal_new(MAKE_NB + 360 * MAKE_DAY);
		struct renewal *rn = &hand->renewal;

		hand_finish(rn);
		afterwards[i].change(rn);
		if (strcmp(victims(rn), afterwards[i].victims) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", afterwards[i].what,
			    victims(rn), afterwards[i].victims);
		hand_renewal_free(hand);
	}
}

/* Nothing is new yet: what is bound now counts as if it were replaced. */
static void
the_plan_names_what_will_be_deleted(void **state)
{
	struct hand_renewal *hand = hand_renewal_new(MAKE_NB + 360 * MAKE_DAY);
	struct renewal *rn = &hand->renewal;
	const struct make_cert old = { .san = "DNS:" HAND_NAME };
	size_t i = hand_add_cert(rn, &old, 3);
	size_t k = hand_add_key(rn, "p256", 0, 4);

	(void)state;
	hand_serve(rn, i);
	facts_match_keys(&rn->facts);
	memcpy(rn->run.old_fingerprint, rn->served->fingerprint,
	    sizeof(rn->run.old_fingerprint));
	assert_string_equal(victims(rn), "");
	rn->ours_cert[i] = rn->ours_key[k] = true;
	assert_string_equal(victims(rn), "Cert 3, Key 4");
	hand_renewal_free(hand);
}

static void
the_way_back_deletes_the_new_pair(void **state)
{
	struct hand_renewal *hand = hand_renewal_new(MAKE_NB + 360 * MAKE_DAY);
	struct renewal *rn = &hand->renewal;

	(void)state;
	hand_finish(rn);
	rn->is_undoing = true;
	hand_serve(rn, OLD);
	assert_string_equal(victims(rn), "Cert 1, Key 1");
	/* Ours as well, but of the run before: it is what is served. */
	rn->ours_cert[NEW] = false;
	assert_string_equal(victims(rn), "");
	hand_renewal_free(hand);
}

/* It was stored for the new certificate; whoever took over may rely on it by now. */
static void
issuers_go_with_the_run_that_stored_them(void **state)
{
	struct hand_renewal *hand = hand_renewal_new(MAKE_NB + 360 * MAKE_DAY);
	struct renewal *rn = &hand->renewal;
	const struct make_cert issuer = { .cn = "Issuer",
		.is_ca = true,
		.key_number = 6 };
	struct err err = { 0 };
	size_t i = 0;

	(void)state;
	hand_finish(rn);
	i = hand_add_cert(rn, &issuer, 2);
	assert_rc(renewal_list(&rn->run.added, &rn->run.added_len,
		      rn->facts.certs[i].cert->fingerprint, &err),
	    RC_OK, &err);
	assert_string_equal(victims(rn), "Cert 0, Key 0");
	rn->is_undoing = true;
	hand_serve(rn, OLD);
	assert_string_equal(victims(rn), "Cert 1, Cert 2, Key 1");
	rn->facts.certs[i].is_trusted_root = true;
	assert_string_equal(victims(rn), "Cert 1, Key 1");
	rn->facts.certs[i].is_trusted_root = false;
	rn->is_foreign = true;
	assert_string_equal(victims(rn), "Cert 1, Key 1");
	rn->is_foreign = false;
	renewal_unlist(rn->run.added, &rn->run.added_len,
	    rn->facts.certs[i].cert->fingerprint);
	assert_string_equal(victims(rn), "Cert 1, Key 1");
	hand_renewal_free(hand);
}

static void
nothing_is_deleted_before_the_proof(void **state)
{
	struct hand_renewal *hand = hand_renewal_new(MAKE_NB + 360 * MAKE_DAY);
	struct renewal *rn = &hand->renewal;
	struct err err = { 0 };

	(void)state;
	hand_finish(rn);
	rn->proved = false;
	assert_rc(prune_certs(rn, &err), RC_INTERNAL, &err);
	err_clear(&err);
	assert_rc(prune_keys(rn, &err), RC_INTERNAL, &err);
	err_clear(&err);
	rn->proved = true;
	rn->usage_known = false;
	assert_rc(prune_certs(rn, &err), RC_INTERNAL, &err);
	hand_renewal_free(hand);
}

static const struct {
	void (*change)(struct renewal *rn);
	const char *words;
} reasons_to_stay[] = {
	{ by_somebody_else, "(Cert 0) stays in the store: it was not installed by" },
	{ for_802_1x_too, "it is used for more than TLS" },
	{ read_only, "it is the firmware's own" },
	{ trusted_root, "it is a trusted root as well" },
	{ refused_once, "stays in the store until the next renewal: no" },
};

static void
says_why_the_old_certificate_stays(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(reasons_to_stay); i++) {
		struct hand_renewal *hand = hand_renewal_new(MAKE_NB + 360 * MAKE_DAY);
		struct renewal *rn = &hand->renewal;

		hand_finish(rn);
		prune_explain(rn);
		assert_string_equal(rn->kept, "");
		reasons_to_stay[i].change(rn);
		prune_explain(rn);
		assert_has(rn->kept, reasons_to_stay[i].words);
		hand_renewal_free(hand);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deletes_only_what_we_installed_and_nothing_uses),
		cmocka_unit_test(the_plan_names_what_will_be_deleted),
		cmocka_unit_test(the_way_back_deletes_the_new_pair),
		cmocka_unit_test(issuers_go_with_the_run_that_stored_them),
		cmocka_unit_test(nothing_is_deleted_before_the_proof),
		cmocka_unit_test(says_why_the_old_certificate_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
