/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all processes of ours have in common that become another program: the last
 * steps before execve(2), how they are watched, and how nothing of them stays.
 */
#ifndef AMTCERT_BASE_CHILD_H
#define AMTCERT_BASE_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

enum {
	CHILD_EXIT_NOT_RUN = 127 /* of one that could not become what it should */
};

/*
 * In the child: only what may be called between fork and exec.
 */

/* A copy of the descriptor, lowest or above, closed by execve(2), so that no dup2()
 * hits another one. -1 for -1, and when there is none. */
int child_lift(int fd, int lowest);

/* Every signal as at the start of a program, none blocked. */
void child_reset_signals(void);

/* execve(2) when is_ready, else errno as it is; returns never: when it fails, errno
 * goes to failed_fd, which a successful one closes. */
_Noreturn void child_exec(bool is_ready, char *const *argv, char *const *environment,
    int failed_fd);

/*
 * In its parent.
 */

/* A descriptor that becomes readable when it has ended; -1 where there is none. */
int child_open(pid_t pid);

/* Has it ended? It stays to be waited for, so that its number is its group's. */
bool child_has_ended(pid_t pid);

/* End it and what is left of its group, and take its status. */
void child_reap(pid_t pid, siginfo_t *ret_info);

#endif
