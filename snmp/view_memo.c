/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Views of a master, asked for each subtree once per request.
 */
#include "snmp/view_memo.h"

#include <string.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/agent/agent_callbacks.h>

static const int questions[] = {
	SNMPD_CALLBACK_ACM_CHECK,
	SNMPD_CALLBACK_ACM_CHECK_INITIAL,
	SNMPD_CALLBACK_ACM_CHECK_SUBTREE,
};

/* The one function that answers all questions, or NULL. */
static SNMPCallback *
only_answer(void)
{
	SNMPCallback *found = NULL;

	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		const struct snmp_gen_callback *list =
		    snmp_callback_list(SNMP_CALLBACK_APPLICATION, questions[i]);

		if (list == NULL || list->next != NULL || list->sc_client_arg != NULL ||
		    (found != NULL && list->sc_callback != found))
			return NULL;
		found = list->sc_callback;
	}
	return found;
}

void
view_memo_install(struct view_memo *memo)
{
	memset(memo, 0, sizeof(*memo));
	memo->library = only_answer();
	if (memo->library == NULL)
		return;
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		(void)snmp_unregister_callback(SNMP_CALLBACK_APPLICATION, questions[i],
		    memo->library, NULL, 1);
		(void)snmp_register_callback(SNMP_CALLBACK_APPLICATION, questions[i],
		    view_memo_check, memo);
	}
}

void
view_memo_remove(struct view_memo *memo)
{
	if (memo->library == NULL)
		return;
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		(void)snmp_unregister_callback(SNMP_CALLBACK_APPLICATION, questions[i],
		    view_memo_check, memo, 1);
		(void)snmp_register_callback(SNMP_CALLBACK_APPLICATION, questions[i],
		    memo->library, NULL);
	}
}

void
view_memo_forget(struct view_memo *memo)
{
	memo->pdu = NULL;
	memo->n_subtrees = 0;
}

/* Whether it is about the request of this question. A request may be freed and
 * another take its place: each begins with the initial question, which forgets. */
static bool
is_same_request(const struct view_memo *memo, const netsnmp_pdu *pdu)
{
	return memo->pdu == pdu && memo->request_id == pdu->reqid &&
	    memo->command == pdu->command;
}

static size_t
remembered(const struct view_memo *memo)
{
	return memo->n_subtrees < VIEW_MEMO_SUBTREES ? memo->n_subtrees
						     : VIEW_MEMO_SUBTREES;
}

/* Whether what is remembered answers the question; a subtree that is asked for whole
 * by its own name, one name by a subtree that is all in the view. */
static bool
answer(const struct view_memo *memo, struct view_parameters *question)
{
	for (size_t i = 0; i < remembered(memo); i++) {
		const struct view_memo_subtree *subtree = &memo->subtrees[i];
		bool is_it = question->check_subtree != 0
		    ? subtree->n == question->namelen
		    : subtree->result == VACM_SUCCESS &&
			subtree->n <= question->namelen;

		if (!is_it ||
		    memcmp(subtree->name, question->name,
			subtree->n * sizeof(subtree->name[0])) != 0)
			continue;
		if (subtree->result != VACM_SUCCESS)
			question->errorcode = subtree->result;
		return true;
	}
	return false;
}

static void
remember(struct view_memo *memo, const struct view_parameters *question)
{
	struct view_memo_subtree *subtree =
	    &memo->subtrees[memo->n_subtrees % VIEW_MEMO_SUBTREES];

	memcpy(subtree->name, question->name,
	    question->namelen * sizeof(subtree->name[0]));
	subtree->n = question->namelen;
	subtree->result = question->errorcode;
	memo->n_subtrees++;
}

int
view_memo_check(int major, int minor, void *parameters, void *ctx)
{
	struct view_parameters *question = parameters;
	struct view_memo *memo = ctx;

	if (question == NULL)
		return memo->library(major, minor, parameters, NULL);
	if (minor == SNMPD_CALLBACK_ACM_CHECK_INITIAL) {
		view_memo_forget(memo);
		memo->pdu = question->pdu;
		memo->request_id = question->pdu->reqid;
		memo->command = question->pdu->command;
	} else if (is_same_request(memo, question->pdu) && answer(memo, question)) {
		return question->errorcode;
	}
	(void)memo->library(major, minor, parameters, NULL);
	if (question->check_subtree != 0 && question->namelen <= MAX_OID_LEN &&
	    is_same_request(memo, question->pdu))
		remember(memo, question);
	return question->errorcode;
}
