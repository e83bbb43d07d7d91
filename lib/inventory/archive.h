/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates that were replaced, with who did it and why, as Windows archives
 * them.  Entries are never changed; they outlive the device.
 */
#ifndef AMTCERT_INVENTORY_ARCHIVE_H
#define AMTCERT_INVENTORY_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/db.h"
#include "inventory/role.h"
#include "x509/cert.h"

enum {
	/* What readings add per device: one that shows another certificate at each
	 * contact cannot fill the disk. Runs of ours are not counted. */
	ARCHIVE_READINGS_MAX = 64,
	ARCHIVE_WORD_SIZE = 64,
};

/* Lent. NULL and 0 where not known, except reason and actor. */
struct archive_entry {
	int64_t run_id;	   /* of the journal; 0: not done by us */
	int64_t device_id; /* 0: the device of that UUID, if there is one */
	const char *device_uuid;
	const char *device_name;
	enum role role;
	const struct cert *cert; /* the one replaced */
	const uint8_t *next_fingerprint;
	bool has_next_is_ours;
	bool next_is_ours;  /* a remedy of ours made the one that took its place */
	const char *reason; /* "replaced", "removed", "pruned" */
	const char *actor; /* who asked: a user, a job; "reading": found when looking */
	const char *ca;	   /* section of the configuration */
	const char *ca_request_id;
};

/*
 * Add an entry; once per run and certificate, however often it is called. Of
 * a reading, not when the same certificate of the device is there since since,
 * for a run archived it before. Inside the caller's transaction, or on its own.
 */
enum rc archive_add(struct db *db, const struct archive_entry *entry, int64_t since,
    int64_t now, struct err *err);

#endif
