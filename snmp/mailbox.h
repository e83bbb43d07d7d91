/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that the two threads of the agent share.  The loader hands over what it
 * built and frees it once it comes back; the SNMP thread only exchanges pointers
 * and never waits.
 */
#ifndef AMTCERT_SNMP_MAILBOX_H
#define AMTCERT_SNMP_MAILBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "snmp/mirror.h"
#include "snmp/notice.h"

enum {
	MAILBOX_NOTICES = 64 /* a power of two; three turns of the SNMP thread */
};

/* What became of a notice. */
enum mail_fate {
	MAIL_WAITING,
	MAIL_SENT,
	MAIL_REFUSED, /* the master was gone */
};

struct mail_slot {
	struct notice notice;
	_Atomic enum mail_fate fate;
};

struct mailbox {
	int wake_fd;   /* for the SNMP thread: something is there */
	int return_fd; /* for the loader: something came back, or stop */
	_Atomic(struct mirror *) fresh;	 /* loader to SNMP */
	_Atomic(struct mirror *) used;	 /* SNMP to loader: a list by next */
	_Atomic(struct totals *) totals; /* loader to SNMP */
	_Atomic enum inventory_state inventory_state;
	_Atomic uint64_t n_suppressed;
	atomic_bool is_connected; /* a master takes notifications */
	atomic_bool is_stopping;
	/* A ring: the loader writes at put and takes fates at done, the SNMP thread
	 * sends at send; done <= send <= put. */
	struct mail_slot slots[MAILBOX_NOTICES];
	_Atomic size_t put;
	_Atomic size_t send;
	size_t done; /* the loader's own */
};

/* RC_SYSTEM. Clear with mailbox_clear, which frees what nobody took. */
enum rc mailbox_init(struct mailbox *mailbox, struct err *err);
void mailbox_clear(struct mailbox *mailbox);

/* Loader: hand over a mirror; frees the one before when it was not taken. */
void mailbox_publish(struct mailbox *mailbox, struct mirror *mirror);

/* Loader: hand over newer counts, copied. RC_NOMEM. */
enum rc mailbox_publish_totals(struct mailbox *mailbox, const struct totals *totals,
    struct err *err);

/* Loader: free what came back. */
void mailbox_free_used(struct mailbox *mailbox);

/* Loader: room for notices that are not put yet. */
size_t mailbox_room(const struct mailbox *mailbox);
void mailbox_put(struct mailbox *mailbox, const struct notice *notice);

/* Loader: the oldest notice whose fate is known; false when there is none. */
bool mailbox_next_fate(struct mailbox *mailbox, enum mail_fate *ret_fate);

/* Loader: sleep until something comes back or at most ms. */
void mailbox_wait(struct mailbox *mailbox, int64_t ms);

/* SNMP thread: a fresh mirror, or NULL; what it takes the place of goes back. */
struct mirror *mailbox_take(struct mailbox *mailbox);
void mailbox_give_back(struct mailbox *mailbox, struct mirror *mirror);
bool mailbox_take_totals(struct mailbox *mailbox, struct totals *ret_totals);

/* SNMP thread: the next notice to send, lent until its fate is told; NULL: none. */
const struct notice *mailbox_peek(struct mailbox *mailbox);
void mailbox_tell_fate(struct mailbox *mailbox, enum mail_fate fate);

/* SNMP thread: the descriptor was ready. */
void mailbox_drain_wake(struct mailbox *mailbox);

/* Any thread, and a signal handler. */
void mailbox_wake_snmp(int wake_fd);
void mailbox_stop(struct mailbox *mailbox);

#endif
