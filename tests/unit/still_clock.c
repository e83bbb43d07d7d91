/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One number instead of a clock.  See ld(1).
 */
#include "still_clock.h"

#include <stdint.h>

/* NOLINTBEGIN(bugprone-reserved-identifier): the names are the linker's */
int64_t __real_clock_monotonic_ms(void);
int64_t __wrap_clock_monotonic_ms(void);

static int64_t stopped_at; /* 0: it runs */

int64_t
__wrap_clock_monotonic_ms(void)
{
	return stopped_at != 0 ? stopped_at : __real_clock_monotonic_ms();
}

void
still_clock(void)
{
	stopped_at = __real_clock_monotonic_ms();
}
/* NOLINTEND(bugprone-reserved-identifier) */
