/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/root_steps.c: what may become a trusted root of which device.
 */
#include "hand_renewal.h"
#include "renew/root_steps.h"
#include "unit.h"

/* A device, and a root for it that is in order. */
static struct hand_renewal *
device_for(const struct make_cert *root)
{
	struct hand_renewal *hand = hand_renewal_new(MAKE_NB + MAKE_DAY);

	hand->renewal.anchor = make_facts(root);
	return hand;
}

static void
old_firmware(struct renewal *rn)
{
	rn->facts.version_major = 11;
	rn->facts.version_minor = 7;
	rn->anchor->is_self_issued = false;
}

static void
leaf(struct renewal *rn)
{
	rn->anchor->is_ca = false;
}

static void
small_places(struct renewal *rn)
{
	rn->facts.limits.root_max_bytes = 100;
}

static void
stored_as_another(struct renewal *rn)
{
	(void)hand_add_copy(rn, rn->anchor, 4);
}

static void
no_place(struct renewal *rn)
{
	const struct make_cert other = { .cn = "Other", .key_number = 3 };
	size_t i = hand_add_cert(rn, &other, 7);

	rn->facts.certs[i].is_trusted_root = true;
	rn->facts.limits.root_max_count = 1;
}

static void
nothing(struct renewal *rn)
{
	rn->facts.limits.root_max_count = 1;
}

static const struct {
	void (*change)(struct renewal *rn);
	const char *words; /* NULL: it may */
} cases[] = {
	{ nothing, NULL },
	{ leaf, "no CA's" },
	{ old_firmware, "self-signed roots only" },
	{ small_places, "the firmware takes 100" },
	{ stored_as_another, "not as a trusted root (Cert 4)" },
	{ no_place, "all 1 places for trusted roots are taken (Cert 7)" },
};

static void
says_what_is_wrong_with_a_root(void **state)
{
	const struct make_cert root = { .is_ca = true };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct hand_renewal *hand = device_for(&root);
		struct err err = { 0 };

		cases[i].change(&hand->renewal);
		assert_int_equal(root_steps_judge(&hand->renewal, &err),
		    cases[i].words == NULL ? RC_OK : RC_STATE);
		if (cases[i].words != NULL)
			assert_has(err.text, cases[i].words);
		hand_renewal_free(hand);
	}
}

static void
wants_a_root_that_is_valid_today(void **state)
{
	const struct make_cert root = { .is_ca = true };
	struct hand_renewal *hand = device_for(&root);
	struct err err = { 0 };

	(void)state;
	hand_set_time(hand, hand->renewal.anchor->not_after + 1);
	assert_rc(root_steps_judge(&hand->renewal, &err), RC_STATE, &err);
	assert_has(err.text, "the root ended on");
	err_clear(&err);
	hand_set_time(hand, hand->renewal.anchor->not_before - 60);
	assert_rc(root_steps_judge(&hand->renewal, &err), RC_STATE, &err);
	assert_has(err.text, "the root begins on");
	hand_renewal_free(hand);
}

/* The same bytes without the mark are not trusted. */
static void
is_there_as_a_trusted_root_only(void **state)
{
	const struct make_cert root = { .is_ca = true };
	struct hand_renewal *hand = device_for(&root);
	struct renewal *rn = &hand->renewal;
	size_t i = 0;

	(void)state;
	assert_false(root_steps_is_there(rn));
	i = hand_add_copy(rn, rn->anchor, 0);
	assert_false(root_steps_is_there(rn));
	rn->facts.certs[i].is_trusted_root = true;
	assert_true(root_steps_is_there(rn));
	hand_renewal_free(hand);
}

static void
is_noted_once_before_it_is_sent(void **state)
{
	const struct make_cert root = { .is_ca = true };
	struct hand_renewal *hand = device_for(&root);
	struct renewal *rn = &hand->renewal;
	struct err err = { 0 };

	(void)state;
	assert_rc(root_steps_prepare(rn, &err), RC_OK, &err);
	assert_rc(root_steps_prepare(rn, &err), RC_OK, &err);
	assert_int_equal(rn->run.added_len, CERT_FINGERPRINT_BYTES);
	assert_memory_equal(rn->run.added, rn->anchor->fingerprint,
	    CERT_FINGERPRINT_BYTES);
	hand_renewal_free(hand);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_wrong_with_a_root),
		cmocka_unit_test(wants_a_root_that_is_valid_today),
		cmocka_unit_test(is_there_as_a_trusted_root_only),
		cmocka_unit_test(is_noted_once_before_it_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
