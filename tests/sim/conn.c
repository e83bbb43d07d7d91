/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections on the event loop.  OpenSSL is used in its non-blocking form; a
 * connection is freed at the end of a round, never under a pending event.
 */
#include "conn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "device.h"
#include "firmware.h"
#include "fleet.h"
#include "http.h"
#include "mem.h"
#include "serve.h"
#include "sim.h"
#include "tls.h"

enum {
	READ_BYTES = 16384,
	IN_MAX_BYTES = HTTP_HEADER_MAX_BYTES + HTTP_BODY_MAX_BYTES + READ_BYTES,
	OUT_MAX_BYTES = 8 * 1024 * 1024,
	DRAIN_MS = 2000,
};

enum io {
	IO_DONE,
	IO_AGAIN,
	IO_END
};

static void pump(struct conn *conn);

static void
free_conn(void *ctx)
{
	struct conn *conn = ctx;

	tls_free(conn->tls);
	buf_clear(&conn->in);
	buf_clear(&conn->out);
	free(conn);
}

/* Take it out of everything; the memory goes at the end of the round. */
static void
drop(struct conn *conn)
{
	struct device *dev = conn->dev;

	if (conn->gone)
		return;
	conn->gone = true;
	loop_watch(dev->sim->loop, &conn->fd, 0);
	loop_disarm(dev->sim->loop, &conn->timer);
	close(conn->fd.fd);
	conn->fd.fd = -1;
	if (conn->exchange != NULL)
		serve_lost(conn->exchange);
	conn->exchange = NULL;
	if (conn->prev == NULL)
		dev->conns = conn->next;
	else
		conn->prev->next = conn->next;
	if (conn->next != NULL)
		conn->next->prev = conn->prev;
	dev->conns_n--;
	loop_later(dev->sim->loop, free_conn, conn);
}

void
conn_cut(struct conn *conn)
{
	/* No close_notify: the power went, or the firmware did not care. */
	drop(conn);
}

static void
on_timer(void *ctx)
{
	conn_cut(ctx);
}

static void
arm(struct conn *conn, int64_t delay_ms)
{
	if (delay_ms > 0)
		loop_arm(conn->dev->sim->loop, &conn->timer, delay_ms);
}

/* Send what is left to send, then let the peer close first. */
static void
start_draining(struct conn *conn)
{
	conn->draining = true;
	if (conn->tls != NULL && conn->shaken)
		tls_close(conn->tls);
	(void)shutdown(conn->fd.fd, SHUT_WR);
	arm(conn, DRAIN_MS);
}

static enum io
tls_result(enum tls_io result, uint32_t *events)
{
	switch (result) {
	case TLS_DONE:
		return IO_DONE;
	case TLS_WANT_WRITE:
		*events |= EPOLLOUT;
		return IO_AGAIN;
	case TLS_WANT_READ:
		return IO_AGAIN;
	case TLS_END:
		break;
	}
	return IO_END;
}

static enum io
shake(struct conn *conn, uint32_t *events)
{
	enum io io = tls_result(tls_shake(conn->tls), events);

	if (io == IO_DONE) {
		conn->shaken = true;
		conn->dev->count.handshakes++;
		if (conn->kind == LISTEN_REDIRECTION)
			conn->dev->count.redirections++;
	} else if (io == IO_END) {
		conn->dev->count.handshakes_failed++;
	}
	return io;
}

static enum io
write_some(struct conn *conn, uint32_t *events)
{
	const char *bytes = conn->out.data + conn->out_done;
	size_t len = conn->out.len - conn->out_done;

	if (conn->tls != NULL) {
		size_t written = 0;
		enum io io =
		    tls_result(tls_write(conn->tls, bytes, len, &written), events);

		conn->out_done += written;
		return io;
	}
	for (;;) {
		ssize_t n = send(conn->fd.fd, bytes, len, MSG_NOSIGNAL);

		if (n >= 0) {
			conn->out_done += (size_t)n;
			return IO_DONE;
		}
		if (errno == EAGAIN) {
			*events |= EPOLLOUT;
			return IO_AGAIN;
		}
		if (errno != EINTR)
			return IO_END;
	}
}

static enum io
read_some(struct conn *conn, uint32_t *events)
{
	char bytes[READ_BYTES];
	size_t len = 0;

	if (conn->tls != NULL && !conn->draining) {
		enum io io =
		    tls_result(tls_read(conn->tls, bytes, sizeof(bytes), &len), events);

		if (io != IO_DONE)
			return io;
	} else {
		ssize_t n = recv(conn->fd.fd, bytes, sizeof(bytes), 0);

		if (n < 0 && errno == EAGAIN)
			return IO_AGAIN;
		if (n <= 0)
			return IO_END;
		len = (size_t)n;
	}
	if (conn->draining)
		return IO_DONE;
	/* What is spoken there is not HTTP, and not simulated. */
	if (conn->kind == LISTEN_REDIRECTION)
		return IO_END;
	return buf_add(&conn->in, bytes, len) == RC_OK ? IO_DONE : IO_END;
}

/* Output is gone: what now? False when the connection is no more. */
static bool
after_output(struct conn *conn)
{
	buf_reset(&conn->out);
	conn->out_done = 0;
	if (conn->endless) {
		http_write_huge_part(&conn->out);
		return true;
	}
	if (conn->end == CONN_CUT) {
		conn_cut(conn);
		return false;
	}
	if (conn->end == CONN_CLOSE && !conn->draining && conn->exchange == NULL)
		start_draining(conn);
	return true;
}

static void
say_continue(struct conn *conn, const struct http_request *request)
{
	/* Once: the header is looked at again whenever more arrives. */
	if (!request->wants_continue || conn->continued)
		return;
	conn->continued = true;
	if (conn->in.len == request->header_bytes)
		buf_add_str(&conn->out, "HTTP/1.1 100 Continue\r\n\r\n");
}

/* Serve a whole request if there is one. False: more bytes are needed. */
static bool
serve_next(struct conn *conn)
{
	struct http_request request;
	size_t used = 0;

	if (conn->in.len == 0)
		return false;
	switch (http_parse(conn->in.data, conn->in.len, &request)) {
	case HTTP_MORE:
		if (request.header_bytes != 0)
			say_continue(conn, &request);
		return false;
	case HTTP_BAD:
		http_write_400(&conn->out, conn->dev);
		buf_reset(&conn->in);
		conn_answered(conn, CONN_CLOSE);
		return true;
	case HTTP_DONE:
		break;
	}
	if (serve_is_busy(conn->dev)) {
		conn->waits = true;
		return false;
	}
	used = request.header_bytes + request.wire_bytes;
	conn->continued = false;
	http_join_chunks(conn->in.data + request.header_bytes, &request);
	serve_start(conn, &request, conn->in.data + request.header_bytes);
	if (conn->gone)
		return true;
	memmove(conn->in.data, conn->in.data + used, conn->in.len - used);
	buf_truncate(&conn->in, conn->in.len - used);
	return true;
}

/* A request if one is whole, bytes if not. */
static enum io
take_in(struct conn *conn, uint32_t *events)
{
	if (conn->exchange != NULL || conn->waits) {
		*events = 0;
		return IO_AGAIN;
	}
	if (!conn->draining &&
	    (serve_next(conn) || conn->waits || conn->out_done < conn->out.len))
		return IO_DONE;
	return read_some(conn, events);
}

/* One step. True: do another one; *events is what to wait for otherwise. */
static bool
step(struct conn *conn, uint32_t *events)
{
	enum io io = IO_DONE;

	*events = EPOLLIN;
	if (conn->tls != NULL && !conn->shaken) {
		io = shake(conn, events);
	} else if (conn->out_done < conn->out.len) {
		io = write_some(conn, events);
	} else {
		if (!after_output(conn))
			return false;
		if (conn->out_done == conn->out.len)
			io = take_in(conn, events);
	}
	if (io == IO_END)
		drop(conn);
	return io == IO_DONE && !conn->gone;
}

static void
pump(struct conn *conn)
{
	uint32_t events = 0;

	bool more = !conn->gone;

	while (more)
		more = step(conn, &events);
	if (!conn->gone)
		loop_watch(conn->dev->sim->loop, &conn->fd, events);
}

static void
on_event(void *ctx, uint32_t events)
{
	struct conn *conn = ctx;

	(void)events;
	if (conn->dev->sw.hang) {
		/* Never read, never answer, until the idle timer ends it. */
		loop_watch(conn->dev->sim->loop, &conn->fd, 0);
		return;
	}
	if (!conn->draining)
		arm(conn, conn->dev->sw.idle_ms);
	pump(conn);
}

void
conn_answered(struct conn *conn, enum conn_end end)
{
	conn->exchange = NULL;
	if (end > conn->end)
		conn->end = end;
	if (!conn->gone)
		loop_watch(conn->dev->sim->loop, &conn->fd, EPOLLIN | EPOLLOUT);
}

void
conn_open(struct device *dev, int fd, enum listen_kind kind)
{
	struct conn *conn = mem_new(1, sizeof(*conn));

	dev->count.connections++;
	if (!dev->sw.hang)
		fleet_complete(dev);
	conn->dev = dev;
	conn->kind = kind;
	conn->fd.fd = fd;
	conn->fd.fn = on_event;
	conn->fd.ctx = conn;
	conn->timer.fn = on_timer;
	conn->timer.ctx = conn;
	buf_init(&conn->in, IN_MAX_BYTES);
	buf_init(&conn->out, OUT_MAX_BYTES);
	conn->next = dev->conns;
	if (dev->conns != NULL)
		dev->conns->prev = conn;
	dev->conns = conn;
	dev->conns_n++;
	if ((int64_t)dev->conns_n > dev->sw.max_connections) {
		drop(conn);
		return;
	}
	if (kind != LISTEN_PLAIN && !dev->sw.hang) {
		conn->tls = tls_new(dev, firmware_served(dev, kind), fd);
		if (conn->tls == NULL) {
			drop(conn);
			return;
		}
	}
	arm(conn, dev->sw.idle_ms);
	loop_watch(dev->sim->loop, &conn->fd, EPOLLIN);
}

void
conn_close_all(struct device *dev)
{
	struct conn *next = NULL;

	for (struct conn *conn = dev->conns; conn != NULL; conn = next) {
		next = conn->next;
		if (conn->out_done < conn->out.len || conn->draining)
			conn_answered(conn, CONN_CLOSE);
		else
			conn_cut(conn);
	}
}

void
conn_wake(struct device *dev)
{
	for (struct conn *conn = dev->conns; conn != NULL; conn = conn->next) {
		if (!conn->waits)
			continue;
		conn->waits = false;
		loop_watch(dev->sim->loop, &conn->fd, EPOLLIN | EPOLLOUT);
	}
}
