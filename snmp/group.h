/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GET and GETNEXT over one group of objects: the scalars below one node, or a
 * table.  Scalars are a table with one row whose index is 0.  Written once, by
 * binary search over the index of each row (RFC 2578 section 7.7, RFC 3416
 * sections 4.2.1 and 4.2.2).
 */
#ifndef AMTCERT_SNMP_GROUP_H
#define AMTCERT_SNMP_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snmp/value.h"
#include "snmp/view.h"

enum {
	GROUP_BASE_MAX = 4,
	GROUP_INDEX_MAX = 1 + MIRROR_KEY_MAX, /* a length and its octets */
	GROUP_OID_MAX = 128, /* sub-identifiers, RFC 3416 section 2.1 */
};

/* The index of a row. */
struct index {
	uint32_t parts[GROUP_INDEX_MAX];
	size_t n;
};

struct column {
	uint32_t id;
	void (*read)(const struct view *view, size_t row, struct value *value);
};

struct group {
	const char *name;
	const uint32_t base[GROUP_BASE_MAX]; /* below the root; of a table its Entry */
	size_t n_base;
	const struct column *columns; /* by rising id */
	size_t n_columns;
	/* Rows at the view's moment, and the index of one, rising with the row. */
	size_t (*count)(const struct view *view);
	void (*index)(const struct view *view, size_t row, struct index *index);
};

/* An object: the column, and the row's place in the group. */
struct cell {
	const struct column *column;
	size_t row;
};

enum group_answer {
	GROUP_FOUND,
	GROUP_NO_OBJECT,   /* noSuchObject: there is no such column */
	GROUP_NO_INSTANCE, /* noSuchInstance: nor such a row */
};

/* rest: the sub-identifiers behind the base, n of them. */
enum group_answer group_get(const struct group *group, const struct view *view,
    const uint32_t *rest, size_t n, struct cell *ret_cell);

/*
 * The first object behind rest; false past the last one. near: any row; that of rest
 * or the one before saves the search, and it becomes that of rest. NULL: no such row.
 */
bool group_next(const struct group *group, const struct view *view,
    const uint32_t *rest, size_t n, size_t *near, struct cell *ret_cell);

/* Sub-identifiers behind the base of a cell, at most 1 + GROUP_INDEX_MAX. Returns
 * how many. */
size_t group_name(const struct group *group, const struct view *view,
    const struct cell *cell, uint32_t *ret_rest);

/* Column of that id, or NULL. */
const struct column *group_column(const struct group *group, uint32_t id);

/* Lexicographic order of object identifiers: below, at or above zero. */
int group_compare(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b);

/* The helpers of groups with one row. */
size_t group_count_one(const struct view *view);
void group_index_zero(const struct view *view, size_t row, struct index *index);

#endif
