/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Filling a mirror: rows in the order of their indices, texts in one arena, and
 * the arrays that grow.  Orders over the rows are made in mirror_order.c.
 */
#include "snmp/mirror.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum {
	GROW_FIRST = 64,
	GROW_ARENA_FIRST = 4096,
	INTERN_FIRST = 1024, /* a power of two */
};

#define HASH_PRIME UINT64_C(0x9e3779b97f4a7c15) /* 2^64 by the golden ratio, odd */

/* Room for one more element; doubles, and the pages behind cost nothing until used. */
static void *
grow(void *array, size_t n, size_t *cap, size_t size, size_t first)
{
	size_t wanted = *cap == 0 ? first : *cap * 2;
	void *grown;

	if (n < *cap)
		return array;
	grown = reallocarray(array, wanted, size);
	if (grown != NULL)
		*cap = wanted;
	return grown;
}

static enum rc
no_memory(struct err *err)
{
	return err_set(err, RC_NOMEM, "inventory: out of memory");
}

uint32_t
mirror_moment(int64_t s)
{
	if (s < 0)
		return 0;
	return s > MIRROR_NEVER ? MIRROR_NEVER : (uint32_t)s;
}

enum rc
mirror_new(struct mirror **ret_mirror, struct err *err)
{
	struct mirror *mirror = calloc(1, sizeof(*mirror));

	if (mirror == NULL)
		return no_memory(err);
	mirror->arena = malloc(GROW_ARENA_FIRST);
	if (mirror->arena == NULL) {
		free(mirror);
		return no_memory(err);
	}
	mirror->cap_arena = GROW_ARENA_FIRST;
	mirror->arena[0] = 0; /* the empty text is 0 */
	mirror->arena_len = 1;
	mirror->read_at = MIRROR_NO_TIME;
	mirror->last_pass = MIRROR_NO_TIME;
	mirror->totals.worst = STATE_UNKNOWN;
	*ret_mirror = mirror;
	return RC_OK;
}

void
mirror_free(struct mirror *mirror)
{
	if (mirror == NULL)
		return;
	free(mirror->devices);
	free(mirror->certs);
	free(mirror->jobs);
	free(mirror->by_end);
	free(mirror->by_name);
	free(mirror->interned);
	free(mirror->arena);
	free(mirror);
}

const uint8_t *
mirror_octets(const struct mirror *mirror, uint32_t text, size_t *ret_len)
{
	const uint8_t *at = (const uint8_t *)mirror->arena + text;

	*ret_len = *at;
	return at + 1;
}

static enum rc
store(struct mirror *mirror, const uint8_t *octets, size_t len, uint32_t *ret_text,
    struct err *err)
{
	size_t cap = mirror->cap_arena;
	char *arena;

	if (len == 0) {
		*ret_text = 0;
		return RC_OK;
	}
	while (cap - mirror->arena_len < len + 1)
		cap *= 2;
	if (cap > UINT32_MAX)
		return err_set(err, RC_LIMIT, "inventory: texts: more than 2 GiB");
	if (cap != mirror->cap_arena) {
		arena = realloc(mirror->arena, cap);
		if (arena == NULL)
			return no_memory(err);
		mirror->arena = arena;
		mirror->cap_arena = cap;
	}
	*ret_text = (uint32_t)mirror->arena_len;
	mirror->arena[mirror->arena_len] = (char)len;
	memcpy(mirror->arena + mirror->arena_len + 1, octets, len);
	mirror->arena_len += len + 1;
	return RC_OK;
}

/* FNV-1a, but of eight octets at a time, and folded: the upper half of a product
 * depends on all of it. */
static size_t
hash_of(const uint8_t *octets, size_t len)
{
	uint64_t hash = UINT64_C(14695981039346656037) ^ len;
	uint64_t word;

	for (; len >= sizeof(word); len -= sizeof(word), octets += sizeof(word)) {
		memcpy(&word, octets, sizeof(word));
		hash = (hash ^ word) * HASH_PRIME;
		hash ^= hash >> 32;
	}
	word = 0;
	memcpy(&word, octets, len);
	hash = (hash ^ word) * HASH_PRIME;
	return (size_t)(hash ^ hash >> 32);
}

/* Where a text is, or would go. */
static uint32_t *
intern_slot(const struct mirror *mirror, const uint8_t *octets, size_t len)
{
	size_t mask = mirror->cap_interned - 1;

	for (size_t at = hash_of(octets, len) & mask;; at = (at + 1) & mask) {
		size_t there_len;
		const uint8_t *there;

		if (mirror->interned[at] == 0)
			return &mirror->interned[at];
		there = mirror_octets(mirror, mirror->interned[at], &there_len);
		if (there_len == len && memcmp(there, octets, len) == 0)
			return &mirror->interned[at];
	}
}

/* A table that is at most half full. */
static enum rc
intern_room(struct mirror *mirror, struct err *err)
{
	uint32_t *old = mirror->interned;
	size_t old_cap = mirror->cap_interned;

	if (mirror->n_interned * 2 < old_cap)
		return RC_OK;
	mirror->cap_interned = old_cap == 0 ? INTERN_FIRST : old_cap * 2;
	mirror->interned = calloc(mirror->cap_interned, sizeof(*mirror->interned));
	if (mirror->interned == NULL) {
		mirror->interned = old;
		mirror->cap_interned = old_cap;
		return no_memory(err);
	}
	for (size_t i = 0; i < old_cap; i++) {
		size_t len;
		const uint8_t *octets;

		if (old[i] == 0)
			continue;
		octets = mirror_octets(mirror, old[i], &len);
		*intern_slot(mirror, octets, len) = old[i];
	}
	free(old);
	return RC_OK;
}

static enum rc
store_once(struct mirror *mirror, const uint8_t *octets, size_t len, uint32_t *ret_text,
    struct err *err)
{
	uint32_t text = 0;
	uint32_t *slot;
	enum rc r;

	if (len == 0) {
		*ret_text = 0;
		return RC_OK;
	}
	r = intern_room(mirror, err);
	if (r != RC_OK)
		return r;
	slot = intern_slot(mirror, octets, len);
	if (*slot == 0) {
		r = store(mirror, octets, len, &text, err);
		if (r != RC_OK)
			return r;
		*slot = text;
		mirror->n_interned++;
	}
	*ret_text = *slot;
	return RC_OK;
}

/* Valid and printable, at most MIRROR_TEXT_MAX octets: as it came where that will do,
 * else made so in field. */
static struct mirror_bytes
printable(struct mirror_bytes text, char field[MIRROR_TEXT_MAX + 1])
{
	struct mirror_bytes made = { field, 0 };

	if (text.bytes == NULL || text.len == 0)
		return made;
	if (text.len <= MIRROR_TEXT_MAX && text_is_plain(text.bytes, text.len))
		return text;
	text_printable_field(field, MIRROR_TEXT_MAX + 1, text.bytes, text.len);
	made.len = strlen(field);
	return made;
}

enum rc
mirror_keep(struct mirror *mirror, struct mirror_bytes text, bool is_shared,
    uint32_t *ret_text, struct err *err)
{
	char field[MIRROR_TEXT_MAX + 1];
	struct mirror_bytes made = printable(text, field);

	return (is_shared ? store_once : store)(mirror, made.bytes, made.len, ret_text,
	    err);
}

enum rc
mirror_keep_beside(struct mirror *mirror, struct mirror_bytes text,
    const uint32_t *others, size_t n, uint32_t *ret_text, struct err *err)
{
	char field[MIRROR_TEXT_MAX + 1];
	struct mirror_bytes made = printable(text, field);

	for (size_t i = 0; i < n; i++) {
		size_t len;
		const uint8_t *octets = mirror_octets(mirror, others[i], &len);

		if (len == made.len && memcmp(octets, made.bytes, len) == 0) {
			*ret_text = others[i];
			return RC_OK;
		}
	}
	return store(mirror, made.bytes, made.len, ret_text, err);
}

enum rc
mirror_keep_octets(struct mirror *mirror, struct mirror_bytes octets,
    uint32_t *ret_text, struct err *err)
{
	size_t len = octets.bytes == NULL ? 0 : octets.len;

	return store(mirror, octets.bytes,
	    len > MIRROR_TEXT_MAX ? MIRROR_TEXT_MAX : len, ret_text, err);
}

static bool
is_index(uint32_t index)
{
	return index >= 1 && index <= MIRROR_INDEX_MAX;
}

enum rc
mirror_add_device(struct mirror *mirror, const struct mirror_device *device,
    struct err *err)
{
	size_t n = mirror->n_devices;
	struct mirror_device *devices;

	if (!is_index(device->index) ||
	    (n > 0 && mirror->devices[n - 1].index >= device->index))
		return err_set(err, RC_FORMAT, "device %lu: its index does not rise",
		    (unsigned long)device->index);
	if (n >= MIRROR_DEVICES_MAX)
		return err_set(err, RC_LIMIT, "inventory: more than %d devices",
		    MIRROR_DEVICES_MAX);
	devices = grow(mirror->devices, n, &mirror->cap_devices, sizeof(*devices),
	    GROW_FIRST);
	if (devices == NULL)
		return no_memory(err);
	mirror->devices = devices;
	devices[n] = *device;
	devices[n].first_cert = (uint32_t)mirror->n_certs;
	devices[n].n_certs = 0;
	mirror->filled = n;
	mirror->n_devices++;
	return RC_OK;
}

bool
mirror_turn_to(struct mirror *mirror, uint32_t index)
{
	struct mirror_device *devices = mirror->devices;
	size_t at = mirror->n_certs == 0 ? 0 : mirror->filled;

	while (at < mirror->n_devices && devices[at].index < index)
		at++;
	if (at == mirror->n_devices || devices[at].index != index)
		return false;
	if (devices[at].n_certs == 0)
		devices[at].first_cert = (uint32_t)mirror->n_certs;
	mirror->filled = at;
	return true;
}

enum rc
mirror_add_cert(struct mirror *mirror, const struct mirror_cert *cert, struct err *err)
{
	size_t n = mirror->n_certs;
	struct mirror_device *device;
	struct mirror_cert *certs;

	if (mirror->filled >= mirror->n_devices)
		return err_set(err, RC_FORMAT, "certificate: without a device");
	device = &mirror->devices[mirror->filled];
	if (!is_index(cert->index) ||
	    (device->n_certs > 0 && mirror->certs[n - 1].index >= cert->index))
		return err_set(err, RC_FORMAT,
		    "device %lu: certificate %lu: its index does not rise",
		    (unsigned long)device->index, (unsigned long)cert->index);
	if (n >= MIRROR_CERTS_MAX)
		return err_set(err, RC_LIMIT, "inventory: more than %d certificates",
		    MIRROR_CERTS_MAX);
	certs = grow(mirror->certs, n, &mirror->cap_certs, sizeof(*certs), GROW_FIRST);
	if (certs == NULL)
		return no_memory(err);
	mirror->certs = certs;
	certs[n] = *cert;
	certs[n].device = (uint32_t)mirror->filled;
	device->n_certs++;
	mirror->n_certs++;
	return RC_OK;
}

enum rc
mirror_add_job(struct mirror *mirror, const struct mirror_job *job, struct err *err)
{
	size_t n = mirror->n_jobs;
	struct mirror_job *jobs;

	if (job->cert >= mirror->n_certs ||
	    (n > 0 && mirror->jobs[n - 1].cert >= job->cert))
		return err_set(err, RC_FORMAT, "job %lld: its place does not rise",
		    (long long)job->id);
	jobs = grow(mirror->jobs, n, &mirror->cap_jobs, sizeof(*jobs), GROW_FIRST);
	if (jobs == NULL)
		return no_memory(err);
	mirror->jobs = jobs;
	jobs[n] = *job;
	mirror->n_jobs++;
	return RC_OK;
}
