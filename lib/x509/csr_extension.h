/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a request says beside subject and key.  Private to csr.c; others see
 * x509/csr.h.
 */
#ifndef AMTCERT_X509_CSR_EXTENSION_H
#define AMTCERT_X509_CSR_EXTENSION_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "base/rc.h"
#include "x509/csr.h"

/* szOID_ENROLL_CERTTYPE: the name of a template, a BMPString */
#define CSR_TEMPLATE_OID "1.3.6.1.4.1.311.20.2"

/* RC_FORMAT for what is no DNS name. */
enum rc csr_check_name(const char *name, struct err *err);

/* subjectAltName, extKeyUsage, keyUsage, and the template when it is named. */
enum rc csr_add_extensions(X509_REQ *req, const struct csr_profile *profile,
    bool is_rsa, struct err *err);

#endif
