/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A certificate revocation list as plain facts: whose it is, and when the next one
 * is promised.  RFC 5280 5.1.
 */
#ifndef AMTCERT_X509_REVOCATION_H
#define AMTCERT_X509_REVOCATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"

enum {
	REVOCATION_FILE_MAX_BYTES = 64 * 1024 * 1024
};

struct revocation {
	char *issuer; /* RFC 4514 text as UTF-8; hostile */
	int64_t this_update;
	bool has_next_update;
	int64_t next_update;
};

/*
 * Read one list, DER or PEM. RC_SYSTEM, RC_LIMIT, RC_NOMEM; RC_FORMAT with the file
 * and the field that cannot be read. Clear with revocation_clear.
 */
enum rc revocation_read_file(const char *path, struct revocation *ret_revocation,
    struct err *err);

/* Accepts a zeroed struct. */
void revocation_clear(struct revocation *revocation);

#endif
