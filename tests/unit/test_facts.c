/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/facts.c: the lists of a store and what refers to what.
 */
#include <stdio.h>
#include <stdlib.h>

#include "make_cert.h"
#include "policy/facts.h"
#include "torture.h"
#include "unit.h"

static struct facts_cert *
add_cert(struct facts *facts, const char *instance_id, const struct make_cert *spec)
{
	struct facts_cert *entry = NULL;
	struct err err = { 0 };

	assert_rc(facts_add_cert(facts, &entry, &err), RC_OK, &err);
	entry->cert = make_facts(spec);
	(void)snprintf(entry->instance_id, sizeof(entry->instance_id), "%s",
	    instance_id);
	return entry;
}

static struct facts_key *
add_key(struct facts *facts, const char *instance_id, const struct cert *of)
{
	struct facts_key *key = NULL;
	struct err err = { 0 };

	assert_rc(facts_add_key(facts, &key, &err), RC_OK, &err);
	memcpy(key->spki_sha256, of->spki_sha256, sizeof(key->spki_sha256));
	(void)snprintf(key->instance_id, sizeof(key->instance_id), "%s", instance_id);
	return key;
}

static void
keys_find_their_certificates(void **state)
{
	struct make_cert first = { 0 }, second = { .key_number = 1 };
	struct facts facts = { 0 };
	struct cert *stranger = make_facts(&(struct make_cert){ .key_number = 2 });
	const struct facts_key *found;

	(void)state;
	(void)add_cert(&facts, "cert 0", &first);
	(void)add_cert(&facts, "cert 1", &second);
	(void)add_key(&facts, "key 0", facts.certs[1].cert);
	(void)add_key(&facts, "key 1", stranger);
	facts_match_keys(&facts);
	assert_false(facts.certs[0].has_key);
	assert_true(facts.certs[1].has_key);
	assert_true(facts.keys[0].has_cert);
	assert_false(facts.keys[1].has_cert);
	found = facts_find_key_of(&facts, facts.certs[1].cert);
	assert_non_null(found);
	assert_string_equal(found->instance_id, "key 0");
	assert_null(facts_find_key_of(&facts, facts.certs[0].cert));
	cert_free(stranger);
	facts_clear(&facts);
	assert_int_equal(facts.n_certs, 0);
	facts_clear(&facts);
}

static void
finds_entries_by_id_and_by_content(void **state)
{
	struct make_cert first = { 0 }, second = { .serial = 2 };
	struct facts facts = { 0 };
	struct cert *copy = NULL;
	struct err err = { 0 };

	(void)state;
	(void)add_cert(&facts, "a", &first);
	(void)add_cert(&facts, "b", &second);
	(void)add_key(&facts, "k", facts.certs[0].cert);
	assert_ptr_equal(facts_find_cert(&facts, "b"), &facts.certs[1]);
	assert_null(facts_find_cert(&facts, "c"));
	assert_rc(cert_dup(facts.certs[1].cert, &copy, &err), RC_OK, &err);
	assert_ptr_equal(facts_find_cert_by_der(&facts, copy), &facts.certs[1]);
	facts_clear(&facts);
	assert_null(facts_find_cert_by_der(&facts, copy));
	cert_free(copy);
}

struct orphan_case {
	unsigned int usage;
	bool is_trusted_root, is_read_only, has_key, is_ca;
	bool is_orphan;
};

static const struct orphan_case orphan_cases[] = {
	{ USAGE_NONE, false, false, true, false, true },
	{ USAGE_NONE, false, false, false, false, true },
	{ USAGE_TLS, false, false, true, false, false },
	{ USAGE_OTHER, false, false, true, false, false },
	{ USAGE_NONE, true, false, false, true, false },
	{ USAGE_NONE, false, true, true, false, false },
	{ USAGE_NONE, false, false, false, true, false }, /* an intermediate */
	{ USAGE_NONE, false, false, true, true, true },
};

static void
orphans_are_what_nothing_uses(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(orphan_cases); i++) {
		const struct orphan_case *c = &orphan_cases[i];
		struct cert cert = { .is_ca = c->is_ca };
		struct facts_cert entry = { .cert = &cert,
			.usage = c->usage,
			.is_trusted_root = c->is_trusted_root,
			.is_read_only = c->is_read_only,
			.has_key = c->has_key };

		if (facts_is_orphan(&entry) != c->is_orphan)
			fail_msg("row %zu", i);
	}
}

static void
a_store_has_an_end(void **state)
{
	struct facts facts = { 0 };
	struct facts_cert *entry = NULL;
	struct facts_key *key = NULL;
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < FACTS_CERTS_MAX; i++) {
		assert_rc(facts_add_cert(&facts, &entry, &err), RC_OK, &err);
		assert_int_equal(entry->usage, 0);
		entry->usage = USAGE_TLS;
	}
	assert_rc(facts_add_cert(&facts, &entry, &err), RC_LIMIT, &err);
	err_clear(&err);
	for (size_t i = 0; i < FACTS_KEYS_MAX; i++)
		assert_rc(facts_add_key(&facts, &key, &err), RC_OK, &err);
	assert_rc(facts_add_key(&facts, &key, &err), RC_LIMIT, &err);
	facts_clear(&facts);
}

static void
usages_have_words_and_short_labels(void **state)
{
	(void)state;
	assert_string_equal(usage_text(USAGE_NONE), "");
	assert_string_equal(usage_label(USAGE_NONE), "");
	assert_string_equal(usage_text(USAGE_TLS | USAGE_CIRA), "TLS");
	assert_string_equal(usage_label(USAGE_8021X_WIRED | USAGE_CIRA), "8021x_wired");
	for (unsigned int bit = USAGE_TLS; bit <= USAGE_OTHER; bit <<= 1) {
		size_t len = strlen(usage_label(bit));

		assert_true(len > 0 && len <= 19); /* a perfdata label */
		assert_true(strlen(usage_text(bit)) > 0);
	}
}

static enum rc
fill(void *ctx)
{
	struct facts facts = { 0 };
	struct facts_cert *entry = NULL;
	struct facts_key *key = NULL;
	enum rc r = RC_OK;

	(void)ctx;
	for (int i = 0; r == RC_OK && i < 40; i++)
		r = facts_add_cert(&facts, &entry, NULL);
	for (int i = 0; r == RC_OK && i < 40; i++)
		r = facts_add_key(&facts, &key, NULL);
	facts_clear(&facts);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	(void)state;
	assert_true(torture(fill, NULL) > 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_find_their_certificates),
		cmocka_unit_test(finds_entries_by_id_and_by_content),
		cmocka_unit_test(orphans_are_what_nothing_uses),
		cmocka_unit_test(a_store_has_an_end),
		cmocka_unit_test(usages_have_words_and_short_labels),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
