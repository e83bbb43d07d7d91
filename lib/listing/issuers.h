/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names of issuers, each once.
 */
#ifndef AMTCERT_LISTING_ISSUERS_H
#define AMTCERT_LISTING_ISSUERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

enum {
	ISSUERS_MAX = 4096,	     /* all others are one */
	ISSUERS_PLACES = 16384,	     /* of the hash table, a power of two */
	ISSUERS_OTHER = ISSUERS_MAX, /* the index of those */
};

/* Zeroed is empty; clear with issuers_clear. */
struct issuers {
	char **names;
	size_t n;
	uint16_t *places; /* index + 1; 0: free */
};

/* The index of a name, which is put there when it is new. RC_NOMEM. */
enum rc issuers_put(struct issuers *issuers, const char *name, size_t *ret_index,
    struct err *err);

/* "other issuers" for ISSUERS_OTHER. */
const char *issuers_name(const struct issuers *issuers, size_t index);

void issuers_clear(struct issuers *issuers);

#endif
