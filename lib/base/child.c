/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * execve(2), pidfd_open(2), waitid(2).
 */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int
child_lift(int fd, int lowest)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, lowest);
}

void
child_reset_signals(void)
{
	sigset_t none;

	for (int i = 1; i < SIGSYS; i++)
		(void)signal(i, SIG_DFL);
	(void)sigemptyset(&none);
	(void)pthread_sigmask(SIG_SETMASK, &none, NULL);
}

void
child_exec(bool is_ready, char *const *argv, char *const *environment, int failed_fd)
{
	ssize_t n;
	int why;

	if (is_ready)
		(void)execve(argv[0], argv, environment);
	why = errno;
	n = write(failed_fd, &why, sizeof(why));
	(void)n; /* nobody is left to be told */
	_exit(CHILD_EXIT_NOT_RUN);
}

int
child_open(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

bool
child_has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
	    info.si_pid == pid;
}

void
child_reap(pid_t pid, siginfo_t *ret_info)
{
	int n;

	/* Not yet waited for, so its number still is its group's; and it may not have
	 * come so far as to lead one. */
	(void)kill(-pid, SIGKILL);
	(void)kill(pid, SIGKILL);
	do
		n = waitid(P_PID, (id_t)pid, ret_info, WEXITED);
	while (n != 0 && errno == EINTR);
}
