/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hash table that never fills up: FNV-1a, linear probing.
 */
#include "listing/issuers.h"

#include <stdlib.h>
#include <string.h>

static uint32_t
hash(const char *name)
{
	uint32_t h = UINT32_C(2166136261);

	for (; *name != '\0'; name++)
		h = (h ^ (unsigned char)*name) * UINT32_C(16777619);
	return h;
}

static enum rc
make_room(struct issuers *issuers, struct err *err)
{
	if (issuers->places == NULL)
		issuers->places = calloc(ISSUERS_PLACES, sizeof(*issuers->places));
	if (issuers->names == NULL)
		issuers->names = calloc(ISSUERS_MAX, sizeof(*issuers->names));
	if (issuers->places == NULL || issuers->names == NULL)
		return err_set(err, RC_NOMEM, "issuers: %s", rc_text(RC_NOMEM));
	return RC_OK;
}

enum rc
issuers_put(struct issuers *issuers, const char *name, size_t *ret_index,
    struct err *err)
{
	size_t at = hash(name) % ISSUERS_PLACES;
	enum rc r = make_room(issuers, err);

	if (r != RC_OK)
		return r;
	for (; issuers->places[at] != 0; at = (at + 1) % ISSUERS_PLACES) {
		size_t index = issuers->places[at] - 1U;

		if (strcmp(issuers->names[index], name) == 0) {
			*ret_index = index;
			return RC_OK;
		}
	}
	if (issuers->n == ISSUERS_MAX) {
		*ret_index = ISSUERS_OTHER;
		return RC_OK;
	}
	issuers->names[issuers->n] = strdup(name);
	if (issuers->names[issuers->n] == NULL)
		return err_set(err, RC_NOMEM, "issuers: %s", rc_text(RC_NOMEM));
	*ret_index = issuers->n++;
	issuers->places[at] = (uint16_t)issuers->n;
	return RC_OK;
}

const char *
issuers_name(const struct issuers *issuers, size_t index)
{
	return index < issuers->n ? issuers->names[index] : "other issuers";
}

void
issuers_clear(struct issuers *issuers)
{
	for (size_t i = 0; i < issuers->n; i++)
		free(issuers->names[i]);
	free(issuers->names);
	free(issuers->places);
	memset(issuers, 0, sizeof(*issuers));
}
