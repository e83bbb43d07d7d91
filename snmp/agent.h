/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SNMP thread: the only one that calls Net-SNMP.  As a subagent of a master on
 * a socket, or as a master of its own on a port.
 */
#ifndef AMTCERT_SNMP_AGENT_H
#define AMTCERT_SNMP_AGENT_H

#include "snmp/agentx_answer.h"
#include "snmp/handler.h"
#include "snmp/mailbox.h"
#include "snmp/said.h"
#include "snmp/settings.h"
#include "snmp/tables.h"
#include "snmp/view_memo.h"

enum {
	AGENT_TURN_NOTICES = 20, /* more in one go, and both ends wait in send() */
};

struct agent {
	const struct agent_settings *settings;
	struct mailbox *mailbox;
	bool is_master;
	struct mirror *mirror; /* what is served */
	struct totals totals;
	enum inventory_state inventory_state;
	struct handler handlers[TABLES_N + 1]; /* the last one: system, of a master */
	size_t n_handlers;
	struct agentx_answer answer; /* of a subagent */
	struct view_memo views;	     /* of a master */
	struct said said;
	int64_t started_ms;
	uint64_t n_sent;
	struct snmp_session *session; /* with the master; NULL: none */
	bool was_refused;	      /* the master has our OIDs from another agent */
	int64_t claim_ms;	      /* when they are claimed again */
	bool is_connected;
	bool was_connected; /* in the turn before: a new connection waits a turn */
};

/*
 * Start the library, register all groups, connect or begin to try. There is one
 * agent per process. RC_NOMEM, RC_STATE, RC_SYSTEM.
 */
enum rc agent_start(struct agent *agent, const struct agent_settings *settings,
    struct mailbox *mailbox, bool is_master, struct err *err);

/* Wait at most a second for requests, answer them, take what the loader has, send
 * what is to be told. RC_SYSTEM. */
enum rc agent_turn(struct agent *agent, struct err *err);

/* Refuse what was not sent, disconnect. */
void agent_stop(struct agent *agent);

/* Free what was served, once the loader has ended: it reads it, too. */
void agent_clear(struct agent *agent);

#endif
