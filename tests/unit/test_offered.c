/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/offered.c: what a CA offers decides whether a renewal begins, and a run that
 * writes keeps what it hears.
 */
#include <stdio.h>

#include "folder.h"
#include "hand_renewal.h"
#include "policy/verdict.h"
#include "renew/gate.h"
#include "renew/offered.h"
#include "stock.h"
#include "unit.h"

#define NOW (MAKE_NB + 100 * MAKE_DAY) /* 265 days left */
#define OID "1.2.3.4"

static const struct {
	unsigned int eku;
	int64_t major; /* of the certificate; the CA wants 101 */
	int64_t at;
	bool is_due;
} rows[] = {
	{ CERT_EKU_SERVER_AUTH, 101, NOW, false },
	{ CERT_EKU_SERVER_AUTH, 100, NOW, true },
	{ CERT_EKU_SERVER_AUTH, 102, NOW, false },
	/* That of the network wants nothing of this template. */
	{ CERT_EKU_CLIENT_AUTH, 100, NOW, false },
	/* R is 50 days, as the CA of the TLS certificate says. */
	{ CERT_EKU_SERVER_AUTH, 101, MAKE_NB + 314 * MAKE_DAY, false },
	{ CERT_EKU_SERVER_AUTH, 101, MAKE_NB + 315 * MAKE_DAY, true },
	{ CERT_EKU_CLIENT_AUTH, 101, MAKE_NB + 315 * MAKE_DAY, false },
};

/* A run for a device in order, whose CAs were asked a while ago. */
static struct hand_renewal *
run_at(int64_t now)
{
	const struct make_cert leaf = { .san = "DNS:" HAND_NAME };
	struct hand_renewal *hand = hand_renewal_new(now);
	struct renewal *rn = &hand->renewal;
	struct offers tls = { .ca = "corp", .read_at = now - 60 };
	struct offers network = { .ca = "net", .read_at = now - 60 };
	struct offer *offer = NULL;
	struct err err = { 0 };

	hand_serve(rn, hand_add_cert(rn, &leaf, 0));
	(void)hand_add_key(rn, "p256", 0, 0);
	facts_match_keys(&rn->facts);
	(void)snprintf(rn->feed.ca[POLICY_FOR_TLS], OFFER_CA_SIZE, "corp");
	(void)snprintf(rn->feed.ca[POLICY_FOR_8021X], OFFER_CA_SIZE, "net");
	rn->feed.max_age_s = POLICY_OFFERS_MAX_AGE_S;
	assert_rc(offers_add(&tls, &offer, &err), RC_OK, &err);
	(void)snprintf(offer->oid, sizeof(offer->oid), OID);
	offer->major = 101;
	offer->major_since = now - 60;
	offer->renewal_s = 50 * MAKE_DAY;
	assert_rc(shelf_put(&rn->shelf, &tls, &err), RC_OK, &err);
	assert_rc(shelf_put(&rn->shelf, &network, &err), RC_OK, &err);
	return hand;
}

static void
bear_template(struct cert *cert, int64_t major)
{
	cert->has_template = true;
	(void)snprintf(cert->template_oid, sizeof(cert->template_oid), OID);
	cert->template_major = major;
}

static void
each_use_follows_its_own_ca(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct hand_renewal *hand = run_at(rows[i].at);
		struct renewal *rn = &hand->renewal;

		rn->profile.eku = rows[i].eku;
		bear_template(rn->served, rows[i].major);
		if (offered_is_due(rn, rn->served) != rows[i].is_due)
			fail_msg("row %zu", i);
		hand_renewal_free(hand);
	}
}

/* Whoever is told to renew what has time left by its dates finds the reason. */
static void
a_forced_renewal_passes_the_gate(void **state)
{
	(void)state;
	for (int64_t major = 100; major <= 101; major++) {
		struct hand_renewal *hand = run_at(NOW);
		struct renewal *rn = &hand->renewal;
		struct err err = { 0 };
		bool nothing = false;

		rn->profile.eku = CERT_EKU_SERVER_AUTH;
		bear_template(rn->served, major);
		bear_template(rn->facts.certs[0].cert, major);
		assert_rc(gate_judge(rn, &nothing, &err), RC_OK, &err);
		assert_int_equal(nothing, major == 101);
		if (!nothing)
			assert_has(rn->due, reason_sentence(REASON_TEMPLATE_OLD));
		hand_renewal_free(hand);
	}
}

/* A CA with one template, of version 103. */
static enum rc
said_offers(const void *state, struct offers *offers, struct err *err)
{
	struct offer *offer = NULL;
	enum rc r = offers_add(offers, &offer, err);

	(void)state;
	if (r == RC_OK)
		offer->major = 103;
	return r;
}

static enum rc
said_open(const struct conf *conf, const char *name, void **ret_state, struct err *err)
{
	(void)conf;
	(void)name;
	(void)err;
	*ret_state = NULL;
	return RC_OK;
}

static void
said_close(void *state)
{
	(void)state;
}

static const char *const no_keys[] = { NULL };

static const struct ca_ops said_ops = {
	.name = "said",
	.keys = no_keys,
	.open = said_open,
	.close = said_close,
	.offers = said_offers,
};

static void
a_run_that_writes_keeps_what_it_hears(void **state)
{
	static const struct conf_section_rule rules[] = { { "ca", true, NULL },
		{ NULL, false, NULL } };
	static const char lines[] = "[ca corp]\nbackend = said\n";
	const char *path = folder_file(*state, "amtcert.conf");
	struct hand_renewal *hand = run_at(NOW);
	struct renewal *rn = &hand->renewal;
	struct conf *conf = NULL;
	struct policy policy;
	struct err err = { 0 };

	folder_put(path, lines, sizeof(lines) - 1);
	assert_rc(conf_read(path, rules, &conf, &err), RC_OK, &err);
	assert_rc(ca_open_with(&said_ops, conf, "corp", &rn->ca, &err), RC_OK, &err);
	rn->db = stock_open(*state);
	rn->has_db = true;
	hand->options.apply = false;
	assert_rc(offered_learn(rn, &err), RC_OK, &err);
	assert_int_equal(stock_number(&rn->db, "SELECT count(*) FROM ca_template"), 0);
	hand->options.apply = true;
	assert_rc(offered_learn(rn, &err), RC_OK, &err);
	assert_int_equal(stock_number(&rn->db, "SELECT major FROM ca_template"), 103);
	policy = offered_policy(rn);
	assert_int_equal(policy.offers[POLICY_FOR_TLS]->list[0].major, 103);
	/* That it cannot be kept is no reason to leave the device as it is. */
	stock_exec(&rn->db, "DROP TABLE ca_template");
	assert_rc(offered_learn(rn, &err), RC_OK, &err);
	hand_renewal_free(hand);
	conf_free(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_use_follows_its_own_ca),
		cmocka_unit_test(a_forced_renewal_passes_the_gate),
		STOCK_TEST(a_run_that_writes_keeps_what_it_hears),
	};

	return cmocka_run_group_tests_name("offered", tests, NULL, NULL);
}
