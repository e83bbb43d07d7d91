/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork(2), execve(2), two pipes and a process descriptor.
 */
#include "queue/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/text.h"

enum {
	LOCK_FD = STDERR_FILENO + 1, /* that of the child; then CALL_RESULT_FD */
	FAILED_FD = CALL_RESULT_FD + 1,
	LOOK_MS = 1000, /* whether to stop */
};

/* The last bytes of what a descriptor says. */
struct tail {
	int fd; /* -1: at its end */
	size_t len;
	char bytes[LAUNCH_TAIL_BYTES];
};

struct running {
	pid_t pid;
	int ended; /* readable once it has ended */
	struct tail said;
	struct tail result;
	struct tail failed; /* errno of an execve(2) that failed */
};

struct pipes {
	int said[2];
	int result[2];
	int failed[2];
};

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool
make_pipes(struct pipes *pipes)
{
	*pipes = (struct pipes){ { -1, -1 }, { -1, -1 }, { -1, -1 } };
	return pipe2(pipes->said, O_CLOEXEC) == 0 &&
	    pipe2(pipes->result, O_CLOEXEC) == 0 &&
	    pipe2(pipes->failed, O_CLOEXEC) == 0 &&
	    fcntl(pipes->said[0], F_SETFL, O_NONBLOCK) == 0 &&
	    fcntl(pipes->result[0], F_SETFL, O_NONBLOCK) == 0;
}

/* From here on only what may be called between fork and exec. */
static bool
become(const struct pipes *pipes, int lock_fd)
{
	int null = child_lift(open("/dev/null", O_RDONLY | O_CLOEXEC), FAILED_FD + 1);
	int said = child_lift(pipes->said[1], FAILED_FD + 1);
	int result = child_lift(pipes->result[1], FAILED_FD + 1);
	int failed = child_lift(pipes->failed[1], FAILED_FD + 1);
	int lock = child_lift(lock_fd, FAILED_FD + 1);

	if (null < 0 || said < 0 || result < 0 || failed < 0 || lock < 0 ||
	    dup2(null, STDIN_FILENO) < 0 || dup2(said, STDOUT_FILENO) < 0 ||
	    dup2(said, STDERR_FILENO) < 0 || dup2(lock, LOCK_FD) < 0 ||
	    dup2(result, CALL_RESULT_FD) < 0 || dup3(failed, FAILED_FD, O_CLOEXEC) < 0)
		return false;
	closefrom(FAILED_FD + 1);
	if (setpgid(0, 0) != 0 || chdir("/") != 0)
		return false;
	child_reset_signals();
	(void)umask(077);
	return true;
}

static void
run_child(const struct call *call, const struct pipes *pipes, int lock_fd)
{
	bool is_ready = become(pipes, lock_fd);

	child_exec(is_ready, call->args, call->env,
	    is_ready ? FAILED_FD : pipes->failed[1]);
}

static bool
start(const struct call *call, int lock_fd, struct pipes *pipes, struct running *run)
{
	run->pid = fork();
	if (run->pid == 0)
		run_child(call, pipes, lock_fd);
	if (run->pid < 0)
		return false;
	(void)setpgid(run->pid, run->pid); /* whoever comes first */
	close_fd(&pipes->said[1]);
	close_fd(&pipes->result[1]);
	close_fd(&pipes->failed[1]);
	run->said.fd = pipes->said[0];
	run->result.fd = pipes->result[0];
	run->failed.fd = pipes->failed[0];
	/* Without one it is looked after once a second. */
	run->ended = child_open(run->pid);
	return true;
}

static void
keep(struct tail *tail, const char *bytes, size_t len)
{
	size_t drop;

	if (len > sizeof(tail->bytes)) {
		bytes += len - sizeof(tail->bytes);
		len = sizeof(tail->bytes);
	}
	drop = tail->len + len > sizeof(tail->bytes)
	    ? tail->len + len - sizeof(tail->bytes)
	    : 0;
	memmove(tail->bytes, tail->bytes + drop, tail->len - drop);
	tail->len -= drop;
	memcpy(tail->bytes + tail->len, bytes, len);
	tail->len += len;
}

/* What is there; its end closes it. */
static void
drain(struct tail *tail)
{
	char part[LAUNCH_TAIL_BYTES];
	ssize_t n = 1;

	while (tail->fd >= 0 && n > 0) {
		n = read(tail->fd, part, sizeof(part));
		if (n > 0)
			keep(tail, part, (size_t)n);
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			close_fd(&tail->fd);
	}
}

/* Until it has ended. Its number is its group's for as long as nobody waits for it. */
static void
attend(struct running *run, int64_t deadline_ms, bool (*is_stopped)(void),
    bool *ret_told, bool *ret_late)
{
	int64_t kill_ms = INT64_MAX;
	bool ended = false;

	while (!ended) {
		struct pollfd fds[] = { { run->ended, POLLIN, 0 },
			{ run->said.fd, POLLIN, 0 }, { run->result.fd, POLLIN, 0 } };
		int64_t now_ms;

		(void)poll(fds, sizeof(fds) / sizeof(fds[0]), LOOK_MS);
		/* First the end, then the pipes: what it wrote before is there. */
		ended = child_has_ended(run->pid);
		drain(&run->said);
		drain(&run->result);
		now_ms = clock_monotonic_ms();
		if (!ended && kill_ms == INT64_MAX &&
		    (is_stopped() || now_ms >= deadline_ms)) {
			*ret_told = is_stopped();
			*ret_late = !*ret_told;
			(void)kill(-run->pid, SIGTERM);
			kill_ms = now_ms + LAUNCH_TERM_MS;
		}
		if (!ended && now_ms >= kill_ms)
			(void)kill(-run->pid, SIGKILL);
	}
}

/* The last line that is not blank. */
static void
take_words(const struct tail *said, char *field, size_t size)
{
	size_t end = said->len;
	size_t from;

	while (end > 0 && (said->bytes[end - 1] == '\n' || said->bytes[end - 1] == ' '))
		end--;
	from = end;
	while (from > 0 && said->bytes[from - 1] != '\n')
		from--;
	text_line_field(field, size, said->bytes + from, end - from);
}

static void
set_class(struct launched *launched, const char *text)
{
	(void)snprintf(launched->class, sizeof(launched->class), "%s", text);
}

static void
not_run(struct launched *launched, const char *path, int why)
{
	char reason[128] = "";

	launched->outcome.end = JOB_END_NOT_RUN;
	set_class(launched, "not run");
	(void)snprintf(launched->text, sizeof(launched->text), "%s: cannot be run: %s",
	    path, strerror_r(why, reason, sizeof(reason)));
}

static void
take_status(const struct running *run, const siginfo_t *info, bool was_told,
    bool was_late, struct launched *launched)
{
	take_words(&run->said, launched->text, sizeof(launched->text));
	text_line_field(launched->class, sizeof(launched->class), run->result.bytes,
	    run->result.len);
	if (info->si_code == CLD_EXITED) {
		launched->outcome.end = JOB_END_EXIT;
		launched->outcome.exit_status = info->si_status;
		if (launched->class[0] == '\0')
			(void)snprintf(launched->class, sizeof(launched->class),
			    "exit status %d", info->si_status);
	} else {
		launched->outcome.end = JOB_END_KILLED;
		(void)snprintf(launched->class, sizeof(launched->class), "signal %d",
		    info->si_status);
	}
	if (was_late)
		set_class(launched, rc_text(RC_TIMEOUT));
	if (was_told && (launched->outcome.end != JOB_END_EXIT || info->si_status != 0))
		launched->outcome.end = JOB_END_STOPPED;
}

static void
reap(struct running *run, siginfo_t *ret_info)
{
	child_reap(run->pid, ret_info);
	close_fd(&run->said.fd);
	close_fd(&run->result.fd);
	close_fd(&run->ended);
}

static void
watch(const struct call *call, struct running *run, int64_t deadline_ms,
    bool (*is_stopped)(void), struct launched *launched)
{
	siginfo_t info = { 0 };
	bool was_told = false;
	bool was_late = false;
	int why = 0;

	/* Returns as soon as execve(2) has closed it. */
	drain(&run->failed);
	attend(run, deadline_ms, is_stopped, &was_told, &was_late);
	reap(run, &info);
	close_fd(&run->failed.fd);
	if (run->failed.len == sizeof(why)) {
		memcpy(&why, run->failed.bytes, sizeof(why));
		not_run(launched, call->args[0], why);
	} else {
		take_status(run, &info, was_told, was_late, launched);
	}
}

void
launch_run(const struct call *call, int lock_fd, int64_t deadline_ms,
    bool (*is_stopped)(void), struct launched *ret_launched)
{
	struct running run = { .ended = -1 };
	struct launched *launched = ret_launched;
	struct pipes pipes;

	memset(launched, 0, sizeof(*launched));
	launched->outcome.class = launched->class;
	launched->outcome.text = launched->text;
	if (!make_pipes(&pipes) || !start(call, lock_fd, &pipes, &run)) {
		not_run(launched, call->args[0], errno);
		/* It is for this machine to recover, not for the job to be refused. */
		launched->outcome.end = JOB_END_KILLED;
		for (int i = 0; i < 2; i++) {
			close_fd(&pipes.said[i]);
			close_fd(&pipes.result[i]);
			close_fd(&pipes.failed[i]);
		}
		return;
	}
	watch(call, &run, deadline_ms, is_stopped, launched);
}
