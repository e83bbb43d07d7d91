/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One value of a MIB object, without Net-SNMP: what a column hands out and a
 * notification carries.
 */
#ifndef AMTCERT_SNMP_VALUE_H
#define AMTCERT_SNMP_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	VALUE_ROOM = 16,
	VALUE_DATE_BYTES = 11,
	VALUE_NO_DATE_BYTES = 8
};

#define VALUE_LEFT_UNKNOWN INT64_C(-2147483648)

enum value_kind {
	VALUE_INTEGER,	/* Integer32, enumerations */
	VALUE_UNSIGNED, /* Unsigned32, Gauge32 */
	VALUE_COUNTER,	/* Counter32 */
	VALUE_TICKS,	/* TimeTicks */
	VALUE_OCTETS,	/* octets, len; lent, or in room */
	VALUE_OID,	/* parts, n_parts; lent */
};

/* octets may point into room: a value is filled in place and not copied. */
struct value {
	enum value_kind kind;
	int64_t number;
	const uint8_t *octets;
	size_t len;
	const uint32_t *parts;
	size_t n_parts;
	uint8_t room[VALUE_ROOM];
};

/* Numbers beyond the range of the kind become the nearest value in it. */
void value_integer(struct value *value, int64_t number);
void value_unsigned(struct value *value, int64_t number);

/* Wraps at 2^32. */
void value_counter(struct value *value, uint64_t number);

/* Lent. */
void value_octets(struct value *value, const void *octets, size_t len);

/*
 * DateAndTime in UTC, 11 octets; has false: eight zero octets. Years beyond 65535
 * or before 0 become the nearest. Source: RFC 2579.
 */
void value_date(struct value *value, bool has, int64_t s);

/* AmtSecondsLeft: from -2147483647 to 2147483647; has false: -2147483648. */
void value_left(struct value *value, bool has, int64_t left_s);

#endif
