/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which program repairs what.  One table: the check's text, the event handler
 * and the manual pages name remedies from here.
 */
#ifndef AMTCERT_POLICY_REMEDY_H
#define AMTCERT_POLICY_REMEDY_H

#include "base/conf.h"
#include "policy/verdict.h"

/* Program name ("renew_amt_tls"), or NULL when a person decides or nothing is
 * to be done. Only programs that exist are named. */
const char *remedy_program(enum remedy remedy);

/* Does its program ship, and need to be told no more than the device? Then a queue may
 * run it; which root to install is for a person to say. */
bool remedy_is_unattended(enum remedy remedy);

/* The remedy whose program this is; REMEDY_NONE: of none that exists. */
enum remedy remedy_find(const char *program);

/* The section [ca NAME] that it asks for this device, as the configuration (which may be
 * NULL) says; "" for a remedy that asks none. Lent. */
const char *remedy_ca(const struct conf *conf, const char *device, enum remedy remedy);

/* What to do, for people: "run renew_amt_tls", "a person decides: ...". */
const char *remedy_text(enum remedy remedy);

/* The remedy for a finding of this reason on a certificate of that usage. */
enum remedy remedy_for(enum reason reason, unsigned int usage);

#endif
