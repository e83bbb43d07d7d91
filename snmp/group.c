/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GET and GETNEXT by binary search.
 */
#include "snmp/group.h"

#include <string.h>

int
group_compare(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b)
{
	size_t n = n_a < n_b ? n_a : n_b;

	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return (n_a > n_b) - (n_a < n_b);
}

/* How many rows have an index that is not behind parts. */
static size_t
rows_up_to(const struct group *group, const struct view *view, const uint32_t *parts,
    size_t n)
{
	size_t low = 0, high = group->count(view);
	struct index index;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		group->index(view, middle, &index);
		if (group_compare(index.parts, index.n, parts, n) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_row(const struct group *group, const struct view *view, size_t row,
    const uint32_t *parts, size_t n)
{
	struct index index;

	if (row >= group->count(view))
		return false;
	group->index(view, row, &index);
	return group_compare(index.parts, index.n, parts, n) == 0;
}

/* rows_up_to() of somebody who walks, as most do: from the row he was at, or from the
 * one behind it. */
static size_t
rows_from_near(const struct group *group, const struct view *view,
    const uint32_t *parts, size_t n, size_t *near)
{
	size_t rows;

	if (near == NULL)
		return rows_up_to(group, view, parts, n);
	if (is_row(group, view, *near, parts, n))
		return *near + 1;
	if (is_row(group, view, *near + 1, parts, n)) {
		++*near;
		return *near + 1;
	}
	rows = rows_up_to(group, view, parts, n);
	*near = rows > 0 ? rows - 1 : 0;
	return rows;
}

const struct column *
group_column(const struct group *group, uint32_t id)
{
	for (size_t i = 0; i < group->n_columns; i++)
		if (group->columns[i].id == id)
			return &group->columns[i];
	return NULL;
}

enum group_answer
group_get(const struct group *group, const struct view *view, const uint32_t *rest,
    size_t n, struct cell *ret_cell)
{
	const struct column *column = n == 0 ? NULL : group_column(group, rest[0]);
	struct index index;
	size_t rows;

	if (column == NULL)
		return GROUP_NO_OBJECT;
	rows = rows_up_to(group, view, rest + 1, n - 1);
	if (rows == 0)
		return GROUP_NO_INSTANCE;
	group->index(view, rows - 1, &index);
	if (group_compare(index.parts, index.n, rest + 1, n - 1) != 0)
		return GROUP_NO_INSTANCE;
	ret_cell->column = column;
	ret_cell->row = rows - 1;
	return GROUP_FOUND;
}

bool
group_next(const struct group *group, const struct view *view, const uint32_t *rest,
    size_t n, size_t *near, struct cell *ret_cell)
{
	size_t rows = group->count(view);

	if (rows == 0)
		return false;
	for (size_t i = 0; i < group->n_columns; i++) {
		const struct column *column = &group->columns[i];
		size_t row = 0;

		if (n > 0 && column->id < rest[0])
			continue;
		if (n > 0 && column->id == rest[0])
			row = rows_from_near(group, view, rest + 1, n - 1, near);
		if (row == rows)
			continue;
		ret_cell->column = column;
		ret_cell->row = row;
		return true;
	}
	return false;
}

size_t
group_name(const struct group *group, const struct view *view, const struct cell *cell,
    uint32_t *ret_rest)
{
	struct index index;

	group->index(view, cell->row, &index);
	ret_rest[0] = cell->column->id;
	memcpy(ret_rest + 1, index.parts, index.n * sizeof(index.parts[0]));
	return 1 + index.n;
}

size_t
group_count_one(const struct view *view)
{
	(void)view;
	return 1;
}

void
group_index_zero(const struct view *view, size_t row, struct index *index)
{
	(void)view;
	(void)row;
	index->parts[0] = 0;
	index->n = 1;
}
