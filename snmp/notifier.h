/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is to be told to managers: the difference between how certificates stand and
 * what was told of them.  Being a difference it needs no queue: what changes back
 * before it is told is not told, and while no master listens nothing is lost.
 *
 * Changes to critical and ends are all told, notify-per-second at most; others up
 * to notify-per-minute, and beyond that as one summary at the end of notify-window.
 */
#ifndef AMTCERT_SNMP_NOTIFIER_H
#define AMTCERT_SNMP_NOTIFIER_H

#include "snmp/mailbox.h"
#include "snmp/settings.h"
#include "snmp/told_db.h"

enum {
	NOTIFIER_MINUTE_MS = 60000,
	NOTIFIER_AGAIN_S = 86400, /* a stalled scan is told again */
};

/* One moment as the notifier sees it. */
struct notifier_now {
	int64_t now;	 /* seconds since 1970: what certificates mean */
	int64_t mono_ms; /* of a clock that never steps: the pace */
};

/* What a notice on its way changed in what was told. */
struct notifier_sent {
	enum notice_kind kind;
	struct told_row row; /* as it is once it was sent */
	uint32_t old_end;
	uint8_t old_state;
	bool old_has_expired;
	int64_t job;
	bool was_stalled;
	int64_t old_stalled_at;
	uint64_t n_suppressed; /* that a summary tells */
};

/* Zeroed, then notifier_init. */
struct notifier {
	const struct agent_settings *settings;
	struct mailbox *mailbox;
	struct db *db;
	struct told told;
	bool is_new;		     /* no baseline was taken yet */
	bool is_behind;		     /* the file is older than what is in memory */
	const struct mirror *merged; /* told has the rows of this one */
	uint32_t merged_generation;
	int64_t caught_up_ms; /* when the file was last tried */
	int64_t window_ms;    /* when the window began */
	int64_t left;	      /* of what may be told in it of single certificates */
	uint64_t suppressed;  /* in it, for the summary at its end */
	int64_t refill_ms;
	int64_t budget_ms; /* of notify-per-second, in its thousandths */
	bool owes_summary;
	int64_t rest_until_ms;	  /* all was told, and states age by the second */
	int64_t failing_since_ms; /* the inventory is not ok; -1: it is */
	struct notifier_sent sent[MAILBOX_NOTICES]; /* in the order of the ring */
	size_t n_put;
	size_t n_done;
};

/*
 * db: of told_db_open(), read here; both must outlive the notifier. RC_DB,
 * RC_NOMEM. Clear with notifier_clear.
 */
enum rc notifier_init(struct notifier *notifier, const struct agent_settings *settings,
    struct mailbox *mailbox, struct db *db, int64_t mono_ms, struct err *err);
void notifier_clear(struct notifier *notifier);

/*
 * Take back what could not be sent, keep what was, put what is due into the
 * mailbox. mirror has generation 0 before the first reading. To be called every
 * notifier_pause_ms(). RC_DB, RC_NOMEM: it goes on in memory and tries again.
 */
enum rc notifier_tick(struct notifier *notifier, const struct mirror *mirror,
    enum inventory_state inventory_state, const struct notifier_now *now,
    struct err *err);

/* Keep what became of notices so far; the rest of notifier_tick() left out. */
enum rc notifier_settle(struct notifier *notifier, struct err *err);

/* Between ticks: what one turn of the SNMP thread sends may be due in it. */
int64_t notifier_pause_ms(const struct agent_settings *settings);

#endif
