/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates in the operator's PEM files (RFC 7468), as OpenSSL holds them.
 * Private to this room; others call cert_read_pem_file or anchors_read_file.
 */
#ifndef AMTCERT_X509_PEM_H
#define AMTCERT_X509_PEM_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "base/buf.h"
#include "base/rc.h"

enum {
	PEM_FILE_MAX_BYTES = 16 * 1024 * 1024
};

/* Every certificate of the file in order, at least one; what else it holds is
 * skipped. RC_SYSTEM, RC_LIMIT, RC_FORMAT, RC_NOMEM. Caller frees with
 * sk_X509_pop_free. */
enum rc pem_read_file(const char *path, STACK_OF(X509) **ret_list, struct err *err);

/* A whole file into bytes, whose limit is that of the file. RC_SYSTEM, RC_LIMIT,
 * RC_NOMEM. */
enum rc pem_read_bytes(const char *path, struct buf *bytes, struct err *err);

/* After PEM_read_bio failed: because no further block begins? Everything else is
 * damage. */
bool pem_is_at_end(void);

#endif
