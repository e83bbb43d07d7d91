/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The linear story of one device.  An address of a range is no device until
 * somebody answers there, and has the name that its reverse zone gives it.
 */
#include "scan/probe.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "amt/device.h"
#include "amt/read.h"
#include "amt/survey.h"
#include "base/clock.h"
#include "tls/handshake.h"

/* What the steps of one probe share. */
struct step {
	struct probe *probe;
	const struct probe_tools *tools;
	struct task *task;
	const struct roster_entry *entry;
	int64_t deadline_ms;
};

/* Of tls_waiter and of our own connect: the loop tells of every change once, so that
 * one registration is enough, and a second one does no harm. */
static enum rc
wait_for(void *ctx, int fd, enum shake_want want, int64_t until_ms, struct err *err)
{
	struct task *task = ctx;
	enum rc r = task_watch(task, fd, err);

	(void)want;
	if (r == RC_OK)
		(void)task_wait(task, until_ms);
	return r;
}

static enum rc
set_target(struct step *step, const char *name, const char *address, struct err *err)
{
	struct probe *probe = step->probe;
	struct target target;
	enum rc r = setup_target(step->tools->setup, name, address, &target, err);

	if (r != RC_OK)
		return r;
	if (probe->has_target)
		setup_target_clear(&probe->target);
	probe->target = target;
	probe->has_target = true;
	return RC_OK;
}

/* The device of a range gets its name, if it has one. */
static enum rc
find_name(struct step *step, const struct addresses *addresses, struct err *err)
{
	char name[RESOLVE_NAME_SIZE];
	struct err cause = { 0 };
	enum rc r;

	if (step->entry->name != NULL)
		return RC_OK;
	r = resolver_name(step->tools->resolver, step->task, &addresses->list[0],
	    step->deadline_ms, name, &cause);
	if (r == RC_NOTFOUND)
		return RC_OK;
	if (r == RC_OK)
		return set_target(step, name, step->entry->address, err);
	return err_set(err, r, "%s", cause.text);
}

static enum rc
read_tls(struct step *step, const struct addresses *addresses, struct err *err)
{
	const struct tls_waiter waiter = { .wait = wait_for, .ctx = step->task };
	struct probe *probe = step->probe;
	struct presented presented = { 0 };
	struct shaker *shaker = NULL;
	enum rc r;

	r = setup_shaker(step->tools->setup, &probe->target, &shaker, err);
	if (r == RC_OK)
		r = tls_handshake_by(&waiter, shaker, target_address(&probe->target),
		    addresses, step->deadline_ms, &presented, err);
	probe->is_absent =
	    step->entry->name == NULL && (r == RC_CONNECT || r == RC_TIMEOUT);
	if (r == RC_OK)
		r = find_name(step, addresses, err);
	if (r == RC_OK)
		r = survey_judge_presented(&probe->target, probe->now, &presented,
		    &probe->facts, err);
	presented_clear(&presented);
	if (r == RC_OK)
		survey_note_target(&probe->target, probe->now, &probe->facts);
	return r;
}

/* Does anybody listen there? */
static enum rc
knock(struct step *step, const struct address *address, struct err *err)
{
	int fd = socket(address->socket.any.sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(int);
	int reason = 0;
	enum rc r = RC_OK;

	if (fd < 0)
		return err_system(err, "socket");
	if (connect(fd, &address->socket.any, address->len) != 0)
		reason = errno;
	if (reason == EINPROGRESS) {
		r = task_watch(step->task, fd, err);
		if (r == RC_OK && !task_wait(step->task, step->deadline_ms))
			r = err_set(err, RC_TIMEOUT, "connect: no answer in time");
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &reason, &size) != 0)
			reason = errno;
	}
	(void)close(fd);
	if (r == RC_OK && reason != 0)
		r = err_set(err, RC_CONNECT, "connect: refused");
	return r;
}

/* An address of a range, before anybody is logged in to there. */
static enum rc
meet(struct step *step, const struct addresses *addresses, struct err *err)
{
	enum rc r;

	if (step->entry->name != NULL)
		return RC_OK;
	r = knock(step, &addresses->list[0], err);
	step->probe->is_absent = r == RC_CONNECT || r == RC_TIMEOUT;
	return r == RC_OK ? find_name(step, addresses, err) : r;
}

static enum probe_login
login_of(const struct device *device, enum rc r)
{
	if (device == NULL || !device_has_shown_login(device))
		return PROBE_LOGIN_NOT_SHOWN;
	if (r == RC_AUTH)
		return PROBE_LOGIN_REFUSED;
	return device_has_logged_in(device) ? PROBE_LOGIN_TAKEN : PROBE_LOGIN_NONE;
}

static enum rc
read_session(struct step *step, const struct addresses *addresses, struct err *err)
{
	struct probe *probe = step->probe;
	const struct target *target = &probe->target;
	bool is_literal = address_is_literal(target_address(target));
	struct fetch fetch;
	struct device *device = NULL;
	enum rc r;

	probe->login = PROBE_LOGIN_NOT_SHOWN;
	r = fetch_init(&fetch, step->tools->fetcher, step->task, target_address(target),
	    target->port, is_literal ? NULL : addresses, err);
	if (r != RC_OK)
		return r;
	r = device_open_by(&fetch.perform, target, TRUST_TIME_JUDGED, probe->now,
	    step->deadline_ms, &device, err);
	if (r == RC_OK)
		r = read_device(device, target, probe->now, &probe->facts, err);
	probe->login = login_of(device, r);
	device_close(device);
	fetch_clear(&fetch);
	return r;
}

static enum rc
read_store_depth(struct step *step, const struct addresses *addresses, struct err *err)
{
	const struct probe_guard *guard = step->tools->guard;
	struct probe *probe = step->probe;
	enum rc r;

	r = meet(step, addresses, err);
	if (r == RC_OK)
		r = target_load_secret(&probe->target, err);
	if (r == RC_OK && guard != NULL)
		r = guard->may_log_in(guard->ctx, &probe->target, probe->now, err);
	return r == RC_OK ? read_session(step, addresses, err) : r;
}

static enum rc
look(struct step *step, struct err *err)
{
	const struct roster_entry *entry = step->entry;
	struct target *target = &step->probe->target;
	struct addresses addresses;
	enum rc r;

	r = set_target(step, roster_label(entry), entry->address, err);
	if (r == RC_OK)
		r = resolver_find(step->tools->resolver, step->task,
		    target_address(target), target->port, target->family,
		    step->deadline_ms, &addresses, err);
	if (r != RC_OK)
		return r;
	return step->tools->setup->depth == SCAN_TLS
	    ? read_tls(step, &addresses, err)
	    : read_store_depth(step, &addresses, err);
}

void
probe_run(struct probe *probe, const struct probe_tools *tools, struct task *task,
    const struct roster_entry *entry, int64_t deadline_ms)
{
	struct step step = { .probe = probe,
		.tools = tools,
		.task = task,
		.entry = entry,
		.deadline_ms = deadline_ms };

	probe->started_ms = clock_monotonic_ms();
	probe->now = setup_time(tools->setup, probe->started_ms);
	probe->rc = look(&step, &probe->err);
	probe->elapsed_ms = clock_monotonic_ms() - probe->started_ms;
}

void
probe_clear(struct probe *probe)
{
	if (probe->has_target)
		setup_target_clear(&probe->target);
	facts_clear(&probe->facts);
	memset(probe, 0, sizeof(*probe));
}
