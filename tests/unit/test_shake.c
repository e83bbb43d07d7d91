/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/tls/shake.c: handshakes step by step, with peers of every kind of manners.
 */
#include <signal.h>
#include <unistd.h>

#include <openssl/err.h>

#include "made.h"
#include "tls/shake.h"
#include "tls_peer.h"
#include "torture.h"
#include "unit.h"

enum {
	STEPS_MAX = 100000,
	SERVER_NAME_SIZE = 64,
	HUGE_BYTES = 61440,
};

/* Certificates of one group of tests; made once. */
static struct {
	X509 *ca, *other_ca, *leaf, *client, *stranger;
	const char *client_file, *client_key_file, *stranger_file;
} lab;

static X509 *
make_leaf(const char *subject, X509 *issuer, enum made_kind issuer_key, size_t padding)
{
	const struct made_recipe recipe = { .subject = subject,
		.san = "DNS:pc1.example",
		.key = MADE_RSA2048,
		.not_before = 0,
		.not_after = INT64_C(253402300799),
		.issuer = issuer,
		.issuer_key = issuer_key,
		.version = 2,
		.padding = padding };

	return made_x509(&recipe);
}

static int
make_lab(void **state)
{
	struct made_recipe ca = made_ca("Lab CA", MADE_P256, 0, INT64_C(253402300799));
	const struct folder *folder;

	if (folder_setup(state) != 0)
		return -1;
	folder = *state;
	lab.ca = made_x509(&ca);
	ca.subject = "Other CA";
	ca.key = MADE_P384;
	lab.other_ca = made_x509(&ca);
	lab.leaf = make_leaf("pc1.example", lab.ca, MADE_P256, 0);
	lab.client = make_leaf("console", lab.ca, MADE_P256, 0);
	lab.stranger = make_leaf("console", lab.other_ca, MADE_P384, 0);
	lab.client_file = folder_file(folder, "client.pem");
	lab.client_key_file = folder_file(folder, "client.key");
	lab.stranger_file = folder_file(folder, "stranger.pem");
	made_put_cert(lab.client_file, lab.client);
	made_put_cert(lab.stranger_file, lab.stranger);
	made_put_key(lab.client_key_file, made_key(MADE_RSA2048), NULL);
	return 0;
}

static int
clear_lab(void **state)
{
	X509_free(lab.ca);
	X509_free(lab.other_ca);
	X509_free(lab.leaf);
	X509_free(lab.client);
	X509_free(lab.stranger);
	return folder_teardown(state) + made_forget_keys(state);
}

static SSL_CTX *
make_server(int version, X509 *leaf)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	assert_non_null(ctx);
	SSL_CTX_set_security_level(ctx, 0);
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN);
	assert_int_equal(SSL_CTX_set_min_proto_version(ctx, version), 1);
	assert_int_equal(SSL_CTX_set_max_proto_version(ctx, version), 1);
	assert_int_equal(SSL_CTX_use_certificate(ctx, leaf), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, made_key(MADE_RSA2048)), 1);
	return ctx;
}

static struct shaker *
make_shaker(const char *cert_file)
{
	struct shaker *shaker = NULL;
	struct err err = { 0 };

	assert_rc(shaker_new(cert_file, cert_file != NULL ? lab.client_key_file : NULL,
		      &shaker, &err),
	    RC_OK, &err);
	return shaker;
}

/* Start and drive a handshake until it waits for a peer that has no more to say. */
static enum rc
converse(struct shaker *shaker, struct tls_peer *peer, const char *name,
    struct shake **ret_shake, enum shake_want *ret_want, struct err *err)
{
	struct shake *shake = NULL;
	enum shake_want want = SHAKE_WANT_READ;
	size_t n_sent, n_idle = 0;
	enum rc r;

	r = shake_new(shaker, (const struct sockaddr *)&peer->address,
	    sizeof(peer->address), name, &shake, err);
	for (int i = 0; r == RC_OK && want != SHAKE_WANT_NOTHING && n_idle < 3; i++) {
		if (i == STEPS_MAX)
			fail_msg("no end after %d steps", i);
		r = shake_go(shake, &want, err);
		assert_int_equal(ERR_peek_error(), 0);
		n_sent = peer->n_sent;
		tls_peer_step(peer);
		n_idle = peer->n_sent == n_sent ? n_idle + 1 : 0;
	}
	*ret_shake = shake;
	*ret_want = want;
	return r;
}

/* The whole of it; what a loop with poll() would do. */
static enum rc
shake_hands(struct shaker *shaker, struct tls_peer *peer, const char *name,
    struct presented *ret_presented, struct err *err)
{
	enum shake_want want = SHAKE_WANT_NOTHING;
	struct shake *shake = NULL;
	enum rc r = converse(shaker, peer, name, &shake, &want, err);

	if (r == RC_OK && want != SHAKE_WANT_NOTHING)
		r = shake_expire(shake, err);
	if (r == RC_OK) {
		assert_int_equal(shake_fd(shake), -1);
		*ret_presented = shake_take(shake);
	}
	shake_free(shake);
	return r;
}

static void
reads_what_is_presented(void **state)
{
	static const struct {
		int version;
		const char *protocol, *suites, *cipher;
	} rows[] = {
		{ TLS1_VERSION, "TLSv1", "AES128-SHA", "AES128-SHA" },
		{ TLS1_1_VERSION, "TLSv1.1", "AES256-SHA", "AES256-SHA" },
		{ TLS1_2_VERSION, "TLSv1.2", "AES128-GCM-SHA256", "AES128-GCM-SHA256" },
		{ TLS1_2_VERSION, "TLSv1.2", "DHE", "DHE-RSA-AES256-GCM-SHA384" },
		{ TLS1_2_VERSION, "TLSv1.2", "ECDHE", "ECDHE-RSA-AES256-GCM-SHA384" },
		{ TLS1_3_VERSION, "TLSv1.3", "ALL", "TLS_AES_256_GCM_SHA384" },
	};
	struct shaker *shaker = make_shaker(NULL);
	struct presented presented = { 0 };
	struct err err = { 0 };
	struct tls_peer peer;
	SSL_CTX *ctx;

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		ctx = make_server(rows[i].version, lab.leaf);
		assert_int_equal(SSL_CTX_set_cipher_list(ctx, rows[i].suites), 1);
		assert_int_equal(SSL_CTX_set_dh_auto(ctx, 1), 1);
		assert_int_equal(SSL_CTX_add1_chain_cert(ctx, lab.ca), 1);
		tls_peer_start(&peer, *state, ctx);
		assert_rc(shake_hands(shaker, &peer, NULL, &presented, &err), RC_OK,
		    &err);
		assert_string_equal(presented.protocol, rows[i].protocol);
		assert_string_equal(presented.cipher, rows[i].cipher);
		assert_int_equal(presented.n_certs, 2);
		assert_string_equal(presented.certs[0]->subject, "CN=pc1.example");
		assert_string_equal(presented.certs[1]->subject, "CN=Lab CA");
		assert_true(presented.complete);
		assert_true(presented.secure_renegotiation);
		assert_false(presented.asked_client_cert);
		assert_true(presented.elapsed_ms >= 0);
		presented_clear(&presented);
		tls_peer_stop(&peer);
		SSL_CTX_free(ctx);
	}
	shaker_free(shaker);
}

/* What a peer does about client certificates, and what is to be seen of it. */
struct mutual_case {
	const char *title;
	int version;
	int verify;
	const char *const *cert_file; /* in lab; NULL: none */
	bool is_mute, stays, speaks, no_tickets, is_deaf;
	bool complete;
};

#define MUST   (SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT)
#define MAY    SSL_VERIFY_PEER
#define NOBODY NULL
#define FRIEND &lab.client_file
#define OTHER  &lab.stranger_file

/* clang-format off */
static const struct mutual_case mutual_cases[] = {
	{ "1.2, must, none", TLS1_2_VERSION, MUST, NOBODY, 0, 0, 0, 0, 0, false },
	{ "1.2, must, none, closed without a word", TLS1_2_VERSION, MUST, NOBODY, 1, 0, 0, 0, 0, false },
	{ "1.2, must, a good one", TLS1_2_VERSION, MUST, FRIEND, 0, 0, 0, 0, 0, true },
	{ "1.2, must, of another CA", TLS1_2_VERSION, MUST, OTHER, 0, 0, 0, 0, 0, false },
	{ "1.2, may, none", TLS1_2_VERSION, MAY, NOBODY, 0, 0, 0, 0, 0, true },
	{ "1.3, must, none", TLS1_3_VERSION, MUST, NOBODY, 0, 0, 0, 0, 0, false },
	{ "1.3, must, none, closed without a word", TLS1_3_VERSION, MUST, NOBODY, 1, 0, 0, 0, 0, false },
	{ "1.3, must, a good one", TLS1_3_VERSION, MUST, FRIEND, 0, 0, 0, 0, 0, true },
	{ "1.3, must, a good one, no tickets", TLS1_3_VERSION, MUST, FRIEND, 0, 0, 0, 1, 0, true },
	{ "1.3, must, a good one, closed without a word", TLS1_3_VERSION, MUST, FRIEND, 1, 0, 0, 1, 0, true },
	{ "1.3, must, a good one, stays", TLS1_3_VERSION, MUST, FRIEND, 1, 1, 0, 1, 0, true },
	{ "1.3, must, a good one, speaks first", TLS1_3_VERSION, MUST, FRIEND, 0, 1, 1, 0, 0, true },
	{ "1.3, must, a good one, hears only the end", TLS1_3_VERSION, MUST, FRIEND, 1, 0, 0, 1, 1, true },
	{ "1.3, must, of another CA", TLS1_3_VERSION, MUST, OTHER, 0, 0, 0, 0, 0, false },
	{ "1.3, may, none", TLS1_3_VERSION, MAY, NOBODY, 0, 0, 0, 0, 0, true },
	{ "1.3, may, none, speaks first", TLS1_3_VERSION, MAY, NOBODY, 0, 1, 1, 0, 0, true },
};
/* clang-format on */

static void
notices_that_a_client_certificate_is_refused(void **state)
{
	for (size_t i = 0; i < UNIT_COUNT(mutual_cases); i++) {
		const struct mutual_case *c = &mutual_cases[i];
		struct shaker *shaker =
		    make_shaker(c->cert_file != NULL ? *c->cert_file : NULL);
		SSL_CTX *ctx = make_server(c->version, lab.leaf);
		enum shake_want want = SHAKE_WANT_NOTHING;
		struct presented presented = { 0 };
		struct shake *shake = NULL;
		struct err err = { 0 };
		struct tls_peer peer;
		enum rc r;

		SSL_CTX_set_verify(ctx, c->verify, NULL);
		assert_int_equal(X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx),
				     lab.ca),
		    1);
		if (c->no_tickets)
			assert_int_equal(SSL_CTX_set_num_tickets(ctx, 0), 1);
		tls_peer_start(&peer, *state, ctx);
		peer.is_mute = c->is_mute;
		peer.stays = c->stays;
		peer.speaks = c->speaks;
		peer.is_deaf = c->is_deaf;
		r = converse(shaker, &peer, NULL, &shake, &want, &err);
		/* Only a peer that neither speaks nor closes is waited for. */
		if (r == RC_OK &&
		    (want != SHAKE_WANT_NOTHING) != (c->stays && !c->speaks))
			fail_msg("%s: wants %d", c->title, want);
		if (r == RC_OK)
			r = shake_expire(shake, &err);
		if (r == RC_OK)
			presented = shake_take(shake);
		shake_free(shake);
		if (r != RC_OK || presented.complete != c->complete)
			fail_msg("%s: %s %s, complete %d", c->title, rc_text(r),
			    err.text, presented.complete);
		assert_true(presented.asked_client_cert);
		assert_int_equal(presented.n_certs, 1);
		assert_string_equal(presented.protocol,
		    c->version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
		presented_clear(&presented);
		tls_peer_stop(&peer);
		SSL_CTX_free(ctx);
		shaker_free(shaker);
	}
}

/* What the server saw in the hello. */
struct hello {
	char name[SERVER_NAME_SIZE];
	bool has_ticket, has_alpn;
};

static int
on_hello(SSL *ssl, int *alert, void *user)
{
	struct hello *hello = user;
	const unsigned char *bytes = NULL;
	size_t len = 0;

	(void)alert;
	hello->has_ticket = SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_session_ticket,
				&bytes, &len) == 1;
	hello->has_alpn =
	    SSL_client_hello_get0_ext(ssl,
		TLSEXT_TYPE_application_layer_protocol_negotiation, &bytes, &len) == 1;
	hello->name[0] = '\0';
	if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &bytes, &len) ==
		1 &&
	    len > 5 && len - 5 < sizeof(hello->name)) {
		memcpy(hello->name, bytes + 5, len - 5);
		hello->name[len - 5] = '\0';
	}
	return SSL_CLIENT_HELLO_SUCCESS;
}

static void
sends_a_name_and_nothing_that_is_not_needed(void **state)
{
	static char too_long[TLSEXT_MAXLEN_host_name + 2];
	static const struct {
		const char *name, *sent;
	} rows[] = {
		{ "pc1.example", "pc1.example" },
		{ NULL, "" },
		{ "192.0.2.7", "" },
		{ "2001:db8::7", "" },
		{ "fe80::1%eth0", "" },
		{ "", "" },
		{ too_long, "" },
	};
	struct shaker *shaker = make_shaker(NULL);
	SSL_CTX *ctx = make_server(TLS1_3_VERSION, lab.leaf);
	struct presented presented = { 0 };
	struct err err = { 0 };
	struct tls_peer peer;
	struct hello hello;

	memset(too_long, 'a', sizeof(too_long) - 1);
	SSL_CTX_set_client_hello_cb(ctx, on_hello, &hello);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		memset(&hello, 0xff, sizeof(hello));
		tls_peer_start(&peer, *state, ctx);
		assert_rc(shake_hands(shaker, &peer, rows[i].name, &presented, &err),
		    RC_OK, &err);
		assert_string_equal(hello.name, rows[i].sent);
		assert_false(hello.has_ticket);
		assert_false(hello.has_alpn);
		presented_clear(&presented);
		tls_peer_stop(&peer);
	}
	SSL_CTX_free(ctx);
	shaker_free(shaker);
}

static void
goes_on_wherever_it_was_interrupted(void **state)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	struct shaker *shaker = make_shaker(NULL);
	struct presented presented = { 0 };
	struct err err = { 0 };
	struct tls_peer peer;
	SSL_CTX *ctx;

	for (size_t i = 0; i < UNIT_COUNT(versions); i++) {
		ctx = make_server(versions[i], lab.leaf);
		tls_peer_start(&peer, *state, ctx);
		peer.dribbles = true;
		assert_rc(shake_hands(shaker, &peer, NULL, &presented, &err), RC_OK,
		    &err);
		assert_true(presented.complete);
		assert_true(peer.n_sent > 1000);
		presented_clear(&presented);
		tls_peer_stop(&peer);
		SSL_CTX_free(ctx);
	}
	shaker_free(shaker);
}

static void
reads_a_certificate_of_60_kib(void **state)
{
	X509 *huge = make_leaf("huge.example", lab.ca, MADE_P256, HUGE_BYTES);
	struct shaker *shaker = make_shaker(NULL);
	SSL_CTX *ctx = make_server(TLS1_2_VERSION, huge);
	struct presented presented = { 0 };
	struct err err = { 0 };
	struct tls_peer peer;

	tls_peer_start(&peer, *state, ctx);
	assert_rc(shake_hands(shaker, &peer, NULL, &presented, &err), RC_OK, &err);
	assert_true(presented.certs[0]->der_len > HUGE_BYTES);
	presented_clear(&presented);
	tls_peer_stop(&peer);
	SSL_CTX_free(ctx);
	shaker_free(shaker);
	X509_free(huge);
}

static void
refuses_a_chain_without_end(void **state)
{
	struct shaker *shaker = make_shaker(NULL);
	SSL_CTX *ctx = make_server(TLS1_2_VERSION, lab.leaf);
	struct presented presented = { 0 };
	struct err err = { 0 };
	struct tls_peer peer;

	for (int i = 0; i < 16; i++)
		assert_int_equal(SSL_CTX_add1_chain_cert(ctx, lab.ca), 1);
	tls_peer_start(&peer, *state, ctx);
	assert_rc(shake_hands(shaker, &peer, NULL, &presented, &err), RC_LIMIT, &err);
	assert_has(err.text, "17 certificates");
	tls_peer_stop(&peer);
	SSL_CTX_free(ctx);
	shaker_free(shaker);
}

/* TLS 1.2: ServerHello for AES128-GCM-SHA256, then a list of one certificate. */
static size_t
put_hello(uint8_t *to, const uint8_t *der, size_t len)
{
	static const uint8_t hello[] = { 22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3 };
	uint8_t *at = to;

	memcpy(at, hello, sizeof(hello));
	at += sizeof(hello);
	memset(at, 7, 32); /* random */
	at += 32;
	*at++ = 0; /* no session id */
	*at++ = 0x00;
	*at++ = 0x9c;
	*at++ = 0; /* no compression */
	*at++ = 22;
	*at++ = 3;
	*at++ = 3;
	*at++ = (uint8_t)((len + 10) >> 8);
	*at++ = (uint8_t)(len + 10);
	*at++ = 11;
	for (size_t more = 6; more <= 6; more -= 3) {
		*at++ = 0;
		*at++ = (uint8_t)((len + more) >> 8);
		*at++ = (uint8_t)(len + more);
	}
	memcpy(at, der, len);
	return (size_t)(at - to) + len;
}

static void
tells_peers_apart_that_cannot_be_read(void **state)
{
	static const uint8_t http[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	static const uint8_t zeros[64] = { 0 };
	static const uint8_t alert[] = { 21, 3, 3, 0, 2, 2, 40 };
	static const uint8_t good_bye[] = { 21, 3, 3, 0, 2, 1, 0 };
	static const uint8_t warning[] = { 21, 3, 3, 0, 2, 1, 90 };
	static const uint8_t hello_request[] = { 22, 3, 3, 0, 4, 0, 0, 0, 0 };
	static const uint8_t half[] = { 22, 3, 3, 1 };
	uint8_t unreadable[256];
	const size_t n_unreadable =
	    put_hello(unreadable, (const uint8_t *)"0123456789", 10);
	const struct {
		const char *title;
		const uint8_t *bytes;
		size_t n;
		bool stays, repeats;
		enum rc rc;
		const char *text;
	} rows[] = {
		{ "closes at once", zeros, 0, false, false, RC_TLS,
		    "TLS handshake: the peer closed the connection" },
		{ "says nothing", zeros, 0, true, false, RC_TIMEOUT,
		    "TLS handshake: no answer in time" },
		{ "speaks HTTP", http, sizeof(http) - 1, false, false, RC_TLS,
		    "TLS handshake: " },
		{ "zeros", zeros, sizeof(zeros), true, false, RC_TLS,
		    "TLS handshake: wrong version number" },
		{ "an alert", alert, sizeof(alert), false, false, RC_TLS,
		    "alert handshake failure" },
		{ "close_notify", good_bye, sizeof(good_bye), false, false, RC_TLS,
		    "TLS handshake: " },
		{ "stops halfway", half, sizeof(half), true, false, RC_TIMEOUT,
		    "TLS handshake: no answer in time" },
		{ "ends halfway", half, sizeof(half), false, false, RC_TLS,
		    "TLS handshake: the peer closed the connection" },
		{ "warnings without end", warning, sizeof(warning), true, true, RC_TLS,
		    "TLS handshake: " },
		{ "requests without end", hello_request, sizeof(hello_request), true,
		    true, RC_LIMIT, "TLS handshake: more than 524288 bytes" },
		{ "a certificate that is none", unreadable, n_unreadable, true, false,
		    RC_FORMAT, "certificate: RFC 5280 4.1: " },
	};
	struct shaker *shaker = make_shaker(NULL);
	struct presented presented = { 0 };
	struct tls_peer peer;
	struct err err;
	enum rc r;

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		err = (struct err){ 0 };
		tls_peer_start(&peer, *state, NULL);
		peer.bytes = rows[i].bytes;
		peer.n_bytes = rows[i].n;
		peer.stays = rows[i].stays;
		peer.repeats = rows[i].repeats;
		r = shake_hands(shaker, &peer, NULL, &presented, &err);
		if (r != rows[i].rc || strstr(err.text, rows[i].text) == NULL)
			fail_msg("%s: %s: %s", rows[i].title, rc_text(r), err.text);
		assert_int_equal(presented.n_certs, 0);
		tls_peer_stop(&peer);
	}
	shaker_free(shaker);
}

static void
a_certificate_shown_before_a_refusal_is_read(void **state)
{
	/* CertificateRequest, ServerHelloDone. */
	static const uint8_t ask[] = { 22, 3, 3, 0, 16, 13, 0, 0, 8, 1, 1, 0, 2, 4, 1,
		0, 0, 14, 0, 0, 0 };
	static const uint8_t good_bye[] = { 21, 3, 3, 0, 2, 1, 0 };
	static const uint8_t alert[] = { 21, 3, 3, 0, 2, 2, 40 };
	static const struct {
		const char *title;
		const uint8_t *last_word;
		size_t n_ask, n;
		bool stays;
		enum rc rc;
	} rows[] = {
		{ "a close", good_bye, sizeof(ask), 0, false, RC_OK },
		{ "close_notify", good_bye, sizeof(ask), sizeof(good_bye), true,
		    RC_OK },
		{ "an alert", alert, sizeof(ask), sizeof(alert), true, RC_OK },
		{ "silence is no refusal", good_bye, sizeof(ask), 0, true, RC_TIMEOUT },
		{ "a close, not asked", good_bye, 0, 0, false, RC_TLS },
		{ "close_notify, not asked", good_bye, 0, sizeof(good_bye), true,
		    RC_TLS },
		{ "an alert, not asked", alert, 0, sizeof(alert), true, RC_TLS },
	};
	struct shaker *shaker = make_shaker(NULL);
	struct presented presented = { 0 };
	struct err err;
	struct tls_peer peer;
	unsigned char *der = NULL;
	uint8_t bytes[4096];
	int len = i2d_X509(lab.leaf, &der);
	size_t n;
	enum rc r;

	assert_in_range(len, 1, sizeof(bytes) - 256);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		err = (struct err){ 0 };
		n = put_hello(bytes, der, (size_t)len);
		memcpy(bytes + n, ask, rows[i].n_ask);
		n += rows[i].n_ask;
		memcpy(bytes + n, rows[i].last_word, rows[i].n);
		tls_peer_start(&peer, *state, NULL);
		peer.bytes = bytes;
		peer.n_bytes = n + rows[i].n;
		peer.stays = rows[i].stays;
		r = shake_hands(shaker, &peer, NULL, &presented, &err);
		if (r != rows[i].rc)
			fail_msg("%s: %s %s", rows[i].title, rc_text(r), err.text);
		if (r == RC_OK) {
			assert_int_equal(presented.n_certs, 1);
			assert_string_equal(presented.cipher, "AES128-GCM-SHA256");
			assert_string_equal(presented.protocol, "TLSv1.2");
			assert_false(presented.complete);
			assert_true(presented.asked_client_cert);
			presented_clear(&presented);
		}
		tls_peer_stop(&peer);
	}
	OPENSSL_free(der);
	shaker_free(shaker);
}

static void
a_peer_with_a_stolen_certificate_is_no_refusal(void **state)
{
	struct shaker *shaker = make_shaker(NULL);
	struct presented presented = { 0 };
	struct err err = { 0 };
	struct tls_peer peer;
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	/* The certificate of one key, the signature of another. */
	assert_int_equal(SSL_CTX_use_certificate(ctx, lab.leaf), 1);
	X509_set_pubkey(lab.leaf, made_key(MADE_RSA2048_OTHER));
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, made_key(MADE_RSA2048_OTHER)), 1);
	X509_set_pubkey(lab.leaf, made_key(MADE_RSA2048));
	tls_peer_start(&peer, *state, ctx);
	assert_rc(shake_hands(shaker, &peer, NULL, &presented, &err), RC_TLS, &err);
	assert_int_equal(presented.n_certs, 0);
	tls_peer_stop(&peer);
	SSL_CTX_free(ctx);
	shaker_free(shaker);
}

static void
nobody_listens(void **state)
{
	struct shaker *shaker = make_shaker(NULL);
	struct shake *shake = NULL;
	struct err err = { 0 };
	struct tls_peer peer;

	tls_peer_start(&peer, *state, NULL);
	assert_int_equal(close(peer.listen_fd), 0);
	assert_rc(shake_new(shaker, (struct sockaddr *)&peer.address,
		      sizeof(peer.address), NULL, &shake, &err),
	    RC_CONNECT, &err);
	assert_string_equal(err.text, "connect: Connection refused");
	assert_null(shake);
	shaker_free(shaker);
}

static void
a_peer_that_has_left_raises_no_signal(void **state)
{
	struct shaker *shaker = make_shaker(NULL);
	enum shake_want want = SHAKE_WANT_NOTHING;
	struct shake *shake = NULL;
	struct err err = { 0 };
	struct tls_peer peer;

	assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
	tls_peer_start(&peer, *state, NULL);
	assert_rc(shake_new(shaker, (struct sockaddr *)&peer.address,
		      sizeof(peer.address), NULL, &shake, &err),
	    RC_OK, &err);
	tls_peer_step(&peer);
	assert_rc(shake_go(shake, &want, &err), RC_TLS, &err);
	assert_string_equal(err.text, "TLS handshake: Broken pipe");
	shake_free(shake);
	tls_peer_stop(&peer);
	shaker_free(shaker);
}

static void
what_has_failed_stays_so(void **state)
{
	struct shaker *shaker = make_shaker(NULL);
	enum shake_want want = SHAKE_WANT_NOTHING;
	struct presented presented;
	struct shake *shake = NULL;
	struct err err = { 0 };
	struct tls_peer peer;

	tls_peer_start(&peer, *state, NULL);
	assert_rc(converse(shaker, &peer, NULL, &shake, &want, &err), RC_TLS, &err);
	assert_true(shake_is_connected(shake));
	assert_int_equal(shake_fd(shake), -1);
	err_clear(&err);
	assert_rc(shake_go(shake, &want, &err), RC_INTERNAL, &err);
	presented = shake_take(shake);
	assert_int_equal(presented.n_certs, 0);
	shake_free(shake);
	shake_free(NULL);
	tls_peer_stop(&peer);
	shaker_free(shaker);
	shaker_free(NULL);
}

static void
may_be_dropped_at_any_step(void **state)
{
	struct shaker *shaker = make_shaker(NULL);
	SSL_CTX *ctx = make_server(TLS1_3_VERSION, lab.leaf);
	enum shake_want want = SHAKE_WANT_READ;
	struct shake *shake = NULL;
	struct err err = { 0 };
	struct tls_peer peer;
	int n_steps;

	for (n_steps = 0; want != SHAKE_WANT_NOTHING; n_steps++) {
		tls_peer_start(&peer, *state, ctx);
		assert_rc(shake_new(shaker, (struct sockaddr *)&peer.address,
			      sizeof(peer.address), "pc1.example", &shake, &err),
		    RC_OK, &err);
		assert_true(shake_fd(shake) >= 0);
		for (int i = 0; i < n_steps; i++) {
			assert_rc(shake_go(shake, &want, &err), RC_OK, &err);
			tls_peer_step(&peer);
		}
		shake_free(shake);
		tls_peer_stop(&peer);
	}
	assert_true(n_steps > 2);
	SSL_CTX_free(ctx);
	shaker_free(shaker);
}

/* For the torture, which wants one argument. */
struct attempt {
	const struct folder *folder;
	SSL_CTX *ctx;
};

static enum rc
attempt(void *ctx)
{
	const struct attempt *what = ctx;
	struct presented presented = { 0 };
	struct shaker *shaker = NULL;
	struct tls_peer peer;
	enum rc r;

	r = shaker_new(lab.client_file, lab.client_key_file, &shaker, NULL);
	if (r != RC_OK)
		return r;
	tls_peer_start(&peer, what->folder, what->ctx);
	r = shake_hands(shaker, &peer, "pc1.example", &presented, NULL);
	presented_clear(&presented);
	tls_peer_stop(&peer);
	shaker_free(shaker);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	struct attempt what = { .folder = *state };

	what.ctx = make_server(TLS1_3_VERSION, lab.leaf);
	assert_true(torture(attempt, &what) > 10);
	SSL_CTX_free(what.ctx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_is_presented),
		cmocka_unit_test(notices_that_a_client_certificate_is_refused),
		cmocka_unit_test(sends_a_name_and_nothing_that_is_not_needed),
		cmocka_unit_test(goes_on_wherever_it_was_interrupted),
		cmocka_unit_test(reads_a_certificate_of_60_kib),
		cmocka_unit_test(refuses_a_chain_without_end),
		cmocka_unit_test(tells_peers_apart_that_cannot_be_read),
		cmocka_unit_test(a_certificate_shown_before_a_refusal_is_read),
		cmocka_unit_test(a_peer_with_a_stolen_certificate_is_no_refusal),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(a_peer_that_has_left_raises_no_signal),
		cmocka_unit_test(what_has_failed_stays_so),
		cmocka_unit_test(may_be_dropped_at_any_step),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, make_lab, clear_lab);
}
