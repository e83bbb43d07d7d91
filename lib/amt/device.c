/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a target to a session: who must be on the other side, who we are, how
 * long it may take.  Opens nothing without a way to authenticate the device.
 */
#include "amt/device.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "wsman/wsman.h"

struct device {
	struct trust trust; /* lent to the transport */
	struct wsman *wsman;
	int64_t now;
	int64_t opened_ms;
};

static enum rc
check_target(const struct target *target, struct err *err)
{
	if (!secret_is_set(&target->secret))
		return err_set(err, RC_CONFIG, "%s: secret: none was read",
		    target->name);
	if (target->plain && !target->plain_allowed)
		return err_set(err, RC_CONFIG,
		    "%s: plain: its section does not allow port %d", target->name,
		    (int)TARGET_PORT_PLAIN);
	if (!target->plain && target->anchors == NULL && !target->has_pin)
		return err_set(err, RC_CONFIG,
		    "%s: trust: neither a trust anchor nor a pin, so no login",
		    target->name);
	return RC_OK;
}

static void
fill_trust(struct trust *trust, const struct target *target, enum trust_time time)
{
	trust->anchors = target->anchors;
	trust->name = target->name;
	trust->has_pin = target->has_pin;
	memcpy(trust->pin, target->pin, sizeof(trust->pin));
	trust->time = time;
	trust->legacy_tls = target->legacy_tls;
}

enum rc
device_open(const struct target *target, enum trust_time time, int64_t now,
    int64_t deadline_ms, struct device **ret_device, struct err *err)
{
	return device_open_by(NULL, target, time, now, deadline_ms, ret_device, err);
}

enum rc
device_open_by(const struct perform *perform, const struct target *target,
    enum trust_time time, int64_t now, int64_t deadline_ms, struct device **ret_device,
    struct err *err)
{
	struct http_settings settings = { .address = target_address(target),
		.port = target->port,
		.family = target->family,
		.plain = target->plain,
		.client_cert_file = target->client_cert_file,
		.client_key_file = target->client_key_file,
		.logname = target->logname,
		.secret = &target->secret,
		.now = now,
		.deadline_ms = deadline_ms,
		.perform = perform };
	struct device *device = NULL;
	enum rc r = check_target(target, err);

	if (r != RC_OK)
		return r;
	if (settings.port == 0)
		settings.port = target->plain ? TARGET_PORT_PLAIN : TARGET_PORT_TLS;
	device = calloc(1, sizeof(*device));
	if (device == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory", target->name);
	fill_trust(&device->trust, target, time);
	settings.trust = &device->trust;
	device->now = now;
	device->opened_ms = clock_monotonic_ms();
	r = wsman_new(&settings, &device->wsman, err);
	if (r != RC_OK) {
		device_close(device);
		return r;
	}
	*ret_device = device;
	return RC_OK;
}

void
device_close(struct device *device)
{
	if (device == NULL)
		return;
	wsman_free(device->wsman);
	free(device);
}

void
device_set_deadline(struct device *device, int64_t deadline_ms)
{
	http_set_deadline(wsman_http(device->wsman), deadline_ms);
}

struct wsman *
device_wsman(struct device *device)
{
	return device->wsman;
}

bool
device_lacks(struct device *device, enum rc r)
{
	return r == RC_FAULT &&
	    strcmp(wsman_fault(device->wsman)->subcode, "DestinationUnreachable") == 0;
}

bool
device_refuses(struct device *device, enum rc r)
{
	return (r == RC_FAULT || r == RC_HTTP) &&
	    wsman_fault(device->wsman)->http_status == 400;
}

const struct presented *
device_presented(const struct device *device)
{
	return http_presented(wsman_http(device->wsman));
}

static const struct head *
newest_head(const struct device *device, int64_t *ret_at_ms)
{
	return http_head(wsman_http(device->wsman), ret_at_ms);
}

const char *
device_realm(const struct device *device)
{
	int64_t at_ms = 0;

	return newest_head(device, &at_ms)->realm;
}

const char *
device_server(const struct device *device)
{
	int64_t at_ms = 0;

	return newest_head(device, &at_ms)->server;
}

/* Our time at a moment of the monotonic clock. */
static int64_t
time_at(const struct device *device, int64_t at_ms)
{
	return device->now + (at_ms - device->opened_ms) / 1000;
}

bool
device_date_offset(const struct device *device, int64_t *ret_offset_s)
{
	int64_t at_ms = 0;
	const struct head *head = newest_head(device, &at_ms);

	if (head->has_date)
		*ret_offset_s = head->date_s - time_at(device, at_ms);
	return head->has_date;
}

bool
device_has_shown_login(const struct device *device)
{
	return http_login(wsman_http(device->wsman)) != HTTP_LOGIN_NOT_SHOWN;
}

bool
device_has_logged_in(const struct device *device)
{
	return http_login(wsman_http(device->wsman)) == HTTP_LOGIN_TAKEN;
}

int64_t
device_now(const struct device *device)
{
	return time_at(device, clock_monotonic_ms());
}
