/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routes, log-in, faults by number, and operations that take time.
 */
#include "serve.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "device.h"
#include "digest.h"
#include "exchange.h"
#include "firmware.h"
#include "inject.h"
#include "invoke.h"
#include "mem.h"
#include "ops.h"
#include "sim.h"
#include "soap.h"

#define WSMAN_PATH     "/wsman"
#define ANONYMOUS_PATH "/wsman-anon/identify"

bool
serve_is_busy(const struct device *dev)
{
	return dev->blocked > 0;
}

void
serve_lost(struct exchange *exchange)
{
	exchange->conn = NULL;
	/* Without a timer nothing would ever end it. */
	if (exchange->timer.place == 0)
		exchange_free(exchange);
}

void
serve_clear(struct device *dev)
{
	struct exchange *next = NULL;

	for (struct exchange *x = dev->exchanges; x != NULL; x = next) {
		next = x->next;
		if (x->conn != NULL)
			x->conn->exchange = NULL;
		exchange_free(x);
	}
}

/* What the network sees after a commit, a reset, a restart on purpose. */
static void
after_answer(struct device *dev, enum inject_action action, bool committed,
    bool unprovisioned)
{
	switch (action) {
	case INJECT_REBOOT_DROP:
	case INJECT_POWER_LOSS_DROP:
		firmware_restart(dev, RESTART_DROP);
		return;
	case INJECT_REBOOT_KEEP:
	case INJECT_POWER_LOSS_KEEP:
		firmware_restart(dev, RESTART_KEEP);
		return;
	case INJECT_REBOOT_APPLY:
	case INJECT_POWER_LOSS_APPLY:
		firmware_restart(dev, RESTART_APPLY);
		return;
	default:
		break;
	}
	if (unprovisioned)
		firmware_after_unprovision(dev);
	else if (committed)
		firmware_after_commit(dev);
}

static bool
loses_answer(enum inject_action action)
{
	return action == INJECT_CUT_BEFORE_ANSWER || action == INJECT_POWER_LOSS_DROP ||
	    action == INJECT_POWER_LOSS_KEEP || action == INJECT_POWER_LOSS_APPLY;
}

static void
execute(struct exchange *x)
{
	struct device *dev = x->dev;
	struct reply *reply = &x->reply;

	reply->write = invoke_is_write(dev, &x->request);
	if (x->action == INJECT_WRONG_RELATES_TO)
		mem_set(&x->request.message_id,
		    "uuid:00000000-dead-beef-0000-000000000000");
	if (x->fault != FAULT_NONE)
		answer_fault(reply, dev, &x->request, x->fault, -1);
	else if (x->action == INJECT_AMT_STATUS ||
	    (x->action == INJECT_RETURN_VALUE &&
		!invoke_fail(dev, &x->request, x->value, reply)))
		answer_fault(reply, dev, &x->request, FAULT_INTERNAL, x->value);
	else if (x->action != INJECT_RETURN_VALUE)
		ops_execute(dev, &x->request, reply);
	if (reply->write && reply->status == 200 && reply->return_value <= 0)
		dev->count.writes++;
}

static void
run(struct exchange *x)
{
	struct device *dev = x->dev;
	int64_t commits = dev->count.commits;
	bool provisioned = dev->provisioned;
	enum inject_action action = x->action;
	int status = 0;

	if (action == INJECT_CUT_BEFORE_READ || action == INJECT_DEAD_BEFORE) {
		exchange_lose(x);
		exchange_finish(x, 0);
		return;
	}
	if (action == INJECT_STATUS) {
		exchange_answer_status(x, x->value);
		return;
	}
	if (action == INJECT_STALE) {
		exchange_answer_401(x, true);
		return;
	}
	if (x->makes_key)
		dev->generating_until_ms = 0;
	execute(x);
	status = x->reply.status;
	if (loses_answer(action))
		exchange_lose(x);
	else if (action == INJECT_FREEZE)
		exchange_freeze(x);
	else if (x->conn != NULL)
		exchange_write(x);
	exchange_finish(x, status);
	after_answer(dev, action, dev->count.commits != commits,
	    provisioned && !dev->provisioned);
}

static void
on_timer(void *ctx)
{
	run(ctx);
}

static bool
is_key_service(const struct soap_request *request, const char *method)
{
	return request->op == OP_INVOKE && request->class != NULL &&
	    strcmp(request->class, "AMT_PublicKeyManagementService") == 0 &&
	    (method == NULL || strcmp(request->method, method) == 0);
}

/* Milliseconds the operation takes before it has an effect. */
static int64_t
duration_ms(struct exchange *x)
{
	struct device *dev = x->dev;
	int64_t algorithm = 0;
	int64_t length = 0;

	if (x->action == INJECT_SLOW || dev->sw.slow_ms > 0) {
		x->blocks = true;
		return x->action == INJECT_SLOW ? x->value : dev->sw.slow_ms;
	}
	if (dev->sw.key_ms > 0 && x->fault == FAULT_NONE &&
	    is_key_service(&x->request, "GenerateKeyPair") &&
	    soap_child_int(x->request.body, "KeyAlgorithm", &algorithm) &&
	    soap_child_int(x->request.body, "KeyLength", &length) &&
	    pki_check_key(dev, algorithm, length) == PT_SUCCESS) {
		x->makes_key = true;
		dev->generating_until_ms = clock_monotonic_ms() + dev->sw.key_ms;
		return dev->sw.key_ms;
	}
	return 0;
}

/* While a key pair is being made. True: the request is answered. */
static bool
refuse_while_busy(struct exchange *x)
{
	if (!pki_is_making_key(x->dev))
		return false;
	if (x->dev->sw.busy_400) {
		exchange_answer_not_soap(x);
		return true;
	}
	if (x->fault == FAULT_NONE && is_key_service(&x->request, NULL)) {
		x->action = INJECT_RETURN_VALUE;
		x->value = PT_OPERATION_IN_PROGRESS;
		run(x);
		return true;
	}
	return false;
}

static void
start_wsman(struct exchange *x, const char *body, size_t len)
{
	struct inject_request what = { .op = "any" };
	int64_t delay_ms = 0;

	if (!soap_read(body, len, &x->request, &x->fault)) {
		exchange_answer_not_soap(x);
		return;
	}
	what.op = soap_op_word(x->request.op);
	what.class = x->request.class;
	what.method = x->request.method;
	if (x->action == INJECT_NONE)
		x->action = inject_match(x->dev, &what, &x->value);
	if (x->action == INJECT_NONE && refuse_while_busy(x))
		return;
	if (x->action == INJECT_HANG)
		return; /* until the client or the idle timer gives up */
	delay_ms = duration_ms(x);
	if (delay_ms <= 0) {
		run(x);
		return;
	}
	if (x->blocks)
		x->dev->blocked++;
	x->timer.fn = on_timer;
	x->timer.ctx = x;
	loop_arm(x->dev->sim->loop, &x->timer, delay_ms);
}

static void
answer_page(struct exchange *x, const struct http_request *http)
{
	if (strcmp(http->method, "GET") == 0 && strcmp(http->target, "/") == 0) {
		http_write_303(&x->conn->out, x->dev);
		conn_answered(x->conn, CONN_STAY);
		exchange_finish(x, 303);
	} else if (strcmp(http->target, "/logon.htm") == 0) {
		http_write_logon(&x->conn->out, x->dev);
		conn_answered(x->conn, CONN_STAY);
		exchange_finish(x, 200);
	} else {
		http_write_404(&x->conn->out, x->dev);
		conn_answered(x->conn, CONN_CLOSE);
		exchange_finish(x, 404);
	}
}

static void
start_anonymous(struct exchange *x, const char *body, size_t len)
{
	if (!soap_read(body, len, &x->request, &x->fault) ||
	    x->request.op != OP_IDENTIFY) {
		exchange_answer_not_soap(x);
		return;
	}
	run(x);
}

void
serve_start(struct conn *conn, const struct http_request *http, const char *body)
{
	struct device *dev = conn->dev;
	struct exchange *x = exchange_new(conn, http);
	struct inject_request what = { .op = "http" };
	const struct digest_subject subject = { http->method, http->target, body,
		http->body_bytes };
	enum digest_result login = DIGEST_NONE;

	conn->exchange = x;
	dev->count.requests++;
	if (http->wants_close)
		conn->end = CONN_CLOSE;
	x->action = inject_match(dev, &what, &x->value);
	if (x->action == INJECT_CUT_BEFORE_READ || x->action == INJECT_STATUS) {
		run(x);
		return;
	}
	if (strcmp(http->target, ANONYMOUS_PATH) == 0 && dev->sw.identify_anonymous) {
		start_anonymous(x, body, http->body_bytes);
		return;
	}
	if (strcmp(http->target, WSMAN_PATH) != 0 ||
	    strcmp(http->method, "POST") != 0) {
		answer_page(x, http);
		return;
	}
	login = digest_check(dev, http->has_authorization ? http->authorization : NULL,
	    &subject);
	x->entry.authenticated = login == DIGEST_OK;
	if (login != DIGEST_OK) {
		exchange_answer_401(x, login == DIGEST_STALE);
		return;
	}
	start_wsman(x, body, http->body_bytes);
}
