/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an open CA is, for those who open it (ca/open.c) and who ask it (ca/ca.c).
 */
#ifndef AMTCERT_CA_OPENED_H
#define AMTCERT_CA_OPENED_H

#include "ca/ca.h"
#include "ca/known_login.h"

struct ca {
	const struct ca_ops *ops;
	char *name;		     /* for people */
	char section[OFFER_CA_SIZE]; /* of the file; "": none */
	void *state;
	const char *issuer_key;	     /* lent from the configuration; NULL: any */
	const char *revocation_file; /* the same; NULL: none */
	bool has_trial;
	struct known_login login;
};

#endif
