/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The form of the certificates that our own local CA makes (ca/issue.h): serial
 * number, subject, and extensions in their order.  It proves nothing; it tells
 * where one without a journal most likely comes from.
 */
#ifndef AMTCERT_X509_OWN_FORM_H
#define AMTCERT_X509_OWN_FORM_H

#include <stdbool.h>

#include "x509/cert.h"

enum {
	OWN_FORM_SERIAL_BYTES = 16,
	OWN_FORM_SERIAL_MASK = 0x3f, /* of its first byte: always positive, */
	OWN_FORM_SERIAL_SET = 0x40,  /* and of the same length: RFC 5280 4.1.2.2 */
};

/* Is this an end entity's certificate of that form? One that was made by hand
 * and has no DER is not. */
bool own_form_has(const struct cert *cert);

#endif
