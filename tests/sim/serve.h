/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a request to its answer: routes, log-in, faults on purpose, time that
 * an operation takes, and the log.
 */
#ifndef AMTSIM_SERVE_H
#define AMTSIM_SERVE_H

#include <stdbool.h>

#include "conn.h"
#include "http.h"

struct exchange;

/* Take on a request. The answer may come at once or later. */
void serve_start(struct conn *conn, const struct http_request *http, const char *body);

/* The connection is gone; the operation goes on all the same. */
void serve_lost(struct exchange *exchange);

/* Does the device make others wait? */
bool serve_is_busy(const struct device *dev);

/* Forget what was not answered. */
void serve_clear(struct device *dev);

#endif
