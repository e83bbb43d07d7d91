/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device needs most, by its last reading: the worst of what a remedy cures, and
 * the certificate that it is about.  Reads only; the dates are brought to now.
 */
#ifndef AMTCERT_INVENTORY_NEED_H
#define AMTCERT_INVENTORY_NEED_H

#include <stdint.h>

#include "inventory/db.h"
#include "policy/facts.h"
#include "policy/verdict.h"

struct need {
	char uuid[37]; /* "": not known */
	char name[FACTS_TEXT_SIZE];
	enum state state;
	enum reason reason;
	enum remedy remedy; /* REMEDY_NONE: nothing is wrong */
	char serial_number[CERT_SERIAL_MAX_BYTES * 2 + 1]; /* "": of none */
	int64_t due_at;					   /* 0: not by its dates */
	int64_t ends_at; /* of that certificate, else 0 */
};

/*
 * Only what a program can repair unattended counts, and when wanted is not
 * REMEDY_NONE only what that remedy does; where there is nothing of the kind, the
 * worst of all, whose remedy is then a person's. A certificate in use goes before the
 * device as a whole in the same state. Issuers and anchors are no device's need.
 * RC_NOTFOUND, err as it was: no such device, or it was never read.
 */
enum rc need_find(struct db *db, int64_t device_id, enum remedy wanted, int64_t now,
    struct need *ret_need, struct err *err);

#endif
