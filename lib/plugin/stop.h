/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * To be told to stop, for programs that must not be cut off: they finish what is under
 * way, leave nothing half written, and then look here.
 */
#ifndef AMTCERT_PLUGIN_STOP_H
#define AMTCERT_PLUGIN_STOP_H

#include <stdbool.h>

#include "base/rc.h"

/*
 * From now on SIGTERM, SIGINT, SIGHUP, and SIGXFSZ of a file that may not grow, end a
 * wait and no request: without SA_RESTART. RC_SYSTEM.
 */
enum rc stop_catch(struct err *err);

/* Has one of them come? */
bool stop_is_wanted(void);

#endif
