/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lean start of OpenSSL, for a program that only looks.
 */
#ifndef AMTCERT_TLS_LEAN_H
#define AMTCERT_TLS_LEAN_H

/*
 * Once, before anything else of OpenSSL is called, by a program that reads
 * certificates and does not log in. Left out: openssl.cnf, whose limits are meant
 * for those who trust what they connect to and would hide what old firmware
 * presents; the old names of ciphers, which only encrypted PEM files use; the
 * clean-up when the process ends. That is a sixth of all instructions of a
 * handshake. Not for a program that calls libcurl.
 */
void tls_start_lean(void);

#endif
