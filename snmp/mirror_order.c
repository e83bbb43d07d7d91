/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The orders of a mirror: by end, by name; and finding a row in one of them.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "snmp/health.h"
#include "snmp/mirror.h"

/* A time and a place in one number: sorting needs nothing else. */
#define PLACE_BITS 32

enum {
	DIGIT_BITS = 8,
	DIGITS = 1 << DIGIT_BITS,
	TIME_DIGITS = 4, /* of the 32 bits of a time */
};

uint32_t
mirror_end_key(const struct mirror_cert *cert)
{
	if (cert->not_after < 1)
		return 1;
	return cert->not_after > UINT32_MAX ? UINT32_MAX : (uint32_t)cert->not_after;
}

size_t
mirror_name_key(const struct mirror *mirror, const struct mirror_device *device,
    uint8_t key[MIRROR_TEXT_MAX])
{
	size_t len;
	const uint8_t *name = mirror_octets(mirror, device->name, &len);

	for (size_t i = 0; i < len; i++)
		key[i] = name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i];
	return len;
}

/* One pass of a radix sort: into to, by the digit that begins at bit shift. Keeps the
 * order of those that have the same. */
static void
sort_by_digit(const uint64_t *from, uint64_t *to, size_t n, unsigned int shift)
{
	size_t place[DIGITS + 1] = { 0 };

	for (size_t i = 0; i < n; i++)
		place[(from[i] >> shift) % DIGITS + 1]++;
	for (size_t digit = 1; digit < DIGITS; digit++)
		place[digit] += place[digit - 1];
	for (size_t i = 0; i < n; i++)
		to[place[(from[i] >> shift) % DIGITS]++] = from[i];
}

/* By the times in keys, whose places rise; the result is in keys. An even number of
 * passes. */
static void
sort_times(uint64_t *keys, uint64_t *spare, size_t n)
{
	for (unsigned int at = 0; at < TIME_DIGITS; at += 2) {
		sort_by_digit(keys, spare, n, PLACE_BITS + at * DIGIT_BITS);
		sort_by_digit(spare, keys, n, PLACE_BITS + (at + 1) * DIGIT_BITS);
	}
}

static enum rc
sort_by_end(struct mirror *mirror, struct err *err)
{
	uint64_t *keys = calloc(mirror->n_certs + 1, sizeof(*keys));
	uint64_t *spare = malloc((mirror->n_certs + 1) * sizeof(*spare));
	uint32_t *by_end = malloc((mirror->n_certs + 1) * sizeof(*by_end));
	size_t n = 0;

	if (keys == NULL || spare == NULL || by_end == NULL) {
		free(keys);
		free(spare);
		free(by_end);
		return err_set(err, RC_NOMEM, "inventory: out of memory");
	}
	for (size_t i = 0; i < mirror->n_certs; i++) {
		const struct mirror_cert *cert = &mirror->certs[i];

		if (health_is_in_use(cert) && cert->not_after != MIRROR_NO_TIME)
			keys[n++] = (uint64_t)mirror_end_key(cert) << PLACE_BITS | i;
	}
	sort_times(keys, spare, n);
	for (size_t i = 0; i < n; i++)
		by_end[i] = (uint32_t)keys[i];
	free(keys);
	free(spare);
	mirror->by_end = by_end;
	mirror->n_by_end = n;
	return RC_OK;
}

/* Not IMPLIED: by length, then octets of the key (RFC 2578 section 7.7); no name holds
 * NUL, and in the C locale, which is never left, only A to Z have a lower case. */
static int
compare_names(const void *a, const void *b, void *ctx)
{
	const struct mirror *mirror = ctx;
	size_t x_len, y_len;
	const uint8_t *x =
	    mirror_octets(mirror, mirror->devices[*(const uint32_t *)a].name, &x_len);
	const uint8_t *y =
	    mirror_octets(mirror, mirror->devices[*(const uint32_t *)b].name, &y_len);

	if (x_len != y_len)
		return x_len < y_len ? -1 : 1;
	return strncasecmp((const char *)x, (const char *)y, x_len);
}

static int
compare_names_and_places(const void *a, const void *b, void *ctx)
{
	const uint32_t *x = a, *y = b;
	int by_name = compare_names(a, b, ctx);

	return by_name != 0 ? by_name : (*x > *y) - (*x < *y);
}

/* Of devices with one name the first keeps the row. */
static size_t
drop_repeated_names(struct mirror *mirror, uint32_t *by_name, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (kept == 0 ||
		    compare_names(&by_name[kept - 1], &by_name[i], mirror) != 0)
			by_name[kept++] = by_name[i];
	return kept;
}

static enum rc
sort_by_name(struct mirror *mirror, struct err *err)
{
	uint32_t *by_name = malloc((mirror->n_devices + 1) * sizeof(*by_name));
	size_t n = 0;

	if (by_name == NULL)
		return err_set(err, RC_NOMEM, "inventory: out of memory");
	for (size_t i = 0; i < mirror->n_devices; i++) {
		size_t len;

		(void)mirror_octets(mirror, mirror->devices[i].name, &len);
		if (len >= 1 && len <= MIRROR_KEY_MAX)
			by_name[n++] = (uint32_t)i;
	}
	qsort_r(by_name, n, sizeof(*by_name), compare_names_and_places, mirror);
	mirror->by_name = by_name;
	mirror->n_by_name = drop_repeated_names(mirror, by_name, n);
	return RC_OK;
}

enum rc
mirror_seal(struct mirror *mirror, int64_t now, struct err *err)
{
	enum rc r;

	free(mirror->interned);
	mirror->interned = NULL;
	mirror->cap_interned = 0;
	r = sort_by_end(mirror, err);
	if (r == RC_OK)
		r = sort_by_name(mirror, err);
	if (r == RC_OK)
		mirror->totals = health_count(mirror, now);
	return r;
}

bool
mirror_find_device(const struct mirror *mirror, uint32_t index, size_t *ret_place)
{
	size_t low = 0, high = mirror->n_devices;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mirror->devices[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == mirror->n_devices || mirror->devices[low].index != index)
		return false;
	*ret_place = low;
	return true;
}
