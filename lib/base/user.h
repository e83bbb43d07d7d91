/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs the program, for records that people read.
 */
#ifndef AMTCERT_BASE_USER_H
#define AMTCERT_BASE_USER_H

#include <stddef.h>

enum {
	USER_BYTES = 4096, /* of the entry of one user */
};

/* The name of the user who runs this, lent in field, which has room for USER_BYTES;
 * NULL for one without a name. */
const char *user_name(char field[USER_BYTES]);

#endif
