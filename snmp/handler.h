/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The groups as Net-SNMP asks for them: one registration per group, at its base, so
 * that a view without the table skips all of it at once.
 */
#ifndef AMTCERT_SNMP_HANDLER_H
#define AMTCERT_SNMP_HANDLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

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
	size_t near; /* the row that was asked for last, for group_next() */
};

/*
 * Register for as long as the library runs. Success says nothing of the master
 * agent: what it refuses is told by the library's log alone. RC_NOMEM; RC_STATE when
 * the library refuses.
 */
enum rc handler_register(struct handler *handler, struct err *err);

/* An object of a group, and what it is called. */
struct handler_object {
	struct cell cell;
	oid name[MAX_OID_LEN];
	size_t n;
};

/* Whether the name is the group's base or below it. */
bool handler_covers(const struct handler *handler, const oid *name, size_t n);

/* Put the value of the binding's name into it, or noSuchObject or noSuchInstance.
 * Returns 0, or another number when memory runs out. */
int handler_get(const struct handler *handler, const struct view *view,
    netsnmp_variable_list *vb);

/* The object of that very name; false: there is none. */
bool handler_find(const struct handler *handler, const struct view *view,
    const oid *name, size_t n, struct handler_object *ret_object);

/* The first object of the group behind a name; false: there is none. */
bool handler_next(struct handler *handler, const struct view *view, const oid *from,
    size_t n_from, struct handler_object *ret_object);

/* Put an object's name and value into a binding. Returns as handler_get(). */
int handler_put(const struct handler_object *object, const struct view *view,
    netsnmp_variable_list *vb);

#endif
