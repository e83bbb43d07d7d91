/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenSSL for a program that shakes hands once and ends.  Half of what such a run
 * costs is what OpenSSL sets up for programs that live long.
 */
#ifndef AMTCERT_TLS_START_H
#define AMTCERT_TLS_START_H

#include "base/rc.h"

/*
 * Before the first use of OpenSSL: read no openssl.cnf (every setting of ours is set
 * by us), load no words of errors before there is an error, tidy up nothing when the
 * process ends. A program that does not call this gets OpenSSL's own ways. RC_TLS.
 */
enum rc tls_start(struct err *err);

/* OpenSSL's words for an error of its queue; never NULL. Lent, for ever. */
const char *tls_reason(unsigned long code);

#endif
