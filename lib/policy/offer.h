/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the policy service of a CA offers: its templates, as they were when it was asked
 * last.  Plain data; what they mean for a certificate is policy/watch.h.
 * Source: MS-XCEP 3.1.4.1.3, MS-CRTD 2.
 */
#ifndef AMTCERT_POLICY_OFFER_H
#define AMTCERT_POLICY_OFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "x509/cert.h"

enum {
	OFFER_CA_SIZE = 128,
	OFFER_NAME_SIZE = 80,
	OFFER_OID_SIZE = 128,
	OFFERS_MAX = 4096,	     /* templates of one CA */
	OFFERS_REPLACED_MAX = 16384, /* names in all */
	OFFER_ENROL_PENDS = 0x2,     /* enrolment_flags: a person decides about each */
};

/* One template. Numbers are 0 where the service says nothing; texts are as hostile as
 * they came. */
struct offer {
	char name[OFFER_NAME_SIZE]; /* commonName */
	char oid[OFFER_OID_SIZE];
	int64_t schema; /* 1: certificates bear neither OID nor version */
	int64_t major;
	int64_t minor;
	int64_t major_since; /* when this major version was read first */
	int64_t validity_s;
	int64_t renewal_s; /* R */
	int64_t enrolment_flags;
	bool may_enrol; /* our account */
	bool is_wanted; /* requests name this one */
};

/* A template of the list takes the place of the one of that name. */
struct offer_replaced {
	size_t by; /* index into the list */
	char name[OFFER_NAME_SIZE];
};

/* Zeroed is "never asked"; clear with offers_clear. */
struct offers {
	char ca[OFFER_CA_SIZE]; /* NAME of [ca NAME] */
	int64_t read_at;	/* seconds since 1970 */
	struct offer *list;
	size_t n;
	struct offer_replaced *replaced;
	size_t n_replaced;
};

void offers_clear(struct offers *offers);

/* Room for one more; it is zeroed and lent until the next. RC_LIMIT past OFFERS_MAX,
 * RC_NOMEM. */
enum rc offers_add(struct offers *offers, struct offer **ret_offer, struct err *err);

/* The offer at that index replaces the template of this name. RC_LIMIT past
 * OFFERS_REPLACED_MAX or for a name that is too long, RC_NOMEM. */
enum rc offers_add_replaced(struct offers *offers, size_t by, const char *name,
    struct err *err);

/* The template by which a certificate was issued: by OID, and one of version 1 by its
 * name. NULL when it is not offered, or the certificate names none. */
const struct offer *offers_find(const struct offers *offers, const struct cert *cert);

/* The one that requests name; NULL when it is not offered. */
const struct offer *offers_wanted(const struct offers *offers);

/* One that takes the place of the template of this name, and by which our account may
 * enrol; NULL: none. */
const struct offer *offers_successor(const struct offers *offers, const char *name);

#endif
