/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One row of the scan log for each scan of everything.
 */
#include "scan/pass.h"

#include "inventory/db.h"

bool
pass_is_meant(const struct fleet *fleet)
{
	return !fleet->is_part;
}

static enum rc
keep(const struct fleet *fleet, struct scan_record *record,
    enum rc (*write)(struct db *, struct scan_record *, struct err *), struct err *err)
{
	struct db db = { 0 };
	enum rc r = db_open(fleet->settings.inventory, &db, err);

	if (r == RC_OK)
		r = write(&db, record, err);
	db_close(&db);
	return r;
}

static enum rc
update(struct db *db, struct scan_record *record, struct err *err)
{
	return scan_log_update(db, record, err);
}

enum rc
pass_begin(const struct fleet *fleet, struct scan_record *record, struct err *err)
{
	*record = (struct scan_record){ .is_store = fleet->setup.depth == SCAN_STORE,
		.started_at = fleet->setup.now,
		.n_targets = (int64_t)fleet->roster.n };
	return keep(fleet, record, scan_log_begin, err);
}

/* A core that did not take all results has nothing to do with what was read. */
enum rc
pass_end(const struct fleet *fleet, const struct tally *tally, enum rc r, int64_t now,
    struct scan_record *record, struct err *err)
{
	record->n_ok = tally->n_read;
	record->n_failed = tally->n_failed;
	record->n_skipped = tally->n_skipped;
	if (r == RC_OK || r == RC_LOST)
		record->finished_at = now;
	return keep(fleet, record, update, err);
}
