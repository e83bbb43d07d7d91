/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device's clock against ours.  AMT_TimeSynchronizationService.
 */
#ifndef AMTCERT_AMT_RTC_H
#define AMTCERT_AMT_RTC_H

#include "amt/device.h"
#include "policy/facts.h"

/*
 * Ask for the time; the difference is taken at the middle of the round trip. The
 * Date header of the same answer is noted beside it. RC_PT_STATUS when the
 * method fails; errors of the transport. *ret_clock is untouched on failure.
 */
enum rc rtc_read(struct device *device, struct facts_clock *ret_clock, struct err *err);

#endif
