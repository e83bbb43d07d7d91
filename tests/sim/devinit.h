/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keys of a device file that need more than a copy: addresses, files,
 * certificates and where they are bound.
 */
#ifndef AMTSIM_DEVINIT_H
#define AMTSIM_DEVINIT_H

#include "base/rc.h"

struct device;

/* Before the keys: the default profile. */
enum rc devinit_begin(struct device *dev, struct err *err);

/* One key; file names are relative to folder. RC_CONFIG, RC_SYSTEM. */
enum rc devinit_apply(struct device *dev, const char *key, const char *value,
    const char *folder, struct err *err);

/* After the keys: what was not given. */
enum rc devinit_end(struct device *dev, struct err *err);

#endif
