/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which devices to read: those of the configuration file, of a list, of an address
 * range, or named one by one.  Each once, and each with its place in time and
 * among the processes, which depend on its name alone.
 */
#ifndef AMTCERT_SCAN_ROSTER_H
#define AMTCERT_SCAN_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/rc.h"

enum {
	ROSTER_MAX = 1 << 20, /* a /12 of IPv4 */
	ROSTER_LIST_MAX_BYTES = 64 * 1024 * 1024,
};

struct roster_entry {
	char *name;    /* NULL: of a range, there may be no device */
	char *address; /* NULL: what the file says, or the name */
};

/* Zeroed is empty; clear with roster_clear. */
struct roster {
	struct roster_entry *entries;
	size_t n;
	size_t cap;
};

void roster_clear(struct roster *roster);

/* One device. address may be NULL; both are copied. RC_FORMAT for what is neither a
 * name nor an address, RC_LIMIT above ROSTER_MAX, RC_NOMEM. */
enum rc roster_add(struct roster *roster, const char *name, const char *address,
    struct err *err);

/* Every [device NAME] of the file; with group only those of that one, RC_NOTFOUND
 * when there is no such section. */
enum rc roster_add_configured(struct roster *roster, const struct conf *conf,
    const char *group, struct err *err);

/*
 * A text of lines "name" or "name,address"; blank lines and those that begin with #
 * do not count. path is for messages: RC_FORMAT with file and line.
 */
enum rc roster_add_lines(struct roster *roster, const char *path, const char *text,
    struct err *err);

/* The same from a file, or from standard input for "-". RC_SYSTEM, RC_LIMIT. */
enum rc roster_add_list(struct roster *roster, const char *path, struct err *err);

/*
 * Every address of "192.0.2.0/24" or "2001:db8::/120", as entries without a name;
 * not the network's own address and broadcast of IPv4. RC_FORMAT; RC_LIMIT for
 * more than ROSTER_MAX.
 */
enum rc roster_add_range(struct roster *roster, const char *cidr, struct err *err);

/* Sort by name, and keep each name once; its first address stays. */
void roster_settle(struct roster *roster);

/* A number that is the same for a name (upper or lower case) on every day and every
 * machine, evenly spread. FNV-1a, 64 bit. */
uint64_t roster_hash(const struct roster_entry *entry);

/* What the entry is called in messages: its name, else its address. */
const char *roster_label(const struct roster_entry *entry);

#endif
