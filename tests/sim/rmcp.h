/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The answer to an RMCP presence ping, by which consoles find firmware.
 */
#ifndef AMTSIM_RMCP_H
#define AMTSIM_RMCP_H

#include <stdbool.h>

#include "base/rc.h"

struct device;

/* Answer on the device's UDP port, or stop; nothing without a port. RC_SYSTEM. */
enum rc rmcp_set(struct device *dev, bool on, struct err *err);

#endif
