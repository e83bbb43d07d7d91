/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is asked of a session with the master, answered on the spot.
 */
#include "snmp/agentx_answer.h"

/* RFC 2741 section 6.1; the library's header for them is not installed. */
enum {
	AGENTX_GET = 5,
	AGENTX_GET_NEXT = 6,
	AGENTX_RESPONSE = 18,
	AGENTX_NON_DEFAULT_CONTEXT = 0x08,
};

static const struct handler *
handler_of(const struct agentx_answer *agentx, const netsnmp_variable_list *vb)
{
	for (size_t i = 0; i < agentx->n_handlers; i++)
		if (handler_covers(&agentx->handlers[i], vb->name, vb->name_length))
			return &agentx->handlers[i];
	return NULL;
}

/* The master asks for what lies in our registrations, in the context they are in. */
static bool
is_ours(const struct agentx_answer *agentx, const netsnmp_pdu *pdu)
{
	if ((pdu->command != AGENTX_GET && pdu->command != AGENTX_GET_NEXT) ||
	    (pdu->flags & AGENTX_NON_DEFAULT_CONTEXT) != 0 || pdu->variables == NULL)
		return false;
	for (const netsnmp_variable_list *vb = pdu->variables; vb != NULL;
	     vb = vb->next_variable)
		if (handler_of(agentx, vb) == NULL)
			return false;
	return true;
}

/* Whether the object lies before the end of the range; an end of 0.0 is none. */
static bool
is_in_range(const struct handler_object *object, const netsnmp_variable_list *range)
{
	static const oid none[] = { 0, 0 };
	size_t n = range->val_len / sizeof(oid);

	if (snmp_oid_compare(range->val.objid, n, none, 2) == 0)
		return true;
	return snmp_oid_compare(object->name, object->n, range->val.objid, n) < 0;
}

static int
answer_next(const struct agentx_answer *agentx, const struct view *view,
    netsnmp_variable_list *vb)
{
	struct handler_object object;

	for (size_t i = 0; i < agentx->n_handlers; i++) {
		if (!handler_next(&agentx->handlers[i], view, vb->name, vb->name_length,
			&object))
			continue;
		if (!is_in_range(&object, vb))
			break;
		return handler_put(&object, view, vb);
	}
	return snmp_set_var_typed_value(vb, SNMP_ENDOFMIBVIEW, NULL, 0);
}

/* A range that begins with its start is answered by it, when there is such an object. */
static int
answer_range(const struct agentx_answer *agentx, const struct view *view,
    netsnmp_variable_list *vb)
{
	bool has_start = vb->type == ASN_PRIV_INCL_RANGE;
	struct handler_object object;

	if (has_start &&
	    handler_find(handler_of(agentx, vb), view, vb->name, vb->name_length,
		&object))
		return handler_put(&object, view, vb);
	return answer_next(agentx, view, vb);
}

bool
agentx_answer_make(const struct agentx_answer *agentx, netsnmp_pdu *pdu)
{
	bool is_next = pdu->command == AGENTX_GET_NEXT;
	struct view view;
	long at = 0;

	if (!is_ours(agentx, pdu))
		return false;
	agentx->handlers->look(agentx->handlers->ctx, &view);
	pdu->command = AGENTX_RESPONSE;
	pdu->errstat = SNMP_ERR_NOERROR;
	pdu->errindex = 0;
	for (netsnmp_variable_list *vb = pdu->variables; vb != NULL;
	     vb = vb->next_variable) {
		int failed = is_next ? answer_range(agentx, &view, vb)
				     : handler_get(handler_of(agentx, vb), &view, vb);

		at++;
		if (failed == 0 || pdu->errstat != SNMP_ERR_NOERROR)
			continue;
		pdu->errstat = SNMP_ERR_GENERR;
		pdu->errindex = at;
	}
	return true;
}

/* The library frees the PDU it handed over, and what it has sent. */
static void
send_copy(netsnmp_session *session, netsnmp_pdu *pdu)
{
	netsnmp_variable_list *variables = pdu->variables;
	netsnmp_pdu *response;

	pdu->variables = NULL;
	response = snmp_clone_pdu(pdu);
	if (response == NULL) {
		pdu->variables = variables;
		return;
	}
	response->variables = variables;
	response->version = session->version;
	if (snmp_send(session, response) == 0)
		snmp_free_pdu(response);
}

static int
on_message(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu,
    void *magic)
{
	struct agentx_answer *agentx = magic;

	if (operation != NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE ||
	    !agentx_answer_make(agentx, pdu))
		return agentx->library(operation, session, id, pdu,
		    agentx->library_magic);
	send_copy(session, pdu);
	return 1;
}

void
agentx_answer_attach(struct agentx_answer *agentx, netsnmp_session *session)
{
	if (session->callback == on_message)
		return;
	agentx->library = session->callback;
	agentx->library_magic = session->callback_magic;
	session->callback = on_message;
	session->callback_magic = agentx;
}
