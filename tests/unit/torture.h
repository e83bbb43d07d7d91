/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Torture: run a piece of code once per allocation it makes, failing that one,
 * as curl's test suite does.  Sees malloc, calloc, realloc, reallocarray,
 * strdup and strndup called by our code (the unit programs are linked with
 * --wrap), not those inside the libraries.
 */
#ifndef AMTCERT_TESTS_TORTURE_H
#define AMTCERT_TESTS_TORTURE_H

#include <stddef.h>

#include "base/rc.h"

/* Does the whole job, frees what it made on every path, returns its result. */
typedef enum rc (*torture_body)(void *ctx);

/*
 * Fails the test unless body returns RC_OK undisturbed, and RC_NOMEM whenever
 * one allocation fails.  Leaks are found by AddressSanitizer and valgrind.
 * Returns how many allocations were made to fail; never 0.
 */
size_t torture(torture_body body, void *ctx);

#endif
