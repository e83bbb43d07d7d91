/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The event log of a device: records of 21 bytes, oldest first.
 */
#ifndef AMTSIM_EVENTS_H
#define AMTSIM_EVENTS_H

#include <stddef.h>

struct device;

enum {
	EVENT_BYTES = 21,
	EVENTS_KEPT = 64,
};

/* "Authentication failed N times. The system may be under attack." */
void events_add_attack(struct device *dev, int times);

size_t events_count(const struct device *dev);

/* The n-th record, from 0; n is below the count. */
void events_get(const struct device *dev, size_t n, unsigned char record[EVENT_BYTES]);

#endif
