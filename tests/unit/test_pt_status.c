/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of ReturnValues: rows that a remedy depends on, and what it says of
 * codes it does not know.  Intel LMS, StatusCodeDefinitions.h.
 */
#include "amt/pt_status.h"
#include "base/text.h"
#include "unit.h"

static const struct {
	int status;
	const char *name;
	enum pt_reaction reaction;
} rows[] = {
	{ 0, "SUCCESS", PT_GO_ON },
	{ 1, "INTERNAL_ERROR", PT_WAIT },
	{ 16, "NOT_PERMITTED", PT_OPERATOR },
	{ 23, "MAX_LIMIT_REACHED", PT_FULL },
	{ 36, "INVALID_PARAMETER", PT_REFUSED },
	{ 38, "FLASH_WRITE_LIMIT_EXCEEDED", PT_OPERATOR },
	{ 2057, "DATA_MISSING", PT_MISSING },
	{ 2058, "DUPLICATE", PT_EXISTS },
	{ 2061, "PKI_GENERATING_KEYS", PT_WAIT },
	{ 2066, "UNSUPPORTED", PT_REFUSED },
	{ 2075, "AUDIT_FAIL", PT_OPERATOR },
	{ 2082, "OPERATION_IN_PROGRESS", PT_WAIT },
	{ 32768 + 2082, "OPERATION_IN_PROGRESS", PT_WAIT },
	{ -1, "unknown", PT_OPERATOR },
	{ 4, "unknown", PT_OPERATOR },
	{ 2147483647, "unknown", PT_OPERATOR },
};

static void
names_codes_and_what_to_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		assert_string_equal(pt_status_name(rows[i].status), rows[i].name);
		assert_int_equal(pt_status_reaction(rows[i].status), rows[i].reaction);
	}
}

static void
never_says_unknown_is_success(void **state)
{
	(void)state;
	for (int status = 1; status < 3000; status++) {
		assert_int_not_equal(pt_status_reaction(status), PT_GO_ON);
		assert_true(strlen(pt_status_text(status)) > 5);
		/* Nothing in it is escaped on its way into a line. */
		assert_true(text_is_plain(pt_status_text(status),
		    strlen(pt_status_text(status))));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_codes_and_what_to_do),
		cmocka_unit_test(never_says_unknown_is_success),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
