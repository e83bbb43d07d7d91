/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The WS-Man operations on the table of classes.
 */
#ifndef AMTSIM_OPS_H
#define AMTSIM_OPS_H

#include "answer.h"
#include "soap.h"

struct device;

/* Execute a request whose header is in order and write the whole answer. */
void ops_execute(struct device *dev, const struct soap_request *request,
    struct reply *reply);

#endif
