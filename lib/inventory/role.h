/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device uses a certificate for, as the inventory numbers it.  A slot of
 * a device is one role with one certificate at a time.
 */
#ifndef AMTCERT_INVENTORY_ROLE_H
#define AMTCERT_INVENTORY_ROLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stored: numbers never change, new ones go at the end. */
enum role {
	ROLE_NONE = 0,	    /* not known, or the device itself */
	ROLE_TLS = 1,	    /* what the port serves, or else is bound to it */
	ROLE_TLS_BOUND = 2, /* bound to TLS, and not what the port serves */
	ROLE_8021X_WIRED = 3,
	ROLE_8021X_WIRELESS = 4, /* a slot per certificate */
	ROLE_CIRA = 5,
	ROLE_8021X_WIRED_ROOT = 6,
	ROLE_8021X_WIRELESS_ROOT = 7,
	ROLE_OTHER = 8,	   /* bound, to what we do not know */
	ROLE_ROOT = 9,	   /* trusted by the device; a slot per root */
	ROLE_UNBOUND = 10, /* in the store, and used for nothing */
	ROLE_PATH = 11,	   /* presented above the leaf, or in its path */
	ROLE_ANCHOR = 12,  /* where the verified path ends; ours */
};

/* How a certificate that was not there before finds the slot it succeeds to. */
struct role_info {
	enum role role;
	const char *word;   /* "tls", "8021x_wired": stable, for JSON and labels */
	const char *text;   /* "TLS", for people */
	unsigned int usage; /* bit of facts_cert.usage, or 0 */
	bool is_single;	    /* a device has one at most */
	bool succeeds;	    /* a new certificate may take the slot of an old one */
	bool is_archived;   /* keep what was replaced */
};

/* All roles, the one of ROLE_NONE not among them. */
extern const struct role_info role_infos[];
extern const size_t role_n_infos;

/* NULL for ROLE_NONE and for a number that is none of ours. */
const struct role_info *role_find(int64_t role);

#endif
