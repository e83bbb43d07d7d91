/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records: AppID and EventID big-endian, initiator, time, address, data.
 * Source: protocol notes 3.14, after a client that parses them.
 */
#include "audit.h"

#include <stdint.h>
#include <string.h>

#include "device.h"
#include "mem.h"
#include "rtc.h"

enum {
	DATA_MAX = 64,
	INITIATOR_DIGEST = 0,
	LOCATION_IPV4 = 0,
};

static void
put_byte(struct audit_record *record, unsigned byte)
{
	if (record->len < AUDIT_RECORD_MAX)
		record->bytes[record->len++] = (unsigned char)byte;
}

static void
put_u16(struct audit_record *record, unsigned value)
{
	put_byte(record, (value >> 8) & 0xffU);
	put_byte(record, value & 0xffU);
}

static void
put_bytes(struct audit_record *record, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	put_byte(record, (unsigned)len);
	for (size_t i = 0; i < len; i++)
		put_byte(record, p[i]);
}

void
audit_add(struct device *dev, enum audit_event event, const void *data, size_t len)
{
	static const char address[] = "127.0.0.1";
	size_t place = (dev->audit_first + dev->audit_n) % AUDIT_KEPT;
	struct audit_record *record = NULL;
	uint32_t now = (uint32_t)rtc_now(&dev->rtc);
	size_t user_len = strlen(dev->user);

	if (dev->audit == NULL)
		dev->audit = mem_new(AUDIT_KEPT, sizeof(*dev->audit));
	record = &dev->audit[place];
	if (dev->audit_n == AUDIT_KEPT)
		dev->audit_first = (dev->audit_first + 1) % AUDIT_KEPT;
	else
		dev->audit_n++;
	record->len = 0;
	put_u16(record, (unsigned)event / 100U);
	put_u16(record, (unsigned)event % 100U);
	put_byte(record, INITIATOR_DIGEST);
	put_bytes(record, dev->user, user_len > 32 ? 32 : user_len);
	put_u16(record, now >> 16);
	put_u16(record, now & 0xffffU);
	put_byte(record, LOCATION_IPV4);
	put_bytes(record, address, sizeof(address) - 1);
	put_bytes(record, data, len > DATA_MAX ? DATA_MAX : len);
}
