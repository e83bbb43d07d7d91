/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The groups as Net-SNMP asks for them: one registration per group, at its base, so
 * that a view without the table skips all of it at once.
 */
#ifndef AMTCERT_SNMP_HANDLER_H
#define AMTCERT_SNMP_HANDLER_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "snmp/group.h"

/* One group below a root; stays where it is while it is registered. */
struct handler {
	const struct group *group;
	const uint32_t *root;
	size_t n_root;
	/* Fills a view of this moment; ret_view is lent until the next turn. */
	void (*look)(void *ctx, struct view *ret_view);
	void *ctx;
};

/*
 * Register for as long as the library runs. Success says nothing of the master
 * agent: what it refuses is told by the library's log alone. RC_NOMEM; RC_STATE when
 * the library refuses.
 */
enum rc handler_register(struct handler *handler, struct err *err);

#endif
