/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The thread that reads the inventory and decides what is told.  It may wait for
 * disks and locks; the SNMP thread, to which it hands pointers, never does.
 */
#ifndef AMTCERT_SNMP_LOADER_H
#define AMTCERT_SNMP_LOADER_H

#include <pthread.h>

#include "snmp/mailbox.h"
#include "snmp/notifier.h"
#include "snmp/settings.h"

struct loader {
	const struct agent_settings *settings;
	struct mailbox *mailbox;
	struct mirror *empty; /* until the inventory was read */
	struct db memory;     /* of told_db.h; open when settings say notify */
	struct notifier notifier;
	pthread_t thread;
};

/*
 * Open what was told and start. settings and mailbox must outlive it. RC_DB,
 * RC_SYSTEM, RC_NOMEM. Ended by mailbox_stop() and loader_join().
 */
enum rc loader_start(struct loader *loader, const struct agent_settings *settings,
    struct mailbox *mailbox, struct err *err);

/* Wait until it has kept what became of the last notices, and ended. */
void loader_join(struct loader *loader);

#endif
