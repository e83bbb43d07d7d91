/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Enumerations: contexts, pages, and their end.
 */
#ifndef AMTSIM_PULLS_H
#define AMTSIM_PULLS_H

#include "answer.h"
#include "class.h"
#include "soap.h"

void pulls_enumerate(struct device *dev, const struct class *class,
    const struct soap_request *request, struct reply *reply);
void pulls_pull(struct device *dev, const struct soap_request *request,
    struct reply *reply);
void pulls_release(struct device *dev, const struct soap_request *request,
    struct reply *reply);

/* Contexts die with a restart. */
void pulls_restart(struct device *dev);

#endif
