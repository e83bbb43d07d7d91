/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeping what was told: in memory at once, on disk when it was sent, back when it
 * was not.  Private to notifier.c and notifier_told.c.
 */
#ifndef AMTCERT_SNMP_NOTIFIER_TOLD_H
#define AMTCERT_SNMP_NOTIFIER_TOLD_H

#include "snmp/notifier.h"

/* Rows for the certificates of the mirror: those that are new come in as told, when
 * they are fine, and as unknown otherwise; those that are gone go. */
enum rc notifier_merge(struct notifier *notifier, const struct mirror *mirror,
    int64_t now, struct err *err);

/* Everything as it stands counts as told. */
enum rc notifier_take_baseline(struct notifier *notifier, const struct mirror *mirror,
    const struct notifier_now *now, struct err *err);

/* Write all of it when the file is behind, once a minute at most. */
enum rc notifier_catch_up(struct notifier *notifier, int64_t mono_ms, struct err *err);

bool notifier_knows_job(const struct told *told, int64_t id);
enum rc notifier_add_job(struct told *told, int64_t id, struct err *err);

#endif
