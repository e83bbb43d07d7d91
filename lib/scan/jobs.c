/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork(2), and a pipe back from each process with its counts: a message is below
 * PIPE_BUF, so it comes whole.
 */
#include "scan/jobs.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a process says. */
struct news {
	struct tally tally;
	bool is_last; /* err counts */
	struct err err;
};

static_assert(sizeof(struct news) <= PIPE_BUF, "news would come in pieces");

struct job_process {
	pid_t pid;
	int fd; /* -1: it has ended */
	struct news news;
};

struct jobs {
	struct job_process processes[JOBS_MAX];
	size_t n;
	int signal_fd;
	sigset_t mask_before;
};

static void
send_news(int fd, const struct news *news)
{
	/* Nobody there any more is noticed by PR_SET_PDEATHSIG. */
	while (write(fd, news, sizeof(*news)) < 0 && errno == EINTR)
		;
}

static void
tell(void *ctx, const struct tally *tally)
{
	struct news news = { .tally = *tally };
	const int *fd = ctx;

	send_news(*fd, &news);
}

/* The life of one of them. */
static void
be_worker(const struct worker_settings *settings, size_t part, size_t n_parts, int fd,
    pid_t parent)
{
	struct news news = { .is_last = true };
	struct worker_part mine = { .part = part,
		.n_parts = n_parts,
		.tell = tell,
		.ctx = &fd };

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() == parent)
		(void)worker_run(settings, &mine, &news.tally, &news.err);
	send_news(fd, &news);
	(void)close(fd);
}

static enum rc
start_one(struct jobs *jobs, const struct worker_settings *settings, size_t n_parts,
    struct err *err)
{
	struct job_process *process = &jobs->processes[jobs->n];
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_system(err, "scan: pipe2");
	process->pid = fork();
	if (process->pid == 0) {
		for (size_t i = 0; i < jobs->n; i++)
			(void)close(jobs->processes[i].fd);
		(void)close(ends[0]);
		(void)close(jobs->signal_fd);
		be_worker(settings, jobs->n, n_parts, ends[1], parent);
		_exit(0);
	}
	(void)close(ends[1]);
	process->fd = ends[0];
	if (process->pid < 0) {
		(void)close(ends[0]);
		return err_system(err, "scan: fork");
	}
	jobs->n++;
	return RC_OK;
}

static void
read_news(struct job_process *process)
{
	struct news news;
	ssize_t n = read(process->fd, &news, sizeof(news));

	if (n < 0 && errno == EINTR)
		return;
	if (n == (ssize_t)sizeof(news)) {
		process->news = news;
		return;
	}
	(void)close(process->fd);
	process->fd = -1;
	while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void
add_up(const struct jobs *jobs, struct tally *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (size_t i = 0; i < jobs->n; i++)
		tally_add(sum, &jobs->processes[i].news.tally);
}

static void
pass_on(const struct jobs *jobs)
{
	struct signalfd_siginfo info;

	if (read(jobs->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	for (size_t i = 0; i < jobs->n; i++)
		if (jobs->processes[i].fd >= 0)
			(void)kill(jobs->processes[i].pid, SIGTERM);
}

/* Wait for news of any of them; false when all have ended. */
static bool
wait_for_news(struct jobs *jobs)
{
	struct pollfd fds[JOBS_MAX + 1];
	size_t n_open = 0;

	for (size_t i = 0; i < jobs->n; i++) {
		fds[i] =
		    (struct pollfd){ .fd = jobs->processes[i].fd, .events = POLLIN };
		n_open += jobs->processes[i].fd >= 0;
	}
	fds[jobs->n] = (struct pollfd){ .fd = jobs->signal_fd, .events = POLLIN };
	if (n_open == 0)
		return false;
	if (poll(fds, jobs->n + 1, -1) < 0)
		return true;
	for (size_t i = 0; i < jobs->n; i++)
		if (fds[i].revents != 0)
			read_news(&jobs->processes[i]);
	if (fds[jobs->n].revents != 0)
		pass_on(jobs);
	return true;
}

/* How bad an end is. */
static int
rank(enum rc rc)
{
	if (rc == RC_OK)
		return 0;
	if (rc == RC_STATE)
		return 1;
	return rc == RC_LOST ? 2 : 3;
}

static enum rc
worst(const struct jobs *jobs, struct err *err)
{
	struct err bad = { .rc = RC_OK };

	for (size_t i = 0; i < jobs->n; i++) {
		const struct news *news = &jobs->processes[i].news;
		struct err own = news->err;

		if (!news->is_last) {
			err_clear(&own);
			(void)err_set(&own, RC_INTERNAL,
			    "scan: a process of it died before its end");
		}
		if (rank(own.rc) > rank(bad.rc))
			bad = own;
	}
	return bad.rc == RC_OK ? RC_OK : err_set(err, bad.rc, "%s", bad.text);
}

static enum rc
take_signals(struct jobs *jobs, struct err *err)
{
	sigset_t signals;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	if (pthread_sigmask(SIG_BLOCK, &signals, &jobs->mask_before) != 0)
		return err_system(err, "signals");
	jobs->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return jobs->signal_fd >= 0 ? RC_OK : err_system(err, "signals");
}

enum rc
jobs_run(const struct worker_settings *settings, size_t n_jobs, jobs_progress progress,
    void *ctx, struct tally *ret_sum, struct err *err)
{
	struct jobs jobs = { .n = 0, .signal_fd = -1 };
	struct tally sum = { 0 };
	struct err cause = { 0 };
	enum rc r = take_signals(&jobs, err);

	if (r != RC_OK)
		return r;
	for (size_t i = 0; i < n_jobs && r == RC_OK; i++)
		r = start_one(&jobs, settings, n_jobs, &cause);
	for (size_t i = 0; i < jobs.n && r != RC_OK; i++)
		(void)kill(jobs.processes[i].pid, SIGTERM);
	while (wait_for_news(&jobs)) {
		add_up(&jobs, &sum);
		progress(ctx, &sum);
	}
	(void)close(jobs.signal_fd);
	(void)pthread_sigmask(SIG_SETMASK, &jobs.mask_before, NULL);
	*ret_sum = sum;
	return r == RC_OK ? worst(&jobs, err) : err_set(err, r, "%s", cause.text);
}
