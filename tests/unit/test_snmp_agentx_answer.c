/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Get and GetNext of an AgentX master answered on the spot: search ranges of RFC 2741
 * section 5.2, exceptions, and what is left to the library.
 */
#include "hand_fleet.h"
#include "snmp/agentx_answer.h"
#include "snmp/tables.h"

enum {
	GET = 5,
	GET_NEXT = 6,
	GET_BULK = 7,
	TEST_SET = 8,
	RESPONSE = 18,
	WITH_CONTEXT = 0x08,
	NAME_MAX_PARTS = 16,
};

static const uint32_t root[] = { 1, 3, 6, 1, 4, 1, 99 };

struct lab {
	struct mirror *mirror;
	struct agent_settings settings;
	struct view view;
	struct handler handlers[TABLES_N];
	struct agentx_answer agentx;
};

static void
look(void *ctx, struct view *ret_view)
{
	const struct lab *lab = ctx;

	*ret_view = lab->view;
}

static void
lab_open(struct lab *lab)
{
	memset(lab, 0, sizeof(*lab));
	lab->mirror = hand_fleet();
	lab->view = hand_view(lab->mirror, &lab->settings);
	for (size_t i = 0; i < TABLES_N; i++)
		lab->handlers[i] = (struct handler){ .group = tables[i],
			.root = root,
			.n_root = UNIT_COUNT(root),
			.look = look,
			.ctx = lab };
	lab->agentx.handlers = lab->handlers;
	lab->agentx.n_handlers = TABLES_N;
}

/* A name below the root. */
struct name {
	uint32_t parts[NAME_MAX_PARTS];
	size_t n;
};

static size_t
whole(const struct name *name, oid to[MAX_OID_LEN])
{
	size_t n = 0;

	for (size_t i = 0; i < UNIT_COUNT(root); i++)
		to[n++] = root[i];
	for (size_t i = 0; i < name->n; i++)
		to[n++] = name->parts[i];
	return n;
}

static netsnmp_pdu *
ask(int command, const struct name *start, u_char type, const struct name *end)
{
	static const oid null_oid[] = { 0, 0 };
	netsnmp_pdu *pdu = snmp_pdu_create(command);
	oid from[MAX_OID_LEN], to[MAX_OID_LEN];
	size_t n_from = whole(start, from), n_to = 0;

	assert_non_null(pdu);
	if (end != NULL)
		n_to = whole(end, to);
	assert_non_null(
	    snmp_pdu_add_variable(pdu, from, n_from, type, end == NULL ? null_oid : to,
		end == NULL ? sizeof(null_oid) : n_to * sizeof(to[0])));
	return pdu;
}

static void
expect_name(const netsnmp_variable_list *vb, const struct name *name)
{
	oid wanted[MAX_OID_LEN];
	size_t n = whole(name, wanted);

	assert_int_equal(snmp_oid_compare(vb->name, vb->name_length, wanted, n), 0);
}

/* The hand-written fleet: 22 summary scalars, 42 s since the pass. */
static const struct {
	int command;
	u_char type;
	bool has_end;
	struct name start, end;
	u_char wanted;
	struct name name;
	long number;
} cases[] = {
	{ GET, ASN_PRIV_EXCL_RANGE, false, { { 1, 1, 2, 0 }, 4 }, { { 0 }, 0 },
	    ASN_UNSIGNED, { { 1, 1, 2, 0 }, 4 }, 42 },
	{ GET, ASN_PRIV_EXCL_RANGE, false, { { 1, 1, 2, 1 }, 4 }, { { 0 }, 0 },
	    SNMP_NOSUCHINSTANCE, { { 1, 1, 2, 1 }, 4 }, 0 },
	{ GET, ASN_PRIV_EXCL_RANGE, false, { { 1, 1, 999, 0 }, 4 }, { { 0 }, 0 },
	    SNMP_NOSUCHOBJECT, { { 1, 1, 999, 0 }, 4 }, 0 },
	{ GET, ASN_PRIV_EXCL_RANGE, false, { { 1, 4, 1 }, 3 }, { { 0 }, 0 },
	    SNMP_NOSUCHOBJECT, { { 1, 4, 1 }, 3 }, 0 },
	{ GET_NEXT, ASN_PRIV_EXCL_RANGE, true, { { 1, 1, 1, 0 }, 4 }, { { 1, 2 }, 2 },
	    ASN_UNSIGNED, { { 1, 1, 2, 0 }, 4 }, 42 },
	{ GET_NEXT, ASN_PRIV_INCL_RANGE, true, { { 1, 1, 2, 0 }, 4 }, { { 1, 2 }, 2 },
	    ASN_UNSIGNED, { { 1, 1, 2, 0 }, 4 }, 42 },
	{ GET_NEXT, ASN_PRIV_INCL_RANGE, true, { { 1, 1, 2 }, 3 }, { { 1, 2 }, 2 },
	    ASN_UNSIGNED, { { 1, 1, 2, 0 }, 4 }, 42 },
	{ GET_NEXT, ASN_PRIV_EXCL_RANGE, true, { { 1, 1, 22, 0 }, 4 }, { { 1, 2 }, 2 },
	    SNMP_ENDOFMIBVIEW, { { 1, 1, 22, 0 }, 4 }, 0 },
	{ GET_NEXT, ASN_PRIV_EXCL_RANGE, true, { { 1, 1, 1, 0 }, 4 },
	    { { 1, 1, 2, 0 }, 4 }, SNMP_ENDOFMIBVIEW, { { 1, 1, 1, 0 }, 4 }, 0 },
	{ GET_NEXT, ASN_PRIV_EXCL_RANGE, false, { { 1, 1, 22, 0 }, 4 }, { { 0 }, 0 },
	    ASN_UNSIGNED, { { 1, 2, 1, 0 }, 4 }, 3628800 },
	{ GET_NEXT, ASN_PRIV_EXCL_RANGE, false, { { 1, 9, 1, 999 }, 4 }, { { 0 }, 0 },
	    SNMP_ENDOFMIBVIEW, { { 1, 9, 1, 999 }, 4 }, 0 },
};

static void
answers_what_a_master_asks(void **unused)
{
	struct lab lab;

	(void)unused;
	lab_open(&lab);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		netsnmp_pdu *pdu = ask(cases[i].command, &cases[i].start, cases[i].type,
		    cases[i].has_end ? &cases[i].end : NULL);

		assert_true(agentx_answer_make(&lab.agentx, pdu));
		assert_int_equal(pdu->command, RESPONSE);
		assert_int_equal(pdu->errstat, SNMP_ERR_NOERROR);
		assert_int_equal(pdu->variables->type, cases[i].wanted);
		expect_name(pdu->variables, &cases[i].name);
		if (cases[i].wanted == ASN_UNSIGNED)
			assert_int_equal(*pdu->variables->val.integer, cases[i].number);
		snmp_free_pdu(pdu);
	}
	mirror_free(lab.mirror);
}

/* Each answer is the question of the next: the objects of all groups in turn. */
static void
walks_from_group_to_group(void **unused)
{
	const struct name first = { { 1, 1 }, 2 };
	size_t n = 0, n_wanted = 0;
	netsnmp_pdu *pdu;
	struct lab lab;

	(void)unused;
	lab_open(&lab);
	for (size_t i = 0; i < TABLES_N; i++)
		n_wanted += tables[i]->n_columns * tables[i]->count(&lab.view);
	pdu = ask(GET_NEXT, &first, ASN_PRIV_EXCL_RANGE, NULL);
	for (;;) {
		static const oid null_oid[] = { 0, 0 };
		netsnmp_variable_list *vb = pdu->variables;

		assert_true(agentx_answer_make(&lab.agentx, pdu));
		if (vb->type == SNMP_ENDOFMIBVIEW)
			break;
		n++;
		assert_true(n <= n_wanted);
		pdu->command = GET_NEXT;
		assert_int_equal(snmp_set_var_typed_value(vb, ASN_OBJECT_ID, null_oid,
				     sizeof(null_oid)),
		    0);
		vb->type = ASN_PRIV_EXCL_RANGE;
	}
	assert_int_equal(n, n_wanted);
	snmp_free_pdu(pdu);
	mirror_free(lab.mirror);
}

static void
leaves_the_rest_to_the_library(void **unused)
{
	static const struct name ours = { { 1, 1, 2, 0 }, 4 };
	static const struct name foreign = { { 2, 1, 2, 0 }, 4 };
	static const struct {
		int command;
		const struct name *name;
		u_long flags;
	} others[] = {
		{ GET_BULK, &ours, 0 },
		{ TEST_SET, &ours, 0 },
		{ RESPONSE, &ours, 0 },
		{ GET, &foreign, 0 },
		{ GET_NEXT, &foreign, 0 },
		{ GET, &ours, WITH_CONTEXT },
	};
	struct lab lab;

	(void)unused;
	lab_open(&lab);
	for (size_t i = 0; i < UNIT_COUNT(others); i++) {
		netsnmp_pdu *pdu =
		    ask(others[i].command, others[i].name, ASN_PRIV_EXCL_RANGE, NULL);

		pdu->flags |= others[i].flags;
		assert_false(agentx_answer_make(&lab.agentx, pdu));
		assert_int_equal(pdu->command, others[i].command);
		assert_int_equal(pdu->variables->type, ASN_PRIV_EXCL_RANGE);
		expect_name(pdu->variables, others[i].name);
		snmp_free_pdu(pdu);
	}
	mirror_free(lab.mirror);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_what_a_master_asks),
		cmocka_unit_test(walks_from_group_to_group),
		cmocka_unit_test(leaves_the_rest_to_the_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
