/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The states of a mirror at a moment, by comparing numbers.
 */
#include "snmp/health.h"

#include "inventory/role.h"
#include "policy/aging.h"

bool
health_is_stale(const struct mirror_device *device, int64_t now)
{
	if (device->max_age_s == 0)
		return false;
	return device->last_success == 0 ||
	    now - (int64_t)device->last_success > (int64_t)device->max_age_s;
}

bool
health_is_in_use(const struct mirror_cert *cert)
{
	return cert->role != ROLE_UNBOUND;
}

/* What policy/aging.h folded a verdict to, unpacked. */
static int64_t
unpack(uint32_t at)
{
	return at == MIRROR_NEVER ? AGING_NEVER : at;
}

static enum state
by_moments(uint8_t fixed, uint32_t valid_from, uint32_t warning_at,
    uint32_t critical_at, int64_t now)
{
	struct aging aging;

	aging_init(&aging);
	aging.fixed = (enum state)fixed;
	aging.valid_from = valid_from;
	aging.warning_at = unpack(warning_at);
	aging.critical_at = unpack(critical_at);
	return aging_state(&aging, now);
}

/* Old data can be worse than it was, and not better. */
static enum state
aged(enum state state, const struct mirror_device *device, int64_t now)
{
	return state == STATE_OK && health_is_stale(device, now) ? STATE_UNKNOWN
								 : state;
}

enum state
health_cert(const struct mirror *mirror, const struct mirror_cert *cert, int64_t now)
{
	enum state state;

	if (!health_is_in_use(cert))
		return STATE_OK;
	state = by_moments(cert->fixed_state, cert->valid_from, cert->warning_at,
	    cert->critical_at, now);
	if (cert->not_after == MIRROR_NO_TIME)
		state = state_worse(state, STATE_UNKNOWN);
	else if (health_has_ended(cert, now))
		state = STATE_CRITICAL;
	return aged(state, &mirror->devices[cert->device], now);
}

/* As inventory/standing.h says it: the fold, and the age of what it is made of. */
enum state
health_device(const struct mirror_device *device, int64_t now)
{
	enum state state = by_moments(device->fixed_state, device->valid_from,
	    device->warning_at, device->critical_at, now);

	if (device->last_success == 0)
		return state_worse(state, STATE_UNKNOWN);
	if (health_is_stale(device, now) || now >= unpack(device->miss_at))
		return state_worse(state, STATE_WARNING);
	return state;
}

bool
health_first_end(const struct mirror *mirror, const struct mirror_device *device,
    int64_t *ret_not_after)
{
	int64_t first = MIRROR_NO_TIME;

	for (size_t i = 0; i < device->n_certs; i++) {
		const struct mirror_cert *cert = &mirror->certs[device->first_cert + i];

		if (health_is_in_use(cert) && cert->not_after != MIRROR_NO_TIME &&
		    (first == MIRROR_NO_TIME || cert->not_after < first))
			first = cert->not_after;
	}
	if (first == MIRROR_NO_TIME)
		return false;
	*ret_not_after = first;
	return true;
}

bool
health_has_ended(const struct mirror_cert *cert, int64_t now)
{
	return health_is_in_use(cert) && cert->not_after != MIRROR_NO_TIME &&
	    cert->not_after < now;
}

static void
count_jobs(const struct mirror *mirror, struct totals *totals)
{
	for (size_t i = 0; i < mirror->n_jobs; i++) {
		switch ((enum job_state)mirror->jobs[i].state) {
		case JOB_PENDING:
		case JOB_RUNNING:
			totals->jobs_pending++;
			break;
		case JOB_FAILED:
			totals->jobs_failed++;
			break;
		case JOB_SUCCEEDED:
		case JOB_CANCELED:
			break;
		}
	}
}

struct totals
health_count(const struct mirror *mirror, int64_t now)
{
	struct totals totals = { .worst = STATE_OK };

	if (mirror->n_devices == 0)
		totals.worst = STATE_UNKNOWN;
	for (size_t i = 0; i < mirror->n_devices; i++) {
		const struct mirror_device *device = &mirror->devices[i];

		totals.devices_failed += device->scan_result != SCAN_SUCCESS;
		totals.devices_stale += health_is_stale(device, now);
		totals.worst = state_worse(totals.worst, health_device(device, now));
	}
	for (size_t i = 0; i < mirror->n_certs; i++) {
		totals.certs[health_cert(mirror, &mirror->certs[i], now)]++;
		totals.expired += health_has_ended(&mirror->certs[i], now);
	}
	count_jobs(mirror, &totals);
	return totals;
}

size_t
health_n_ended(const struct mirror *mirror, int64_t now)
{
	size_t low = 0, high = mirror->n_by_end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mirror_end_key(&mirror->certs[mirror->by_end[middle]]) < now)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
