/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nagios ranges, strict and in integers: [@]start:end, end points inside.
 * Source: Monitoring Plugins development guidelines, "threshold and ranges".
 */
#ifndef AMTCERT_POLICY_RANGE_H
#define AMTCERT_POLICY_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"

/* Numbers are kept in millionths, so that 9.99 is exact. */
#define RANGE_SCALE	 INT64_C(1000000)
#define RANGE_NUMBER_MAX INT64_C(1000000000000) /* before scaling */

struct range {
	bool alert_inside; /* a leading @ */
	bool has_start;	   /* false: minus infinity (~) */
	bool has_end;	   /* false: plus infinity */
	int64_t start;	   /* in 1 / RANGE_SCALE */
	int64_t end;
};

/* A plain range without units; ":10" is taken as "0:10". At most six decimals.
 * RC_USAGE quotes the text and names the fault. */
enum rc range_parse(const char *text, struct range *ret_range, struct err *err);

/* A whole number in 1 / RANGE_SCALE; INT64_MAX or INT64_MIN past those. */
int64_t range_value(int64_t whole);

/* Does this value (in 1 / RANGE_SCALE) raise an alert? */
bool range_alerts(const struct range *range, int64_t value);

/* Append the range as the guideline writes it, whole numbers without a point. */
enum rc range_format(struct buf *out, const struct range *range);

/*
 * A threshold on time left: a range whose numbers may carry s m h d w or %
 * (of the certificate's lifetime); no suffix is days. A bare number is refused
 * with the hint to write "30d:".
 */
enum range_unit {
	RANGE_UNIT_S,
	RANGE_UNIT_PERCENT
};

struct time_range {
	struct range range; /* seconds or percent, in 1 / RANGE_SCALE */
	enum range_unit start_unit;
	enum range_unit end_unit;
};

enum rc time_range_parse(const char *text, struct time_range *ret_range,
    struct err *err);

/* The range in seconds for a certificate of that lifetime. */
struct range time_range_resolve(const struct time_range *range, int64_t lifetime_s);

/* "W,C" in whole days to "W:" and "C:". RC_USAGE; C must not be above W. */
enum rc time_range_parse_days(const char *text, struct time_range *ret_warning,
    struct time_range *ret_critical, struct err *err);

/* Does warning alert only where critical does, so that it could never be seen?
 * For time left: a warning lower bound below the critical one. Equal ranges are
 * not hidden. Compared when the units agree and both or neither have an @. */
bool time_range_warning_is_hidden(const struct time_range *warning,
    const struct time_range *critical);

#endif
