/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table slot: which certificate is in which use, under numbers that stay.
 * Private to this room; readers have inventory/fleet.h.
 */
#ifndef AMTCERT_INVENTORY_SLOT_H
#define AMTCERT_INVENTORY_SLOT_H

#include "inventory/asset.h"
#include "inventory/use.h"

enum {
	SLOTS_MAX = 4096, /* rows of one device; gone ones included */
};

/* A row, with what its certificate is compared by. Strings are owned. */
struct slot {
	int64_t number;
	enum role role;
	int64_t cert_id;
	unsigned int sources; /* bits of enum use_source */
	char instance_id[FACTS_INSTANCE_SIZE];
	int64_t since;
	int64_t gone_at; /* 0: in use */
	int64_t not_before;
	int64_t not_after;
	struct aging aging;
	uint8_t fingerprint[CERT_FINGERPRINT_BYTES];
	uint8_t spki_sha256[CERT_FINGERPRINT_BYTES];
	char *subject;
	char *issuer;
	struct use *use; /* what this reading shows in it; NULL: nothing */
};

/* Zeroed is empty. */
struct slots {
	struct slot *list;
	size_t n;
};

enum rc slots_read(struct db *db, int64_t device_id, struct slots *ret_slots,
    struct err *err);
void slots_clear(struct slots *slots);

/*
 * Give every use the slot that it continues, or none: the same certificate, else
 * the same subject, first at the same place in the store, else that place, else
 * what is left of its role; slots in use before those that are gone.
 */
void slots_match(struct slots *slots, struct uses *uses);

/* What became of them. */
struct slots_result {
	struct aging fold; /* all that are in use, folded */
	int64_t n;	   /* how many */
	bool has_new_tls;  /* the port serves another certificate than before */
};

/*
 * Write what changed: certificates, new uses, uses that are gone, with archive and
 * events. covered: bits of enum use_source that this reading speaks of; slots seen
 * elsewhere only are left alone.
 */
enum rc slots_update(struct db *db, const struct asset *asset, struct slots *slots,
    struct uses *uses, unsigned int covered, int64_t now,
    struct slots_result *ret_result, struct err *err);

#endif
