/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What people, and consoles that pin a certificate, need to know of one that took
 * another's place: both fingerprints, and the pin that follows.  For programs it is a
 * line of JSON, which goes into the outbox when a handover-command is configured:
 *
 *	{"uuid":..., "device":..., "roles":["tls"],
 *	 "old":{"fingerprint":"sha256:...","serial_number":"..."}, or null
 *	 "new":{...}, "at":SECONDS, "program":"renew_amt_tls", "reason":"..."}
 */
#ifndef AMTCERT_RENEW_HANDOVER_H
#define AMTCERT_RENEW_HANDOVER_H

#include "renew/renewal.h"

/* Has the run put its certificate in another's place, or where none was? */
bool handover_has_news(const struct renewal *rn);

/* The line of JSON, with its line feed: of the deed, or of its undoing. */
void handover_format(const struct renewal *rn, bool is_undone, struct buf *out);

/*
 * Keep that line for who is to be told, once per run: with the proof, and when what
 * had been proved was undone after all. Nothing when there is nothing to tell, or
 * nobody. Inside the caller's transaction. RC_DB, RC_NOMEM.
 */
enum rc handover_note_proof(struct renewal *rn, struct err *err);
enum rc handover_note_undone(struct renewal *rn, struct err *err);

/* The line of JSON, then "fingerprint sha256:OLD -> sha256:NEW" ("none" for no old
 * one), and the line below. */
void handover_tell(const struct renewal *rn, struct buf *out);

/* "pin sha256:OLD -> sha256:NEW" when the configuration names another key than this
 * certificate has by now; else nothing. */
void handover_tell_pin(const struct target *target, const struct cert *cert,
    struct buf *out);

#endif
