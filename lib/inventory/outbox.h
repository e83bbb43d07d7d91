/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What others are to be told of certificates that took another's place: a line each,
 * written with the proof in the journal, kept until somebody has taken it.  Of one
 * device they go in their order, whatever becomes of the first: who was told in the
 * wrong order would trust the wrong certificate.
 */
#ifndef AMTCERT_INVENTORY_OUTBOX_H
#define AMTCERT_INVENTORY_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/db.h"
#include "policy/facts.h"

enum {
	OUTBOX_LINE_MAX_BYTES = 4096, /* its line feed included */
	OUTBOX_TEXT_SIZE = 256,
	OUTBOX_BACK_FIRST_S = 60, /* after the first failure, then twice as long ... */
	OUTBOX_BACK_MAX_S = 3600, /* ... up to this */
};

/* A line that waits. */
struct outbox_entry {
	int64_t id;
	char device_name[FACTS_TEXT_SIZE];
	char line[OUTBOX_LINE_MAX_BYTES + 1]; /* with its line feed */
	int64_t created_at;
	int64_t n_failed;
	int64_t not_before;	     /* the next attempt */
	char text[OUTBOX_TEXT_SIZE]; /* of the last failure */
};

/* What is to be kept of a run of the journal. Lent. */
struct outbox_note {
	int64_t run_id;
	bool is_undone; /* the certificate of before took its place again */
	const char *device_uuid;
	const char *device_name;
	const char *line; /* with its line feed */
};

/* Once per run and direction, however often it is called. Inside the caller's
 * transaction, or on its own. RC_LIMIT for a line that is too long. */
enum rc outbox_add(struct db *db, const struct outbox_note *note, int64_t now,
    struct err *err);

/* Was such a line kept of that run, whether it was taken or not? */
enum rc outbox_has(struct db *db, int64_t run_id, bool is_undone, bool *ret_has,
    struct err *err);

/*
 * The next one whose time has come and which is the first of its device, of that id or
 * a later one; of the devices of that name only (NULL: of all). RC_NOTFOUND, with err
 * left as it was.
 */
enum rc outbox_find_due(struct db *db, const char *device_name, int64_t from_id,
    int64_t now, struct outbox_entry *ret_entry, struct err *err);

/* That one, while it waits and its time has come; otherwise as above. */
enum rc outbox_read_due(struct db *db, int64_t id, int64_t now,
    struct outbox_entry *ret_entry, struct err *err);

/* It was taken. */
enum rc outbox_note_taken(struct db *db, int64_t id, int64_t now, struct err *err);

/* It was not, for that reason: it waits for its next attempt, entry->not_before. */
enum rc outbox_note_failed(struct db *db, struct outbox_entry *entry, const char *text,
    int64_t now, struct err *err);

/* Those that wait, failed before or not. */
struct outbox_counts {
	int64_t n;
	int64_t n_failed;
	int64_t since;		 /* the oldest of all; 0: none */
	struct outbox_entry bad; /* the oldest that failed; id 0: none */
};

enum rc outbox_count(struct db *db, struct outbox_counts *ret_counts, struct err *err);

/* Those that wait, the oldest first. */
typedef enum rc (
    *outbox_visit)(void *ctx, const struct outbox_entry *entry, struct err *err);
enum rc outbox_each(struct db *db, int64_t limit, outbox_visit visit, void *ctx,
    struct err *err);

#endif
