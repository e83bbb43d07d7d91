/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GetLowAccuracyTimeSynch.  Intel AMT SDK, "Time Synchronization": Ta0 is
 * seconds since 1970 UTC in 32 bits.
 */
#include "amt/rtc.h"

#include "amt/class.h"
#include "amt/pt_status.h"
#include "base/clock.h"
#include "wsman/value.h"
#include "wsman/wsman.h"

enum rc
rtc_read(struct device *device, struct facts_clock *ret_clock, struct err *err)
{
	static const char method[] = "GetLowAccuracyTimeSynch";
	struct facts_clock facts = { 0 };
	struct reply reply = { 0 };
	int64_t before_s = device_now(device);
	int64_t before_ms = clock_monotonic_ms();
	int64_t trip_ms = 0;
	int64_t device_s = 0;
	int status = 0;
	enum rc r =
	    wsman_ask(device_wsman(device), CLASS_TIME, method, &reply, &status, err);

	if (r != RC_OK)
		return r;
	trip_ms = clock_monotonic_ms() - before_ms;
	if (status != PT_STATUS_SUCCESS)
		r = err_set(err, RC_PT_STATUS, "%s: %s (%d)", method,
		    pt_status_name(status), status);
	if (r == RC_OK)
		r = value_int(reply.body, "Ta0", 0, UINT32_MAX, &device_s, err);
	if (r == RC_NOTFOUND)
		r = err_set(err, RC_FORMAT, "%s: no Ta0", method);
	reply_clear(&reply);
	if (r != RC_OK)
		return r;
	facts.known = true;
	facts.offset_s = device_s - (before_s + trip_ms / 2000);
	/* Half the trip, rounded up, and one second for whole seconds of both. */
	facts.uncertainty_s = (trip_ms + 1999) / 2000 + 1;
	facts.has_date = device_date_offset(device, &facts.date_offset_s);
	*ret_clock = facts;
	return RC_OK;
}
