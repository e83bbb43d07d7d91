/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/enroll.c: what is asked of a CA, and what of its answers gets as far as
 * a device.
 */
#include <stdio.h>
#include <stdlib.h>

#include "folder.h"
#include "hand_renewal.h"
#include "made.h"
#include "policy/config.h"
#include "renew/enroll.h"
#include "renew/pending.h"
#include "renew/renew_tls.h"
#include "renew/resume.h"
#include "unit.h"
#include "x509/csr.h"

#define NOW  INT64_C(1760000000)
#define DAY  INT64_C(86400)
#define NAME "pc01.example"

/* A CA that has two certificates and issues what the test tells it to. */
struct lab {
	X509 *root_x;
	X509 *sub_x;
	struct cert *chain[2]; /* sub, root */
	struct anchors *anchors;
	struct made_recipe leaf; /* what is issued */
	int64_t lifetime_s;
	int n_submits;
	const char *challenge; /* of requests, or NULL */
	const char *template_name;
};

static struct lab lab;

static enum rc
lab_open(const struct conf *conf, const char *name, void **ret_state, struct err *err)
{
	(void)conf;
	(void)name;
	(void)err;
	*ret_state = &lab;
	return RC_OK;
}

static void
lab_close(void *state)
{
	(void)state;
}

static const struct anchors *
lab_anchors(const void *state)
{
	const struct lab *self = state;

	return self->anchors;
}

static struct cert *const *
lab_chain(const void *state, size_t *ret_n)
{
	const struct lab *self = state;

	*ret_n = UNIT_COUNT(self->chain);
	return self->chain;
}

static enum rc
lab_probe(void *state, const struct ca_request *request, struct ca_facts *facts,
    struct err *err)
{
	const struct lab *self = state;

	(void)request;
	(void)err;
	facts->lifetime_s = self->lifetime_s;
	ca_facts_set(facts, CA_ISSUED, "ready");
	return RC_OK;
}

static void
lab_prepare(const void *state, struct csr_profile *profile)
{
	const struct lab *self = state;

	profile->challenge = self->challenge;
	profile->template_name = self->template_name;
}

static enum rc
lab_submit(void *state, const struct ca_request *request, struct ca_answer *answer,
    struct err *err)
{
	struct lab *self = state;
	struct cert *cert = made_cert(&self->leaf);
	enum rc r = ca_answer_issue(answer, cert->der, cert->der_len, err);

	assert_string_equal(request->profile.common_name, NAME);
	assert_string_equal(request->digest, "sha256");
	self->n_submits++;
	if (r == RC_OK)
		r = ca_answer_add_chain(answer, self->chain[0], err);
	cert_free(cert);
	return r;
}

static const char *const no_keys[] = { NULL };

static const struct ca_ops lab_ops = {
	.name = "lab",
	.keys = no_keys,
	.open = lab_open,
	.close = lab_close,
	.anchors = lab_anchors,
	.chain = lab_chain,
	.probe = lab_probe,
	.prepare = lab_prepare,
	.submit = lab_submit,
};

static int
lab_setup(void **state)
{
	struct made_recipe root =
	    made_ca("Root", MADE_P384, NOW - 900 * DAY, NOW + 5000 * DAY);
	struct made_recipe sub =
	    made_ca("Sub", MADE_P256, NOW - 900 * DAY, NOW + 2000 * DAY);
	struct err err = { 0 };

	memset(&lab, 0, sizeof(lab));
	lab.root_x = made_x509(&root);
	sub.issuer = lab.root_x;
	sub.issuer_key = MADE_P384;
	lab.sub_x = made_x509(&sub);
	lab.chain[0] = made_parse(lab.sub_x);
	lab.chain[1] = made_parse(lab.root_x);
	assert_rc(anchors_from_certs(&lab.chain[1], 1, &lab.anchors, &err), RC_OK,
	    &err);
	lab.lifetime_s = 365 * DAY;
	lab.leaf = (struct made_recipe){ .subject = NAME,
		.san = "DNS:" NAME,
		.eku = "serverAuth",
		.key_usage = "critical,digitalSignature,keyEncipherment",
		.constraints = "critical,CA:FALSE",
		.key = MADE_RSA2048,
		.version = 2,
		.serial = 77,
		.not_before = NOW - DAY,
		.not_after = NOW + 365 * DAY,
		.issuer = lab.sub_x,
		.issuer_key = MADE_P256 };
	return folder_setup(state);
}

static int
lab_teardown(void **state)
{
	X509_free(lab.root_x);
	X509_free(lab.sub_x);
	cert_free(lab.chain[0]);
	cert_free(lab.chain[1]);
	anchors_free(lab.anchors);
	return folder_teardown(state);
}

/* What was said on the way. */
static char said[1024];

static void
listen_to(void *ctx, const char *step, const char *text)
{
	(void)ctx;
	(void)snprintf(said, sizeof(said), "%s: %s", step, text);
}

/* A run that has its key pair and a request that the firmware signed; the old
 * certificate has been due for a week. */
static struct hand_renewal *
signed_request(const struct folder *folder)
{
	const struct made_request wanted = { .subject = NAME,
		.san = "DNS:" NAME,
		.key = MADE_RSA2048,
		.signing_key = MADE_RSA2048 };
	struct made_recipe old = lab.leaf;
	struct hand_renewal *hand = hand_renewal_new(NOW);
	struct renewal *rn = &hand->renewal;
	unsigned char *spki = NULL;
	struct err err = { 0 };
	int len = i2d_PUBKEY(made_key(MADE_RSA2048), &spki);

	said[0] = '\0';
	free(hand->target.name);
	hand->target.name = strdup(NAME);
	hand->options.report = listen_to;
	assert_rc(db_open(folder_file(folder, "inventory.db"), &rn->db, &err), RC_OK,
	    &err);
	rn->has_db = true;
	assert_rc(ca_open_with(&lab_ops, NULL, NULL, &rn->ca, &err), RC_OK, &err);
	old.key = MADE_RSA2048_OTHER;
	old.serial = 11;
	old.not_before = NOW - 330 * DAY;
	old.not_after = NOW + 35 * DAY;
	rn->served = made_cert(&old);
	assert_rc(enroll_fill_profile(rn, &err), RC_OK, &err);
	assert_rc(generation_find(14, 0, &rn->generation, &err), RC_OK, &err);
	assert_rc(renewal_keep_bytes(&rn->run.new_spki, &rn->run.new_spki_len, spki,
		      (size_t)len, &err),
	    RC_OK, &err);
	OPENSSL_free(spki);
	rn->run.signed_csr = made_csr(&wanted, &rn->run.signed_csr_len);
	rn->has_request = true;
	return hand;
}

static void
an_address_gets_no_certificate(void **state)
{
	static const char *const addresses[] = { "192.0.2.7", "2001:db8::7" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(addresses); i++) {
		struct hand_renewal *hand = hand_renewal_new(NOW);
		struct err err = { 0 };

		free(hand->target.name);
		hand->target.name = strdup(addresses[i]);
		assert_rc(enroll_fill_profile(&hand->renewal, &err), RC_STATE, &err);
		assert_has(err.text, "give it with --hostname");
		hand_renewal_free(hand);
	}
}

/* Names are inherited from a certificate that verifies, and only host names. */
static void
further_names_come_from_a_verified_certificate(void **state)
{
	const struct make_cert old = {
		.san =
		    "DNS:PC1.EXAMPLE,DNS:pc1,DNS:*.example,DNS:10.0.0.1,DNS:amt.example"
	};
	struct hand_renewal *hand = hand_renewal_new(NOW);
	struct renewal *rn = &hand->renewal;
	struct err err = { 0 };

	(void)state;
	rn->served = make_facts(&old);
	rn->facts.presented.path.ignoring_time = PATH_UNKNOWN_ISSUER;
	assert_rc(enroll_fill_profile(rn, &err), RC_OK, &err);
	assert_string_equal(rn->profile.common_name, HAND_NAME);
	assert_int_equal(rn->profile.eku, CERT_EKU_SERVER_AUTH);
	assert_int_equal(rn->profile.n_dns_names, 0);
	rn->facts.presented.path.ignoring_time = PATH_OK;
	assert_rc(enroll_fill_profile(rn, &err), RC_OK, &err);
	assert_int_equal(rn->profile.n_dns_names, 2);
	assert_string_equal(rn->profile.dns_names[0], "pc1");
	assert_string_equal(rn->profile.dns_names[1], "amt.example");
	hand_renewal_free(hand);
}

static void
a_preflight_names_the_issuers_and_refuses_a_loop(void **state)
{
	struct hand_renewal *hand = signed_request(*state);
	struct renewal *rn = &hand->renewal;
	struct err err = { 0 };

	assert_rc(enroll_preflight(rn, &err), RC_OK, &err);
	/* The root is an anchor of whoever needs it. */
	assert_int_equal(rn->n_issuers, 1);
	assert_true(cert_equals(rn->issuers[0], lab.chain[0]));
	assert_rc(policy_set_rule(&hand->policy, "configmgr", &err), RC_OK, &err);
	lab.lifetime_s = 42 * DAY;
	assert_rc(enroll_preflight(rn, &err), RC_CA, &err);
	assert_has(err.text, "(42 days) would be due at once by policy configmgr");
	err_clear(&err);
	lab.lifetime_s = 42 * DAY + 1;
	assert_rc(enroll_preflight(rn, &err), RC_OK, &err);
	assert_int_equal(lab.n_submits, 0);
	hand_renewal_free(hand);
}

/* It is for the firmware and the CA, and for nobody who listens. */
static void
a_challenge_does_not_go_over_a_plain_port(void **state)
{
	struct hand_renewal *hand = signed_request(*state);
	struct renewal *rn = &hand->renewal;
	struct err err = { 0 };

	hand->target.plain = true;
	assert_rc(enroll_preflight(rn, &err), RC_OK, &err);
	lab.challenge = "s3cret";
	assert_rc(enroll_preflight(rn, &err), RC_STATE, &err);
	assert_has(err.text, "bears a secret, and --plain would send it");
	assert_null(strstr(err.text, lab.challenge));
	rn->over_tls = true;
	err_clear(&err);
	assert_rc(enroll_preflight(rn, &err), RC_OK, &err);
	assert_string_equal(rn->profile.challenge, lab.challenge);
	hand_renewal_free(hand);
}

/* What an earlier process left: a request as this profile makes it, signed. */
static void
sign_by_profile(struct renewal *rn)
{
	struct journal_run *run = &rn->run;
	struct err err = { 0 };
	const unsigned char *p = NULL;
	unsigned char *der = NULL;
	X509_REQ *req = NULL;
	int len = 0;

	free(run->csr);
	run->csr = NULL;
	assert_rc(csr_build(&rn->profile, run->new_spki, run->new_spki_len, "sha256",
		      &run->csr, &run->csr_len, &err),
	    RC_OK, &err);
	p = run->csr;
	req = d2i_X509_REQ(NULL, &p, (long)run->csr_len);
	assert_true(X509_REQ_sign(req, made_key(MADE_RSA2048), EVP_sha256()) > 0);
	len = i2d_X509_REQ(req, &der);
	assert_rc(renewal_keep_bytes(&run->signed_csr, &run->signed_csr_len, der,
		      (size_t)len, &err),
	    RC_OK, &err);
	OPENSSL_free(der);
	X509_REQ_free(req);
}

/* A later run may name another CA. */
static void
a_request_with_the_secret_of_one_ca_goes_to_no_other(void **state)
{
	static const char *const signed_with[] = { NULL, "s3cret" };
	struct hand_renewal *hand = signed_request(*state);
	struct renewal *rn = &hand->renewal;

	for (size_t i = 0; i < UNIT_COUNT(signed_with); i++) {
		rn->profile.challenge = signed_with[i];
		sign_by_profile(rn);
		lab.challenge = i == 0 ? NULL : "another";
		resume_judge_request(rn);
		assert_true(rn->has_request);
		lab.challenge = i == 0 ? "another" : NULL;
		resume_judge_request(rn);
		assert_false(rn->has_request);
	}
	hand_renewal_free(hand);
}

/* The CA of the run before may have had none. */
static void
a_request_without_template_is_signed_anew_for_a_ca_that_wants_one(void **state)
{
	struct hand_renewal *hand = signed_request(*state);
	struct renewal *rn = &hand->renewal;

	for (int i = 0; i < 2; i++) {
		rn->profile.template_name = i == 0 ? NULL : "AMTTLS";
		sign_by_profile(rn);
		lab.template_name = NULL;
		resume_judge_request(rn);
		assert_true(rn->has_request);
		lab.template_name = "AMTTLS";
		resume_judge_request(rn);
		assert_int_equal(rn->has_request, i);
	}
	hand_renewal_free(hand);
}

static void
a_good_certificate_is_kept_with_its_issuers(void **state)
{
	struct hand_renewal *hand = signed_request(*state);
	struct renewal *rn = &hand->renewal;
	struct err err = { 0 };

	assert_rc(enroll_submit(rn, &err), RC_OK, &err);
	assert_non_null(rn->new_cert);
	assert_int_equal(rn->new_cert->not_after, NOW + 365 * DAY);
	assert_int_equal(rn->run.new_cert_len, rn->new_cert->der_len);
	assert_memory_equal(rn->run.new_cert, rn->new_cert->der, rn->new_cert->der_len);
	assert_int_equal(rn->n_issuers, 1);
	assert_true(cert_equals(rn->issuers[0], lab.chain[0]));
	/* Another process finds it in the journal: the issuer is nowhere in the store,
	 * but the CA's own. */
	cert_free(rn->issuers[0]);
	rn->n_issuers = 0;
	assert_rc(enroll_judge_again(rn, &err), RC_OK, &err);
	assert_int_equal(rn->n_issuers, 1);
	hand_renewal_free(hand);
}

/* The same CA by a section that names a file of revocation lists. Caller frees. */
static struct conf *
demand_lists(struct renewal *rn, const char *path)
{
	struct conf *conf = NULL;
	struct err err = { 0 };
	char text[256];
	int n = snprintf(text, sizeof(text),
	    "[ca lab]\nbackend = lab\nrevocation-list = %s\n", path);

	assert_rc(conf_parse("lab.conf", text, (size_t)n, config_rules, &conf, &err),
	    RC_OK, &err);
	ca_close(rn->ca);
	assert_rc(ca_open_with(&lab_ops, conf, "lab", &rn->ca, &err), RC_OK, &err);
	return conf;
}

static void
warns_of_what_is_on_a_revocation_list(void **state)
{
	static const struct {
		long serial; /* that is listed */
		const char *says;
	} rows[] = {
		{ 0, "lab.crl: No such file" },
		{ 76, "" },
		{ 77, "enroll: C19 revocation: CN=" NAME ": it is on the " },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const char *path = folder_file(*state, "lab.crl");
		const struct made_list list = { .issuer = lab.sub_x,
			.key = MADE_P256,
			.serial = rows[i].serial,
			.this_update = NOW - DAY,
			.next_update = NOW + DAY };
		struct hand_renewal *hand = signed_request(*state);
		struct conf *conf = demand_lists(&hand->renewal, path);
		struct err err = { 0 };
		size_t len = 0;
		uint8_t *der = made_list(&list, &len);

		if (rows[i].serial != 0)
			folder_put(path, der, len);
		assert_rc(enroll_submit(&hand->renewal, &err), RC_OK, &err);
		assert_non_null(hand->renewal.new_cert);
		assert_has(said, rows[i].says);
		if (rows[i].says[0] == '\0')
			assert_string_equal(said, "");
		free(der);
		assert_rc(pending_end(&hand->renewal, "done", &err), RC_OK, &err);
		hand_renewal_free(hand);
		conf_free(conf);
	}
}

static void
for_another_key(struct hand_renewal *hand)
{
	(void)hand;
	lab.leaf.key = MADE_RSA2048_OTHER;
}

static void
for_another_name(struct hand_renewal *hand)
{
	(void)hand;
	lab.leaf.subject = "pc02.example";
	lab.leaf.san = "DNS:pc02.example";
}

static void
expired(struct hand_renewal *hand)
{
	(void)hand;
	lab.leaf.not_before = NOW - 300 * DAY;
	lab.leaf.not_after = NOW - 1;
}

static void
not_yet_valid(struct hand_renewal *hand)
{
	(void)hand;
	lab.leaf.not_before = NOW + DAY;
}

static void
not_valid_for_the_device(struct hand_renewal *hand)
{
	hand->renewal.facts.clock.known = true;
	hand->renewal.facts.clock.offset_s = -3 * DAY;
}

static void
due_at_once(struct hand_renewal *hand)
{
	struct err err = { 0 };

	assert_rc(policy_set_rule(&hand->policy, "configmgr", &err), RC_OK, &err);
	lab.leaf.not_after = NOW + 41 * DAY;
}

static void
ends_before_the_old_one(struct hand_renewal *hand)
{
	(void)hand;
	lab.leaf.not_after = NOW + 34 * DAY;
}

static void
for_clients(struct hand_renewal *hand)
{
	(void)hand;
	lab.leaf.eku = "clientAuth";
}

static void
a_ca(struct hand_renewal *hand)
{
	(void)hand;
	lab.leaf.constraints = "critical,CA:TRUE";
	lab.leaf.key_usage = "critical,digitalSignature,keyEncipherment,keyCertSign";
}

static void
signed_by_itself(struct hand_renewal *hand)
{
	(void)hand;
	lab.leaf.issuer = NULL;
}

static void
too_large(struct hand_renewal *hand)
{
	(void)hand;
	lab.leaf.padding = 5000;
}

static const struct {
	const char *what;
	const char *rule; /* of ca/accept.h */
	void (*change)(struct hand_renewal *hand);
} bad[] = {
	{ "for another key", "C2", for_another_key },
	{ "for another name", "C4", for_another_name },
	{ "expired", "C3", expired },
	{ "not yet valid", "C9", not_yet_valid },
	{ "not yet valid by the device's clock", "C9", not_valid_for_the_device },
	{ "due at once", "C9", due_at_once },
	{ "ends before the one it replaces", "C3", ends_before_the_old_one },
	{ "for clients", "C6", for_clients },
	{ "a CA", "C8", a_ca },
	{ "signed by itself", "C12", signed_by_itself },
	{ "larger than the store takes", "C1", too_large },
};

static void
a_bad_certificate_goes_no_further(void **state)
{
	const struct made_recipe good = lab.leaf;

	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		struct hand_renewal *hand = NULL;
		struct err err = { 0 };
		char words[64];

		lab.leaf = good;
		assert_int_equal(folder_teardown(state), 0);
		assert_int_equal(folder_setup(state), 0);
		hand = signed_request(*state);
		bad[i].change(hand);
		if (enroll_submit(&hand->renewal, &err) != RC_CA)
			fail_msg("%s: %s", bad[i].what, err.text);
		(void)snprintf(words, sizeof(words), "refused what it issued: %s ",
		    bad[i].rule);
		assert_has(err.text, words);
		assert_null(hand->renewal.new_cert);
		assert_int_equal(hand->renewal.run.new_cert_len, 0);
		assert_false(hand->renewal.stays_open);
		hand_renewal_free(hand);
	}
}

/* The operator's own anchors count, not those of the CA. */
static void
it_must_verify_to_what_the_operator_trusts(void **state)
{
	struct made_recipe other =
	    made_ca("Other", MADE_P384_OTHER, NOW - DAY, NOW + 900 * DAY);
	struct hand_renewal *hand = signed_request(*state);
	struct cert *root = made_cert(&other);
	struct err err = { 0 };

	assert_rc(anchors_from_certs(&root, 1, &hand->target.anchors, &err), RC_OK,
	    &err);
	assert_rc(enroll_submit(&hand->renewal, &err), RC_CA, &err);
	assert_has(err.text, "C12 path");
	cert_free(root);
	hand_renewal_free(hand);
}

/* What is replaced for its name may end later than what takes its place. */
static void
ends_may_come_sooner_when_the_end_was_not_the_reason(void **state)
{
	struct hand_renewal *hand = signed_request(*state);
	struct renewal *rn = &hand->renewal;
	struct made_recipe old = lab.leaf;
	struct err err = { 0 };

	cert_free(rn->served);
	old.key = MADE_RSA2048_OTHER;
	old.serial = 11;
	old.not_before = NOW - DAY;
	old.not_after = NOW + 1900 * DAY;
	rn->served = made_cert(&old);
	assert_rc(enroll_submit(rn, &err), RC_OK, &err);
	assert_non_null(rn->new_cert);
	hand_renewal_free(hand);
}

/* The look found the new one served, with its issuer. */
static void
present_new(struct renewal *rn)
{
	struct facts_presented *presented = &rn->facts.presented;
	struct err err = { 0 };

	cert_free(rn->served);
	rn->served = NULL;
	presented->certs = calloc(2, sizeof(struct cert *));
	assert_non_null(presented->certs);
	presented->n_certs = 2;
	assert_rc(cert_dup(rn->new_cert, &rn->served, &err), RC_OK, &err);
	assert_rc(cert_dup(rn->new_cert, &presented->certs[0], &err), RC_OK, &err);
	assert_rc(cert_dup(lab.chain[0], &presented->certs[1], &err), RC_OK, &err);
}

/* By a later run: until its end, though the policy calls it due, for a way back would
 * lead to the certificate of before. */
static void
what_is_served_and_good_is_not_asked_for_again(void **state)
{
	struct hand_renewal *hand = signed_request(*state);
	struct renewal *rn = &hand->renewal;
	struct err err = { 0 };

	assert_rc(enroll_submit(rn, &err), RC_OK, &err);
	hand->policy.rule = POLICY_CONFIGMGR;
	hand->policy.renew_before_s = 400 * DAY;
	present_new(rn);
	memcpy(rn->run.step, "commit", sizeof("commit"));
	assert_rc(renew_tls.settle(rn, &err), RC_OK, &err);
	assert_non_null(rn->new_cert);
	assert_false(rn->proved);
	memcpy(rn->run.step, "remove-key", sizeof("remove-key"));
	assert_rc(renew_tls.settle(rn, &err), RC_OK, &err);
	assert_true(rn->proved);
	/* One that has ended would never be proved. */
	hand_set_time(hand, NOW + 366 * DAY);
	assert_rc(renew_tls.settle(rn, &err), RC_OK, &err);
	assert_null(rn->new_cert);
	assert_int_equal(rn->run.new_cert_len, 0);
	hand_renewal_free(hand);
}

#define IN_A_LAB(test) cmocka_unit_test_setup_teardown(test, lab_setup, lab_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_gets_no_certificate),
		cmocka_unit_test(further_names_come_from_a_verified_certificate),
		IN_A_LAB(a_preflight_names_the_issuers_and_refuses_a_loop),
		IN_A_LAB(a_challenge_does_not_go_over_a_plain_port),
		IN_A_LAB(a_request_with_the_secret_of_one_ca_goes_to_no_other),
		IN_A_LAB(
		    a_request_without_template_is_signed_anew_for_a_ca_that_wants_one),
		IN_A_LAB(a_good_certificate_is_kept_with_its_issuers),
		IN_A_LAB(warns_of_what_is_on_a_revocation_list),
		IN_A_LAB(a_bad_certificate_goes_no_further),
		IN_A_LAB(it_must_verify_to_what_the_operator_trusts),
		IN_A_LAB(ends_may_come_sooner_when_the_end_was_not_the_reason),
		IN_A_LAB(what_is_served_and_good_is_not_asked_for_again),
	};

	return cmocka_run_group_tests(tests, NULL, made_forget_keys);
}
