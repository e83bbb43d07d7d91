/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invoke: methods of the classes, and which requests change something.
 */
#ifndef AMTSIM_INVOKE_H
#define AMTSIM_INVOKE_H

#include <stdbool.h>
#include <stdint.h>

#include "answer.h"
#include "soap.h"

struct device;

/* Execute on the index-th instance and answer; fault is what is wrong with the
 * selectors, if anything. */
void invoke_method(struct device *dev, const struct soap_request *request,
    enum fault fault, int index, struct reply *reply);

/* Answer an Invoke with this ReturnValue without doing anything. False when it
 * is not an Invoke of a known method. */
bool invoke_fail(struct device *dev, const struct soap_request *request,
    int64_t return_value, struct reply *reply);

/* Does the request, of whatever operation, change something? */
bool invoke_is_write(const struct device *dev, const struct soap_request *request);

#endif
