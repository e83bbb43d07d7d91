/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * snmp/group.c: GET and GETNEXT against the plainest thing that can be right, a
 * sorted list of every object, over random fleets and random questions; and the
 * cases of a question that a table is easily wrong about, by name.
 */
#include <stdio.h>
#include <stdlib.h>

#include "hand_fleet.h"
#include "snmp/tables.h"

enum {
	FLEETS = 60,
	QUESTIONS = 3000,
	DEVICES_MAX = 12,
};

/* One octet longer than a key may be. */
static const char long_name[] = "pc-with-a-name-that-is-as-long-as-a-key-may-be-and-th"
				"en-one-octet-more-01234567890123456789012345";

/* A small generator of our own: the same numbers everywhere. */
static uint32_t seed = 20261125;

static uint32_t
random_below(uint32_t n)
{
	seed = seed * 1664525U + 1013904223U;
	return (seed >> 8) % n;
}

static struct mirror *
random_fleet(void)
{
	static const char *const names[] = { "a", "A", "b", "", "pc1", "PC1", "zz",
		long_name, "ab", "B" };
	struct mirror *mirror = hand_new();
	uint32_t n = random_below(DEVICES_MAX), index = 0, jobs = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct mirror_device device;
		uint32_t cert_index = 0;

		index += 1 + random_below(random_below(3) == 0 ? 100000 : 3);
		device = hand_device(mirror, index, names[random_below(10)]);
		hand_add_device(mirror, &device);
		for (uint32_t k = random_below(5); k > 0; k--) {
			struct mirror_cert cert;

			cert_index += 1 + random_below(3);
			cert = hand_cert(mirror, cert_index,
			    (int)(1 + random_below(ROLE_ANCHOR)),
			    (int64_t)random_below(3) * 100 - 100);
			if (random_below(4) == 0)
				cert.not_after = MIRROR_NO_TIME;
			hand_add_cert(mirror, cert);
		}
	}
	for (uint32_t i = 0; i < mirror->n_certs; i++)
		if (random_below(3) == 0)
			hand_add_job(mirror, i, (int)(1 + random_below(5)), ++jobs);
	hand_seal(mirror);
	return mirror;
}

struct name {
	uint32_t parts[GROUP_OID_MAX];
	size_t n;
	struct cell cell;
};

static int
compare_names(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	return group_compare(x->parts, x->n, y->parts, y->n);
}

/* Every object of a group, sorted by its name without any of the code under test. */
static struct name *
list_all(const struct group *group, const struct view *view, size_t *ret_n)
{
	size_t rows = group->count(view), n = 0;
	struct name *list = calloc(rows * group->n_columns + 1, sizeof(*list));

	assert_non_null(list);
	for (size_t row = 0; row < rows; row++)
		for (size_t c = 0; c < group->n_columns; c++) {
			struct index index;
			struct name *name = &list[n++];

			group->index(view, row, &index);
			name->parts[0] = group->columns[c].id;
			memcpy(name->parts + 1, index.parts,
			    index.n * sizeof(index.parts[0]));
			name->n = 1 + index.n;
			name->cell.column = &group->columns[c];
			name->cell.row = row;
		}
	qsort(list, n, sizeof(*list), compare_names);
	for (size_t i = 1; i < n; i++)
		assert_true(compare_names(&list[i - 1], &list[i]) < 0);
	*ret_n = n;
	return list;
}

static uint32_t
odd_part(void)
{
	static const uint32_t parts[] = { 0, 1, 2, 3, 255, 2147483647, 4294967295U };

	return parts[random_below(7)];
}

/* Near a name that is there: shorter, longer, off by one; or anything. */
static void
random_question(const struct name *list, size_t n_list, struct name *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (n_list > 0 && random_below(5) > 0)
		*ret = list[random_below((uint32_t)n_list)];
	else
		for (ret->n = random_below(6); ret->parts[5] < ret->n; ret->parts[5]++)
			ret->parts[ret->parts[5] % 5] = odd_part();
	switch (random_below(5)) {
	case 0:
		ret->n -= ret->n > 0 ? 1 + random_below((uint32_t)ret->n) : 0;
		break;
	case 1:
		ret->parts[ret->n++] = odd_part();
		break;
	case 2:
		if (ret->n > 0)
			ret->parts[random_below((uint32_t)ret->n)] +=
			    random_below(3) - 1;
		break;
	case 3:
		if (ret->n > 0)
			ret->parts[random_below((uint32_t)ret->n)] = odd_part();
		break;
	default:
		break;
	}
}

static void
expect_answers(const struct group *group, const struct view *view,
    const struct name *list, size_t n_list, const struct name *question)
{
	const struct name *next = NULL, *same = NULL;
	struct cell cell = { 0 };
	enum group_answer answer;
	size_t near = random_below((uint32_t)n_list + 2);

	for (size_t i = 0; i < n_list; i++) {
		int order = compare_names(&list[i], question);

		if (order == 0)
			same = &list[i];
		if (order > 0 && next == NULL)
			next = &list[i];
	}
	assert_int_equal(group_next(group, view, question->parts, question->n, &near,
			     &cell),
	    next != NULL);
	if (next != NULL) {
		assert_ptr_equal(cell.column, next->cell.column);
		assert_int_equal(cell.row, next->cell.row);
	}
	answer = group_get(group, view, question->parts, question->n, &cell);
	if (same != NULL) {
		assert_int_equal(answer, GROUP_FOUND);
		assert_ptr_equal(cell.column, same->cell.column);
		assert_int_equal(cell.row, same->cell.row);
	} else if (question->n > 0 && group_column(group, question->parts[0]) != NULL) {
		assert_int_equal(answer, GROUP_NO_INSTANCE);
	} else {
		assert_int_equal(answer, GROUP_NO_OBJECT);
	}
}

static void
answers_as_a_sorted_list_would(void **unused)
{
	(void)unused;
	for (int i = 0; i < FLEETS; i++) {
		struct mirror *mirror = random_fleet();
		struct agent_settings settings;
		struct view view = hand_view(mirror, &settings);
		const struct group *group = tables[(size_t)i % TABLES_N];
		size_t n = 0;
		struct name *list;

		settings.horizon_s = (int64_t)random_below(2) * 50;
		settings.expiry_rows = (int64_t)random_below(2) * 4;
		list = list_all(group, &view, &n);
		for (int k = 0; k < QUESTIONS; k++) {
			struct name question;

			random_question(list, n, &question);
			expect_answers(group, &view, list, n, &question);
		}
		free(list);
		mirror_free(mirror);
	}
}

/* Question below amtCertEntry, and the name behind it; "" is the end. */
struct named_case {
	const char *why;
	uint32_t question[6];
	size_t n;
	uint32_t next[3];
	bool has_next;
};

static const struct named_case named[] = {
	{ "nothing asked", { 0 }, 0, { 2, 1, 1 }, true },
	{ "column 0", { 0 }, 1, { 2, 1, 1 }, true },
	{ "column 0 with an index", { 0, 9, 9 }, 3, { 2, 1, 1 }, true },
	{ "below the lowest column", { 1, 4294967295U }, 2, { 2, 1, 1 }, true },
	{ "a column without index", { 3 }, 1, { 3, 1, 1 }, true },
	{ "a partial index", { 3, 5 }, 2, { 3, 5, 1 }, true },
	{ "a row that is not there", { 3, 5, 3 }, 3, { 3, 5, 4 }, true },
	{ "a part of 0", { 3, 5, 0 }, 3, { 3, 5, 1 }, true },
	{ "too many parts", { 3, 5, 2, 0 }, 4, { 3, 5, 4 }, true },
	{ "the largest part", { 3, 1, 4294967295U }, 3, { 3, 5, 1 }, true },
	{ "the last row of a column", { 3, 5, 9 }, 3, { 4, 1, 1 }, true },
	{ "behind the last row", { 3, 4294967295U, 0 }, 3, { 4, 1, 1 }, true },
	{ "the last row of all", { 8, 5, 9 }, 3, { 0 }, false },
	{ "above the highest column", { 9 }, 1, { 0 }, false },
	{ "the largest column", { 4294967295U, 1 }, 2, { 0 }, false },
};

static void
knows_what_comes_next(void **unused)
{
	struct mirror *mirror = hand_fleet();
	struct agent_settings settings;
	struct view view = hand_view(mirror, &settings);

	(void)unused;
	for (size_t i = 0; i < UNIT_COUNT(named); i++) {
		const struct named_case *c = &named[i];
		uint32_t rest[GROUP_OID_MAX];
		struct cell cell;
		bool has =
		    group_next(&cert_group, &view, c->question, c->n, NULL, &cell);

		if (has != c->has_next)
			fail_msg("%s", c->why);
		if (!has)
			continue;
		if (group_name(&cert_group, &view, &cell, rest) != 3 ||
		    memcmp(rest, c->next, sizeof(c->next)) != 0)
			fail_msg("%s", c->why);
	}
	mirror_free(mirror);
}

static void
finds_devices_by_name_whatever_the_case(void **unused)
{
	/* 2.12."pc01.example": by length, then octets */
	static const uint32_t pc01[] = { 2, 12, 'p', 'c', '0', '1', '.', 'e', 'x', 'a',
		'm', 'p', 'l', 'e' };
	struct mirror *mirror = hand_fleet();
	struct agent_settings settings;
	struct view view = hand_view(mirror, &settings);
	struct value value = { 0 };
	struct cell cell;

	(void)unused;
	assert_int_equal(group_get(&device_name_group, &view, pc01, UNIT_COUNT(pc01),
			     &cell),
	    GROUP_FOUND);
	cell.column->read(&view, cell.row, &value);
	assert_int_equal(value.number, 1);
	assert_true(
	    group_next(&device_name_group, &view, pc01, UNIT_COUNT(pc01), NULL, &cell));
	cell.column->read(&view, cell.row, &value);
	assert_int_equal(value.number, 5);
	mirror_free(mirror);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_as_a_sorted_list_would),
		cmocka_unit_test(knows_what_comes_next),
		cmocka_unit_test(finds_devices_by_name_whatever_the_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
