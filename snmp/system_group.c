/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * system of SNMPv2-MIB (RFC 3418), without which managers take an agent for dead:
 * for a master of its own, below 1.3.6.1.2.1.
 */
#include "snmp/system_group.h"

#include <string.h>
#include <sys/utsname.h>

enum {
	MS_PER_TICK = 10
};

static void
put_text(struct value *value, const char *text)
{
	value_octets(value, text, strlen(text));
}

static void
description(const struct view *view, size_t row, struct value *value)
{
	(void)view;
	(void)row;
	put_text(value, "amtcert_agent " AMTCERT_VERSION);
}

static void
object_id(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value->kind = VALUE_OID;
	value->parts = view->settings->root;
	value->n_parts = view->settings->n_root;
}

static void
uptime(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value->kind = VALUE_TICKS;
	value->number = view->uptime_ms / MS_PER_TICK % ((int64_t)UINT32_MAX + 1);
}

static void
empty(const struct view *view, size_t row, struct value *value)
{
	(void)view;
	(void)row;
	put_text(value, "");
}

/* The name of this host does not change while the agent runs. */
static void
name(const struct view *view, size_t row, struct value *value)
{
	static struct utsname host;

	(void)view;
	(void)row;
	put_text(value, uname(&host) == 0 ? host.nodename : "");
}

static const struct column columns[] = {
	{ 1, description }, { 2, object_id }, { 3, uptime },
	{ 4, empty },		   /* sysContact */
	{ 5, name }, { 6, empty }, /* sysLocation */
};

const struct group system_group = {
	.name = "system",
	.base = { 1 },
	.n_base = 1,
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.count = group_count_one,
	.index = group_index_zero,
};
