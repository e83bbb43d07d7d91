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

enum {
	/* All that a peer may show; OpenSSL's own limit is 100 KiB. */
	TRUST_CHAIN_MAX_BYTES = 256 * 1024,
	TRUST_KEY_FILE_MAX_BYTES = 64 * 1024,
};

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
 * "name: rule: what". With a pin the key alone decides, dates and name do not;
 * without, path and name (subjectAltName, or the CN of a certificate that has
 * none). Without legacy_tls a leaf of RSA below 2048 bit, EC below 224 bit or
 * signed with SHA-1 or older is refused either way, and so is a path with a CA
 * like that: who can forge it can be anybody. (112 bits of security, NIST SP
 * 800-57 part 1, 5.6.1; the anchor's own signature does not count.)
 * RC_NOMEM, RC_FORMAT.
 */
enum rc trust_judge(const struct trust *trust, struct cert *const *chain, size_t n,
    int64_t now, struct err *err);

/*
 * Protocol, suites and legacy-renegotiation settings, whatever openssl.cnf says.
 * permissive: whatever it takes to read the certificate (TLS 1.0, level 0);
 * otherwise TLS 1.2 and 112 bits of security unless legacy_tls. RSA key exchange
 * is offered and RFC 5746 is not demanded: much firmware has one and lacks the
 * other. No resumption, which would show no certificate, no session key in a
 * log, no renegotiation. Judging the peer is left to the caller. RC_TLS.
 */
enum rc trust_setup_ctx(SSL_CTX *ctx, bool permissive, bool legacy_tls,
    struct err *err);

/* What the peer presented, leaf first, as facts. Caller frees the list with
 * cert_free_list. RC_TLS when there is none, RC_LIMIT above PATH_MAX_ELEMENTS,
 * RC_FORMAT, RC_NOMEM. */
enum rc trust_read_peer(SSL *ssl, struct cert ***ret_certs, size_t *ret_n,
    struct err *err);

/* The same from the list that a verify callback is given. */
enum rc trust_read_chain(const STACK_OF(X509) *chain, struct cert ***ret_certs,
    size_t *ret_n, struct err *err);

/*
 * Client certificate, then the CAs above it, and its key, from PEM files, for
 * mutual TLS. The key file must not be readable by others and not encrypted:
 * nobody is asked for a pass phrase. RC_CONFIG, also for a file that is no
 * certificate or no key, RC_SYSTEM for a missing one, RC_NOMEM.
 */
enum rc trust_use_client_cert(SSL_CTX *ctx, const char *cert_file, const char *key_file,
    struct err *err);

#endif
