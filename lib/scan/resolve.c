/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions wait in a row until a helper is free; one question at a time each.  A
 * task that has waited long enough leaves, and its answer is dropped when it comes.
 */
#include "scan/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

enum kind {
	KIND_FIND,
	KIND_NAME
};

struct question {
	enum kind kind;
	enum tls_family family;
	uint16_t port;
	char host[RESOLVE_NAME_SIZE];
	struct address address;
};

struct answer {
	struct err err;
	struct addresses addresses;
	char name[RESOLVE_NAME_SIZE];
};

/* A task that waits; on its stack. */
struct request {
	struct task *task;
	struct question question;
	struct answer *answer;
	bool is_done;
	struct request *next;
};

struct helper {
	struct resolver *resolver;
	struct loop_source source;
	pid_t pid;
	int fd;	      /* -1: gone */
	bool is_busy; /* with request, or with one that was given up */
	struct request *request;
};

struct resolver {
	struct loop *loop;
	struct helper helpers[RESOLVE_HELPERS];
	struct request *first;
};

/* Does one of the addresses of name say the same as address? */
static bool
leads_back(const struct address *address, const struct addresses *addresses)
{
	for (size_t i = 0; i < addresses->n; i++) {
		const struct address *other = &addresses->list[i];

		if (other->socket.any.sa_family != address->socket.any.sa_family)
			continue;
		if (address->socket.any.sa_family == AF_INET
			? other->socket.ipv4.sin_addr.s_addr ==
			    address->socket.ipv4.sin_addr.s_addr
			: memcmp(&other->socket.ipv6.sin6_addr,
			      &address->socket.ipv6.sin6_addr,
			      sizeof(struct in6_addr)) == 0)
			return true;
	}
	return false;
}

static void
answer_name(const struct question *question, struct answer *answer)
{
	const struct address *address = &question->address;

	if (getnameinfo(&address->socket.any, address->len, answer->name,
		sizeof(answer->name), NULL, 0, NI_NAMEREQD) != 0 ||
	    !text_is_hostname(answer->name) || address_is_literal(answer->name)) {
		(void)err_set(&answer->err, RC_NOTFOUND, "address: it has no name");
		return;
	}
	if (address_resolve(answer->name, 0, TLS_FAMILY_ANY, &answer->addresses,
		NULL) != RC_OK ||
	    !leads_back(address, &answer->addresses))
		(void)err_set(&answer->err, RC_NOTFOUND,
		    "%s: name: does not lead back to the address", answer->name);
}

/* The life of a helper. */
static void
serve(int fd)
{
	struct question question;
	struct answer answer;

	while (recv(fd, &question, sizeof(question), 0) == (ssize_t)sizeof(question)) {
		memset(&answer, 0, sizeof(answer));
		if (question.kind == KIND_FIND)
			(void)address_resolve(question.host, question.port,
			    question.family, &answer.addresses, &answer.err);
		else
			answer_name(&question, &answer);
		if (send(fd, &answer, sizeof(answer), MSG_NOSIGNAL) < 0)
			break;
	}
}

static void
be_helper(int fd)
{
	sigset_t none;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)sigemptyset(&none);
	(void)pthread_sigmask(SIG_SETMASK, &none, NULL);
	if (fd > STDERR_FILENO + 1)
		(void)close_range(STDERR_FILENO + 1, (unsigned int)fd - 1, 0);
	(void)close_range((unsigned int)fd + 1, ~0U, 0);
	serve(fd);
	_exit(0);
}

static void
ask(struct helper *helper, struct request *request)
{
	helper->is_busy = true;
	helper->request = request;
	/* One message in an empty socket buffer: it is taken whole, or the helper
	 * is gone, which on_answer() notices. */
	(void)send(helper->fd, &request->question, sizeof(request->question),
	    MSG_NOSIGNAL);
}

static void
finish(struct request *request, const struct answer *answer)
{
	*request->answer = *answer;
	request->is_done = true;
	task_wake(request->task);
}

static bool
has_helper(const struct resolver *resolver)
{
	for (size_t i = 0; i < RESOLVE_HELPERS; i++)
		if (resolver->helpers[i].fd >= 0)
			return true;
	return false;
}

/* Nobody is left to ask. */
static void
give_up(struct resolver *resolver, const struct answer *answer)
{
	while (resolver->first != NULL) {
		struct request *request = resolver->first;

		resolver->first = request->next;
		finish(request, answer);
	}
}

static void
on_answer(void *ctx)
{
	struct helper *helper = ctx;
	struct resolver *resolver = helper->resolver;
	struct answer answer = { .err = { .rc = RC_OK } };
	ssize_t n = recv(helper->fd, &answer, sizeof(answer), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n != (ssize_t)sizeof(answer)) {
		(void)err_set(&answer.err, RC_SYSTEM, "name: a resolver process died");
		loop_unwatch(resolver->loop, helper->fd);
		(void)close(helper->fd);
		helper->fd = -1;
	}
	if (helper->request != NULL)
		finish(helper->request, &answer);
	helper->request = NULL;
	helper->is_busy = false;
	if (helper->fd < 0 && !has_helper(resolver))
		give_up(resolver, &answer);
	if (helper->fd >= 0 && resolver->first != NULL) {
		struct request *request = resolver->first;

		resolver->first = request->next;
		ask(helper, request);
	}
}

static enum rc
start_helper(struct resolver *resolver, struct helper *helper, struct err *err)
{
	int pair[2];
	enum rc r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return err_system(err, "name: socketpair");
	helper->pid = fork();
	if (helper->pid == 0)
		be_helper(pair[1]);
	(void)close(pair[1]);
	helper->fd = pair[0];
	if (helper->pid < 0)
		return err_system(err, "name: fork");
	helper->resolver = resolver;
	helper->source.on_ready = on_answer;
	helper->source.ctx = helper;
	r = loop_join(resolver->loop, &helper->source, err);
	return r == RC_OK
	    ? loop_watch_input(resolver->loop, &helper->source, helper->fd, err)
	    : r;
}

enum rc
resolver_new(struct loop *loop, struct resolver **ret_resolver, struct err *err)
{
	struct resolver *resolver = calloc(1, sizeof(*resolver));
	enum rc r = RC_OK;

	if (resolver == NULL)
		return err_set(err, RC_NOMEM, "name: out of memory");
	resolver->loop = loop;
	for (size_t i = 0; i < RESOLVE_HELPERS; i++)
		resolver->helpers[i].fd = -1;
	for (size_t i = 0; i < RESOLVE_HELPERS && r == RC_OK; i++)
		r = start_helper(resolver, &resolver->helpers[i], err);
	if (r == RC_OK)
		*ret_resolver = resolver;
	else
		resolver_free(resolver);
	return r;
}

void
resolver_free(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	for (size_t i = 0; i < RESOLVE_HELPERS; i++) {
		struct helper *helper = &resolver->helpers[i];

		loop_leave(resolver->loop, &helper->source);
		if (helper->fd >= 0)
			(void)close(helper->fd);
		if (helper->pid <= 0)
			continue;
		/* It may stand in a look-up that takes its time. */
		(void)kill(helper->pid, SIGKILL);
		(void)waitpid(helper->pid, NULL, 0);
	}
	free(resolver);
}

static void
enqueue(struct resolver *resolver, struct request *request)
{
	struct request **last = &resolver->first;

	for (size_t i = 0; i < RESOLVE_HELPERS; i++) {
		struct helper *helper = &resolver->helpers[i];

		if (helper->fd >= 0 && !helper->is_busy) {
			ask(helper, request);
			return;
		}
	}
	while (*last != NULL)
		last = &(*last)->next;
	*last = request;
}

static void
withdraw(struct resolver *resolver, const struct request *request)
{
	for (size_t i = 0; i < RESOLVE_HELPERS; i++)
		if (resolver->helpers[i].request == request)
			resolver->helpers[i].request = NULL;
	for (struct request **at = &resolver->first; *at != NULL; at = &(*at)->next) {
		if (*at == request) {
			*at = request->next;
			return;
		}
	}
}

static enum rc
put_question(struct resolver *resolver, struct request *request, int64_t until_ms,
    const char *about, struct err *err)
{
	if (resolver == NULL || !has_helper(resolver))
		return err_set(err, RC_SYSTEM, "%s: name: no resolver process", about);
	enqueue(resolver, request);
	while (!request->is_done && task_wait(request->task, until_ms))
		;
	if (!request->is_done) {
		withdraw(resolver, request);
		return err_set(err, RC_TIMEOUT, "%s: name: no answer in time", about);
	}
	if (request->answer->err.rc == RC_OK)
		return RC_OK;
	return err_set(err, request->answer->err.rc, "%s", request->answer->err.text);
}

enum rc
resolver_find(struct resolver *resolver, struct task *task, const char *host,
    uint16_t port, enum tls_family family, int64_t until_ms,
    struct addresses *ret_addresses, struct err *err)
{
	struct answer answer = { .err = { .rc = RC_OK } };
	struct request request = { .task = task, .answer = &answer };
	enum rc r;

	if (address_is_literal(host))
		return address_resolve(host, port, family, ret_addresses, err);
	request.question.kind = KIND_FIND;
	request.question.family = family;
	request.question.port = port;
	(void)snprintf(request.question.host, sizeof(request.question.host), "%s",
	    host);
	r = put_question(resolver, &request, until_ms, host, err);
	if (r == RC_OK)
		*ret_addresses = answer.addresses;
	return r;
}

enum rc
resolver_name(struct resolver *resolver, struct task *task,
    const struct address *address, int64_t until_ms, char name[RESOLVE_NAME_SIZE],
    struct err *err)
{
	struct answer answer = { .err = { .rc = RC_OK } };
	struct request request = { .task = task, .answer = &answer };
	char text[ADDRESS_TEXT_SIZE];
	enum rc r;

	address_format(&address->socket.any, text);
	request.question.kind = KIND_NAME;
	request.question.address = *address;
	r = put_question(resolver, &request, until_ms, text, err);
	if (r == RC_OK)
		memcpy(name, answer.name, sizeof(answer.name));
	return r;
}
