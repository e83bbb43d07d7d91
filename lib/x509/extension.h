/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The extensions of a certificate that judgement needs.  Follows RFC 5280 4.2
 * and, for the template, MS-WCCE 2.2.2.7.7; private to this room.
 */
#ifndef AMTCERT_X509_EXTENSION_H
#define AMTCERT_X509_EXTENSION_H

#include "x509/cert.h"

/*
 * Fill the fields of cert that extensions decide: san_..., eku, key usage,
 * basicConstraints, has_unknown_critical, template_... . RC_FORMAT for one
 * that is malformed or appears twice, RC_LIMIT, RC_NOMEM; cert may then be
 * partly filled and is freed as usual.
 */
enum rc extension_read_all(struct x509_st *x509, struct cert *cert, struct err *err);

#endif
