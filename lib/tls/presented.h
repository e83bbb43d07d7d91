/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a TLS peer presented: certificates as facts, and what was agreed on.
 */
#ifndef AMTCERT_TLS_PRESENTED_H
#define AMTCERT_TLS_PRESENTED_H

#include <openssl/ssl.h>

#include "x509/cert.h"

enum {
	TLS_WORD_SIZE = 64
};

/* Zeroed is empty; clear with presented_clear. */
struct presented {
	struct cert **certs; /* leaf first, as sent */
	size_t n_certs;
	char protocol[TLS_WORD_SIZE]; /* "TLSv1.2" */
	char cipher[TLS_WORD_SIZE];   /* OpenSSL's name */
	bool secure_renegotiation;    /* RFC 5746; TLS 1.3 needs none: true */
	bool asked_client_cert;	      /* the peer wants one */
	bool complete;	    /* false: the peer refused us after it had shown its
			* certificate; it has not proved that it holds the key */
	int64_t elapsed_ms; /* from connect to the last word */
};

/* Protocol, cipher and renegotiation of ssl; the rest stays. */
void presented_note(struct presented *presented, SSL *ssl);

/* Free what it owns; it is zeroed. */
void presented_clear(struct presented *presented);

#endif
