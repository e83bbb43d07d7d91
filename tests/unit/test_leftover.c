/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/leftover.c: what goes before a renewal begins, all that does not, and
 * whether that makes room.
 */
#include <stdio.h>

#include "hand_renewal.h"
#include "renew/leftover.h"
#include "unit.h"

#define NOW (MAKE_NB + 360 * MAKE_DAY)

enum {
	BOUND
};

/* A renewal that has not begun, and a pair of ours that an earlier one left. */
struct lab {
	struct hand_renewal *hand;
	struct renewal *rn;
	size_t cert;
	size_t key;
};

static void
set_up(struct lab *lab)
{
	const struct make_cert bound = { .serial = 1 };
	const struct make_cert orphan = { .serial = 9, .key_number = 5 };

	lab->hand = hand_renewal_new(NOW);
	lab->rn = &lab->hand->renewal;
	(void)hand_add_cert(lab->rn, &bound, 0);
	(void)hand_add_key(lab->rn, "p256", 0, 0);
	hand_serve(lab->rn, BOUND);
	lab->cert = hand_add_cert(lab->rn, &orphan, 7);
	lab->key = hand_add_key(lab->rn, "p256", 5, 7);
	facts_match_keys(&lab->rn->facts);
	lab->rn->ours_cert[lab->cert] = lab->rn->ours_key[lab->key] = true;
	lab->rn->usage_known = true;
}

static void
tear_down(struct lab *lab)
{
	hand_renewal_free(lab->hand);
}

/* "Cert 2, Key 2": what would be deleted, in the plan's own words. */
static const char *
victims(const struct renewal *rn)
{
	static char text[256];
	struct plan plan = { 0 };
	size_t len = 0;

	text[0] = '\0';
	leftover_plan(rn, &plan);
	assert_int_equal(leftover_is_none(rn), plan.n == 0);
	for (size_t i = 0; i < plan.n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
		    len == 0 ? "" : ", ", plan.lines[i].selector);
	return text;
}

static void
nothing(struct lab *lab)
{
	(void)lab;
}

static void
of_others(struct lab *lab)
{
	lab->rn->ours_cert[lab->cert] = lab->rn->ours_key[lab->key] = false;
}

static void
used(struct lab *lab)
{
	lab->rn->facts.certs[lab->cert].usage = USAGE_8021X_WIRED;
}

static void
read_only(struct lab *lab)
{
	lab->rn->facts.certs[lab->cert].is_read_only = true;
}

static void
trusted_root(struct lab *lab)
{
	lab->rn->facts.certs[lab->cert].is_trusted_root = true;
}

static void
served(struct lab *lab)
{
	struct err err = { 0 };

	cert_free(lab->rn->served);
	lab->rn->served = NULL;
	assert_rc(cert_dup(lab->rn->facts.certs[lab->cert].cert, &lab->rn->served,
		      &err),
	    RC_OK, &err);
}

/* Unbound a moment ago by this very run. */
static void
replaced(struct lab *lab)
{
	memcpy(lab->rn->run.old_fingerprint,
	    lab->rn->facts.certs[lab->cert].cert->fingerprint, CERT_FINGERPRINT_BYTES);
}

static void
usage_unknown(struct lab *lab)
{
	lab->rn->usage_known = false;
}

static void
unreadable(struct lab *lab)
{
	lab->rn->facts.n_unreadable = 1;
}

static void
awaited(struct lab *lab)
{
	lab->rn->awaited_key[lab->key] = true;
}

static void
refused(struct lab *lab)
{
	(void)snprintf(lab->rn->refusal, sizeof(lab->rn->refusal), "no");
}

static void
proved(struct lab *lab)
{
	lab->rn->proved = true;
}

static void
undoing(struct lab *lab)
{
	lab->rn->is_undoing = true;
}

static void
foreign(struct lab *lab)
{
	lab->rn->is_foreign = true;
}

static const struct {
	const char *what;
	void (*change)(struct lab *lab);
	const char *victims;
} cases[] = {
	{ "a pair of ours", nothing, "Cert 7, Key 7" },
	{ "a pair of others", of_others, "" },
	{ "used for 802.1X", used, "" },
	{ "read-only", read_only, "" },
	{ "a trusted root", trusted_root, "" },
	{ "served", served, "" },
	{ "what this run replaces", replaced, "" },
	{ "not known what is used", usage_unknown, "" },
	{ "an entry that cannot be read", unreadable, "Cert 7" },
	{ "a key that waits for its certificate", awaited, "Cert 7" },
	{ "after a refusal", refused, "" },
	{ "after the proof", proved, "" },
	{ "on the way back", undoing, "" },
	{ "somebody else's certificate is served", foreign, "" },
};

static void
deletes_only_what_is_ours_and_left(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct lab lab;

		set_up(&lab);
		cases[i].change(&lab);
		if (strcmp(victims(lab.rn), cases[i].victims) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", cases[i].what,
			    victims(lab.rn), cases[i].victims);
		tear_down(&lab);
	}
}

static void
the_bound_pair_stays_though_it_is_ours(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.rn->ours_cert[BOUND] = lab.rn->ours_key[BOUND] = true;
	assert_string_equal(victims(lab.rn), "Cert 7, Key 7");
	tear_down(&lab);
}

static void
what_is_left_over_is_room(void **state)
{
	struct err err = { 0 };
	struct lab lab;

	(void)state;
	set_up(&lab);
	assert_rc(leftover_judge_room(lab.rn, &err), RC_OK, &err); /* nobody knows */
	lab.hand->policy.store_certs = (int64_t)lab.rn->facts.n_certs;
	lab.hand->policy.store_keys = (int64_t)lab.rn->facts.n_keys;
	assert_rc(leftover_judge_room(lab.rn, &err), RC_OK, &err);
	of_others(&lab);
	assert_rc(leftover_judge_room(lab.rn, &err), RC_STATE, &err);
	assert_has(err.text, "no free place for another key pair");
	err_clear(&err);
	lab.hand->policy.store_keys++;
	assert_rc(leftover_judge_room(lab.rn, &err), RC_STATE, &err);
	assert_has(err.text, "no free place for another certificate");
	err_clear(&err);
	lab.hand->policy.store_certs++;
	assert_rc(leftover_judge_room(lab.rn, &err), RC_OK, &err);
	tear_down(&lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deletes_only_what_is_ours_and_left),
		cmocka_unit_test(the_bound_pair_stays_though_it_is_ours),
		cmocka_unit_test(what_is_left_over_is_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
