/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/wsman/peer.c: the guard inside a handshake, as libcurl would call it.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>

#include "made.h"
#include "tls_peer.h"
#include "unit.h"
#include "wsman/peer.h"

#define DAY   INT64_C(86400)
#define START INT64_C(1767225600)
#define NOW   (START + 10 * DAY)

enum {
	STEPS_MAX = 1000
};

static struct {
	X509 *ca, *leaf;
	struct anchors *anchors, *strangers;
	struct cert *facts;
} lab;

static struct anchors *
anchors_of(X509 *x509)
{
	struct anchors *anchors = NULL;
	struct err err = { 0 };
	struct cert *cert = made_parse(x509);

	assert_rc(anchors_from_certs(&cert, 1, &anchors, &err), RC_OK, &err);
	cert_free(cert);
	return anchors;
}

static int
make_lab(void **state)
{
	struct made_recipe recipe = made_ca("Lab CA", MADE_P256, 0, START + 9999 * DAY);
	X509 *stranger = NULL;

	if (folder_setup(state) != 0)
		return -1;
	lab.ca = made_x509(&recipe);
	recipe.subject = "Stranger";
	recipe.key = MADE_P384;
	stranger = made_x509(&recipe);
	lab.anchors = anchors_of(lab.ca);
	lab.strangers = anchors_of(stranger);
	X509_free(stranger);
	recipe = (struct made_recipe){ .subject = "pc1.example",
		.san = "DNS:pc1.example",
		.key = MADE_RSA2048,
		.version = 2,
		.not_before = START,
		.not_after = START + 365 * DAY,
		.issuer = lab.ca,
		.issuer_key = MADE_P256 };
	lab.leaf = made_x509(&recipe);
	lab.facts = made_parse(lab.leaf);
	return 0;
}

static int
clear_lab(void **state)
{
	X509_free(lab.ca);
	X509_free(lab.leaf);
	cert_free(lab.facts);
	anchors_free(lab.anchors);
	anchors_free(lab.strangers);
	return folder_teardown(state) + made_forget_keys(state);
}

static SSL_CTX *
make_server(int version)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	assert_non_null(ctx);
	SSL_CTX_set_security_level(ctx, 0);
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN);
	assert_int_equal(SSL_CTX_set_min_proto_version(ctx, version), 1);
	assert_int_equal(SSL_CTX_set_max_proto_version(ctx, version), 1);
	assert_int_equal(SSL_CTX_use_certificate(ctx, lab.leaf), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, made_key(MADE_RSA2048)), 1);
	return ctx;
}

static int
connect_to(const struct tls_peer *server)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&server->address,
			     sizeof(server->address)),
	    0);
	return fd;
}

/* One handshake; was it made? What the server saw is in *server. */
static bool
shake_hands(struct peer *peer, SSL_CTX *ctx, struct tls_peer *server)
{
	SSL *ssl = SSL_new(ctx);
	int fd = connect_to(server), n = 0;

	assert_int_equal(SSL_set_fd(ssl, fd), 1);
	for (int i = 0; i < STEPS_MAX && n != 1; i++) {
		ERR_clear_error();
		n = SSL_connect(ssl);
		tls_peer_step(server);
		if (n != 1 && SSL_get_error(ssl, n) != SSL_ERROR_WANT_READ)
			break;
	}
	if (n == 1)
		peer_note(peer, ssl);
	SSL_free(ssl);
	for (int i = 0; i < 3; i++)
		tls_peer_step(server);
	close(fd);
	ERR_clear_error();
	return n == 1;
}

struct peer_case {
	const char *title;
	struct anchors *const *anchors;
	const char *name;
	int version;
	int64_t now;
	enum trust_time time;
	int pin; /* 1: the right one, 2: another */
	bool legacy_tls;
	const char *refusal; /* NULL: let in; "": by OpenSSL */
};

/* clang-format off */
static const struct peer_case cases[] = {
	{ "good", &lab.anchors, "pc1.example", TLS1_2_VERSION, NOW, TRUST_TIME_STRICT, 0, false, NULL },
	{ "good, 1.3", &lab.anchors, "pc1.example", TLS1_3_VERSION, NOW, TRUST_TIME_STRICT, 0, false, NULL },
	{ "unknown anchor", &lab.strangers, "pc1.example", TLS1_2_VERSION, NOW, TRUST_TIME_STRICT, 0, false,
	    "pc1.example: path: " },
	{ "unknown anchor, 1.3", &lab.strangers, "pc1.example", TLS1_3_VERSION, NOW, TRUST_TIME_STRICT, 0, false,
	    "pc1.example: path: " },
	{ "other name", &lab.anchors, "pc2.example", TLS1_2_VERSION, NOW, TRUST_TIME_STRICT, 0, false,
	    "pc2.example: name: " },
	{ "expired", &lab.anchors, "pc1.example", TLS1_2_VERSION, START + 400 * DAY, TRUST_TIME_STRICT, 0, false,
	    "verified but for the time" },
	{ "expired, judged", &lab.anchors, "pc1.example", TLS1_2_VERSION, START + 400 * DAY, TRUST_TIME_JUDGED, 0,
	    false, NULL },
	{ "pinned", NULL, "pc2.example", TLS1_2_VERSION, NOW, TRUST_TIME_STRICT, 1, false, NULL },
	{ "another pin", &lab.anchors, "pc1.example", TLS1_2_VERSION, NOW, TRUST_TIME_STRICT, 2, false,
	    "pc1.example: pin: " },
	{ "TLS 1.1", &lab.anchors, "pc1.example", TLS1_1_VERSION, NOW, TRUST_TIME_STRICT, 0, false, "" },
	{ "TLS 1.1, legacy", &lab.anchors, "pc1.example", TLS1_1_VERSION, NOW, TRUST_TIME_STRICT, 0, true, NULL },
};
/* clang-format on */

static struct trust
trust_of(const struct peer_case *c)
{
	struct trust trust = { .anchors = c->anchors != NULL ? *c->anchors : NULL,
		.name = c->name,
		.has_pin = c->pin != 0,
		.time = c->time,
		.legacy_tls = c->legacy_tls };

	memcpy(trust.pin, lab.facts->spki_sha256, sizeof(trust.pin));
	trust.pin[0] ^= c->pin == 2;
	return trust;
}

static void
assert_outcome(const struct peer_case *c, const struct peer *peer, bool is_made,
    const struct tls_peer *server)
{
	if (is_made != (c->refusal == NULL) || peer->is_judged != is_made)
		fail_msg("%s: made %d, judged %d: %s", c->title, is_made,
		    peer->is_judged, peer->err.text);
	if (c->refusal == NULL) {
		assert_int_equal(peer->err.rc, RC_OK);
		assert_true(peer->presented.complete);
		assert_string_not_equal(peer->presented.cipher, "");
	} else {
		/* The server never gets to where a request could be read. */
		assert_false(server->is_done);
		assert_false(peer->presented.complete);
	}
	if (c->refusal != NULL && c->refusal[0] != '\0') {
		assert_int_equal(peer->err.rc, RC_UNTRUSTED);
		assert_has(peer->err.text, c->refusal);
		assert_int_equal(peer->presented.n_certs, 1);
	}
}

static void
lets_in_whom_it_trusts_and_nobody_else(void **state)
{
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		const struct trust trust = trust_of(&cases[i]);
		struct peer peer = { .trust = &trust, .now = cases[i].now };
		SSL_CTX *server_ctx = make_server(cases[i].version);
		SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
		struct tls_peer server;
		bool is_made;

		tls_peer_start(&server, *state, server_ctx);
		assert_int_equal(peer_attach(&peer, ctx), RC_OK);
		assert_false(peer.is_judged);
		is_made = shake_hands(&peer, ctx, &server);
		assert_outcome(&cases[i], &peer, is_made, &server);
		peer_clear(&peer);
		tls_peer_stop(&server);
		SSL_CTX_free(ctx);
		SSL_CTX_free(server_ctx);
	}
}

static void
a_new_connection_forgets_the_old_one(void **state)
{
	struct trust trust = trust_of(&cases[0]);
	struct peer peer = { .trust = &trust, .now = NOW };
	SSL_CTX *server_ctx = make_server(TLS1_2_VERSION);
	SSL_CTX *first = SSL_CTX_new(TLS_client_method());
	SSL_CTX *second = SSL_CTX_new(TLS_client_method());
	struct tls_peer server;

	tls_peer_start(&server, *state, server_ctx);
	assert_int_equal(peer_attach(&peer, first), RC_OK);
	assert_true(shake_hands(&peer, first, &server));
	tls_peer_stop(&server);
	assert_true(peer.is_judged);

	trust.anchors = lab.strangers;
	tls_peer_start(&server, *state, server_ctx);
	assert_int_equal(peer_attach(&peer, second), RC_OK);
	assert_false(peer.is_judged);
	assert_int_equal(peer.presented.n_certs, 0);
	assert_false(shake_hands(&peer, second, &server));
	assert_false(peer.is_judged);
	assert_int_equal(peer.err.rc, RC_UNTRUSTED);
	tls_peer_stop(&server);
	peer_clear(&peer);
	SSL_CTX_free(first);
	SSL_CTX_free(second);
	SSL_CTX_free(server_ctx);
}

static void
sees_that_a_client_certificate_is_wanted(void **state)
{
	const struct trust trust = trust_of(&cases[0]);
	struct peer peer = { .trust = &trust, .now = NOW };
	SSL_CTX *server_ctx = make_server(TLS1_2_VERSION);
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct tls_peer server;

	SSL_CTX_set_verify(server_ctx,
	    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	tls_peer_start(&server, *state, server_ctx);
	assert_int_equal(peer_attach(&peer, ctx), RC_OK);
	assert_false(shake_hands(&peer, ctx, &server));
	assert_true(peer.is_judged);
	assert_true(peer.presented.asked_client_cert);
	assert_false(peer.presented.complete);
	peer_clear(&peer);
	assert_false(peer.presented.asked_client_cert);
	tls_peer_stop(&server);
	SSL_CTX_free(ctx);
	SSL_CTX_free(server_ctx);
}

static void
an_open_client_key_stops_it_before_the_connection(void **state)
{
	const struct trust trust = trust_of(&cases[0]);
	struct peer peer = { .trust = &trust,
		.client_cert_file = folder_file(*state, "client.pem"),
		.client_key_file = folder_file(*state, "client.key"),
		.now = NOW };
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	made_put_cert(peer.client_cert_file, lab.leaf);
	made_put_key(peer.client_key_file, made_key(MADE_RSA2048), NULL);
	assert_int_equal(peer_attach(&peer, ctx), RC_OK);
	assert_int_equal(chmod(peer.client_key_file, 0644), 0);
	assert_int_equal(peer_attach(&peer, ctx), RC_CONFIG);
	assert_int_equal(peer.err.rc, RC_CONFIG);
	assert_has(peer.err.text, "client.key: secret file: open to group or others");
	peer_clear(&peer);
	SSL_CTX_free(ctx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_in_whom_it_trusts_and_nobody_else),
		cmocka_unit_test(a_new_connection_forgets_the_old_one),
		cmocka_unit_test(sees_that_a_client_certificate_is_wanted),
		cmocka_unit_test(an_open_client_key_stops_it_before_the_connection),
	};

	return cmocka_run_group_tests(tests, make_lab, clear_lab);
}
