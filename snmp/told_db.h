/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What managers were told, on disk: so that a restart repeats nothing and swallows
 * nothing.  A database of the agent's own, in its state directory.
 */
#ifndef AMTCERT_SNMP_TOLD_DB_H
#define AMTCERT_SNMP_TOLD_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inventory/db.h"

/* About one certificate. */
struct told_row {
	uint32_t device;
	uint32_t cert;
	uint32_t end;	 /* mirror_end_key() of the certificate; 0: not known */
	uint32_t told_s; /* when its state was told, of a clock that never steps; not
			  * kept on disk */
	uint8_t state;
	bool has_expired; /* that it ended was told */
};

/* All of it. Zeroed is empty; clear with told_clear. */
struct told {
	struct told_row *rows; /* by device and certificate */
	size_t n;
	int64_t *jobs; /* that failed, and were told; by id */
	size_t n_jobs;
	bool is_stalled;
	int64_t stalled_at; /* when that was last told */
};

void told_clear(struct told *told);

/* Open, or make, agent.db in the folder. Errors of db_open_as(). */
enum rc told_db_open(const char *folder, struct db *ret_db, struct err *err);

/* *ret_is_new: nothing was ever kept. */
enum rc told_db_read(struct db *db, struct told *ret_told, bool *ret_is_new,
    struct err *err);

/* Replace all that is there. A transaction of its own. */
enum rc told_db_write(struct db *db, const struct told *told, struct err *err);

/* Single changes, inside the caller's transaction. */
enum rc told_db_set_state(struct db *db, const struct told_row *row, struct err *err);
enum rc told_db_set_end(struct db *db, const struct told_row *row, struct err *err);
enum rc told_db_set_expired(struct db *db, const struct told_row *row, struct err *err);
enum rc told_db_add(struct db *db, const struct told_row *row, struct err *err);
enum rc told_db_remove(struct db *db, const struct told_row *row, struct err *err);
enum rc told_db_add_job(struct db *db, int64_t id, struct err *err);
enum rc told_db_set_scan(struct db *db, bool is_stalled, int64_t stalled_at,
    struct err *err);

#endif
