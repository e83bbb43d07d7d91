/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What differs between the generations of the firmware: one row each.
 * Source: the version table of the protocol notes (AMT 9 to 22).
 */
#ifndef AMTSIM_PROFILE_H
#define AMTSIM_PROFILE_H

#include <stdbool.h>

/* Bits of csr_algorithms: GeneratePKCS10RequestEx SigningAlgorithm. */
enum {
	CSR_SHA1 = 1 << 0,
	CSR_SHA256 = 1 << 1,
	CSR_SHA384 = 1 << 2,
};

struct profile {
	const char *name;
	const char *version;
	int tls_min; /* TLS1_VERSION ... */
	int tls_max;
	int csr_algorithms;
	bool network_plain; /* 16992 can be open on the network */
	bool own_context;   /* own certificate and a context for it from activation */
	bool non_secure_known;	 /* AMT_TLSSettingData.NonSecureConnectionsSupported */
	bool read_only_known;	 /* AMT_PublicKeyCertificate.ReadOnlyCertificate */
	bool intermediate_roots; /* AddTrustedRootCertificate takes intermediates */
	bool rsa_1024;		 /* GenerateKeyPair makes them */
	bool key_spki;		 /* DERKey is a SubjectPublicKeyInfo, not PKCS#1 */
	bool p384;	 /* GenerateKeyPair(1, 384); TLS leaf must be P-384, SHA-384 */
	bool http_proxy; /* IPS_HTTPProxyService */
	bool type_without_blank; /* "application/soap+xml;charset=UTF-8" */
};

/* By name ("9", "11.8", ...), NULL when there is none. */
const struct profile *profile_find(const char *name);

/* The names, separated by blanks, for messages. */
const char *profile_names(void);

#endif
