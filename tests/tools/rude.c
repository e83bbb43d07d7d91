/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A TCP server without manners, for the tests of clients with deadlines.
 * usage: rude close|reset|silent|garbage|dribble|flood|full [IPv4-ADDRESS [PORT]]
 * Prints "listening PORT"; serves one client at a time until it is stopped.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"

enum {
	BACKLOG = 16,
	DRIBBLE_MS = 50,
	EXIT_WRONG_USAGE = 3,
};

struct manner {
	const char *name;
	void (*serve)(int fd); /* NULL: nobody is ever accepted */
};

static bool
say(int fd, const void *bytes, size_t len)
{
	return send(fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* Until the client leaves. */
static void
serve_silent(int fd)
{
	char bytes[1024];

	while (recv(fd, bytes, sizeof(bytes), 0) > 0)
		;
}

static void
serve_close(int fd)
{
	char bytes[1024];

	(void)recv(fd, bytes, sizeof(bytes), 0);
}

static void
serve_reset(int fd)
{
	const struct linger linger = { .l_onoff = 1 };

	serve_close(fd);
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static void
serve_garbage(int fd)
{
	static const char garbage[] = "220 mail.example ESMTP\r\n";

	if (say(fd, garbage, sizeof(garbage) - 1))
		serve_silent(fd);
}

/* A handshake record of 16 KiB, so slowly that it never ends. */
static void
serve_dribble(int fd)
{
	const struct timespec pause = { .tv_nsec = DRIBBLE_MS * 1000L * 1000L };
	static const uint8_t start[] = { 22, 3, 3, 0x40, 0, 2, 0, 0x3f, 0xfc };
	static const uint8_t more = 0;

	for (size_t i = 0;; i++) {
		if (!say(fd, i < sizeof(start) ? &start[i] : &more, 1))
			return;
		(void)nanosleep(&pause, NULL);
	}
}

/* HelloRequest, which a client has to ignore, for ever. */
static void
serve_flood(int fd)
{
	static const uint8_t hello_request[] = { 22, 3, 3, 0, 4, 0, 0, 0, 0 };

	while (say(fd, hello_request, sizeof(hello_request)))
		;
}

static const struct manner manners[] = {
	{ "close", serve_close },
	{ "reset", serve_reset },
	{ "silent", serve_silent },
	{ "garbage", serve_garbage },
	{ "dribble", serve_dribble },
	{ "flood", serve_flood },
	{ "full", NULL },
};

static const struct manner *
find_manner(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof(manners) / sizeof(manners[0]);
	     i++)
		if (strcmp(manners[i].name, name) == 0)
			return &manners[i];
	return NULL;
}

/* Connections that nobody takes, until the system drops further ones: to a client
 * it looks like a host that is off. */
static void
fill_queue(const struct sockaddr_in *address)
{
	int fd;

	for (int i = 0; i < 2 * BACKLOG; i++) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(fd, (const struct sockaddr *)address, sizeof(*address));
	}
}

/* The listening socket; its address with the port it got. */
static int
listen_at(struct sockaddr_in *address, int backlog)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(*address);
	const int on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(fd, (struct sockaddr *)address, sizeof(*address)) != 0 ||
	    listen(fd, backlog) != 0 ||
	    getsockname(fd, (struct sockaddr *)address, &len) != 0)
		return -1;
	return fd;
}

static bool
read_address(int argc, char **argv, struct sockaddr_in *address)
{
	int64_t port = 0;

	address->sin_family = AF_INET;
	if (argc > 4 ||
	    inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &address->sin_addr) !=
		1 ||
	    (argc > 3 && num_parse(argv[3], 0, UINT16_MAX, &port, NULL) != RC_OK))
		return false;
	address->sin_port = htons((uint16_t)port);
	return true;
}

int
main(int argc, char **argv)
{
	const struct manner *manner = find_manner(argc > 1 ? argv[1] : NULL);
	struct sockaddr_in address = { 0 };
	bool is_full = manner != NULL && manner->serve == NULL;
	int listen_fd, fd;

	if (manner == NULL || !read_address(argc, argv, &address)) {
		(void)fprintf(stderr, "usage: rude MANNER [IPv4-ADDRESS [PORT]]\n");
		return EXIT_WRONG_USAGE;
	}
	listen_fd = listen_at(&address, is_full ? 0 : BACKLOG);
	if (listen_fd < 0) {
		perror("rude");
		return 1;
	}
	if (is_full)
		fill_queue(&address);
	printf("listening %u\n", (unsigned int)ntohs(address.sin_port));
	(void)fflush(stdout);
	for (;;) {
		if (is_full) {
			(void)pause();
			continue;
		}
		fd = accept(listen_fd, NULL, NULL);
		if (fd < 0)
			return 1;
		manner->serve(fd);
		(void)close(fd);
	}
}
