/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is on the other side?  The one decision that stands before every
 * Authorization header: the peer's key is pinned, or its path and name verify
 * with, at most, the time ignored.  Used by the WS-Man transport and by proofs.
 */
#ifndef AMTCERT_TLS_TRUST_H
#define AMTCERT_TLS_TRUST_H

#include <openssl/ssl.h>

#include "x509/name.h"
#include "x509/path.h"

/* How strictly the dates of the presented path are taken. */
enum trust_time {
	TRUST_TIME_STRICT, /* every element valid at now */
	TRUST_TIME_JUDGED, /* the verdict judges dates; key, path and name must hold */
};

struct trust {
	const struct anchors *anchors; /* NULL: only the pin can authenticate */
	const char *name;	       /* the name the certificate must bear */
	bool has_pin;
	uint8_t pin[CERT_FINGERPRINT_BYTES]; /* SHA-256 of SubjectPublicKeyInfo */
	enum trust_time time;
	bool legacy_tls; /* the operator allows TLS below 1.2 and weak keys */
};

/*
 * Is the presented chain who we want to talk to? RC_OK, or RC_UNTRUSTED with
 * "name: rule: what". With a pin the key alone decides; without, path and
 * name (subjectAltName, or the CN of a certificate that has none). Without
 * legacy_tls a leaf of RSA below 2048 bit or signed with SHA-1 or older is
 * refused either way.
 */
enum rc trust_judge(const struct trust *trust, struct cert *const *chain, size_t n,
    int64_t now, struct err *err);

/*
 * Protocol, cipher and legacy-renegotiation settings. permissive: whatever
 * it takes to read the certificate (TLS 1.0, level 0); otherwise TLS 1.2 and
 * later unless legacy_tls. RFC 5746 is not demanded: much firmware lacks it.
 */
enum rc trust_setup_ctx(SSL_CTX *ctx, bool permissive, bool legacy_tls,
    struct err *err);

/* The chain the peer presented, leaf first, as facts. Caller frees the list
 * with cert_free_list. RC_TLS when there is none, RC_LIMIT, RC_FORMAT. */
enum rc trust_read_peer(SSL *ssl, struct cert ***ret_certs, size_t *ret_n,
    struct err *err);

/* Client certificate and key from PEM files, for mutual TLS. The key file must
 * not be readable by others (RC_CONFIG). */
enum rc trust_use_client_cert(SSL_CTX *ctx, const char *cert_file, const char *key_file,
    struct err *err);

#endif
