/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of firmware generations at its edges.
 */
#include "renew/generation.h"
#include "unit.h"

struct row {
	int64_t major;
	int64_t minor;
	enum rc rc;
	int bits;
	const char *digest;
};

static const struct row rows[] = {
	{ 0, 0, RC_STATE, 0, NULL },
	{ 3, 2, RC_STATE, 0, NULL },
	{ 6, 1, RC_STATE, 0, NULL },
	{ 6, 2, RC_OK, 2048, "sha256" },
	{ 7, 0, RC_OK, 2048, "sha256" },
	{ 16, 1, RC_OK, 2048, "sha256" },
	{ 21, 9, RC_OK, 2048, "sha256" },
	{ 22, 0, RC_OK, 384, "sha384" },
	{ 23, 0, RC_OK, 384, "sha384" },
};

static void
finds_key_and_digest_of_a_version(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct generation *found = NULL;
		struct err err = { 0 };

		assert_int_equal(generation_find(rows[i].major, rows[i].minor, &found,
				     &err),
		    rows[i].rc);
		assert_int_equal(err.rc, rows[i].rc);
		if (rows[i].rc != RC_OK) {
			assert_null(found);
			continue;
		}
		assert_int_equal(found->key_bits, rows[i].bits);
		assert_string_equal(found->digest, rows[i].digest);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_key_and_digest_of_a_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
