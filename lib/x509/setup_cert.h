/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The provisioning certificate: what a server shows to firmware that is not set up
 * yet.  A file with the certificate, its issuers and its private key.
 * Source: Intel AMT SDK, "Acquiring an Intel vPro Certificate".
 */
#ifndef AMTCERT_X509_SETUP_CERT_H
#define AMTCERT_X509_SETUP_CERT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/secret.h"
#include "x509/cert.h"

/* Zeroed is empty; clear with setup_cert_clear. */
struct setup_cert {
	struct cert **certs; /* leaf first, then the others in the order of the file */
	size_t n_certs;
	bool has_key; /* of the leaf */
	bool has_ou;  /* OU "Intel(R) Client Setup Certificate" in the leaf */
};

/*
 * Read a PKCS#12 file, or PEM with certificates and key. secret is the pass phrase;
 * unset: none. The file may hold a key, so others must not be able to read it.
 * RC_CONFIG for such a file and for a pass phrase that is missing or wrong; RC_FORMAT
 * when it holds no certificate; RC_SYSTEM, RC_LIMIT, RC_NOMEM.
 */
enum rc setup_cert_read_file(const char *path, const struct secret *secret,
    struct setup_cert *ret_cert, struct err *err);

void setup_cert_clear(struct setup_cert *cert);

#endif
