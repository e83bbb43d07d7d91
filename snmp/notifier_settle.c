/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What became of the notices that were put: kept as told, or taken back.
 */
#include <string.h>

#include "snmp/notifier.h"

static struct told_row *
find_row(struct told *told, const struct told_row *key)
{
	size_t low = 0, high = told->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct told_row *row = &told->rows[middle];

		if (row->device < key->device ||
		    (row->device == key->device && row->cert < key->cert))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == told->n || told->rows[low].device != key->device ||
	    told->rows[low].cert != key->cert)
		return NULL;
	return &told->rows[low];
}

static enum rc
keep_sent(struct notifier *notifier, const struct notifier_sent *sent, struct err *err)
{
	switch (sent->kind) {
	case NOTICE_STATE_CHANGE:
		return told_db_set_state(notifier->db, &sent->row, err);
	case NOTICE_EXPIRED:
		return told_db_set_expired(notifier->db, &sent->row, err);
	case NOTICE_RENEWED:
		return told_db_set_end(notifier->db, &sent->row, err);
	case NOTICE_RENEWAL_FAILED:
		return told_db_add_job(notifier->db, sent->job, err);
	case NOTICE_SCAN_STALLED:
	case NOTICE_SCAN_RESUMED:
		return told_db_set_scan(notifier->db, notifier->told.is_stalled,
		    notifier->told.stalled_at, err);
	case NOTICE_BULK_CHANGE:
		break;
	}
	return RC_OK;
}

static void
forget_job(struct told *told, int64_t id)
{
	for (size_t i = 0; i < told->n_jobs; i++)
		if (told->jobs[i] == id) {
			memmove(told->jobs + i, told->jobs + i + 1,
			    (told->n_jobs - i - 1) * sizeof(told->jobs[0]));
			told->n_jobs--;
			return;
		}
}

/* As if it had not been put. */
static void
take_back(struct notifier *notifier, const struct notifier_sent *sent)
{
	struct told *told = &notifier->told;
	struct told_row *row = find_row(told, &sent->row);

	switch (sent->kind) {
	case NOTICE_STATE_CHANGE:
		if (row != NULL) {
			row->state = sent->old_state;
			row->told_s = 0;
		}
		break;
	case NOTICE_EXPIRED:
		if (row != NULL)
			row->has_expired = false;
		break;
	case NOTICE_RENEWED:
		if (row != NULL) {
			row->end = sent->old_end;
			row->has_expired = sent->old_has_expired;
		}
		break;
	case NOTICE_RENEWAL_FAILED:
		forget_job(told, sent->job);
		break;
	case NOTICE_SCAN_STALLED:
	case NOTICE_SCAN_RESUMED:
		told->is_stalled = sent->was_stalled;
		told->stalled_at = sent->old_stalled_at;
		break;
	case NOTICE_BULK_CHANGE:
		notifier->owes_summary = true;
		break;
	}
}

enum rc
notifier_settle(struct notifier *notifier, struct err *err)
{
	enum mail_fate fate = MAIL_WAITING;
	bool has_begun = false;
	enum rc r = RC_OK;

	while (mailbox_next_fate(notifier->mailbox, &fate)) {
		const struct notifier_sent *sent =
		    &notifier->sent[notifier->n_done++ % MAILBOX_NOTICES];

		if (fate == MAIL_REFUSED) {
			take_back(notifier, sent);
			continue;
		}
		if (!has_begun && r == RC_OK) {
			r = db_begin(notifier->db, err);
			has_begun = r == RC_OK;
		}
		if (r == RC_OK)
			r = keep_sent(notifier, sent, err);
	}
	if (has_begun && r == RC_OK)
		r = db_commit(notifier->db, err);
	if (r != RC_OK) {
		db_rollback(notifier->db);
		notifier->is_behind = true;
	}
	return r;
}
