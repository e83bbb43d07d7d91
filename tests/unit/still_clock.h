/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The monotonic clock, stopped: how long a busy machine takes is no business of a
 * test that counts seconds.  The unit programs are linked with --wrap.
 */
#ifndef AMTCERT_TESTS_STILL_CLOCK_H
#define AMTCERT_TESTS_STILL_CLOCK_H

/* From now on clock_monotonic_ms() says what it says now. */
void still_clock(void);

#endif
