/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the access control of a master (RFC 3415) said of whole subtrees, kept for the
 * one request it was asked for.  libnetsnmpagent 5.9 asks it twice for each binding
 * of an answer, 1,000 times for a GETBULK of 50 by 10, and finds community, group,
 * access entry and view anew each time: four tenths of a walk.  The library goes on
 * deciding; a view that has only a part of a subtree is asked for each name.
 */
#ifndef AMTCERT_SNMP_VIEW_MEMO_H
#define AMTCERT_SNMP_VIEW_MEMO_H

#include <stdbool.h>
#include <stddef.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

enum {
	VIEW_MEMO_SUBTREES = 4, /* a request rarely names more tables */
};

/* A subtree, and VACM_SUCCESS when all of it is in the view. */
struct view_memo_subtree {
	oid name[MAX_OID_LEN];
	size_t n;
	int result;
};

struct view_memo {
	SNMPCallback *library;
	const netsnmp_pdu *pdu; /* the request it is about; NULL: none */
	long request_id;
	int command;
	struct view_memo_subtree subtrees[VIEW_MEMO_SUBTREES];
	size_t n_subtrees; /* remembered, the oldest replaced first */
};

/*
 * Stand before the library's access control, after init_agent(). Without effect where
 * the library's is not the one of 5.9: one function for all three questions.
 */
void view_memo_install(struct view_memo *memo);

/* Before snmp_shutdown(), which frees the contexts of callbacks. */
void view_memo_remove(struct view_memo *memo);

/* Forget the request: it has been answered. */
void view_memo_forget(struct view_memo *memo);

/*
 * One question of SNMPD_CALLBACK_ACM_CHECK, _INITIAL or _SUBTREE, parameters as the
 * library passes them (struct view_parameters). Returns and sets what the library's
 * function does.
 */
int view_memo_check(int major, int minor, void *parameters, void *ctx);

#endif
