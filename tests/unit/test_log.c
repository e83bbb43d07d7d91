/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/base/log.c: quiet unless asked, and one harmless line when it speaks.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "unit.h"

/* What log_at wrote to standard error, as a string. */
static void
capture(int level, const char *text, char *field, size_t size)
{
	int ends[2], saved;
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	saved = dup(STDERR_FILENO);
	assert_true(saved >= 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	log_at(level, "test", "%s", text);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	close(ends[1]);
	n = read(ends[0], field, size - 1);
	assert_true(n >= 0);
	field[n] = '\0';
	close(ends[0]);
}

static void
is_quiet_until_told_otherwise(void **state)
{
	char line[4096];

	(void)state;
	log_set_level(0);
	capture(1, "x", line, sizeof(line));
	assert_string_equal(line, "");
	log_set_level(2);
	assert_int_equal(log_level(), 2);
	capture(3, "x", line, sizeof(line));
	assert_string_equal(line, "");
	capture(2, "x", line, sizeof(line));
	assert_has(line, "Z test: x\n");
}

static void
a_message_stays_one_line(void **state)
{
	char line[4096], text[4096];

	(void)state;
	log_set_level(1);
	capture(1, "a\nb\x1b[0m", line, sizeof(line));
	assert_has(line, " test: a\\x0ab\\x1b[0m\n");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	capture(1, text, line, sizeof(line));
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_quiet_until_told_otherwise),
		cmocka_unit_test(a_message_stays_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
