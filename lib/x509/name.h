/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does a certificate name this host?  RFC 9525 for dNSName and iPAddress; the
 * common name is consulted only when there is no subjectAltName, and said so,
 * because old AMT tools made such certificates.
 */
#ifndef AMTCERT_X509_NAME_H
#define AMTCERT_X509_NAME_H

#include "x509/cert.h"

enum name_match {
	NAME_UNKNOWN, /* no name to compare with */
	NAME_MATCH_SAN,
	NAME_MATCH_CN_ONLY, /* no subjectAltName at all; the CN matches */
	NAME_MISMATCH,
	NAME_ABSENT, /* neither subjectAltName nor CN */
};

/* Compare host (DNS name or IP literal) with the certificate. RC_NOMEM,
 * RC_FORMAT when the stored DER is not readable. */
enum rc name_match_host(const struct cert *cert, const char *host,
    enum name_match *ret_match, struct err *err);

/* "the certificate names a.example, b.example" for messages; hostile text is
 * made printable; at most 200 bytes. */
void name_describe(const struct cert *cert, char *field, size_t size);

#endif
