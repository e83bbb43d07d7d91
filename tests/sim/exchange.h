/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An exchange is one request and its answer.  It outlives its connection when
 * it takes time: firmware goes on making a key though nobody listens.
 */
#ifndef AMTSIM_EXCHANGE_H
#define AMTSIM_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "answer.h"
#include "conn.h"
#include "http.h"
#include "inject.h"
#include "loop.h"
#include "reqlog.h"
#include "soap.h"

struct exchange {
	struct device *dev;
	struct conn *conn; /* NULL: lost */
	struct exchange *next;
	struct exchange *prev;
	struct loop_timer timer;
	struct soap_request request;
	enum fault fault; /* of the header */
	enum inject_action action;
	int64_t value;
	bool blocks;
	bool makes_key;
	struct reply reply;
	struct reqlog_entry entry;
	char http[HTTP_METHOD_SIZE + HTTP_TARGET_SIZE + 1];
};

/* In the list of its device. */
struct exchange *exchange_new(struct conn *conn, const struct http_request *http);
void exchange_free(struct exchange *x);

/* Write the log line, let go of the exchange, and of those that waited. */
void exchange_finish(struct exchange *x, int status);

/* No answer: the connection is cut. The exchange is not finished by that. */
void exchange_lose(struct exchange *x);

/* No answer, and silence on every connection until somebody sets hang=no: time to
 * kill a client at exactly this point. Not finished by that either. */
void exchange_freeze(struct exchange *x);

/* Answers that are not SOAP; they finish the exchange. */
void exchange_answer_401(struct exchange *x, bool stale);
void exchange_answer_status(struct exchange *x, int64_t status);
void exchange_answer_not_soap(struct exchange *x);

/* The SOAP answer, in the form the fault asks for. Does not finish. */
void exchange_write(struct exchange *x);

#endif
