/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An exchange is one request and its answer.  It outlives its connection when
 * it takes time: firmware goes on making a key though nobody listens.
 */
#include "serve.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "device.h"
#include "digest.h"
#include "firmware.h"
#include "inject.h"
#include "mem.h"
#include "ops.h"
#include "reqlog.h"
#include "sim.h"
#include "soap.h"

#define WSMAN_PATH     "/wsman"
#define ANONYMOUS_PATH "/wsman-anon/identify"

struct exchange {
	struct device *dev;
	struct conn *conn; /* NULL: lost */
	struct exchange *next;
	struct exchange *prev;
	struct loop_timer timer;
	struct soap_request request;
	enum fault fault; /* of the header */
	enum inject_action action;
	int64_t value;
	bool blocks;
	bool makes_key;
	struct reply reply;
	struct reqlog_entry entry;
	char http[HTTP_METHOD_SIZE + HTTP_TARGET_SIZE + 1];
};

bool
serve_is_busy(const struct device *dev)
{
	return dev->blocked > 0;
}

static struct exchange *
new_exchange(struct conn *conn, const struct http_request *http)
{
	struct exchange *x = mem_new(1, sizeof(*x));
	struct device *dev = conn->dev;
	struct buf line = { 0 };

	x->dev = dev;
	x->conn = conn;
	x->next = dev->exchanges;
	if (x->next != NULL)
		x->next->prev = x;
	dev->exchanges = x;
	x->request.op = OP_UNKNOWN;
	x->reply.return_value = -1;
	buf_init(&line, sizeof(x->http) - 1);
	buf_addf(&line, "%s %s", http->method, http->target);
	memcpy(x->http, buf_str(&line), line.len + 1);
	buf_clear(&line);
	x->entry.device = dev->name;
	x->entry.transport = conn->is_tls ? "tls" : "plain";
	x->entry.http = x->http;
	x->entry.has_authorization = http->has_authorization;
	x->entry.return_value = -1;
	return x;
}

static void
free_exchange(struct exchange *x)
{
	struct device *dev = x->dev;

	loop_disarm(dev->sim->loop, &x->timer);
	if (x->prev == NULL)
		dev->exchanges = x->next;
	else
		x->prev->next = x->next;
	if (x->next != NULL)
		x->next->prev = x->prev;
	soap_clear(&x->request);
	buf_clear(&x->reply.body);
	free(x);
}

void
serve_lost(struct exchange *exchange)
{
	exchange->conn = NULL;
	/* Without a timer nothing would ever end it. */
	if (exchange->timer.place == 0)
		free_exchange(exchange);
}

void
serve_clear(struct device *dev)
{
	while (dev->exchanges != NULL) {
		if (dev->exchanges->conn != NULL)
			dev->exchanges->conn->exchange = NULL;
		free_exchange(dev->exchanges);
	}
}

/* Write the log line, let go of the exchange, and of those that waited. */
static void
finish(struct exchange *x, int status)
{
	struct device *dev = x->dev;
	struct reqlog_entry *entry = &x->entry;

	entry->status = status;
	entry->op = x->request.op == OP_UNKNOWN ? NULL : soap_op_word(x->request.op);
	entry->class = x->request.class;
	entry->method = x->request.method;
	if (x->request.selectors_n > 0)
		entry->instance = x->request.selectors[0].is_epr
		    ? x->request.selectors[0].epr.value
		    : x->request.selectors[0].value;
	entry->return_value = x->reply.return_value;
	entry->write = x->reply.write;
	if (x->action != INJECT_NONE)
		entry->fault = inject_word(x->action);
	reqlog_write(&dev->sim->log, entry);
	if (x->blocks)
		dev->blocked--;
	free_exchange(x);
	conn_wake(dev);
}

static struct buf *
output(struct exchange *x)
{
	return &x->conn->out;
}

static void
answer_lost(struct exchange *x)
{
	struct conn *conn = x->conn;

	if (conn != NULL) {
		conn->exchange = NULL;
		conn_cut(conn);
	}
}

static void
answer_401(struct exchange *x, bool stale)
{
	if (x->conn != NULL) {
		http_write_401(output(x), x->dev, stale);
		conn_answered(x->conn, CONN_CLOSE);
	}
	finish(x, 401);
}

static void
answer_status(struct exchange *x, int64_t status)
{
	static const char page[] = "<html><body>injected</body></html>";

	if (x->conn != NULL) {
		buf_addf(output(x),
		    "HTTP/1.1 %lld Error\r\nServer: %s\r\nContent-Type: text/html\r\n"
		    "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
		    (long long)status, x->dev->server, sizeof(page) - 1, page);
		conn_answered(x->conn, CONN_CLOSE);
	}
	finish(x, (int)status);
}

static void
answer_not_soap(struct exchange *x)
{
	if (x->conn != NULL) {
		http_write_400(output(x), x->dev);
		conn_answered(x->conn, CONN_CLOSE);
	}
	finish(x, 400);
}

static void
spoil_body(struct exchange *x)
{
	struct buf *body = &x->reply.body;
	struct buf old = { 0 };

	if (x->action == INJECT_GARBAGE) {
		buf_reset(body);
		for (int i = 0; i < 512; i++)
			buf_add_char(body, (char)((i * 37 + 11) % 256));
	} else if (x->action == INJECT_DTD) {
		buf_init(&old, ANSWER_MAX_BYTES);
		buf_add(&old, body->data, body->len);
		buf_reset(body);
		buf_addf(body,
		    "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x \"y\">]>%s",
		    strstr(buf_str(&old), "?>") + 2);
		buf_clear(&old);
	}
}

/* Write the answer in the form the fault asks for. */
static void
write_answer(struct exchange *x)
{
	struct buf *out = output(x);
	bool close = x->reply.status == 400;
	enum conn_end end = close ? CONN_CLOSE : CONN_STAY;

	spoil_body(x);
	if (x->action == INJECT_NOT_HTTP) {
		buf_add_str(out, "\x15\x03\x01 this is no HTTP at all\n");
		end = CONN_CLOSE;
	} else if (x->action == INJECT_HUGE) {
		http_write_huge_head(out, x->dev);
		x->conn->endless = true;
	} else {
		http_write_soap(out, x->dev, &x->reply, close);
	}
	if (x->action == INJECT_CUT_IN_ANSWER) {
		buf_truncate(out, out->len / 2);
		end = CONN_CUT;
	} else if (x->action == INJECT_CUT_AFTER_ANSWER) {
		end = CONN_CUT;
	}
	conn_answered(x->conn, end);
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

	reply->write = ops_is_write(dev, &x->request);
	if (x->action == INJECT_WRONG_RELATES_TO)
		mem_set(&x->request.message_id,
		    "uuid:00000000-dead-beef-0000-000000000000");
	if (x->fault != FAULT_NONE)
		answer_fault(reply, dev, &x->request, x->fault, -1);
	else if (x->action == INJECT_AMT_STATUS ||
	    (x->action == INJECT_RETURN_VALUE &&
		!ops_fail_method(dev, &x->request, x->value, reply)))
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
		answer_lost(x);
		finish(x, 0);
		return;
	}
	if (action == INJECT_STATUS) {
		answer_status(x, x->value);
		return;
	}
	if (action == INJECT_STALE) {
		answer_401(x, true);
		return;
	}
	if (x->makes_key)
		dev->generating_until_ms = 0;
	execute(x);
	status = x->reply.status;
	if (loses_answer(action))
		answer_lost(x);
	else if (x->conn != NULL)
		write_answer(x);
	finish(x, status);
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
		answer_not_soap(x);
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
		answer_not_soap(x);
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
		http_write_303(output(x), x->dev);
		conn_answered(x->conn, CONN_STAY);
		finish(x, 303);
	} else if (strcmp(http->target, "/logon.htm") == 0) {
		http_write_logon(output(x), x->dev);
		conn_answered(x->conn, CONN_STAY);
		finish(x, 200);
	} else {
		http_write_404(output(x), x->dev);
		conn_answered(x->conn, CONN_CLOSE);
		finish(x, 404);
	}
}

static void
start_anonymous(struct exchange *x, const char *body, size_t len)
{
	if (!soap_read(body, len, &x->request, &x->fault) ||
	    x->request.op != OP_IDENTIFY) {
		answer_not_soap(x);
		return;
	}
	run(x);
}

void
serve_start(struct conn *conn, const struct http_request *http, const char *body)
{
	struct device *dev = conn->dev;
	struct exchange *x = new_exchange(conn, http);
	struct inject_request what = { .op = "http" };
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
	    http->method, http->target);
	x->entry.authenticated = login == DIGEST_OK;
	if (login != DIGEST_OK) {
		answer_401(x, login == DIGEST_STALE);
		return;
	}
	start_wsman(x, body, http->body_bytes);
}
