/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line per request, for tests that ask what a program really sent.  Holds
 * no credential: not even the text of an Authorization header.
 */
#ifndef AMTSIM_REQLOG_H
#define AMTSIM_REQLOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/rc.h"

struct reqlog {
	FILE *file; /* NULL: no log */
	int64_t sequence;
};

/* What is known of a request when its answer is on the way. */
struct reqlog_entry {
	const char *device;
	const char *transport; /* "tls" or "plain" */
	const char *http;      /* "POST /wsman" */
	const char *op;	       /* "Get", ... or NULL */
	const char *class;
	const char *method;
	const char *instance; /* the first selector's value */
	bool has_authorization;
	bool authenticated;
	bool write;
	int status;	      /* HTTP */
	int64_t return_value; /* -1: none */
	const char *fault;    /* injected, or NULL */
};

/* Append to path; "-" is standard error. RC_SYSTEM. */
enum rc reqlog_open(struct reqlog *log, const char *path, struct err *err);

void reqlog_write(struct reqlog *log, const struct reqlog_entry *entry);

void reqlog_close(struct reqlog *log);

#endif
