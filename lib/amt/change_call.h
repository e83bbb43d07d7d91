/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a change is sent and its answer judged; shared by the files of changes, for
 * nobody else.  Errors and ret_status are as amt/change.h says.
 */
#ifndef AMTCERT_AMT_CHANGE_CALL_H
#define AMTCERT_AMT_CHANGE_CALL_H

#include "amt/device.h"
#include "wsman/write.h"

/* The instance of one key; the parts live as long as this struct. */
struct instance {
	struct selector selector;
	struct epr epr;
};

void change_name_instance(struct instance *instance, const char *resource_uri,
    const char *key, const char *value);

/* Anything but success becomes RC_PT_STATUS with its number, name and meaning. */
enum rc change_take_status(const char *what, int status, int *ret_status,
    struct err *err);

/* Put, Create and Delete say by a fault what methods say by a ReturnValue. */
enum rc change_take_fault(struct device *device, const char *what, enum rc r,
    const struct err *cause, int *ret_status, struct err *err);

/* Call a method; on success *ret_reply holds its output. */
enum rc change_invoke(struct device *device, const char *resource_uri,
    const char *method, const struct property *arguments, size_t n,
    struct reply *ret_reply, int *ret_status, struct err *err);

#endif
