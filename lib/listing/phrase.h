/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a device is in its state, in a few words.
 */
#ifndef AMTCERT_LISTING_PHRASE_H
#define AMTCERT_LISTING_PHRASE_H

#include "inventory/standing.h"

enum {
	PHRASE_SIZE = 160
};

/* "expired 3 d ago", "renewal due, 29 d left", "last read 30 d ago", ...: printable
 * and without markup; field is returned. */
const char *phrase_of(const struct standing *standing, int64_t now,
    char field[PHRASE_SIZE]);

#endif
