/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is remembered of a view within one request, and that nothing outlives it.
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/agent/agent_callbacks.h>

#include "snmp/view_memo.h"
#include "unit.h"

/* Access control of a view that has 1.1 whole, of 1.2 all but 1.2.3, and no 1.3. */
static int n_asked;

static int
decide(int major, int minor, void *parameters, void *ctx)
{
	struct view_parameters *question = parameters;
	oid second = question->namelen > 1 ? question->name[1] : 0;

	(void)major;
	assert_null(ctx);
	n_asked++;
	if (minor == SNMPD_CALLBACK_ACM_CHECK_INITIAL || second == 1)
		return 0;
	if (second == 2 && question->namelen == 2)
		question->errorcode = VACM_SUBTREE_UNKNOWN;
	else if (second != 2 || question->name[2] == 3)
		question->errorcode = VACM_NOTINVIEW;
	return question->errorcode;
}

static int
put(struct view_memo *memo, netsnmp_pdu *pdu, int minor, const oid *name, size_t n)
{
	oid copy[MAX_OID_LEN] = { 0 };
	struct view_parameters question = { .pdu = pdu,
		.name = minor == SNMPD_CALLBACK_ACM_CHECK_INITIAL ? NULL : copy,
		.namelen = n,
		.check_subtree = minor == SNMPD_CALLBACK_ACM_CHECK_SUBTREE };
	int answer;

	memcpy(copy, name, n * sizeof(copy[0]));
	answer = view_memo_check(SNMP_CALLBACK_APPLICATION, minor, &question, memo);
	assert_int_equal(answer, question.errorcode);
	return answer;
}

static const oid names[][3] = { { 1, 1, 7 }, { 1, 2, 3 }, { 1, 2, 4 }, { 1, 3, 1 },
	{ 1, 11, 7 } };

/* Subtree, then one name of each: as the library says it, however often. */
static const struct {
	int minor;
	size_t name, n;
	int result;
	int asked;
} steps[] = {
	{ SNMPD_CALLBACK_ACM_CHECK_INITIAL, 0, 0, VACM_SUCCESS, 1 },
	{ SNMPD_CALLBACK_ACM_CHECK, 0, 3, VACM_SUCCESS, 1 },
	{ SNMPD_CALLBACK_ACM_CHECK_SUBTREE, 0, 2, VACM_SUCCESS, 1 },
	{ SNMPD_CALLBACK_ACM_CHECK_SUBTREE, 0, 2, VACM_SUCCESS, 0 },
	{ SNMPD_CALLBACK_ACM_CHECK, 0, 3, VACM_SUCCESS, 0 },
	{ SNMPD_CALLBACK_ACM_CHECK, 4, 3, VACM_NOTINVIEW, 1 },
	{ SNMPD_CALLBACK_ACM_CHECK_SUBTREE, 1, 2, VACM_SUBTREE_UNKNOWN, 1 },
	{ SNMPD_CALLBACK_ACM_CHECK_SUBTREE, 1, 2, VACM_SUBTREE_UNKNOWN, 0 },
	{ SNMPD_CALLBACK_ACM_CHECK, 1, 3, VACM_NOTINVIEW, 1 },
	{ SNMPD_CALLBACK_ACM_CHECK, 2, 3, VACM_SUCCESS, 1 },
	{ SNMPD_CALLBACK_ACM_CHECK_SUBTREE, 3, 2, VACM_NOTINVIEW, 1 },
	{ SNMPD_CALLBACK_ACM_CHECK_SUBTREE, 3, 2, VACM_NOTINVIEW, 0 },
	{ SNMPD_CALLBACK_ACM_CHECK, 3, 3, VACM_NOTINVIEW, 1 },
	{ SNMPD_CALLBACK_ACM_CHECK, 0, 1, VACM_NOTINVIEW, 1 },
};

static void
asks_for_a_subtree_once(void **unused)
{
	struct view_memo memo = { .library = decide };
	netsnmp_pdu pdu = { .command = SNMP_MSG_GETBULK, .reqid = 1 };

	(void)unused;
	for (size_t i = 0; i < UNIT_COUNT(steps); i++) {
		n_asked = 0;
		assert_int_equal(put(&memo, &pdu, steps[i].minor, names[steps[i].name],
				     steps[i].n),
		    steps[i].result);
		assert_int_equal(n_asked, steps[i].asked);
	}
}

enum {
	N_SUBTREES = 2 * VIEW_MEMO_SUBTREES
};

static void
knows_no_more_subtrees_than_it_has_room_for(void **unused)
{
	struct view_memo memo = { .library = decide };
	netsnmp_pdu pdu = { .command = SNMP_MSG_GETBULK, .reqid = 1 };
	oid name[] = { 1, 1, 0 };

	(void)unused;
	(void)put(&memo, &pdu, SNMPD_CALLBACK_ACM_CHECK_INITIAL, name, 0);
	n_asked = 0;
	for (oid i = 0; i < N_SUBTREES; i++) {
		name[2] = i;
		(void)put(&memo, &pdu, SNMPD_CALLBACK_ACM_CHECK_SUBTREE, name, 3);
		(void)put(&memo, &pdu, SNMPD_CALLBACK_ACM_CHECK_SUBTREE, name, 3);
	}
	assert_int_equal(n_asked, N_SUBTREES);
	name[2] = 0;
	(void)put(&memo, &pdu, SNMPD_CALLBACK_ACM_CHECK_SUBTREE, name, 3);
	assert_int_equal(n_asked, N_SUBTREES + 1);
}

/* A request that takes the place of another in memory, another one beside it, a
 * notification, and one that comes when the first is done. */
static void
forgets_with_the_request(void **unused)
{
	struct view_memo memo = { .library = decide };
	netsnmp_pdu first = { .command = SNMP_MSG_GETBULK, .reqid = 1 };
	netsnmp_pdu other = { .command = SNMP_MSG_GETBULK, .reqid = 1 };
	const oid *name = names[0];

	(void)unused;
	for (int i = 0; i < 5; i++) {
		first.reqid = 1;
		first.command = SNMP_MSG_GETBULK;
		(void)put(&memo, &first, SNMPD_CALLBACK_ACM_CHECK_INITIAL, name, 0);
		(void)put(&memo, &first, SNMPD_CALLBACK_ACM_CHECK_SUBTREE, name, 2);
		n_asked = 0;
		(void)put(&memo, &first, SNMPD_CALLBACK_ACM_CHECK_SUBTREE, name, 2);
		assert_int_equal(n_asked, 0);
		if (i == 0)
			(void)put(&memo, &first, SNMPD_CALLBACK_ACM_CHECK_INITIAL, name,
			    0);
		else if (i == 1)
			first.reqid = 2;
		else if (i == 2)
			first.command = SNMP_MSG_TRAP2;
		else if (i == 3)
			view_memo_forget(&memo);
		n_asked = 0;
		(void)put(&memo, i == 4 ? &other : &first,
		    SNMPD_CALLBACK_ACM_CHECK_SUBTREE, name, 2);
		assert_int_equal(n_asked, 1);
	}
}

/* The library's callback is found, stands behind ours, and is put back. */
static void
stands_before_one_function_only(void **unused)
{
	static const int minors[] = { SNMPD_CALLBACK_ACM_CHECK,
		SNMPD_CALLBACK_ACM_CHECK_INITIAL, SNMPD_CALLBACK_ACM_CHECK_SUBTREE };
	struct view_memo memo;

	(void)unused;
	view_memo_install(&memo);
	assert_null(memo.library);
	for (size_t i = 0; i < UNIT_COUNT(minors); i++)
		assert_int_equal(snmp_register_callback(SNMP_CALLBACK_APPLICATION,
				     minors[i], decide, NULL),
		    SNMPERR_SUCCESS);
	view_memo_install(&memo);
	assert_ptr_equal(memo.library, decide);
	for (size_t i = 0; i < UNIT_COUNT(minors); i++) {
		const struct snmp_gen_callback *list =
		    snmp_callback_list(SNMP_CALLBACK_APPLICATION, minors[i]);

		assert_ptr_equal(list->sc_callback, view_memo_check);
		assert_null(list->next);
	}
	view_memo_remove(&memo);
	for (size_t i = 0; i < UNIT_COUNT(minors); i++) {
		const struct snmp_gen_callback *list =
		    snmp_callback_list(SNMP_CALLBACK_APPLICATION, minors[i]);

		assert_ptr_equal(list->sc_callback, decide);
		assert_null(list->next);
		(void)snmp_unregister_callback(SNMP_CALLBACK_APPLICATION, minors[i],
		    decide, NULL, 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_for_a_subtree_once),
		cmocka_unit_test(knows_no_more_subtrees_than_it_has_room_for),
		cmocka_unit_test(forgets_with_the_request),
		cmocka_unit_test(stands_before_one_function_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
