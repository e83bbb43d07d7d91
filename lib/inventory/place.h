/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the inventory is.
 */
#ifndef AMTCERT_INVENTORY_PLACE_H
#define AMTCERT_INVENTORY_PLACE_H

#include "base/conf.h"

/*
 * Its path: given on the command line, else the key inventory for that device, else
 * DB_DEFAULT_PATH. Each argument may be NULL. Lent.
 */
const char *place_choose(const char *given, const struct conf *conf,
    const char *device);

#endif
