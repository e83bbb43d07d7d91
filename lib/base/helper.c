/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork(2) and execve(2), with a loop over two pipes and the end of the child.  What it
 * reads is in the pipe before it starts.
 */
#include "base/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"

enum {
	READ_SIZE = 8192,
	FAILED_FD = STDERR_FILENO + 1,
};

/* Ends that the parent keeps, and the child's. */
struct pipes {
	int in[2]; /* filled, and its writing end closed */
	int out[2];
	int err[2];
	int failed
	    [2]; /* errno of an execve(2) that failed; closed by one that did not */
};

struct running {
	pid_t pid;
	int ended; /* becomes readable when the child has ended */
	int out;   /* -1: at its end */
	int err;
};

void
helper_result_clear(struct helper_result *result)
{
	buf_clear(&result->out);
	buf_clear(&result->err);
	memset(result, 0, sizeof(*result));
}

void
helper_command_clear(struct helper_command *command)
{
	free(command->text);
	memset(command, 0, sizeof(*command));
}

enum rc
helper_command_parse(const char *text, struct helper_command *ret_command,
    struct err *err)
{
	struct helper_command command = { .text = strdup(text) };
	enum rc r = RC_OK;
	size_t n = 0;
	char *p = command.text;

	if (p == NULL)
		return err_set(err, RC_NOMEM, "helper: out of memory");
	p += strspn(p, " \t");
	while (*p != '\0' && n < HELPER_ARGUMENTS_MAX) {
		command.argv[n++] = p;
		p += strcspn(p, " \t");
		if (*p != '\0')
			*p++ = '\0';
		p += strspn(p, " \t");
	}
	if (*p != '\0')
		r = err_set(err, RC_CONFIG, "too many arguments");
	else if (n == 0)
		r = err_set(err, RC_CONFIG, "empty");
	else if (command.argv[0][0] != '/')
		r = err_set(err, RC_CONFIG, "%s: not an absolute path",
		    command.argv[0]);
	if (r == RC_OK)
		*ret_command = command;
	else
		helper_command_clear(&command);
	return r;
}

enum rc
helper_check(const char *path, struct err *err)
{
	struct stat st;

	if (path[0] != '/')
		return err_set(err, RC_CONFIG, "%s: not an absolute path", path);
	if (stat(path, &st) != 0)
		return err_system(err, "%s: cannot be run", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, RC_CONFIG, "%s: not a regular file", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_set(err, RC_CONFIG, "%s: belongs to another user", path);
	if ((st.st_mode & 022) != 0)
		return err_set(err, RC_CONFIG,
		    "%s: others can write it, use chmod go-w", path);
	if (access(path, X_OK) != 0)
		return err_system(err, "%s: cannot be run", path);
	return RC_OK;
}

static void
close_pair(int ends[2])
{
	for (int i = 0; i < 2; i++)
		if (ends[i] >= 0)
			close(ends[i]);
}

static void
close_pipes(struct pipes *pipes)
{
	close_pair(pipes->in);
	close_pair(pipes->out);
	close_pair(pipes->err);
	close_pair(pipes->failed);
}

static enum rc
make_pipes(struct pipes *pipes, struct err *err)
{
	*pipes = (struct pipes){ { -1, -1 }, { -1, -1 }, { -1, -1 }, { -1, -1 } };
	if (pipe2(pipes->in, O_CLOEXEC) != 0 || pipe2(pipes->out, O_CLOEXEC) != 0 ||
	    pipe2(pipes->err, O_CLOEXEC) != 0 || pipe2(pipes->failed, O_CLOEXEC) != 0)
		return err_system(err, "helper: cannot make a pipe");
	return RC_OK;
}

/* All that it is going to read; less than a pipe holds. */
static enum rc
fill(struct pipes *pipes, const char *input, size_t len, struct err *err)
{
	ssize_t n = 0;

	if (len > HELPER_IN_MAX_BYTES)
		return err_set(err, RC_LIMIT, "helper: more than %d bytes to read",
		    HELPER_IN_MAX_BYTES);
	if (len > 0)
		n = write(pipes->in[1], input, len);
	if (n < 0 || (size_t)n != len)
		return err_system(err, "helper: cannot fill a pipe");
	close(pipes->in[1]);
	pipes->in[1] = -1;
	return RC_OK;
}

/* From here on only what may be called between fork and exec. */
static bool
become(pid_t parent, const struct pipes *pipes)
{
	int failed = child_lift(pipes->failed[1], FAILED_FD);
	int in = child_lift(pipes->in[0], FAILED_FD);
	int out = child_lift(pipes->out[1], FAILED_FD);
	int err = child_lift(pipes->err[1], FAILED_FD);

	if (failed < 0 || in < 0 || out < 0 || err < 0 || dup2(in, STDIN_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0)
		return false;
	if (failed != FAILED_FD && dup3(failed, FAILED_FD, O_CLOEXEC) < 0)
		return false;
	closefrom(FAILED_FD + 1);
	if (setsid() < 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 ||
	    getppid() != parent || chdir("/") != 0)
		return false;
	child_reset_signals();
	(void)umask(077);
	return true;
}

static void
run_child(pid_t parent, const struct pipes *pipes, char *const *argv,
    char *const *environment)
{
	bool is_ready = become(parent, pipes);

	child_exec(is_ready, argv, environment,
	    is_ready ? FAILED_FD : pipes->failed[1]);
}

/* Take what is there; the end of the pipe closes it. */
static enum rc
drain(int *fd, struct buf *to, bool drop_rest, struct err *err)
{
	char part[READ_SIZE];
	enum rc r = RC_OK;
	ssize_t n = 1;

	while (r == RC_OK && *fd >= 0 && n > 0) {
		n = read(*fd, part, sizeof(part));
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return RC_OK;
		if (n > 0)
			r = buf_add(to, part, (size_t)n);
		if (n > 0 && r == RC_LIMIT && drop_rest)
			r = RC_OK;
		if (n <= 0) {
			close(*fd);
			*fd = -1;
		}
	}
	return r == RC_OK || r == RC_LIMIT
	    ? r
	    : err_set(err, r, "helper: what it wrote cannot be kept");
}

/* Read until the child has ended, or the deadline. */
static enum rc
attend(struct running *run, struct helper_result *result, int64_t deadline_ms,
    bool *ret_ended, struct err *err)
{
	enum rc r = RC_OK;

	while (r == RC_OK && !*ret_ended) {
		struct pollfd fds[] = { { run->ended, POLLIN, 0 },
			{ run->out, POLLIN, 0 }, { run->err, POLLIN, 0 } };
		int64_t left_ms = deadline_ms - clock_monotonic_ms();

		if (left_ms <= 0)
			return RC_TIMEOUT;
		if (poll(fds, sizeof(fds) / sizeof(fds[0]),
			left_ms < INT_MAX ? (int)left_ms : INT_MAX) < 0 &&
		    errno != EINTR)
			return err_system(err, "helper: cannot wait");
		/* First the end, then the pipes: what it wrote before is there. */
		*ret_ended = child_has_ended(run->pid);
		r = drain(&run->out, &result->out, false, err);
		if (r == RC_OK)
			r = drain(&run->err, &result->err, true, err);
	}
	return r;
}

/* End what is left of it and take its status. */
static void
reap(struct running *run, struct helper_result *result)
{
	siginfo_t info = { 0 };

	child_reap(run->pid, &info);
	if (info.si_code == CLD_EXITED)
		result->status = info.si_status;
	else
		result->signal = info.si_status;
	if (run->out >= 0)
		close(run->out);
	if (run->err >= 0)
		close(run->err);
	if (run->ended >= 0)
		close(run->ended);
}

/* As long as it may take, and a few seconds more to end by itself. */
static enum rc
supervise(struct running *run, struct helper_result *result, int64_t deadline_ms,
    struct err *err)
{
	bool ended = false;
	enum rc r = attend(run, result, deadline_ms, &ended, err);

	if (r == RC_TIMEOUT) {
		result->timed_out = true;
		(void)kill(-run->pid, SIGTERM);
		r = attend(run, result, clock_monotonic_ms() + HELPER_TERM_MS, &ended,
		    err);
		if (r == RC_TIMEOUT)
			r = RC_OK;
	}
	if (r == RC_LIMIT) {
		result->too_much = true;
		r = RC_OK;
	}
	reap(run, result);
	return r;
}

/* RC_SYSTEM with the reason of an execve(2) that failed. */
static enum rc
hear_of_exec(const char *path, int fd, struct err *err)
{
	int why = 0;
	ssize_t n;

	do
		n = read(fd, &why, sizeof(why));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(why))
		return RC_OK;
	errno = why;
	return err_system(err, "%s: cannot be run", path);
}

static bool
set_nonblocking(int fd)
{
	return fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

/* The child runs, and the parent's ends are in *run; else nothing is left. */
static enum rc
start(char *const *argv, char *const *environment, struct pipes *pipes,
    struct running *run, struct err *err)
{
	struct helper_result unused = { 0 };
	pid_t parent = getpid();
	enum rc r = RC_OK;

	run->pid = fork();
	if (run->pid == 0)
		run_child(parent, pipes, argv, environment);
	if (run->pid < 0)
		return err_system(err, "%s: cannot start a process", argv[0]);
	for (int i = 0; i < 3; i++) {
		int *theirs[] = { &pipes->out[1], &pipes->err[1], &pipes->failed[1] };

		close(*theirs[i]);
		*theirs[i] = -1;
	}
	run->out = pipes->out[0];
	run->err = pipes->err[0];
	pipes->out[0] = -1;
	pipes->err[0] = -1;
	run->ended = child_open(run->pid);
	if (run->ended < 0 || !set_nonblocking(run->out) || !set_nonblocking(run->err))
		r = err_system(err, "%s: cannot be watched", argv[0]);
	if (r == RC_OK)
		r = hear_of_exec(argv[0], pipes->failed[0], err);
	if (r != RC_OK)
		reap(run, &unused);
	return r;
}

enum rc
helper_run(char *const *argv, char *const *environment, const char *input,
    size_t input_len, int64_t deadline_ms, struct helper_result *ret_result,
    struct err *err)
{
	struct helper_result result = { 0 };
	struct running run = { .out = -1, .err = -1, .ended = -1 };
	struct pipes pipes;
	enum rc r = make_pipes(&pipes, err);

	buf_init(&result.out, HELPER_OUT_MAX_BYTES);
	buf_init(&result.err, HELPER_ERR_MAX_BYTES);
	if (r == RC_OK)
		r = fill(&pipes, input, input_len, err);
	if (r == RC_OK)
		r = start(argv, environment, &pipes, &run, err);
	if (r == RC_OK)
		r = supervise(&run, &result, deadline_ms, err);
	if (r == RC_OK) {
		*ret_result = result;
		memset(&result, 0, sizeof(result));
	}
	helper_result_clear(&result);
	close_pipes(&pipes);
	return r;
}
