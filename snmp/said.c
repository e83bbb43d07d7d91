/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A short memory of sentences, by their hash.
 */
#include "snmp/said.h"

#include <stdbool.h>

#include "base/log.h"

/* FNV-1a. */
static uint64_t
hash_of(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return hash;
}

static bool
is_known(const struct said *said, uint64_t hash)
{
	for (size_t i = 0; i < said->n && i < SAID_MAX; i++)
		if (said->hashes[i] == hash)
			return true;
	return false;
}

void
said_once(struct said *said, const char *area, const char *text)
{
	uint64_t hash = hash_of(text);

	if (is_known(said, hash))
		return;
	said->hashes[said->n++ % SAID_MAX] = hash;
	log_at(1, area, "%s", text);
}

void
said_forget(struct said *said)
{
	said->n = 0;
}
