/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Listening sockets.  A port the kernel chose stays bound while it is closed,
 * so that nobody else can take it; a connect is refused all the same.
 */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conn.h"
#include "device.h"
#include "sim.h"

enum {
	BACKLOG = 128,
	BIND_TRIES = 50,
	ACCEPTS_PER_ROUND = 32,
};

static int
bound_socket(const struct device *dev, uint16_t port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(port) };
	int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	sa.sin_addr = dev->address;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* The kernel proposes a port; binding it by number makes it ours to keep. */
static int
choose_port(const struct device *dev, uint16_t *ret_port)
{
	struct sockaddr_in sa = { 0 };
	socklen_t len = sizeof(sa);

	for (int i = 0; i < BIND_TRIES; i++) {
		int fd = bound_socket(dev, 0);
		int known = -1;

		if (fd < 0)
			return -1;
		known = getsockname(fd, (struct sockaddr *)&sa, &len);
		close(fd);
		if (known != 0)
			return -1;
		fd = bound_socket(dev, ntohs(sa.sin_port));
		if (fd >= 0) {
			*ret_port = ntohs(sa.sin_port);
			return fd;
		}
	}
	return -1;
}

enum rc
listen_prepare(struct device *dev, struct err *err)
{
	for (int i = 0; i < LISTEN_KINDS; i++) {
		struct listener *listener = &dev->listeners[i];

		if (listener->port != 0)
			continue;
		listener->fd.fd = choose_port(dev, &listener->port);
		if (listener->fd.fd < 0)
			return err_system(err, "device %s: bind", dev->name);
		listener->chosen = true;
	}
	return RC_OK;
}

static void
on_accept(void *ctx, uint32_t events)
{
	struct listener *listener = ctx;

	(void)events;
	for (int i = 0; i < ACCEPTS_PER_ROUND; i++) {
		int on = 1;
		int fd =
		    accept4(listener->fd.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return;
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		conn_open(listener->dev, fd, listener->kind);
	}
}

static enum rc
open_listener(struct listener *listener, struct err *err)
{
	struct device *dev = listener->dev;

	if (listener->fd.fd < 0)
		listener->fd.fd = bound_socket(dev, listener->port);
	if (listener->fd.fd < 0)
		return err_system(err, "device %s: bind %s port %u", dev->name,
		    inet_ntoa(dev->address), (unsigned)listener->port);
	if (listen(listener->fd.fd, BACKLOG) != 0)
		return err_system(err, "device %s: listen", dev->name);
	listener->fd.fn = on_accept;
	listener->fd.ctx = listener;
	listener->open = true;
	loop_watch(dev->sim->loop, &listener->fd, EPOLLIN);
	return RC_OK;
}

static void
close_listener(struct listener *listener)
{
	loop_watch(listener->dev->sim->loop, &listener->fd, 0);
	listener->open = false;
	if (listener->chosen) {
		(void)shutdown(listener->fd.fd, SHUT_RD);
		return;
	}
	close(listener->fd.fd);
	listener->fd.fd = -1;
}

enum rc
listen_set(struct device *dev, const bool wanted[LISTEN_KINDS], struct err *err)
{
	enum rc r = RC_OK;

	for (int i = 0; i < LISTEN_KINDS && r == RC_OK; i++) {
		struct listener *listener = &dev->listeners[i];

		if (wanted[i] && !listener->open)
			r = open_listener(listener, err);
		else if (!wanted[i] && listener->open)
			close_listener(listener);
	}
	return r;
}

void
listen_close(struct device *dev)
{
	for (int i = 0; i < LISTEN_KINDS; i++) {
		struct listener *listener = &dev->listeners[i];

		if (listener->fd.fd < 0)
			continue;
		loop_watch(dev->sim->loop, &listener->fd, 0);
		close(listener->fd.fd);
		listener->fd.fd = -1;
		listener->open = false;
	}
}
