/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every unit test includes: cmocka in the order it asks for, and the
 * assertion that a call of ours succeeded or failed as it should.
 */
#ifndef AMTCERT_TESTS_UNIT_H
#define AMTCERT_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rc.h"

/* Result as wanted, or the message of err in the test's output. */
#define assert_rc(got, wanted, err)                                         \
	do {                                                                \
		enum rc unit_got = (got);                                   \
                                                                            \
		if (unit_got != (wanted))                                   \
			fail_msg("%s instead of %s: %s", rc_text(unit_got), \
			    rc_text(wanted), (err)->text);                  \
	} while (0)

/* text holds part. */
#define assert_has(text, part)                                               \
	do {                                                                 \
		const char *unit_text = (text);                              \
                                                                             \
		if (strstr(unit_text, (part)) == NULL)                       \
			fail_msg("\"%s\" has no \"%s\"", unit_text, (part)); \
	} while (0)

#define UNIT_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
