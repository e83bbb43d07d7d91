/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The uses that a device makes of certificates, as one reading shows them: facts
 * and verdict turned into a list of roles.  Private to this room.
 */
#ifndef AMTCERT_INVENTORY_USE_H
#define AMTCERT_INVENTORY_USE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inventory/role.h"
#include "policy/aging.h"
#include "policy/facts.h"
#include "policy/verdict.h"

enum {
	USE_LIMIT = 1024, /* of one reading */
};

/* Where a use was seen. Bits, stored. */
enum use_source {
	USE_PRESENTED = 1 << 0,
	USE_STORE = 1 << 1,
};

struct use {
	enum role role;
	const struct cert *cert; /* lent from the facts */
	unsigned int sources;
	const char *instance_id; /* of the store; "" : not known; lent */
	struct aging aging;
	int64_t number; /* of its slot; 0 until there is one */
};

/* Zeroed is empty. */
struct uses {
	struct use *list;
	size_t n;
};

/*
 * All uses that facts show, each with how it ages by the verdict, which was made
 * with policy at now. RC_NOMEM, RC_LIMIT. Clear with uses_clear; the facts must
 * live as long.
 */
enum rc uses_build(const struct facts *facts, const struct verdict *verdict,
    const struct policy *policy, int64_t now, struct uses *ret_uses, struct err *err);
void uses_clear(struct uses *uses);

/* Leave out the uses of a role. */
void uses_drop(struct uses *uses, enum role role);

#endif
