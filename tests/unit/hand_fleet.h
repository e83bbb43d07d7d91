/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fleet for tests of the subagent, written by hand: one device that is fine, one
 * whose certificate is about to end and that is not reached any more, one that was
 * never read.  For tests/unit/test_snmp_*.c, which link the agent.
 */
#ifndef AMTCERT_TESTS_HAND_MIRROR_H
#define AMTCERT_TESTS_HAND_MIRROR_H

#include <stdbool.h>
#include <string.h>

#include "inventory/role.h"
#include "snmp/mirror.h"
#include "snmp/settings.h"
#include "snmp/view.h"
#include "unit.h"

#define HAND_NOW INT64_C(1800000000) /* 2027-01-15T08:00:00Z */
#define HAND_DAY INT64_C(86400)

static inline uint32_t
hand_text(struct mirror *mirror, const char *text)
{
	struct mirror_bytes bytes = { text, strlen(text) };
	struct err err = { 0 };
	uint32_t at = 0;

	assert_rc(mirror_keep(mirror, bytes, true, &at, &err), RC_OK, &err);
	return at;
}

/* A device that was read an hour ago and is fine. */
static inline struct mirror_device
hand_device(struct mirror *mirror, uint32_t index, const char *name)
{
	struct mirror_device device = { .index = index,
		.name = hand_text(mirror, name),
		.policy = hand_text(mirror, "autoenroll"),
		.last_scan = (uint32_t)(HAND_NOW - 3600),
		.last_success = (uint32_t)(HAND_NOW - 3600),
		.warning_at = MIRROR_NEVER,
		.critical_at = MIRROR_NEVER,
		.miss_at = MIRROR_NEVER,
		.max_age_s = (uint32_t)(21 * HAND_DAY),
		.scan_result = SCAN_SUCCESS };

	return device;
}

/* A certificate of a year that ends in left_s, judged by autoenroll. */
static inline struct mirror_cert
hand_cert(struct mirror *mirror, uint32_t index, int role, int64_t left_s)
{
	int64_t ends_at = HAND_NOW + left_s;
	struct mirror_cert cert = { .index = index,
		.role = (uint8_t)role,
		.not_before = ends_at - 365 * HAND_DAY,
		.not_after = ends_at,
		.changed = mirror_moment(ends_at - 364 * HAND_DAY),
		.due_at = mirror_moment(ends_at - 42 * HAND_DAY),
		.warning_at = mirror_moment(ends_at - 42 * HAND_DAY),
		.critical_at = mirror_moment(ends_at - 14 * HAND_DAY),
		.subject = hand_text(mirror, "CN=pc.example"),
		.issuer = hand_text(mirror, "CN=Issuing CA"),
		.has_sha256 = true };
	struct mirror_bytes serial = { "\x01\xff", 2 };
	struct err err = { 0 };

	memset(cert.sha256, (int)index, sizeof(cert.sha256));
	assert_rc(mirror_keep_octets(mirror, serial, &cert.serial, &err), RC_OK, &err);
	return cert;
}

static inline void
hand_add_device(struct mirror *mirror, const struct mirror_device *device)
{
	struct err err = { 0 };

	assert_rc(mirror_add_device(mirror, device, &err), RC_OK, &err);
}

static inline void
hand_add_cert(struct mirror *mirror, struct mirror_cert cert)
{
	struct err err = { 0 };

	assert_rc(mirror_add_cert(mirror, &cert, &err), RC_OK, &err);
}

static inline struct mirror *
hand_new(void)
{
	struct mirror *mirror = NULL;
	struct err err = { 0 };

	assert_rc(mirror_new(&mirror, &err), RC_OK, &err);
	return mirror;
}

/* What the inventory folds a device to. */
static inline void
hand_fold(struct mirror *mirror)
{
	for (size_t i = 0; i < mirror->n_certs; i++) {
		const struct mirror_cert *cert = &mirror->certs[i];
		struct mirror_device *device = &mirror->devices[cert->device];

		if (cert->role == ROLE_UNBOUND)
			continue;
		if (cert->warning_at < device->warning_at)
			device->warning_at = cert->warning_at;
		if (cert->critical_at < device->critical_at)
			device->critical_at = cert->critical_at;
	}
}

static inline void
hand_seal(struct mirror *mirror)
{
	struct err err = { 0 };

	hand_fold(mirror);
	mirror->generation = 42;
	mirror->read_at = HAND_NOW - 60;
	mirror->last_pass = HAND_NOW - 7200;
	assert_rc(mirror_seal(mirror, HAND_NOW, &err), RC_OK, &err);
}

static inline void
hand_add_job(struct mirror *mirror, uint32_t cert, int state, int64_t id)
{
	struct mirror_job job = { .id = id,
		.cert = cert,
		.action = JOB_RENEW,
		.state = (uint8_t)state,
		.started = (uint32_t)(HAND_NOW - 100),
		.finished = state == JOB_FAILED ? (uint32_t)(HAND_NOW - 40) : 0,
		.attempts = 3,
		.message = hand_text(mirror, state == JOB_FAILED ? "CA refused" : "") };
	struct err err = { 0 };

	assert_rc(mirror_add_job(mirror, &job, &err), RC_OK, &err);
}

/* The three devices. */
static inline struct mirror *
hand_fleet(void)
{
	static const struct mirror_bytes ipv4 = { "\xc0\x00\x02\x01", 4 };
	static const struct mirror_bytes dns = { "pc05.example", 12 };
	struct mirror *mirror = hand_new();
	struct mirror_device device = hand_device(mirror, 1, "PC01.example");
	struct err err = { 0 };

	device.address_type = ADDRESS_IPV4;
	assert_rc(mirror_keep_octets(mirror, ipv4, &device.address, &err), RC_OK, &err);
	device.has_uuid = true;
	memset(device.uuid, 0x5a, sizeof(device.uuid));
	hand_add_device(mirror, &device);
	hand_add_cert(mirror, hand_cert(mirror, 1, ROLE_TLS, 200 * HAND_DAY));
	hand_add_cert(mirror, hand_cert(mirror, 3, ROLE_ROOT, 3000 * HAND_DAY));
	mirror->certs[1].due_at = MIRROR_NEVER;

	device = hand_device(mirror, 5, "pc05.example");
	device.address_type = ADDRESS_DNS;
	assert_rc(mirror_keep_octets(mirror, dns, &device.address, &err), RC_OK, &err);
	device.last_success = (uint32_t)(HAND_NOW - 30 * HAND_DAY);
	device.scan_result = SCAN_UNREACHABLE;
	device.last_error = hand_text(mirror, "no answer in 10 s");
	hand_add_device(mirror, &device);
	hand_add_cert(mirror, hand_cert(mirror, 1, ROLE_TLS, 5 * HAND_DAY));
	hand_add_cert(mirror, hand_cert(mirror, 2, ROLE_8021X_WIRED, 20 * HAND_DAY));
	hand_add_cert(mirror, hand_cert(mirror, 4, ROLE_UNBOUND, -HAND_DAY));
	hand_add_cert(mirror, hand_cert(mirror, 9, ROLE_CIRA, 300 * HAND_DAY));

	device = hand_device(mirror, 2000000000, "never");
	device.policy = 0;
	device.last_scan = 0;
	device.last_success = 0;
	device.scan_result = SCAN_NEVER;
	device.fixed_state = STATE_UNKNOWN;
	hand_add_device(mirror, &device);
	hand_add_job(mirror, 0, JOB_RUNNING, 7);
	hand_add_job(mirror, 2, JOB_FAILED, 8);
	hand_seal(mirror);
	return mirror;
}

static inline struct view
hand_view(const struct mirror *mirror, struct agent_settings *settings)
{
	struct err err = { 0 };
	struct view view = { .mirror = mirror,
		.totals = &mirror->totals,
		.settings = settings,
		.now = HAND_NOW,
		.inventory_state = INVENTORY_OK };

	assert_rc(settings_read(NULL, settings, &err), RC_OK, &err);
	return view;
}

#endif
