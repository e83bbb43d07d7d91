/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Get and GetNext of an AgentX master (RFC 2741) answered where they arrive.
 * libnetsnmpagent 5.9 hands each request to itself through two pipes, which is more
 * than half of a subagent's work; its codec and connection are used as they are, and
 * whatever is not a plain Get or GetNext of our objects goes its way.
 */
#ifndef AMTCERT_SNMP_AGENTX_ANSWER_H
#define AMTCERT_SNMP_AGENTX_ANSWER_H

#include "snmp/handler.h"

struct agentx_answer {
	struct handler *handlers; /* by rising base; lent */
	size_t n_handlers;
	netsnmp_callback library; /* who answers all else */
	void *library_magic;
};

/* Answer this session's requests; once is enough. agentx lives as long as the session. */
void agentx_answer_attach(struct agentx_answer *agentx, netsnmp_session *session);

/*
 * Make the response of a Get or GetNext PDU as the library parsed it: in a search range
 * the binding's name is its start, the value its end, the type whether the start is
 * in it. False, and the PDU is untouched: not ours to answer.
 */
bool agentx_answer_make(const struct agentx_answer *agentx, netsnmp_pdu *pdu);

#endif
