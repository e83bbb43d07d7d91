/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Properties that a client has written with Put or a state change, for classes
 * whose other values are fixed: they come back with the next Get.
 */
#ifndef AMTSIM_KEPT_H
#define AMTSIM_KEPT_H

#include <stddef.h>

#include "class.h"

struct device;

/*
 * Take the properties of an instance as sent: those of class->props and
 * class->optional. Keys, computed and unknown ones are let pass; an optional one
 * that is not sent is gone.
 */
void kept_put(struct device *dev, const struct class *class, size_t index,
    const xmlNode *instance);

/* Set one property; name is static. */
void kept_set(struct device *dev, const struct class *class, size_t index,
    const char *name, const char *text);

/* Replace in inst what was written. */
void kept_apply(const struct device *dev, const struct class *class, size_t index,
    struct inst *inst);

/* Forget everything. */
void kept_clear(struct device *dev);

#endif
