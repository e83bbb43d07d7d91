/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenSSL for a program that shakes hands and ends.  Most of what such a run costs
 * is what OpenSSL sets up for programs that live long.
 */
#ifndef AMTCERT_TLS_START_H
#define AMTCERT_TLS_START_H

#include "base/rc.h"

/*
 * Once, before the first use of OpenSSL, by a program that only looks; a quarter of
 * all instructions of such a run. Left out: openssl.cnf, whose limits are meant
 * for those who trust what they connect to and would hide what old firmware
 * presents (every setting of ours is set by us); the words of errors before there is
 * an error; the old names of ciphers, which only encrypted PEM files use; the
 * clean-up when the process ends. Not for a program that calls libcurl. RC_TLS.
 */
enum rc tls_start(struct err *err);

/* OpenSSL's words for an error of its queue; never NULL. Lent, for ever. */
const char *tls_reason(unsigned long code);

#endif
