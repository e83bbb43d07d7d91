/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order in which a device is read: who it is first, then what it holds.
 * Some 25 requests on one connection.
 */
#include "amt/read.h"

#include <stdlib.h>

#include "amt/identity.h"
#include "amt/rtc.h"
#include "amt/settings.h"
#include "amt/store.h"
#include "amt/survey.h"
#include "amt/usage.h"

/* An own copy, since the judgement takes the chain. */
static enum rc
copy_presented(const struct presented *from, struct presented *ret_copy,
    struct err *err)
{
	struct presented copy = *from;
	enum rc r = RC_OK;

	copy.n_certs = 0;
	copy.certs = calloc(from->n_certs, sizeof(struct cert *));
	if (copy.certs == NULL)
		return err_set(err, RC_NOMEM, "peer: out of memory");
	while (r == RC_OK && copy.n_certs < from->n_certs) {
		r = cert_dup(from->certs[copy.n_certs], &copy.certs[copy.n_certs], err);
		if (r == RC_OK)
			copy.n_certs++;
	}
	if (r == RC_OK)
		*ret_copy = copy;
	else
		presented_clear(&copy);
	return r;
}

/* The chain of this connection, once a request went over it: a peer that was
 * refused, or that refused us, has not been looked at for its own sake. */
static enum rc
take_presented(struct device *device, const struct target *target, int64_t now,
    struct facts *facts, struct err *err)
{
	const struct presented *seen = device_presented(device);
	struct presented copy = { 0 };
	enum rc r = RC_OK;

	if (seen == NULL || !seen->complete)
		return RC_OK;
	r = copy_presented(seen, &copy, err);
	if (r == RC_OK)
		r = survey_judge_presented(target, now, &copy, facts, err);
	presented_clear(&copy);
	return r;
}

/* A clock that cannot be read is unknown, not a failed survey. */
static enum rc
read_time(struct device *device, struct facts *facts, struct err *err)
{
	struct err cause = { 0 };
	enum rc r = rtc_read(device, &facts->clock, &cause);

	if (r == RC_OK || r == RC_PT_STATUS || device_lacks(device, r) ||
	    device_refuses(device, r))
		return RC_OK;
	return err_set(err, r, "%s", cause.text);
}

enum rc
read_device(struct device *device, const struct target *target, int64_t now,
    struct facts *facts, struct err *err)
{
	struct err cause = { 0 };
	enum rc r = RC_OK;
	enum rc r_names = RC_OK;

	facts->has_store = false;
	survey_note_target(target, now, facts);
	/* The chain is worth having even when the login is refused. */
	r_names = identity_read_names(device, facts, &cause);
	r = take_presented(device, target, now, facts, &cause);
	if (r_names != RC_OK)
		r = r_names;
	if (r != RC_OK)
		return err_set(err, r, "%s", cause.text);
	r = identity_read(device, facts, err);
	if (r == RC_OK)
		r = read_time(device, facts, err);
	if (r == RC_OK)
		r = settings_read_tls(device, facts, err);
	if (r == RC_OK)
		r = read_store(device, facts, err);
	if (r == RC_OK)
		r = store_read_limits(device, &facts->limits, err);
	facts->has_store = r == RC_OK;
	return r;
}

enum rc
read_store(struct device *device, struct facts *facts, struct err *err)
{
	enum rc r = store_read(device, facts, err);

	return r == RC_OK ? usage_read(device, facts, err) : r;
}

enum rc
read_clock(struct device *device, struct facts_clock *ret_clock, struct err *err)
{
	return rtc_read(device, ret_clock, err);
}
