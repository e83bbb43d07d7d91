/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A document on its way to a descriptor, whatever its size: gathered in a buffer of
 * a bounded size, written when that is full.  Errors stick, as those of a buf do.
 */
#ifndef AMTCERT_LISTING_SHEET_H
#define AMTCERT_LISTING_SHEET_H

#include "base/buf.h"
#include "base/rc.h"

enum {
	SHEET_MAX_BYTES = 1024 * 1024, /* between two calls of sheet_pass() */
};

struct sheet {
	struct buf buf; /* to append to */
	int fd;
	const char *name; /* of where it goes, for messages; lent */
};

void sheet_init(struct sheet *sheet, int fd, const char *name);
void sheet_clear(struct sheet *sheet);

/* Call it between pieces: writes when there is enough. RC_NOMEM, RC_LIMIT, RC_SYSTEM. */
enum rc sheet_pass(struct sheet *sheet, struct err *err);

/* Write what is left. */
enum rc sheet_end(struct sheet *sheet, struct err *err);

/* Text of a device or certificate as one printable line, markup and all. */
enum {
	SHEET_TEXT_SIZE = 1024
};
const char *sheet_text(const char *text, char field[SHEET_TEXT_SIZE]);

#endif
