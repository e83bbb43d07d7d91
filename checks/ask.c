/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One GET by Net-SNMP's client side, which reads no configuration and no MIB.
 */
#include "ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "base/clock.h"

enum {
	PEER_SIZE = 320,
	US_PER_MS = 1000,
	SUMMARY_PARTS = 4, /* 1.1.OBJECT.0 */
	NAME_OBJECT = 18,
	RETRIES = 2,
};

static const uint32_t objects[ASK_VALUES] = {
	[ASK_INVENTORY] = 1,
	[ASK_SCAN_AGE] = 5,
	[ASK_WORST] = 6,
	[ASK_DEVICES] = 7,
	[ASK_STALE] = 9,
	[ASK_CERTS] = 10,
	[ASK_WARNINGS] = 12,
	[ASK_CRITICALS] = 13,
	[ASK_UNKNOWNS] = 14,
	[ASK_EXPIRED] = 15,
	[ASK_NEXT_LEFT] = 16,
	[ASK_JOBS_PENDING] = 21,
	[ASK_JOBS_FAILED] = 22,
};

static enum rc
start_library(struct err *err)
{
	/* NOLINTBEGIN(concurrency-mt-unsafe): there is one thread */
	if (setenv("MIBS", "", 1) != 0 || setenv("MIBDIRS", "/dev/null", 1) != 0)
		return err_set(err, RC_NOMEM, "environment: out of memory");
	/* NOLINTEND(concurrency-mt-unsafe) */
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS,
	    1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE,
	    1);
	snmp_disable_log();
	init_snmp("amtcert");
	return RC_OK;
}

static enum rc
make_key(const struct secret *phrase, u_char *key, size_t *len, struct err *err)
{
	if (generate_Ku(usmHMAC192SHA256AuthProtocol,
		OID_LENGTH(usmHMAC192SHA256AuthProtocol), (const u_char *)phrase->text,
		phrase->len, key, len) != SNMPERR_SUCCESS)
		return err_set(err, RC_CONFIG,
		    "SNMPv3: a phrase has at least 8 characters");
	return RC_OK;
}

static enum rc
use_v3(const struct ask *ask, netsnmp_session *session, char *user, struct err *err)
{
	enum rc r;

	session->version = SNMP_VERSION_3;
	session->securityName = user;
	session->securityNameLen = strlen(user);
	session->securityLevel = SNMP_SEC_LEVEL_AUTHPRIV;
	session->securityAuthProto = usmHMAC192SHA256AuthProtocol;
	session->securityAuthProtoLen = OID_LENGTH(usmHMAC192SHA256AuthProtocol);
	session->securityPrivProto = usmAESPrivProtocol;
	session->securityPrivProtoLen = OID_LENGTH(usmAESPrivProtocol);
	session->securityAuthKeyLen = sizeof(session->securityAuthKey);
	session->securityPrivKeyLen = sizeof(session->securityPrivKey);
	r = make_key(&ask->auth, session->securityAuthKey, &session->securityAuthKeyLen,
	    err);
	if (r == RC_OK)
		r = make_key(&ask->priv, session->securityPrivKey,
		    &session->securityPrivKeyLen, err);
	return r;
}

/* The library keeps a copy of what the session points to. */
static enum rc
open_session(const struct ask *ask, int64_t deadline_ms, netsnmp_session **ret_session,
    struct err *err)
{
	char peer[PEER_SIZE], user[ASK_NAME_SIZE] = "";
	netsnmp_session session;
	int64_t left_ms = deadline_ms - clock_monotonic_ms();
	enum rc r = RC_OK;

	snmp_sess_init(&session);
	if (snprintf(peer, sizeof(peer), "udp:%s:%lld", ask->host,
		(long long)ask->port) >= (int)sizeof(peer) ||
	    snprintf(user, sizeof(user), "%s", ask->user != NULL ? ask->user : "") >=
		(int)sizeof(user))
		return err_set(err, RC_LIMIT, "%s: name: too long", ask->host);
	session.peername = peer;
	session.retries = RETRIES;
	session.timeout =
	    left_ms > RETRIES + 1 ? left_ms / (RETRIES + 1) * US_PER_MS : US_PER_MS;
	if (ask->user != NULL) {
		r = use_v3(ask, &session, user, err);
	} else {
		session.version = SNMP_VERSION_2c;
		session.community = (u_char *)ask->community.text;
		session.community_len = ask->community.len;
	}
	if (r != RC_OK)
		return r;
	*ret_session = snmp_open(&session);
	if (*ret_session == NULL)
		return err_set(err,
		    session.s_snmp_errno == SNMPERR_BAD_ADDRESS ? RC_RESOLVE
								: RC_CONNECT,
		    "%s: %s", ask->host, snmp_api_errstring(session.s_snmp_errno));
	return RC_OK;
}

static enum rc
make_request(const struct ask *ask, netsnmp_pdu **ret_pdu, struct err *err)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);
	oid name[MAX_OID_LEN];
	size_t n = MAX_OID_LEN - SUMMARY_PARTS;

	if (pdu == NULL)
		return err_set(err, RC_NOMEM, "request: out of memory");
	if (read_objid(ask->root, name, &n) == 0 || n > MAX_OID_LEN - SUMMARY_PARTS) {
		snmp_free_pdu(pdu);
		return err_set(err, RC_USAGE, "--oid-root: %s: is no object identifier",
		    ask->root);
	}
	name[n++] = 1;
	name[n++] = 1;
	name[n + 1] = 0;
	for (size_t i = 0; i < ASK_VALUES; i++) {
		name[n] = objects[i];
		(void)snmp_add_null_var(pdu, name, n + 2);
	}
	name[n] = NAME_OBJECT;
	(void)snmp_add_null_var(pdu, name, n + 2);
	*ret_pdu = pdu;
	return RC_OK;
}

static enum rc
take_answer(const struct ask *ask, const netsnmp_pdu *answer,
    struct ask_summary *summary, struct err *err)
{
	const netsnmp_variable_list *vb = answer->variables;
	size_t len;

	if (answer->errstat != SNMP_ERR_NOERROR)
		return err_set(err,
		    answer->errstat == SNMP_ERR_AUTHORIZATIONERROR ? RC_AUTH : RC_FAULT,
		    "%s: %s", ask->host, snmp_errstring((int)answer->errstat));
	for (size_t i = 0; i < ASK_VALUES; i++, vb = vb->next_variable) {
		if (vb == NULL)
			return err_set(err, RC_FORMAT, "%s: answer: too short",
			    ask->host);
		if (vb->type == SNMP_NOSUCHOBJECT || vb->type == SNMP_NOSUCHINSTANCE)
			return err_set(err, RC_NOTFOUND,
			    "%s: no amtcert_agent answers there, or the view hides it",
			    ask->host);
		if ((vb->type != ASN_INTEGER && vb->type != ASN_UNSIGNED) ||
		    vb->val.integer == NULL)
			return err_set(err, RC_FORMAT, "%s: answer: no number",
			    ask->host);
		summary->value[i] = vb->type == ASN_INTEGER
		    ? *vb->val.integer
		    : (int64_t)(uint32_t)*vb->val.integer;
	}
	if (vb == NULL || vb->type != ASN_OCTET_STR)
		return err_set(err, RC_FORMAT, "%s: answer: no name", ask->host);
	len = vb->val_len < ASK_NAME_SIZE ? vb->val_len : ASK_NAME_SIZE - 1;
	memcpy(summary->next_name, vb->val.string, len);
	summary->next_name[len] = '\0';
	return RC_OK;
}

static enum rc
no_answer(const struct ask *ask, const netsnmp_session *session, int status,
    struct err *err)
{
	if (status == STAT_TIMEOUT)
		return err_set(err, RC_TIMEOUT,
		    "%s: no answer; an unknown community or user looks the same",
		    ask->host);
	switch (session->s_snmp_errno) {
	case SNMPERR_AUTHENTICATION_FAILURE:
	case SNMPERR_USM_AUTHENTICATIONFAILURE:
	case SNMPERR_UNKNOWN_USER_NAME:
	case SNMPERR_USM_UNKNOWNSECURITYNAME:
	case SNMPERR_USM_DECRYPTIONERROR:
	case SNMPERR_UNSUPPORTED_SEC_LEVEL:
		return err_set(err, RC_AUTH, "%s: %s", ask->host,
		    snmp_api_errstring(session->s_snmp_errno));
	default:
		return err_set(err, RC_CONNECT, "%s: %s", ask->host,
		    snmp_api_errstring(session->s_snmp_errno));
	}
}

enum rc
ask_summary(const struct ask *ask, int64_t deadline_ms, struct ask_summary *ret_summary,
    struct err *err)
{
	struct ask_summary summary = { .next_name = "" };
	netsnmp_session *session = NULL;
	netsnmp_pdu *request = NULL, *answer = NULL;
	int status;
	enum rc r;

	r = start_library(err);
	if (r == RC_OK)
		r = make_request(ask, &request, err);
	if (r != RC_OK)
		return r;
	r = open_session(ask, deadline_ms, &session, err);
	if (r != RC_OK) {
		snmp_free_pdu(request);
		return r;
	}
	status = snmp_synch_response(session, request, &answer);
	if (status == STAT_SUCCESS && answer != NULL)
		r = take_answer(ask, answer, &summary, err);
	else
		r = no_answer(ask, session, status, err);
	if (answer != NULL)
		snmp_free_pdu(answer);
	(void)snmp_close(session);
	if (r == RC_OK)
		*ret_summary = summary;
	return r;
}
