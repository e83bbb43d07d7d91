/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/choice.c: which entries of a store may go, by themselves and by name.
 */
#include <stdio.h>
#include <stdlib.h>

#include "hand_renewal.h"
#include "renew/choice.h"
#include "unit.h"

static const struct choice_names none;

/* A store with what is served (0), a pair of ours (1), and a pair of theirs (2). */
static struct hand_renewal *
store_of_three(void)
{
	struct hand_renewal *hand = hand_renewal_new(MAKE_NB + MAKE_DAY);
	struct renewal *rn = &hand->renewal;

	for (int i = 0; i < 3; i++) {
		const struct make_cert spec = { .key_number = i,
			.san = "DNS:" HAND_NAME,
			.serial = 10 + i };

		(void)hand_add_cert(rn, &spec, i);
		(void)hand_add_key(rn, "p256", i, i);
	}
	facts_match_keys(&rn->facts);
	hand_serve(rn, 0);
	rn->ours_cert[0] = rn->ours_key[0] = true;
	rn->ours_cert[1] = rn->ours_key[1] = true;
	return hand;
}

/* Certificates and keys that go, as "c1 k1 ". */
static const char *
chosen(const struct renewal *rn, const struct choice_names *names)
{
	static char words[128];
	size_t len = 0;

	words[0] = '\0';
	for (size_t i = 0; i < rn->facts.n_certs; i++)
		if (choice_is_cert(rn, names, i))
			len += (size_t)snprintf(words + len, sizeof(words) - len,
			    "c%zu ", i);
	for (size_t i = 0; i < rn->facts.n_keys; i++)
		if (choice_is_key(rn, names, i))
			len += (size_t)snprintf(words + len, sizeof(words) - len,
			    "k%zu ", i);
	return words;
}

static void
what_is_ours_and_unused_goes(void **state)
{
	struct hand_renewal *hand = store_of_three();
	struct renewal *rn = &hand->renewal;

	(void)state;
	assert_string_equal(chosen(rn, &none), "c1 k1 ");
	for (unsigned int usage = USAGE_TLS; usage <= USAGE_OTHER; usage <<= 1) {
		rn->facts.certs[1].usage = usage;
		assert_string_equal(chosen(rn, &none), "");
		assert_string_equal(choice_cert_stays(rn, 1), usage_text(usage));
	}
	rn->facts.certs[1].usage = USAGE_NONE;
	rn->facts.certs[1].is_read_only = true;
	assert_string_equal(chosen(rn, &none), "");
	rn->facts.certs[1].is_read_only = false;
	rn->facts.certs[1].is_trusted_root = true;
	assert_string_equal(chosen(rn, &none), "");
	rn->facts.certs[1].is_trusted_root = false;
	rn->awaited_key[1] = true;
	assert_string_equal(chosen(rn, &none), "c1 ");
	rn->awaited_key[1] = false;
	rn->facts.n_unreadable = 1;
	assert_string_equal(chosen(rn, &none), "c1 ");
	rn->facts.n_unreadable = 0;
	rn->usage_known = false;
	assert_string_equal(chosen(rn, &none), "");
	hand_renewal_free(hand);
}

/* What the port shows is in use whatever the contexts say. */
static void
what_is_served_stays_without_a_context(void **state)
{
	struct hand_renewal *hand = store_of_three();
	struct renewal *rn = &hand->renewal;

	(void)state;
	rn->facts.has_tls_context = false;
	rn->facts.certs[0].usage = USAGE_NONE;
	assert_string_equal(chosen(rn, &none), "c1 k1 ");
	assert_string_equal(choice_cert_stays(rn, 0), "TLS");
	hand_renewal_free(hand);
}

/* Give a certificate of the store other names. */
static void
rename_cert(struct renewal *rn, size_t i, const char *subject, const char *issuer)
{
	struct cert *cert = rn->facts.certs[i].cert;

	free(cert->subject);
	free(cert->issuer);
	cert->subject = strdup(subject);
	cert->issuer = strdup(issuer);
	assert_non_null(cert->subject);
	assert_non_null(cert->issuer);
}

static size_t
add_issuer(struct renewal *rn, int number, const char *subject, const char *issuer)
{
	const struct make_cert spec = { .is_ca = true, .key_number = number };
	size_t i = hand_add_cert(rn, &spec, 10 + number);

	rename_cert(rn, i, subject, issuer);
	rn->added_cert[i] = true;
	return i;
}

static void
an_issuer_goes_with_the_last_that_it_issued(void **state)
{
	struct hand_renewal *hand = store_of_three();
	struct renewal *rn = &hand->renewal;

	(void)state;
	rename_cert(rn, 1, "CN=ours", "CN=low");
	(void)add_issuer(rn, 4, "CN=low", "CN=high");
	(void)add_issuer(rn, 5, "CN=high", "CN=root");
	assert_string_equal(chosen(rn, &none), "c1 c3 c4 k1 ");
	rename_cert(rn, 2, "CN=theirs", "CN=low");
	assert_string_equal(chosen(rn, &none), "c1 k1 ");
	rename_cert(rn, 2, "CN=theirs", "CN=high");
	assert_string_equal(chosen(rn, &none), "c1 c3 k1 ");
	/* Issuers of each other: nobody knows what they are for. */
	rename_cert(rn, 2, "CN=theirs", "CN=else");
	rename_cert(rn, 4, "CN=high", "CN=low");
	assert_string_equal(chosen(rn, &none), "c1 k1 ");
	rn->added_cert[3] = rn->added_cert[4] = false;
	assert_string_equal(choice_cert_stays(rn, 3), "not ours");
	hand_renewal_free(hand);
}

static void
add_name(struct choice_name *list, size_t *n, int64_t handle,
    const uint8_t digest[CERT_FINGERPRINT_BYTES])
{
	list[*n].handle = handle;
	memcpy(list[*n].sha256, digest, CERT_FINGERPRINT_BYTES);
	(*n)++;
}

static void
what_is_named_goes_and_nothing_else(void **state)
{
	struct hand_renewal *hand = store_of_three();
	struct renewal *rn = &hand->renewal;
	struct choice_names names = { 0 };
	struct err err = { 0 };

	(void)state;
	add_name(names.certs, &names.n_certs, 2, rn->facts.certs[2].cert->fingerprint);
	assert_rc(choice_judge(rn, &names, &err), RC_OK, &err);
	assert_string_equal(chosen(rn, &names), "c2 ");
	add_name(names.keys, &names.n_keys, 2, rn->facts.keys[2].spki_sha256);
	assert_rc(choice_judge(rn, &names, &err), RC_OK, &err);
	assert_string_equal(chosen(rn, &names), "c2 k2 ");
	names.n_certs = 0;
	assert_rc(choice_judge(rn, &names, &err), RC_STATE, &err);
	assert_has(err.text, "Key 2 belongs to Cert 2");
	assert_string_equal(chosen(rn, &names), "");
	hand_renewal_free(hand);
}

static const struct {
	size_t cert;	/* whose fingerprint */
	int64_t handle; /* named for which place */
	unsigned int usage;
	bool is_root;
	const char *words; /* NULL: it may go */
} named[] = {
	{ 2, 2, USAGE_NONE, false, NULL },
	{ 2, 1, USAGE_NONE, false, "Cert 1: not the certificate that was named" },
	{ 2, 7, USAGE_NONE, false, "Cert 2: it is there, not at handle 7" },
	{ 0, 0, USAGE_TLS, false, "Cert 0 is in use: TLS" },
	{ 2, 2, USAGE_8021X_WIRED, false, "Cert 2 is in use: 802.1X" },
	{ 2, 2, USAGE_NONE, true, "Cert 2 is a trusted root, and mutual TLS is on" },
};

static void
says_why_a_name_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(named); i++) {
		struct hand_renewal *hand = store_of_three();
		struct renewal *rn = &hand->renewal;
		struct facts_cert *cert = &rn->facts.certs[named[i].cert];
		struct choice_names names = { 0 };
		struct err err = { 0 };

		cert->usage = named[i].usage;
		cert->is_trusted_root = named[i].is_root;
		rn->facts.tls_network.is_mutual = named[i].is_root;
		add_name(names.certs, &names.n_certs, named[i].handle,
		    cert->cert->fingerprint);
		assert_int_equal(choice_judge(rn, &names, &err),
		    named[i].words == NULL ? RC_OK : RC_STATE);
		if (named[i].words != NULL)
			assert_has(err.text, named[i].words);
		hand_renewal_free(hand);
	}
}

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
a_name_is_a_handle_and_a_digest(void **state)
{
	static const char *const bad[] = { "", "1", "=sha256:" HEX64, "x=sha256:" HEX64,
		"-1=sha256:" HEX64, "1=sha256:", "1=sha256:" HEX64 "0", "1=sha1:" HEX64,
		"99999999999=sha256:" HEX64, "123456789012=sha256:" HEX64 };
	struct choice_names names = { 0 };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		err_clear(&err);
		assert_rc(choice_add(names.certs, &names.n_certs, bad[i], &err),
		    RC_USAGE, &err);
	}
	assert_int_equal(names.n_certs, 0);
	err_clear(&err);
	for (size_t i = 0; i < CHOICE_NAMES_MAX; i++)
		assert_rc(choice_add(names.certs, &names.n_certs, "17=sha256:" HEX64,
			      &err),
		    RC_OK, &err);
	assert_int_equal(names.certs[0].handle, 17);
	assert_int_equal(names.certs[0].sha256[31], 0xef);
	assert_rc(choice_add(names.certs, &names.n_certs, "17=sha256:" HEX64, &err),
	    RC_USAGE, &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_ours_and_unused_goes),
		cmocka_unit_test(what_is_served_stays_without_a_context),
		cmocka_unit_test(an_issuer_goes_with_the_last_that_it_issued),
		cmocka_unit_test(what_is_named_goes_and_nothing_else),
		cmocka_unit_test(says_why_a_name_is_refused),
		cmocka_unit_test(a_name_is_a_handle_and_a_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
