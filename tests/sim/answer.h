/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two envelopes of the firmware, byte for byte as captured: one for
 * answers, one with other prefixes for faults.
 */
#ifndef AMTSIM_ANSWER_H
#define AMTSIM_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "soap.h"

struct device;

enum {
	ANSWER_MAX_BYTES = 4 * 1024 * 1024
};

/* What an operation leaves behind for the HTTP side. */
struct reply {
	int status;	      /* HTTP */
	int64_t return_value; /* of a method; -1: none */
	bool is_fault;
	bool write; /* the request was of the writing kind */
	struct buf body;
};

/* Namespaces of the body: a class name or a whole URI in each place. */
struct answer_ns {
	const char *g;
	const char *h;
	const char *i;
};

/*
 * Begin an answer: declarations, header with RelatesTo as sent and the next
 * MessageID, up to and with <a:Body>. action is the whole URI.
 */
void answer_begin(struct reply *reply, struct device *dev,
    const struct soap_request *request, const char *action, const struct answer_ns *ns);
void answer_end(struct reply *reply);

/* A fault in place of anything else in the reply; amt_status below 0: none. */
void answer_fault(struct reply *reply, struct device *dev,
    const struct soap_request *request, enum fault fault, int64_t amt_status);

/* IdentifyResponse. */
void answer_identify(struct reply *reply, struct device *dev);

#endif
