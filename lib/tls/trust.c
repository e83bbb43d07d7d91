/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The decision about a peer, and the certificates it is made about.  Rules:
 * RFC 5280 6 for the path, RFC 9525 for the name, RFC 9155 for digests.
 */
#include "tls/trust.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

enum {
	SECURITY_BITS_MIN = 112, /* NIST SP 800-57 part 1, 5.6.1 */
	RSA_BITS_MIN = 2048,
	EC_BITS_MIN = 2 * SECURITY_BITS_MIN,
	PATH_LEVEL_ANY = 0,
	PATH_LEVEL_STRICT = 2, /* OpenSSL's name for 112 bits */
	DESCRIPTION_SIZE = 201,
};

static const char *
name_of(const struct trust *trust)
{
	return trust->name != NULL && trust->name[0] != '\0' ? trust->name : "peer";
}

/* A key or digest that says nothing about its holder any more. */
static enum rc
judge_strength(const struct trust *trust, const struct cert *leaf, struct err *err)
{
	int least = 0;

	if (trust->legacy_tls)
		return RC_OK;
	if (leaf->key_kind == CERT_KEY_RSA)
		least = RSA_BITS_MIN;
	else if (leaf->key_kind == CERT_KEY_EC)
		least = EC_BITS_MIN;
	if (leaf->key_bits < least)
		return err_set(err, RC_UNTRUSTED,
		    "%s: weak key: %s of %d bit, at least %d without legacy-tls",
		    name_of(trust), leaf->key_kind == CERT_KEY_RSA ? "RSA" : "EC",
		    leaf->key_bits, least);
	if (leaf->signature_bits >= 0 && leaf->signature_bits < SECURITY_BITS_MIN)
		return err_set(err, RC_UNTRUSTED,
		    "%s: weak signature: %s is refused without legacy-tls",
		    name_of(trust), leaf->signature_digest);
	return RC_OK;
}

static enum rc
judge_pin(const struct trust *trust, const struct cert *leaf, struct err *err)
{
	if (CRYPTO_memcmp(leaf->spki_sha256, trust->pin, sizeof(trust->pin)) == 0)
		return RC_OK;
	return err_set(err, RC_UNTRUSTED, "%s: pin: the peer has another key",
	    name_of(trust));
}

static enum rc
judge_path(const struct trust *trust, struct cert *const *chain, size_t n, int64_t now,
    struct err *err)
{
	struct path path = { 0 };
	enum path_state state;
	enum rc r;

	r = path_verify(trust->anchors, chain, n, now,
	    trust->legacy_tls ? PATH_LEVEL_ANY : PATH_LEVEL_STRICT, &path, err);
	if (r != RC_OK)
		return r;
	state = trust->time == TRUST_TIME_STRICT ? path.at_time : path.ignoring_time;
	if (state != PATH_OK)
		r = err_set(err, RC_UNTRUSTED, "%s: path: %s%s%s", name_of(trust),
		    path_state_text(state), path.text[0] != '\0' ? ": " : "",
		    path.text);
	path_clear(&path);
	return r;
}

static enum rc
judge_name(const struct trust *trust, const struct cert *leaf, struct err *err)
{
	char description[DESCRIPTION_SIZE];
	enum name_match match = NAME_UNKNOWN;
	enum rc r;

	r = name_match_host(leaf, trust->name, &match, err);
	if (r != RC_OK)
		return r;
	switch (match) {
	case NAME_MATCH_SAN:
	case NAME_MATCH_CN_ONLY:
		return RC_OK;
	case NAME_UNKNOWN:
		return err_set(err, RC_UNTRUSTED,
		    "peer: name: none to compare the certificate with");
	case NAME_MISMATCH:
	case NAME_ABSENT:
		break;
	}
	name_describe(leaf, description, sizeof(description));
	return err_set(err, RC_UNTRUSTED, "%s: name: %s", name_of(trust), description);
}

enum rc
trust_judge(const struct trust *trust, struct cert *const *chain, size_t n, int64_t now,
    struct err *err)
{
	enum rc r;

	if (n == 0)
		return err_set(err, RC_UNTRUSTED, "%s: trust: it shows no certificate",
		    name_of(trust));
	r = judge_strength(trust, chain[0], err);
	if (r != RC_OK)
		return r;
	if (trust->has_pin)
		return judge_pin(trust, chain[0], err);
	if (trust->anchors == NULL)
		return err_set(err, RC_UNTRUSTED,
		    "%s: trust: neither a trust anchor nor a pin", name_of(trust));
	r = judge_path(trust, chain, n, now, err);
	return r == RC_OK ? judge_name(trust, chain[0], err) : r;
}

enum rc
trust_read_chain(const STACK_OF(X509) *chain, struct cert ***ret_certs, size_t *ret_n,
    struct err *err)
{
	int n = chain == NULL ? 0 : sk_X509_num(chain);
	struct cert **certs;
	size_t done = 0;
	enum rc r = RC_OK;

	if (n <= 0)
		return err_set(err, RC_TLS, "peer: it shows no certificate");
	if (n > PATH_MAX_ELEMENTS)
		return err_set(err, RC_LIMIT, "peer: it shows %d certificates", n);
	certs = calloc((size_t)n, sizeof(struct cert *));
	if (certs == NULL)
		return err_set(err, RC_NOMEM, "peer: out of memory");
	while (r == RC_OK && done < (size_t)n) {
		r = cert_from_x509(sk_X509_value(chain, (int)done), &certs[done], err);
		if (r == RC_OK)
			done++;
	}
	if (r != RC_OK) {
		err_prefix(err, "peer: certificate %zu", done + 1);
		cert_free_list(certs, done);
		return r;
	}
	*ret_certs = certs;
	*ret_n = (size_t)n;
	return RC_OK;
}

enum rc
trust_read_peer(SSL *ssl, struct cert ***ret_certs, size_t *ret_n, struct err *err)
{
	return trust_read_chain(SSL_get_peer_cert_chain(ssl), ret_certs, ret_n, err);
}
