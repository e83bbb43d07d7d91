/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of the MIB's types from ours, clamped to what SNMP can carry (RFC 2578
 * section 7.1, RFC 2579 DateAndTime).
 */
#include "snmp/value.h"

#include <string.h>
#include <time.h>

/* First and last second whose year fits two octets. */
#define DATE_MIN_S INT64_C(-62167219200)
#define DATE_MAX_S INT64_C(2005949145599)

enum {
	YEAR_BASE = 1900,
	BITS_PER_BYTE = 8
};

static int64_t
clamp(int64_t number, int64_t min, int64_t max)
{
	if (number < min)
		return min;
	return number > max ? max : number;
}

void
value_integer(struct value *value, int64_t number)
{
	value->kind = VALUE_INTEGER;
	value->number = clamp(number, INT32_MIN, INT32_MAX);
}

void
value_unsigned(struct value *value, int64_t number)
{
	value->kind = VALUE_UNSIGNED;
	value->number = clamp(number, 0, UINT32_MAX);
}

void
value_counter(struct value *value, uint64_t number)
{
	value->kind = VALUE_COUNTER;
	value->number = (int64_t)(number & UINT32_MAX);
}

void
value_octets(struct value *value, const void *octets, size_t len)
{
	value->kind = VALUE_OCTETS;
	value->octets = octets;
	value->len = len;
}

void
value_date(struct value *value, bool has, int64_t s)
{
	time_t at = clamp(s, DATE_MIN_S, DATE_MAX_S);
	uint8_t *room = value->room;
	struct tm tm = { 0 };
	int year;

	memset(room, 0, sizeof(value->room));
	value_octets(value, room, has ? VALUE_DATE_BYTES : VALUE_NO_DATE_BYTES);
	if (!has || gmtime_r(&at, &tm) == NULL)
		return;
	year = tm.tm_year + YEAR_BASE;
	room[0] = (uint8_t)(year >> BITS_PER_BYTE);
	room[1] = (uint8_t)year;
	room[2] = (uint8_t)(tm.tm_mon + 1);
	room[3] = (uint8_t)tm.tm_mday;
	room[4] = (uint8_t)tm.tm_hour;
	room[5] = (uint8_t)tm.tm_min;
	room[6] = (uint8_t)tm.tm_sec;
	room[8] = '+'; /* room[7]: tenths; behind it hours and minutes from UTC */
}

void
value_left(struct value *value, bool has, int64_t left_s)
{
	value->kind = VALUE_INTEGER;
	value->number = has ? clamp(left_s, -INT32_MAX, INT32_MAX) : VALUE_LEFT_UNKNOWN;
}
