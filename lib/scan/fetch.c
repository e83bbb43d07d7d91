/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One multi handle drives everything, but each session keeps its connections in a
 * share of its own: libcurl would otherwise give the connection that one session
 * has judged to another one with the same address, and keep it open behind our
 * back.  curl_multi_socket_action(3), CURLOPT_SHARE(3), CURLOPT_RESOLVE(3).
 */
#include "scan/fetch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

enum {
	EVENTS_A_TURN = 256,
	/* Answers come in pieces of some 770 bytes, requests have a few kB. */
	RECEIVE_BYTES = 4 * 1024,
	SEND_BYTES = 16 * 1024, /* the least that libcurl takes */
	RESOLVED_MAX_BYTES = 2048
};

struct fetcher {
	struct loop *loop;
	struct loop_source source;
	int epoll_fd; /* libcurl's descriptors */
	CURLM *multi;
};

/* Transfers that have ended. */
static void
wake_finished(struct fetcher *fetcher)
{
	int n_left = 0;
	CURLMsg *message = curl_multi_info_read(fetcher->multi, &n_left);

	while (message != NULL) {
		CURL *curl = message->easy_handle;
		CURLcode code = message->data.result;
		char *user = NULL;

		(void)curl_easy_getinfo(curl, CURLINFO_PRIVATE, &user);
		(void)curl_multi_remove_handle(fetcher->multi, curl);
		if (user != NULL) {
			struct fetch *fetch = (struct fetch *)(void *)user;

			fetch->code = code;
			fetch->is_done = true;
			task_wake(fetch->task);
		}
		message = curl_multi_info_read(fetcher->multi, &n_left);
	}
}

static int
curl_events(uint32_t events)
{
	int bits = 0;

	if ((events & (EPOLLIN | EPOLLHUP)) != 0)
		bits |= CURL_CSELECT_IN;
	if ((events & EPOLLOUT) != 0)
		bits |= CURL_CSELECT_OUT;
	if ((events & EPOLLERR) != 0)
		bits |= CURL_CSELECT_ERR;
	return bits;
}

/* A descriptor of libcurl's is ready, or the moment has come that it asked for. */
static void
on_ready(void *ctx)
{
	struct fetcher *fetcher = ctx;
	struct epoll_event events[EVENTS_A_TURN];
	int n_running = 0;
	int n = epoll_wait(fetcher->epoll_fd, events, EVENTS_A_TURN, 0);

	for (int i = 0; i < n; i++)
		(void)curl_multi_socket_action(fetcher->multi, events[i].data.fd,
		    curl_events(events[i].events), &n_running);
	/* Does nothing before that moment. */
	(void)curl_multi_socket_action(fetcher->multi, CURL_SOCKET_TIMEOUT, 0,
	    &n_running);
	wake_finished(fetcher);
}

/* libcurl tells what it waits for. */
static int
on_socket(CURL *curl, curl_socket_t fd, int what, void *user, void *known)
{
	struct fetcher *fetcher = user;
	struct epoll_event event = { .events = 0 };

	(void)curl;
	(void)known;
	event.data.fd = fd;
	if (what == CURL_POLL_REMOVE) {
		/* It may be closed already. */
		(void)epoll_ctl(fetcher->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	if ((what & CURL_POLL_IN) != 0)
		event.events |= EPOLLIN;
	if ((what & CURL_POLL_OUT) != 0)
		event.events |= EPOLLOUT;
	if (epoll_ctl(fetcher->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0 &&
	    (errno != EEXIST ||
		epoll_ctl(fetcher->epoll_fd, EPOLL_CTL_MOD, fd, &event) != 0))
		return -1;
	return 0;
}

static int
on_timer(CURLM *multi, long timeout_ms, void *user)
{
	struct fetcher *fetcher = user;

	(void)multi;
	loop_call_at(fetcher->loop, &fetcher->source,
	    timeout_ms < 0 ? LOOP_NEVER : clock_monotonic_ms() + timeout_ms);
	return 0;
}

static enum rc
set_up(struct fetcher *fetcher, struct err *err)
{
	CURLM *multi = fetcher->multi;
	bool bad = false;

#define SET(option, value) bad |= curl_multi_setopt(multi, option, value) != CURLM_OK
	SET(CURLMOPT_SOCKETFUNCTION, on_socket);
	SET(CURLMOPT_SOCKETDATA, fetcher);
	SET(CURLMOPT_TIMERFUNCTION, on_timer);
	SET(CURLMOPT_TIMERDATA, fetcher);
#undef SET
	return bad ? err_set(err, RC_NOMEM, "HTTP: libcurl takes no options") : RC_OK;
}

enum rc
fetcher_new(struct loop *loop, struct fetcher **ret_fetcher, struct err *err)
{
	struct fetcher *fetcher = calloc(1, sizeof(*fetcher));
	enum rc r = RC_OK;

	if (fetcher == NULL || curl_global_init(CURL_GLOBAL_SSL) != CURLE_OK) {
		free(fetcher);
		return err_set(err, RC_NOMEM, "HTTP: out of memory");
	}
	fetcher->loop = loop;
	fetcher->source.on_ready = on_ready;
	fetcher->source.ctx = fetcher;
	fetcher->multi = curl_multi_init();
	fetcher->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (fetcher->multi == NULL)
		r = err_set(err, RC_NOMEM, "HTTP: out of memory");
	else if (fetcher->epoll_fd < 0)
		r = err_system(err, "HTTP: epoll_create1");
	if (r == RC_OK)
		r = set_up(fetcher, err);
	if (r == RC_OK)
		r = loop_join(loop, &fetcher->source, err);
	if (r == RC_OK)
		r = loop_watch_input(loop, &fetcher->source, fetcher->epoll_fd, err);
	if (r == RC_OK)
		*ret_fetcher = fetcher;
	else
		fetcher_free(fetcher);
	return r;
}

void
fetcher_free(struct fetcher *fetcher)
{
	if (fetcher == NULL)
		return;
	(void)curl_multi_cleanup(fetcher->multi);
	curl_global_cleanup();
	loop_leave(fetcher->loop, &fetcher->source);
	if (fetcher->epoll_fd >= 0)
		(void)close(fetcher->epoll_fd);
	free(fetcher);
}

/* What is of the way and not of the request. */
static bool
prepare(struct fetch *fetch, CURL *curl)
{
	bool bad = false;

#define SET(option, value) bad |= curl_easy_setopt(curl, option, value) != CURLE_OK
	SET(CURLOPT_PRIVATE, fetch);
	SET(CURLOPT_SHARE, fetch->connections);
	SET(CURLOPT_RESOLVE, fetch->resolved);
	SET(CURLOPT_BUFFERSIZE, (long)RECEIVE_BYTES);
	SET(CURLOPT_UPLOAD_BUFFERSIZE, (long)SEND_BYTES);
#undef SET
	return !bad;
}

static CURLcode
run(void *ctx, CURL *curl)
{
	struct fetch *fetch = ctx;

	fetch->is_done = false;
	fetch->code = CURLE_OPERATION_TIMEDOUT;
	if (!prepare(fetch, curl))
		return CURLE_OUT_OF_MEMORY;
	if (curl_multi_add_handle(fetch->fetcher->multi, curl) != CURLM_OK)
		return CURLE_FAILED_INIT;
	/* The time limit is the request's own; only a stopped task is late here. */
	while (!fetch->is_done && task_wait(fetch->task, LOOP_NEVER))
		;
	if (!fetch->is_done)
		(void)curl_multi_remove_handle(fetch->fetcher->multi, curl);
	return fetch->code;
}

/* "host:port:address,address" as CURLOPT_RESOLVE wants it. */
static enum rc
format_resolved(struct buf *line, const char *host, uint16_t port,
    const struct addresses *addresses)
{
	char field[ADDRESS_TEXT_SIZE];

	(void)buf_addf(line, "%s:%u:", host, (unsigned int)port);
	for (size_t i = 0; i < addresses->n; i++) {
		char *colon;

		address_format(&addresses->list[i].socket.any, field);
		colon = strrchr(field, ':');
		if (colon != NULL)
			*colon = '\0';
		(void)buf_addf(line, "%s%s", i == 0 ? "" : ",", field);
	}
	return line->rc;
}

enum rc
fetch_init(struct fetch *fetch, struct fetcher *fetcher, struct task *task,
    const char *host, uint16_t port, const struct addresses *addresses, struct err *err)
{
	struct buf line;
	enum rc r = RC_OK;

	memset(fetch, 0, sizeof(*fetch));
	fetch->perform.run = run;
	fetch->perform.ctx = fetch;
	fetch->fetcher = fetcher;
	fetch->task = task;
	fetch->connections = curl_share_init();
	if (fetch->connections == NULL ||
	    curl_share_setopt(fetch->connections, CURLSHOPT_SHARE,
		CURL_LOCK_DATA_CONNECT) != CURLSHE_OK ||
	    curl_share_setopt(fetch->connections, CURLSHOPT_SHARE,
		CURL_LOCK_DATA_DNS) != CURLSHE_OK)
		r = err_set(err, RC_NOMEM, "HTTP: out of memory");
	buf_init(&line, RESOLVED_MAX_BYTES);
	if (r == RC_OK && addresses != NULL) {
		if (format_resolved(&line, host, port, addresses) == RC_OK)
			fetch->resolved = curl_slist_append(NULL, buf_str(&line));
		if (fetch->resolved == NULL)
			r = err_set(err, RC_NOMEM, "HTTP: out of memory");
	}
	buf_clear(&line);
	if (r != RC_OK)
		fetch_clear(fetch);
	return r;
}

void
fetch_clear(struct fetch *fetch)
{
	(void)curl_share_cleanup(fetch->connections);
	curl_slist_free_all(fetch->resolved);
	memset(fetch, 0, sizeof(*fetch));
}
