/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two records of the last start are always there; others are kept when they come.
 * Source: captured AMT_MessageLog records; protocol notes 1.3, 3.14.
 */
#include "events.h"

#include <stdint.h>
#include <string.h>

#include "device.h"
#include "mem.h"
#include "rtc.h"

enum {
	TIME_BYTES = 4,
	START_EVENTS = 2,
	DATA = 13, /* where the eight bytes of data begin */
};

/* After the time: device address, sensor, type, offset, source, severity, sensor
 * number, entity, entity instance, data. */
static const unsigned char start_events[START_EVENTS][EVENT_BYTES - TIME_BYTES] = {
	{ 0xff, 0x0f, 0x6f, 0x02, 0x68, 0x01, 0xff, 0x22, 0x00, 0x40, 0x01 },
	{ 0xff, 0x0f, 0x6f, 0x02, 0x68, 0x01, 0xff, 0x22, 0x00, 0x40, 0x13 },
};
static const unsigned char attack_event[EVENT_BYTES - TIME_BYTES] = { 0xff, 0x06, 0x6f,
	0x05, 0x68, 0x10, 0xff, 0x26, 0x61, 0xaa };

static void
put_time(unsigned char record[EVENT_BYTES], int64_t now_s)
{
	for (size_t i = 0; i < TIME_BYTES; i++)
		record[i] = (unsigned char)((uint64_t)now_s >> (8 * i));
}

void
events_add_attack(struct device *dev, int times)
{
	unsigned char *record = NULL;

	if (dev->events == NULL)
		dev->events = mem_new(EVENTS_KEPT, EVENT_BYTES);
	if (dev->events_n == EVENTS_KEPT) {
		dev->events_n--;
		memmove(dev->events, dev->events + EVENT_BYTES,
		    dev->events_n * EVENT_BYTES);
	}
	record = dev->events + dev->events_n * EVENT_BYTES;
	dev->events_n++;
	put_time(record, rtc_now(&dev->rtc));
	memcpy(record + TIME_BYTES, attack_event, sizeof(attack_event));
	record[DATA + 1] = (unsigned char)(times > 255 ? 255 : times);
}

size_t
events_count(const struct device *dev)
{
	return START_EVENTS + dev->events_n;
}

void
events_get(const struct device *dev, size_t n, unsigned char record[EVENT_BYTES])
{
	if (n >= START_EVENTS) {
		memcpy(record, dev->events + (n - START_EVENTS) * EVENT_BYTES,
		    EVENT_BYTES);
		return;
	}
	put_time(record, rtc_at(&dev->rtc, dev->started_ms));
	memcpy(record + TIME_BYTES, start_events[n], EVENT_BYTES - TIME_BYTES);
}
