/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of a device as one JSON object, for tests to assert on.
 */
#ifndef AMTSIM_DUMP_H
#define AMTSIM_DUMP_H

#include "base/buf.h"

struct device;

/* Append the object, without a line end. */
void dump_device(const struct device *dev, struct buf *out);

#endif
