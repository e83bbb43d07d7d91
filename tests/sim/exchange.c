/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The forms an answer can take, those of injected faults included, and the log
 * line at the end.
 */
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "mem.h"
#include "sim.h"

struct exchange *
exchange_new(struct conn *conn, const struct http_request *http)
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
	x->entry.transport = conn->kind == LISTEN_TLS ? "tls" : "plain";
	x->entry.http = x->http;
	x->entry.has_authorization = http->has_authorization;
	x->entry.return_value = -1;
	return x;
}

void
exchange_free(struct exchange *x)
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
exchange_finish(struct exchange *x, int status)
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
	exchange_free(x);
	conn_wake(dev);
}

static struct buf *
output(struct exchange *x)
{
	return &x->conn->out;
}

void
exchange_lose(struct exchange *x)
{
	struct conn *conn = x->conn;

	if (conn != NULL) {
		conn->exchange = NULL;
		conn_cut(conn);
	}
}

void
exchange_freeze(struct exchange *x)
{
	if (x->conn != NULL)
		x->conn->exchange = NULL;
	x->dev->sw.hang = true;
}

/* The challenge, or as much of it as the fault lets through. */
static void
write_401(struct exchange *x, bool stale)
{
	enum conn_end end = CONN_CLOSE;

	http_write_401(output(x), x->dev, stale);
	if (x->action == INJECT_CUT_IN_ANSWER)
		buf_truncate(output(x), output(x)->len / 2);
	if (x->action == INJECT_CUT_IN_ANSWER || x->action == INJECT_CUT_AFTER_ANSWER)
		end = CONN_CUT;
	conn_answered(x->conn, end);
}

void
exchange_answer_401(struct exchange *x, bool stale)
{
	if (x->action == INJECT_CUT_BEFORE_ANSWER)
		exchange_lose(x);
	else if (x->action == INJECT_FREEZE)
		exchange_freeze(x);
	else if (x->conn != NULL)
		write_401(x, stale);
	exchange_finish(x, 401);
}

void
exchange_answer_status(struct exchange *x, int64_t status)
{
	static const char page[] = "<html><body>injected</body></html>";

	if (x->conn != NULL) {
		buf_addf(output(x),
		    "HTTP/1.1 %lld Error\r\nServer: %s\r\nContent-Type: text/html\r\n"
		    "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
		    (long long)status, x->dev->server, sizeof(page) - 1, page);
		conn_answered(x->conn, CONN_CLOSE);
	}
	exchange_finish(x, (int)status);
}

void
exchange_answer_not_soap(struct exchange *x)
{
	if (x->conn != NULL) {
		http_write_400(output(x), x->dev);
		conn_answered(x->conn, CONN_CLOSE);
	}
	exchange_finish(x, 400);
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

void
exchange_write(struct exchange *x)
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
