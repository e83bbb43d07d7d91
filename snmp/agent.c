/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Net-SNMP 5.9 started, served and stopped.  What the library does by itself and
 * must not is said where it is switched off.
 */
#include "snmp/agent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/agent/agent_callbacks.h>

#include "base/clock.h"
#include "base/log.h"
#include "snmp/system_group.h"

enum {
	SESSION_TIMEOUT_US = 5000000,
	LINE_SIZE = 512,
	MS_PER_S = 1000,
};

#define APPLICATION "amtcert_agent"

static const uint32_t mib_2[] = { 1, 3, 6, 1, 2, 1 };

/*
 * What the library tells of itself: its log, and that a master came or went.
 */
static int
on_log(int major, int minor, void *message, void *ctx)
{
	const struct snmp_log_message *log = message;
	struct agent *agent = ctx;
	char line[LINE_SIZE] = "";
	size_t len = strcspn(log->msg, "\n");

	(void)major;
	(void)minor;
	if (len >= sizeof(line))
		len = sizeof(line) - 1;
	memcpy(line, log->msg, len);
	/* The only sign of it: registering succeeded here and failed there. */
	if (strstr(line, "registering pdu failed") != NULL) {
		agent->was_refused = true;
		agent->is_connected = false;
		said_once(&agent->said, "agentx",
		    "another subagent holds our OIDs; they are claimed until it ends");
		return 0;
	}
	if (log->priority <= LOG_WARNING)
		said_once(&agent->said, "snmp", line);
	else
		log_at(2, "snmp", "%s", line);
	return 0;
}

/*
 * Called on each connection, before or after all is registered.  Retries over a
 * stream can only duplicate.
 */
static int
on_up(int major, int minor, void *session, void *ctx)
{
	netsnmp_session *with_master = session;
	struct agent *agent = ctx;

	(void)major;
	(void)minor;
	agent->session = with_master;
	if (with_master != NULL) {
		with_master->retries = 0;
		with_master->timeout = SESSION_TIMEOUT_US;
		agentx_answer_attach(&agent->answer, with_master);
	}
	agent->claim_ms = clock_monotonic_ms() + agent->settings->ping_s * MS_PER_S;
	return 0;
}

static int
on_down(int major, int minor, void *session, void *ctx)
{
	struct agent *agent = ctx;

	(void)major;
	(void)minor;
	(void)session;
	if (agent->is_connected)
		log_at(1, "agentx", "%s: the master is gone; trying every %lld s",
		    agent->settings->socket, (long long)agent->settings->ping_s);
	agent->session = NULL;
	agent->is_connected = false;
	agent->was_refused = false;
	return 0;
}

static void
look(void *ctx, struct view *ret_view)
{
	const struct agent *agent = ctx;

	ret_view->mirror = agent->mirror;
	ret_view->totals = &agent->totals;
	ret_view->settings = agent->settings;
	ret_view->now = clock_now();
	ret_view->uptime_ms = clock_monotonic_ms() - agent->started_ms;
	ret_view->inventory_state = agent->inventory_state;
	ret_view->n_sent = agent->n_sent;
	ret_view->n_suppressed = atomic_load(&agent->mailbox->n_suppressed);
}

/*
 * Registration.
 */
static enum rc
register_all(struct agent *agent, struct err *err)
{
	enum rc r = RC_OK;

	for (size_t i = 0; r == RC_OK && i < agent->n_handlers; i++)
		r = handler_register(&agent->handlers[i], err);
	return r;
}

static void
list_handlers(struct agent *agent)
{
	size_t n = 0;

	for (size_t i = 0; i < TABLES_N; i++)
		agent->handlers[n++] = (struct handler){ .group = tables[i],
			.root = agent->settings->root,
			.n_root = agent->settings->n_root };
	if (agent->is_master)
		agent->handlers[n++] = (struct handler){ .group = &system_group,
			.root = mib_2,
			.n_root = sizeof(mib_2) / sizeof(mib_2[0]) };
	agent->n_handlers = n;
	for (size_t i = 0; i < n; i++) {
		agent->handlers[i].look = look;
		agent->handlers[i].ctx = agent;
	}
	agent->answer.handlers = agent->handlers;
	agent->answer.n_handlers = n;
}

/* A connection counts when what was registered over it was not refused. */
static void
announce(struct agent *agent)
{
	if (agent->is_connected || agent->was_refused || agent->session == NULL)
		return;
	agent->is_connected = true;
	said_forget(&agent->said);
	log_at(1, "agentx", "%s: connected", agent->settings->socket);
}

/*
 * Ask again for what another subagent has, by a new connection: the master would take
 * an unregistration of ours for the other's (5.9.3).
 */
static void
claim(struct agent *agent)
{
	netsnmp_transport *transport;

	if (!agent->was_refused || agent->session == NULL ||
	    clock_monotonic_ms() < agent->claim_ms)
		return;
	transport = snmp_sess_transport(snmp_sess_pointer(agent->session));
	agent->session = NULL;
	if (transport != NULL)
		(void)shutdown(transport->sock, SHUT_RDWR);
}

/*
 * Start.
 */
static enum rc
set_environment(const struct agent *agent, struct err *err)
{
	const struct agent_settings *settings = agent->settings;
	char persistent[SETTINGS_PATH_SIZE + 8];
	int n =
	    snprintf(persistent, sizeof(persistent), "%s/snmp", settings->state_dir);

	if (n < 0 || (size_t)n >= sizeof(persistent))
		return err_set(err, RC_LIMIT, "state-dir: too long");
	if (mkdir(persistent, 0700) != 0 && errno != EEXIST)
		return err_system(err, "%s: cannot be made", persistent);
	/* Or it opens every file of the MIB folders, and snmpd's own state. One thread
	 * runs so far. */
	/* NOLINTBEGIN(concurrency-mt-unsafe) */
	if (setenv("MIBS", "", 1) != 0 || setenv("MIBDIRS", "/dev/null", 1) != 0 ||
	    setenv("SNMP_PERSISTENT_DIR", persistent, 1) != 0 ||
	    setenv("SNMPCONFPATH",
		agent->is_master ? settings->snmp_config : "/dev/null", 1) != 0)
		return err_set(err, RC_NOMEM, "environment: out of memory");
	/* NOLINTEND(concurrency-mt-unsafe) */
	return RC_OK;
}

static void
log_to_us(struct agent *agent)
{
	snmp_disable_log();
	snmp_enable_calllog();
	snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, on_log,
	    agent);
}

/* The master is another: no configuration file of the library is read. */
static void
become_subagent(const struct agent *agent)
{
	netsnmp_enable_subagent();
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE,
	    1);
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET,
	    agent->settings->socket);
}

/* amtcert_agent.conf of snmp-config has users, views and sinks; the engine's boots
 * are kept, as SNMPv3 needs. */
static void
become_master(const struct agent *agent)
{
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_PORTS,
	    agent->settings->listen);
	/* Or it writes a line for each request. */
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID,
	    NETSNMP_DS_AGENT_DONT_LOG_TCPWRAPPERS_CONNECTS, 1);
}

enum rc
agent_start(struct agent *agent, const struct agent_settings *settings,
    struct mailbox *mailbox, bool is_master, struct err *err)
{
	enum rc r;

	memset(agent, 0, sizeof(*agent));
	agent->settings = settings;
	agent->mailbox = mailbox;
	agent->is_master = is_master;
	agent->started_ms = clock_monotonic_ms();
	agent->inventory_state = INVENTORY_UNAVAILABLE;
	r = mirror_new(&agent->mirror, err);
	if (r == RC_OK)
		r = set_environment(agent, err);
	if (r != RC_OK)
		return r;
	agent->totals = agent->mirror->totals;
	list_handlers(agent);
	log_to_us(agent);
	if (is_master)
		become_master(agent);
	else
		become_subagent(agent);
	if (init_agent(APPLICATION) != 0)
		return err_set(err, RC_STATE, "the SNMP library does not start");
	if (is_master)
		view_memo_install(&agent->views);
	/* After init_agent(), which sets it to 15. */
	netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID,
	    NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL, (int)settings->ping_s);
	r = register_all(agent, err);
	if (r != RC_OK)
		return r;
	snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START,
	    on_up, agent);
	snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP,
	    on_down, agent);
	init_snmp(APPLICATION);
	if (is_master && init_master_agent() != 0)
		return err_set(err, RC_SYSTEM, "%s: cannot be listened on",
		    settings->listen);
	agent->is_connected = is_master;
	if (is_master)
		log_at(1, "snmp", "%s: listening", settings->listen);
	return RC_OK;
}

/*
 * One turn.
 */
static void
take_news(struct agent *agent)
{
	struct mirror *fresh;

	agent->inventory_state = atomic_load(&agent->mailbox->inventory_state);
	fresh = mailbox_take(agent->mailbox);
	if (fresh != NULL) {
		mailbox_give_back(agent->mailbox, agent->mirror);
		agent->mirror = fresh;
		agent->totals = fresh->totals;
	}
	(void)mailbox_take_totals(agent->mailbox, &agent->totals);
}

/* Net-SNMP's types of a value. */
static void
add_binding(netsnmp_variable_list **list, const struct agent_settings *settings,
    const struct binding *binding)
{
	const struct value *value = &binding->value;
	long number = (long)value->number;
	oid name[MAX_OID_LEN];
	size_t n = 0;

	for (size_t i = 0; i < settings->n_root; i++)
		name[n++] = settings->root[i];
	for (size_t i = 0; i < binding->n; i++)
		name[n++] = binding->parts[i];
	if (value->kind == VALUE_OCTETS)
		(void)snmp_varlist_add_variable(list, name, n, ASN_OCTET_STR,
		    value->octets, value->len);
	else
		(void)snmp_varlist_add_variable(list, name, n,
		    value->kind == VALUE_INTEGER       ? ASN_INTEGER
			: value->kind == VALUE_COUNTER ? ASN_COUNTER
						       : ASN_UNSIGNED,
		    (const u_char *)&number, sizeof(number));
}

static void
send_notice(struct agent *agent, const struct notice *notice)
{
	static const oid trap_oid[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };
	const struct agent_settings *settings = agent->settings;
	struct binding bindings[NOTICE_BINDINGS_MAX];
	netsnmp_variable_list *list = NULL;
	oid kind[SETTINGS_ROOT_MAX + 2];
	size_t n = 0, n_bindings;

	for (size_t i = 0; i < settings->n_root; i++)
		kind[n++] = settings->root[i];
	kind[n++] = 0;
	kind[n++] = notice->kind;
	(void)snmp_varlist_add_variable(&list, trap_oid, OID_LENGTH(trap_oid),
	    ASN_OBJECT_ID, (const u_char *)kind, n * sizeof(kind[0]));
	agent->n_sent++;
	/* From 1 on, and from 1 again. */
	n_bindings = notice_bindings(notice,
	    (uint32_t)((agent->n_sent - 1) % UINT32_MAX + 1), clock_now(), bindings);
	for (size_t i = 0; i < n_bindings; i++)
		add_binding(&list, settings, &bindings[i]);
	send_v2trap(list);
	snmp_free_varbind(list);
}

/* A connection that has just come waits a turn: its registrations come first. */
static void
send_notices(struct agent *agent)
{
	bool may_send = agent->is_connected && agent->was_connected;

	for (int i = 0; i < AGENT_TURN_NOTICES; i++) {
		const struct notice *notice = mailbox_peek(agent->mailbox);

		if (notice == NULL)
			break;
		if (may_send && agent->is_connected)
			send_notice(agent, notice);
		mailbox_tell_fate(agent->mailbox,
		    may_send && agent->is_connected ? MAIL_SENT : MAIL_REFUSED);
	}
	agent->was_connected = agent->is_connected;
	atomic_store(&agent->mailbox->is_connected, agent->is_connected);
}

enum rc
agent_turn(struct agent *agent, struct err *err)
{
	struct timeval wait = { 1, 0 };
	int wake_fd = agent->mailbox->wake_fd, n = wake_fd + 1, block = 0, ready;
	fd_set fds;

	/* Afresh in each turn: the socket of a new connection has the old number. */
	FD_ZERO(&fds);
	(void)snmp_select_info(&n, &fds, &wait, &block);
	FD_SET(wake_fd, &fds);
	if (n <= wake_fd)
		n = wake_fd + 1;
	ready = select(n, &fds, NULL, NULL, &wait);
	if (ready < 0 && errno != EINTR)
		return err_system(err, "select");
	if (ready > 0) {
		if (FD_ISSET(wake_fd, &fds))
			mailbox_drain_wake(agent->mailbox);
		FD_CLR(wake_fd, &fds);
		snmp_read(&fds);
		view_memo_forget(&agent->views);
	} else {
		snmp_timeout();
	}
	run_alarms();
	netsnmp_check_outstanding_agent_requests();
	announce(agent);
	claim(agent);
	take_news(agent);
	send_notices(agent);
	return RC_OK;
}

void
agent_stop(struct agent *agent)
{
	atomic_store(&agent->mailbox->is_connected, false);
	while (mailbox_peek(agent->mailbox) != NULL)
		mailbox_tell_fate(agent->mailbox, MAIL_REFUSED);
	/* The library frees the context of those that are left. */
	(void)snmp_unregister_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING,
	    on_log, agent, 1);
	(void)snmp_unregister_callback(SNMP_CALLBACK_APPLICATION,
	    SNMPD_CALLBACK_INDEX_START, on_up, agent, 1);
	(void)snmp_unregister_callback(SNMP_CALLBACK_APPLICATION,
	    SNMPD_CALLBACK_INDEX_STOP, on_down, agent, 1);
	view_memo_remove(&agent->views);
	snmp_shutdown(APPLICATION);
}

void
agent_clear(struct agent *agent)
{
	mirror_free(agent->mirror);
	agent->mirror = NULL;
}
