/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One request that writes, and what its answer means.
 */
#include "amt/change_call.h"

#include <string.h>

#include "amt/pt_status.h"

void
change_name_instance(struct instance *instance, const char *resource_uri,
    const char *key, const char *value)
{
	memset(instance, 0, sizeof(*instance));
	instance->selector.name = key;
	instance->selector.text = value;
	instance->epr.resource_uri = resource_uri;
	instance->epr.selectors = &instance->selector;
	instance->epr.n_selectors = 1;
}

enum rc
change_take_status(const char *what, int status, int *ret_status, struct err *err)
{
	*ret_status = status;
	if (status == PT_STATUS_SUCCESS)
		return RC_OK;
	return err_set(err, RC_PT_STATUS, "%s: %s (%d): %s", what,
	    pt_status_name(status), status, pt_status_text(status));
}

enum rc
change_take_fault(struct device *device, const char *what, enum rc r,
    const struct err *cause, int *ret_status, struct err *err)
{
	const struct fault *fault = wsman_fault(device_wsman(device));

	if (r == RC_OK)
		return RC_OK;
	if (r == RC_FAULT && fault->has_status && fault->status != PT_STATUS_SUCCESS)
		return change_take_status(what, fault->status, ret_status, err);
	return err_set(err, r, "%s", cause->text);
}

enum rc
change_invoke(struct device *device, const char *resource_uri, const char *method,
    const struct property *arguments, size_t n, struct reply *ret_reply,
    int *ret_status, struct err *err)
{
	struct reply reply = { 0 };
	struct err cause = { 0 };
	int value = 0;
	enum rc r = wsman_invoke(device_wsman(device), resource_uri, method, arguments,
	    n, &reply, &value, &cause);

	*ret_status = 0;
	if (r != RC_OK)
		return change_take_fault(device, method, r, &cause, ret_status, err);
	r = change_take_status(method, value, ret_status, err);
	if (r != RC_OK) {
		reply_clear(&reply);
		return r;
	}
	*ret_reply = reply;
	return RC_OK;
}
