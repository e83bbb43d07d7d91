/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What somebody else's PKCS#10 asks for: the names and the one purpose, as a profile.
 * It is read, not judged: signature and key are for whoever takes the request.
 */
#ifndef AMTCERT_X509_CSR_READ_H
#define AMTCERT_X509_CSR_READ_H

#include "x509/csr.h"

enum {
	CSR_READ_NAMES_MAX = 15, /* dNSNames beside the common name */
};

/* Zeroed is empty; clear with csr_asked_clear. */
struct csr_asked {
	char common_name[CSR_CN_MAX_BYTES + 1];
	char *dns_names[CSR_READ_NAMES_MAX]; /* in their order, without the first */
	size_t n_dns_names;
	unsigned int eku;
};

/*
 * RC_FORMAT with the rule when it is not one PKCS#10 to the last byte, its subject has
 * another number of common names than one, its subjectAltName anything but dNSNames,
 * its extKeyUsage not exactly one of serverAuth and clientAuth, or a name a byte that
 * no host name has; RC_LIMIT for too many or too long names, RC_NOMEM.
 */
enum rc csr_read(const uint8_t *der, size_t len, struct csr_asked *ret_asked,
    struct err *err);
void csr_asked_clear(struct csr_asked *asked);

/* As a profile; lent, as long as asked is left alone. */
struct csr_profile csr_asked_profile(const struct csr_asked *asked);

#endif
