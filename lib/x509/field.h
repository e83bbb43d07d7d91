/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One name or time of OpenSSL's to ours.  Private to this room.
 */
#ifndef AMTCERT_X509_FIELD_H
#define AMTCERT_X509_FIELD_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/asn1.h>
#include <openssl/x509.h>

#include "base/rc.h"

/* An own line of valid UTF-8, cut at CERT_NAME_MAX_BYTES. */
enum rc field_take_line(const void *bytes, size_t len, char **ret, struct err *err);

/* The same of a name, as RFC 4514 writes it; field is for messages. RC_FORMAT. */
enum rc field_read_name(const X509_NAME *name, const char *field, char **ret,
    struct err *err);

/* Seconds since 1970 UTC. RC_FORMAT. */
enum rc field_read_time(const ASN1_TIME *time, const char *field, int64_t *ret_s,
    struct err *err);

#endif
