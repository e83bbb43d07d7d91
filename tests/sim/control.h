/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control socket: one line in, one answer out, for tests that look at or
 * change a running simulator.
 */
#ifndef AMTSIM_CONTROL_H
#define AMTSIM_CONTROL_H

#include "base/rc.h"

struct sim;
struct control;

/* Listen on a UNIX socket; an old file of that name is removed. RC_SYSTEM. */
enum rc control_open(struct sim *sim, const char *path, struct err *err);

/* Close it and remove the file. NULL is fine. */
void control_close(struct control *control);

/* The other side: send a command line, print the answer to standard output.
 * RC_STATE when the answer is an error. */
enum rc control_ask(const char *path, const char *command, struct err *err);

#endif
