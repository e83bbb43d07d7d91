/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The WS-Man operations on the table of classes.
 */
#ifndef AMTSIM_OPS_H
#define AMTSIM_OPS_H

#include <stdbool.h>
#include <stdint.h>

#include "answer.h"
#include "soap.h"

struct device;

/* Execute a request whose header is in order and write the whole answer. */
void ops_execute(struct device *dev, const struct soap_request *request,
    struct reply *reply);

/* Does the request change something? */
bool ops_is_write(const struct device *dev, const struct soap_request *request);

/* Answer an Invoke with this ReturnValue without doing anything. False when it
 * is not an Invoke of a known method. */
bool ops_fail_method(struct device *dev, const struct soap_request *request,
    int64_t return_value, struct reply *reply);

#endif
