/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arithmetic of pacing, in whole seconds.
 */
#include "policy/pace.h"

#include "base/num.h"

/* FNV-1a, then the finalizer of SplitMix64, so that serial numbers in a row end far
 * apart. Nothing here has to withstand an adversary. */
static uint64_t
hash_text(uint64_t hash, const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
		hash = (hash ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
	return (hash ^ 0xff) * UINT64_C(0x100000001b3); /* ends the text */
}

static uint64_t
mix(uint64_t hash)
{
	hash = (hash ^ (hash >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	hash = (hash ^ (hash >> 27)) * UINT64_C(0x94d049bb133111eb);
	return hash ^ (hash >> 31);
}

int64_t
pace_spread(const char *device, const char *serial_number, int64_t due_at,
    int64_t spread_s, int64_t floor_at)
{
	int64_t span = num_difference(floor_at, due_at);
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	if (span > spread_s)
		span = spread_s;
	if (span <= 0)
		return due_at;
	hash = mix(hash_text(hash_text(hash, device), serial_number));
	return num_sum(due_at, (int64_t)(hash % (uint64_t)span));
}

int64_t
pace_back_off(int64_t n_failed)
{
	int64_t wait = PACE_BACK_OFF_S;

	if (n_failed <= 0)
		return 0;
	while (n_failed > 1 && wait < PACE_BACK_OFF_MAX_S) {
		wait *= 2;
		n_failed--;
	}
	return wait;
}

int64_t
pace_guard(int64_t installed_at, int64_t not_before, int64_t not_after)
{
	int64_t lifetime = num_difference(not_after, not_before);

	if (lifetime <= 0)
		return installed_at;
	return num_sum(installed_at, lifetime - lifetime / 5);
}
