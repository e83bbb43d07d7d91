/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A certificate revocation list as plain facts: whose it is, and when the next one
 * is promised.  RFC 5280 5.1.  And whether lists name a certificate.
 */
#ifndef AMTCERT_X509_REVOCATION_H
#define AMTCERT_X509_REVOCATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "x509/cert.h"

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
 * Read the first list, DER or PEM. RC_SYSTEM, RC_LIMIT, RC_NOMEM; RC_FORMAT with the file
 * and the field that cannot be read. Clear with revocation_clear.
 */
enum rc revocation_read_file(const char *path, struct revocation *ret_revocation,
    struct err *err);

/* Accepts a zeroed struct. */
void revocation_clear(struct revocation *revocation);

/* The lists of one file with their entries; opaque, immutable. */
struct revocation_lists;

/* One list as DER, or one and more as PEM. Errors as of revocation_read_file. Caller
 * frees with revocation_lists_free. */
enum rc revocation_lists_read(const char *path, struct revocation_lists **ret_lists,
    struct err *err);
/* The same from memory; name stands for the path in messages. */
enum rc revocation_lists_parse(const char *name, const void *bytes, size_t len,
    struct revocation_lists **ret_lists, struct err *err);
void revocation_lists_free(struct revocation_lists *lists);

enum revocation_state {
	REVOCATION_NONE, /* not on a list of its issuer that is good now */
	REVOCATION_REVOKED,
	REVOCATION_STALE,  /* the lists of its issuer ended, or have not begun */
	REVOCATION_FORGED, /* no list in its issuer's name has its signature */
	REVOCATION_NO_LIST /* none is of its issuer */
};

/*
 * What they say of a certificate by that issuer. One that a genuine list names is
 * revoked, also when the list has ended since. Leaves OpenSSL's error queue as it
 * was. RC_NOMEM, RC_FORMAT.
 */
enum rc revocation_look_up(const struct revocation_lists *lists,
    const struct cert *cert, const struct cert *issuer, int64_t now,
    enum revocation_state *ret_state, struct err *err);

#endif
