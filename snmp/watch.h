/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inventory file over time: opened when it is there, read when it changed,
 * opened anew when another file has its name.
 */
#ifndef AMTCERT_SNMP_WATCH_H
#define AMTCERT_SNMP_WATCH_H

#include <sys/types.h>

#include "inventory/db.h"
#include "snmp/mirror.h"
#include "snmp/view.h"

/* Zeroed, then path and generation; clear with watch_clear. */
struct watch {
	const char *path;
	uint32_t generation; /* of the last mirror; the next gets the next number */
	struct db db;
	bool is_open;
	dev_t dev;
	ino_t ino;
	bool has_version;
	int64_t version; /* PRAGMA data_version */
};

void watch_clear(struct watch *watch);

/*
 * Look: *ret_mirror is NULL when nothing changed since the last mirror. The state is
 * INVENTORY_OK when that succeeded; else err says why, and the next look begins
 * anew. Caller frees with mirror_free.
 */
enum inventory_state watch_look(struct watch *watch, int64_t now,
    struct mirror **ret_mirror, struct err *err);

#endif
