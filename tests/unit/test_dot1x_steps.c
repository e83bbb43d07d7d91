/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/dot1x_steps.c: which settings get the new certificate, and where a run
 * stands.
 */
#include <stdio.h>

#include "hand_renewal.h"
#include "renew/dot1x_steps.h"
#include "renew/renew_8021x.h"
#include "unit.h"

enum {
	OLD, /* indexes and handles in the store of hand_finish() */
	NEW
};

static void
add_use(struct renewal *rn, enum dot1x_kind kind, int handle)
{
	struct dot1x_use *use = &rn->dot1x.uses[rn->dot1x.n++];

	*use = (struct dot1x_use){ .kind = kind };
	(void)snprintf(use->client, sizeof(use->client), "Cert %d", handle);
}

/* Old and new pair in the store; nothing is bound, TLS serves neither. */
static struct hand_renewal *
device_with(const int *handles, size_t n)
{
	static const enum dot1x_kind kinds[] = { DOT1X_WIRED, DOT1X_WIRELESS,
		DOT1X_WIRED_OLD };
	struct hand_renewal *hand = hand_renewal_new(MAKE_NB + 330 * MAKE_DAY);
	struct renewal *rn = &hand->renewal;

	hand_finish(rn);
	rn->procedure = &renew_8021x;
	rn->proved = rn->bound = rn->committed = false;
	rn->facts.has_tls_context = false;
	for (size_t i = 0; i < rn->facts.n_certs; i++)
		rn->facts.certs[i].usage = USAGE_NONE;
	for (size_t i = 0; i < n; i++) {
		add_use(rn, kinds[i], handles[i]);
		if (handles[i] <= NEW)
			rn->facts.certs[handles[i]].usage |= USAGE_8021X_WIRED;
	}
	return hand;
}

static const struct step *
row(const struct step *steps, const char *name)
{
	int n = step_row(steps, name);

	assert_true(n >= 0);
	return &steps[n];
}

static const struct {
	int handles[3];
	size_t n;
	bool is_bound;
	size_t n_writes; /* to get there */
	size_t n_back;
} cases[] = {
	{ { OLD }, 1, false, 1, 0 },
	{ { NEW }, 1, true, 0, 1 },
	{ { OLD, NEW, OLD }, 3, false, 2, 1 },
	{ { NEW, NEW, NEW }, 3, true, 0, 3 },
	{ { NEW, 7 }, 2, true, 0, 1 }, /* another certificate is none of ours */
	{ { 7 }, 1, false, 0, 0 },
	{ { 0 }, 0, false, 0, 0 },
};

static void
all_settings_with_the_old_one_get_the_new(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct hand_renewal *hand = device_with(cases[i].handles, cases[i].n);
		struct plan there = { 0 };
		struct plan back = { 0 };

		assert_int_equal(row(dot1x_steps, "bind")->is_done(&hand->renewal),
		    cases[i].is_bound);
		row(dot1x_steps, "bind")->writes(&hand->renewal, &there);
		row(dot1x_steps_back, "bind-back")->writes(&hand->renewal, &back);
		assert_int_equal(plan_count_writes(&there), cases[i].n_writes);
		assert_int_equal(plan_count_writes(&back), cases[i].n_back);
		hand_renewal_free(hand);
	}
}

static void
each_kind_of_settings_has_its_write(void **state)
{
	static const int handles[] = { OLD, OLD, OLD };
	static const char *const words[] = { "IPS_IEEE8021xSettings SetCertificates",
		"AMT_WiFiPortConfigurationService UpdateWiFiSettings",
		"AMT_8021XProfile Put" };
	struct hand_renewal *hand = device_with(handles, 3);
	struct plan plan = { 0 };
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	plan_add_step(&plan, "bind", "bind");
	row(dot1x_steps, "bind")->writes(&hand->renewal, &plan);
	assert_int_equal(plan_format(&plan, &text), RC_OK);
	for (size_t i = 0; i < UNIT_COUNT(words); i++)
		assert_has(buf_str(&text), words[i]);
	buf_clear(&text);
	hand_renewal_free(hand);
}

/* Before the proof the plan names the old pair; a certificate of ours that other
 * settings use is not among what goes. */
static void
only_the_replaced_pair_is_planned_to_go(void **state)
{
	static const int handles[] = { OLD };
	const struct make_cert other = { .key_number = 5 };
	struct hand_renewal *hand = device_with(handles, 1);
	struct renewal *rn = &hand->renewal;
	struct plan plan = { 0 };
	size_t i = hand_add_cert(rn, &other, 9);

	(void)state;
	rn->ours_cert[i] = true;
	rn->facts.certs[i].usage = USAGE_TLS;
	row(dot1x_steps, "remove-certificate")->writes(rn, &plan);
	assert_int_equal(plan_count_writes(&plan), 1);
	assert_string_equal(plan.lines[0].selector, "Cert 0");
	/* Something else uses it, too: it stays. */
	rn->facts.certs[OLD].usage |= USAGE_TLS;
	assert_true(row(dot1x_steps, "remove-certificate")->is_done(rn));
	hand_renewal_free(hand);
}

static void
a_step_of_the_journal_tells_how_far_it_got(void **state)
{
	(void)state;
	for (const struct step *step = dot1x_steps; step->name != NULL; step++)
		assert_int_equal(dot1x_steps_may_have_bound(step->name),
		    step >= row(dot1x_steps, "bind"));
	for (const struct step *step = dot1x_steps_back; step->name != NULL; step++)
		assert_true(dot1x_steps_may_have_bound(step->name));
	assert_false(dot1x_steps_may_have_bound(""));
	assert_false(dot1x_steps_has_proved("", true));
	assert_false(dot1x_steps_has_proved("bind", true));
	assert_false(dot1x_steps_has_proved("prove", false));
	assert_true(dot1x_steps_has_proved("prove", true));
	assert_true(dot1x_steps_has_proved("remove-certificate", false));
	assert_false(dot1x_steps_has_proved("remove-new-key", true));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_settings_with_the_old_one_get_the_new),
		cmocka_unit_test(each_kind_of_settings_has_its_write),
		cmocka_unit_test(only_the_replaced_pair_is_planned_to_go),
		cmocka_unit_test(a_step_of_the_journal_tells_how_far_it_got),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
