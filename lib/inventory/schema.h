/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables of the inventory database and how an older file becomes a newer one.
 * A schema is a list of migrations that only ever grows at its end.
 */
#ifndef AMTCERT_INVENTORY_SCHEMA_H
#define AMTCERT_INVENTORY_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

/* SQL that leads from one version to the next, in parts that a compiler takes. */
struct migration {
	const char *const *parts;
	size_t n_parts;
};

struct schema {
	const char *noun;	/* "amtcert inventory", for messages */
	int32_t application_id; /* which file it is, for good */
	/* from version i to i + 1; a released row never changes */
	const struct migration *migrations;
	size_t n_migrations; /* the version of a file that is up to date */
};

extern const struct schema schema_inventory;

#endif
