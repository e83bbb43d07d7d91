/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UNIX socket with a line protocol.  The listening end is part of the event
 * loop; a client is read once and answered once.
 */
#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "command.h"
#include "loop.h"
#include "mem.h"
#include "sim.h"

enum {
	COMMAND_MAX_BYTES = 4096,
	ANSWER_MAX = 256 * 1024 * 1024,
};

struct control {
	struct sim *sim;
	struct loop_fd fd;
	char *path;
	struct client *clients;
};

struct client {
	struct control *control;
	struct loop_fd fd;
	struct client *next;
	char line[COMMAND_MAX_BYTES];
	size_t len;
	struct buf answer;
	size_t done;
};

static void
free_client(void *ctx)
{
	struct client *client = ctx;

	buf_clear(&client->answer);
	free(client);
}

static void
drop_client(struct client *client)
{
	struct control *control = client->control;
	struct client **place = &control->clients;

	while (*place != client)
		place = &(*place)->next;
	*place = client->next;
	loop_watch(control->sim->loop, &client->fd, 0);
	close(client->fd.fd);
	loop_later(control->sim->loop, free_client, client);
}

static void
send_answer(struct client *client)
{
	while (client->done < client->answer.len) {
		ssize_t n = send(client->fd.fd, client->answer.data + client->done,
		    client->answer.len - client->done, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN) {
			loop_watch(client->control->sim->loop, &client->fd, EPOLLOUT);
			return;
		}
		if (n <= 0)
			break;
		client->done += (size_t)n;
	}
	drop_client(client);
}

static void
on_client(void *ctx, uint32_t events)
{
	struct client *client = ctx;
	ssize_t n = 0;

	if (client->answer.len > 0) {
		send_answer(client);
		return;
	}
	(void)events;
	n = recv(client->fd.fd, client->line + client->len,
	    sizeof(client->line) - 1 - client->len, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		drop_client(client);
		return;
	}
	client->len += (size_t)n;
	client->line[client->len] = '\0';
	if (strchr(client->line, '\n') == NULL)
		return;
	client->line[strcspn(client->line, "\r\n")] = '\0';
	command_run(client->control->sim, client->line, &client->answer);
	send_answer(client);
}

static void
on_accept(void *ctx, uint32_t events)
{
	struct control *control = ctx;
	struct client *client = NULL;
	int fd = accept4(control->fd.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	client = mem_new(1, sizeof(*client));
	client->control = control;
	client->fd.fd = fd;
	client->fd.fn = on_client;
	client->fd.ctx = client;
	client->next = control->clients;
	control->clients = client;
	buf_init(&client->answer, ANSWER_MAX);
	loop_watch(control->sim->loop, &client->fd, EPOLLIN);
}

static enum rc
make_address(const char *path, struct sockaddr_un *sa, struct err *err)
{
	size_t len = strlen(path);

	*sa = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (len >= sizeof(sa->sun_path))
		return err_set(err, RC_USAGE, "--control %s: path too long", path);
	memcpy(sa->sun_path, path, len + 1);
	return RC_OK;
}

enum rc
control_open(struct sim *sim, const char *path, struct err *err)
{
	struct sockaddr_un sa;
	struct control *control = NULL;
	int fd = -1;

	if (make_address(path, &sa, err) != RC_OK)
		return RC_USAGE;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_system(err, "socket");
	(void)unlink(path);
	if (bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0 ||
	    listen(fd, 16) != 0) {
		(void)err_system(err, "--control %s", path);
		close(fd);
		return RC_SYSTEM;
	}
	control = mem_new(1, sizeof(*control));
	control->sim = sim;
	control->path = mem_dup(path);
	control->fd.fd = fd;
	control->fd.fn = on_accept;
	control->fd.ctx = control;
	loop_watch(sim->loop, &control->fd, EPOLLIN);
	sim->control = control;
	return RC_OK;
}

void
control_close(struct control *control)
{
	if (control == NULL)
		return;
	while (control->clients != NULL)
		drop_client(control->clients);
	loop_watch(control->sim->loop, &control->fd, 0);
	close(control->fd.fd);
	(void)unlink(control->path);
	free(control->path);
	free(control);
}

static enum rc
print_answer(int fd, bool *ret_is_error)
{
	char bytes[65536];
	bool first = true;

	*ret_is_error = false;
	for (;;) {
		ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

		if (n < 0)
			return RC_SYSTEM;
		if (n == 0)
			return first ? RC_LOST : RC_OK;
		if (first)
			*ret_is_error = n >= 6 && strncmp(bytes, "error:", 6) == 0;
		first = false;
		if (fwrite(bytes, 1, (size_t)n, stdout) != (size_t)n)
			return RC_SYSTEM;
	}
}

enum rc
control_ask(const char *path, const char *command, struct err *err)
{
	struct sockaddr_un sa;
	struct buf line = { 0 };
	bool is_error = false;
	enum rc r = make_address(path, &sa, err);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (r != RC_OK || fd < 0) {
		if (fd >= 0)
			close(fd);
		return r != RC_OK ? r : err_system(err, "socket");
	}
	buf_init(&line, COMMAND_MAX_BYTES);
	buf_addf(&line, "%s\n", command);
	if (connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0 ||
	    send(fd, buf_str(&line), line.len, MSG_NOSIGNAL) != (ssize_t)line.len)
		r = err_system(err, "%s", path);
	else
		r = print_answer(fd, &is_error);
	if (r == RC_OK && is_error)
		r = err_set(err, RC_STATE, "%s: refused", command);
	else if (r != RC_OK)
		(void)err_set(err, r, "%s: no answer", path);
	buf_clear(&line);
	close(fd);
	return r;
}
