/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be said to a running simulator.
 */
#ifndef AMTSIM_COMMAND_H
#define AMTSIM_COMMAND_H

#include "base/buf.h"

struct sim;

/* Run a command line, which is taken apart in place; the answer ends with a line end and
 * starts with "error:" when it was refused. */
void command_run(struct sim *sim, char *line, struct buf *answer);

/* Append the list of commands. */
void command_help(struct buf *out);

/* Append "ready NAME ADDRESS TLSPORT PLAINPORT"; a closed port is 0. */
void command_ready(const struct sim *sim, size_t n, struct buf *out);

#endif
