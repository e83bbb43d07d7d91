/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/tls/trust.c: who is believed, and who is not.
 */
#include <openssl/err.h>

#include "make_cert.h"
#include "tls/trust.h"
#include "torture.h"
#include "unit.h"

#define WITHIN (MAKE_NB + 10 * MAKE_DAY)
#define AFTER  (MAKE_NB + 400 * MAKE_DAY) /* the leaf has ended, its CA has not */

enum {
	KEY_LEAF,
	KEY_ISSUER,
	KEY_ROOT,
	KEY_STRANGER
};

/* Which path a case shows, and to whose anchor it is judged. */
enum shown {
	SHOWN_PATH,
	SHOWN_SELF_SIGNED,
	SHOWN_FORGED, /* the right issuer's name, another key */
	SHOWN_NOTHING,
};

enum known {
	KNOWN_ROOT,
	KNOWN_STRANGER,
	KNOWN_NONE
};

enum pinned {
	PIN_NONE,
	PIN_LEAF,
	PIN_OTHER
};

struct trust_case {
	const char *title;
	struct make_cert leaf;
	enum shown shown;
	const char *issuer_key; /* kind; NULL: p256 */
	const char *issuer_digest;
	const char *name; /* NULL: "pc1.example" */
	enum known known;
	enum pinned pinned;
	int64_t now; /* 0: WITHIN */
	enum trust_time time;
	bool legacy_tls;
	const char *refusal; /* NULL: believed */
};

/* clang-format off */
static const struct trust_case cases[] = {
	{ .title = "a good path and name", .leaf = { .san = "DNS:pc1.example" } },
	{ .title = "the last second", .leaf = { .san = "DNS:pc1.example" },
	    .now = MAKE_NB + 365 * MAKE_DAY },
	{ .title = "one second later", .leaf = { .san = "DNS:pc1.example" },
	    .now = MAKE_NB + 365 * MAKE_DAY + 1,
	    .refusal = "pc1.example: path: verified but for the time: certificate has expired" },
	{ .title = "expired, strict", .leaf = { .san = "DNS:pc1.example" }, .now = AFTER,
	    .refusal = "path: verified but for the time" },
	{ .title = "expired, judged", .leaf = { .san = "DNS:pc1.example" }, .now = AFTER,
	    .time = TRUST_TIME_JUDGED },
	{ .title = "not yet valid, strict", .leaf = { .san = "DNS:pc1.example" },
	    .now = MAKE_NB - 1, .refusal = "certificate is not yet valid" },
	{ .title = "not yet valid, judged", .leaf = { .san = "DNS:pc1.example" },
	    .now = MAKE_NB - 1, .time = TRUST_TIME_JUDGED },
	{ .title = "expired, judged, other name", .leaf = { .san = "DNS:pc2.example" },
	    .now = AFTER, .time = TRUST_TIME_JUDGED,
	    .refusal = "pc1.example: name: the certificate names pc2.example" },
	{ .title = "another name", .leaf = { .san = "DNS:pc2.example,DNS:pc3.example" },
	    .refusal = "pc1.example: name: the certificate names pc2.example, pc3.example" },
	{ .title = "the CN of one without subjectAltName", .leaf = { .cn = "pc1.example" } },
	{ .title = "another CN", .leaf = { .cn = "pc2.example" }, .refusal = "name: " },
	{ .title = "the CN does not help a subjectAltName",
	    .leaf = { .cn = "pc1.example", .san = "DNS:pc2.example" }, .refusal = "name: " },
	{ .title = "no name at all", .leaf = { .cn = "" },
	    .refusal = "name: the certificate names no host" },
	{ .title = "nothing to compare with", .leaf = { .san = "DNS:pc1.example" }, .name = "",
	    .refusal = "peer: name: none to compare" },
	{ .title = "an address", .leaf = { .san = "IP:192.0.2.7" }, .name = "192.0.2.7" },
	{ .title = "an unknown anchor", .leaf = { .san = "DNS:pc1.example" },
	    .known = KNOWN_STRANGER,
	    .refusal = "path: does not end at a configured trust anchor" },
	{ .title = "an unknown anchor, judged", .leaf = { .san = "DNS:pc1.example" },
	    .known = KNOWN_STRANGER, .time = TRUST_TIME_JUDGED, .refusal = "path: " },
	{ .title = "self-signed", .leaf = { .san = "DNS:pc1.example" },
	    .shown = SHOWN_SELF_SIGNED, .refusal = "path: self-signed" },
	{ .title = "self-signed, judged", .leaf = { .san = "DNS:pc1.example" },
	    .shown = SHOWN_SELF_SIGNED, .now = AFTER, .time = TRUST_TIME_JUDGED,
	    .refusal = "path: self-signed" },
	{ .title = "a forged signature", .leaf = { .san = "DNS:pc1.example" },
	    .shown = SHOWN_FORGED, .refusal = "path: a signature does not verify" },
	{ .title = "a forged signature, expired, judged", .leaf = { .san = "DNS:pc1.example" },
	    .shown = SHOWN_FORGED, .now = AFTER, .time = TRUST_TIME_JUDGED,
	    .refusal = "path: a signature does not verify" },
	{ .title = "a certificate for clients",
	    .leaf = { .san = "DNS:pc1.example", .eku = "clientAuth" },
	    .refusal = "path: not valid for a TLS server" },
	{ .title = "neither anchor nor pin", .leaf = { .san = "DNS:pc1.example" },
	    .known = KNOWN_NONE, .refusal = "trust: neither a trust anchor nor a pin" },
	{ .title = "nothing shown", .shown = SHOWN_NOTHING,
	    .refusal = "pc1.example: trust: it shows no certificate" },
	{ .title = "nothing shown, pinned", .shown = SHOWN_NOTHING, .pinned = PIN_OTHER,
	    .refusal = "trust: it shows no certificate" },
	{ .title = "nothing shown, legacy", .shown = SHOWN_NOTHING, .legacy_tls = true,
	    .refusal = "trust: it shows no certificate" },

	{ .title = "the pinned key, no anchor", .leaf = { .cn = "x" }, .known = KNOWN_NONE,
	    .pinned = PIN_LEAF },
	{ .title = "the pinned key decides alone", .leaf = { .cn = "x" }, .now = AFTER,
	    .shown = SHOWN_SELF_SIGNED, .known = KNOWN_STRANGER, .pinned = PIN_LEAF },
	{ .title = "another key than the pinned one", .leaf = { .cn = "x" },
	    .known = KNOWN_NONE, .pinned = PIN_OTHER,
	    .refusal = "pc1.example: pin: the peer has another key" },
	{ .title = "a good path does not help a wrong pin",
	    .leaf = { .san = "DNS:pc1.example" }, .pinned = PIN_OTHER,
	    .refusal = "pin: the peer has another key" },

	{ .title = "RSA of 2048 bit", .leaf = { .san = "DNS:pc1.example", .key = "rsa2048" } },
	{ .title = "RSA of 1024 bit", .leaf = { .san = "DNS:pc1.example", .key = "rsa1024" },
	    .refusal = "weak key: RSA of 1024 bit, at least 2048 without legacy-tls" },
	{ .title = "RSA of 1024 bit, pinned", .leaf = { .cn = "x", .key = "rsa1024" },
	    .pinned = PIN_LEAF, .refusal = "weak key: RSA of 1024 bit" },
	{ .title = "RSA of 1024 bit, legacy",
	    .leaf = { .san = "DNS:pc1.example", .key = "rsa1024" }, .legacy_tls = true },
	{ .title = "RSA of 1024 bit, pinned, legacy", .leaf = { .cn = "x", .key = "rsa1024" },
	    .pinned = PIN_LEAF, .legacy_tls = true },
	{ .title = "legacy is not blind", .leaf = { .san = "DNS:pc1.example", .key = "rsa1024" },
	    .known = KNOWN_STRANGER, .legacy_tls = true, .refusal = "path: " },
	{ .title = "P-224", .leaf = { .san = "DNS:pc1.example", .key = "p224" } },
	{ .title = "Ed25519", .leaf = { .san = "DNS:pc1.example", .key = "ed25519" } },
	{ .title = "SHA-1", .leaf = { .san = "DNS:pc1.example", .digest = "sha1" },
	    .refusal = "weak signature: sha1 is refused without legacy-tls" },
	{ .title = "SHA-1, pinned", .leaf = { .cn = "x", .digest = "sha1" },
	    .pinned = PIN_LEAF, .refusal = "weak signature: sha1" },
	{ .title = "SHA-1, legacy", .leaf = { .san = "DNS:pc1.example", .digest = "sha1" },
	    .legacy_tls = true },
	{ .title = "MD5", .leaf = { .san = "DNS:pc1.example", .digest = "md5" },
	    .issuer_key = "rsa2048", .refusal = "weak signature: md5" },
	{ .title = "an issuer of 1024 bit", .leaf = { .san = "DNS:pc1.example" },
	    .issuer_key = "rsa1024", .refusal = "path: key or digest is too weak" },
	{ .title = "an issuer of 1024 bit, legacy", .leaf = { .san = "DNS:pc1.example" },
	    .issuer_key = "rsa1024", .legacy_tls = true },
	{ .title = "an issuer signed with SHA-1", .leaf = { .san = "DNS:pc1.example" },
	    .issuer_digest = "sha1", .refusal = "path: key or digest is too weak" },
	{ .title = "an issuer signed with SHA-1, legacy", .leaf = { .san = "DNS:pc1.example" },
	    .issuer_digest = "sha1", .legacy_tls = true },
};
/* clang-format on */

/* What one case is judged with. */
struct stage {
	struct cert *chain[2];
	size_t n;
	struct cert *root, *stranger;
	struct anchors *anchors;
	struct trust trust;
	int64_t now;
};

static struct cert *
facts_of(X509 *x509)
{
	struct cert *cert = NULL;
	struct err err = { 0 };

	assert_rc(cert_from_x509(x509, &cert, &err), RC_OK, &err);
	X509_free(x509);
	return cert;
}

static X509 *
make_ca(const char *cn, int number)
{
	const struct make_cert spec = { .cn = cn,
		.is_ca = true,
		.usage = "critical,keyCertSign",
		.key_number = number,
		.not_before = MAKE_NB - 1000 * MAKE_DAY,
		.not_after = MAKE_NB + 3650 * MAKE_DAY };

	return make_x509(&spec);
}

static void
make_chain(struct stage *stage, const struct trust_case *c, X509 *root)
{
	struct make_cert issuer = { .cn = "Issuer",
		.is_ca = true,
		.usage = "critical,keyCertSign",
		.key = c->issuer_key,
		.key_number = KEY_ISSUER,
		.digest = c->issuer_digest,
		.not_before = MAKE_NB - 1000 * MAKE_DAY,
		.not_after = MAKE_NB + 3650 * MAKE_DAY,
		.issuer = root,
		.issuer_key_number = KEY_ROOT };
	struct make_cert leaf = c->leaf;
	X509 *middle = make_x509(&issuer);

	if (c->shown != SHOWN_SELF_SIGNED) {
		leaf.issuer = middle;
		leaf.issuer_key = c->issuer_key;
		leaf.issuer_key_number =
		    c->shown == SHOWN_FORGED ? KEY_STRANGER : KEY_ISSUER;
	} else if (leaf.key != NULL && strcmp(leaf.key, "ed25519") == 0) {
		leaf.digest = "";
	}
	stage->chain[0] = facts_of(make_x509(&leaf));
	stage->chain[1] = facts_of(middle);
	stage->n = c->shown == SHOWN_SELF_SIGNED ? 1 : 2;
	if (c->shown == SHOWN_NOTHING)
		stage->n = 0;
}

static void
set_stage(struct stage *stage, const struct trust_case *c)
{
	X509 *root = make_ca("Root", KEY_ROOT);
	struct err err = { 0 };

	memset(stage, 0, sizeof(*stage));
	make_chain(stage, c, root);
	stage->root = facts_of(root);
	stage->stranger = facts_of(make_ca("Stranger", KEY_STRANGER));
	if (c->known != KNOWN_NONE)
		assert_rc(anchors_from_certs(c->known == KNOWN_ROOT ? &stage->root
								    : &stage->stranger,
			      1, &stage->anchors, &err),
		    RC_OK, &err);
	stage->trust.anchors = stage->anchors;
	stage->trust.name = c->name != NULL ? c->name : "pc1.example";
	stage->trust.time = c->time;
	stage->trust.legacy_tls = c->legacy_tls;
	stage->trust.has_pin = c->pinned != PIN_NONE;
	memcpy(stage->trust.pin,
	    c->pinned == PIN_LEAF ? stage->chain[0]->spki_sha256
				  : stage->stranger->spki_sha256,
	    sizeof(stage->trust.pin));
	stage->now = c->now != 0 ? c->now : WITHIN;
}

static void
clear_stage(struct stage *stage)
{
	cert_free(stage->chain[0]);
	cert_free(stage->chain[1]);
	cert_free(stage->root);
	cert_free(stage->stranger);
	anchors_free(stage->anchors);
}

static void
believes_and_refuses_by_the_table(void **state)
{
	struct stage stage;
	struct err err;
	enum rc r;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		err = (struct err){ 0 };
		set_stage(&stage, &cases[i]);
		r = trust_judge(&stage.trust, stage.chain, stage.n, stage.now, &err);
		clear_stage(&stage);
		if (r != (cases[i].refusal == NULL ? RC_OK : RC_UNTRUSTED) ||
		    err.rc != r)
			fail_msg("%s: %s: %s", cases[i].title, rc_text(r), err.text);
		if (cases[i].refusal != NULL &&
		    strstr(err.text, cases[i].refusal) == NULL)
			fail_msg("%s: \"%s\" has no \"%s\"", cases[i].title, err.text,
			    cases[i].refusal);
		assert_int_equal(ERR_peek_error(), 0);
	}
}

static void
one_wrong_bit_of_the_pin_is_another_key(void **state)
{
	static const struct trust_case c = { .leaf = { .cn = "x" },
		.pinned = PIN_LEAF };
	struct stage stage;

	(void)state;
	set_stage(&stage, &c);
	for (size_t i = 0; i < sizeof(stage.trust.pin); i++) {
		stage.trust.pin[i] ^= 1;
		assert_int_equal(trust_judge(&stage.trust, stage.chain, 1, WITHIN,
				     NULL),
		    RC_UNTRUSTED);
		stage.trust.pin[i] ^= 1;
	}
	assert_int_equal(trust_judge(&stage.trust, stage.chain, 1, WITHIN, NULL),
	    RC_OK);
	clear_stage(&stage);
}

static void
a_hostile_name_is_told_in_one_printable_line(void **state)
{
	static const struct trust_case c = { .leaf = { .cn = "a|b\n\x1b[2Jc" } };
	struct stage stage;
	struct err err = { 0 };

	(void)state;
	set_stage(&stage, &c);
	assert_rc(trust_judge(&stage.trust, stage.chain, stage.n, WITHIN, &err),
	    RC_UNTRUSTED, &err);
	clear_stage(&stage);
	assert_null(strpbrk(err.text, "\n\x1b|"));
	assert_has(err.text, "the certificate names a");
}

static void
reads_a_chain_as_it_was_sent(void **state)
{
	const struct make_cert leaf = { .san = "DNS:pc1.example" };
	STACK_OF(X509) *chain = sk_X509_new_null();
	struct cert **certs = NULL;
	struct err err = { 0 };
	size_t n = 0;

	(void)state;
	assert_rc(trust_read_chain(NULL, &certs, &n, &err), RC_TLS, &err);
	err_clear(&err);
	assert_rc(trust_read_chain(chain, &certs, &n, &err), RC_TLS, &err);
	err_clear(&err);
	assert_true(sk_X509_push(chain, make_x509(&leaf)) > 0);
	assert_true(sk_X509_push(chain, make_ca("Issuer", KEY_ISSUER)) > 0);
	assert_rc(trust_read_chain(chain, &certs, &n, &err), RC_OK, &err);
	assert_int_equal(n, 2);
	assert_has(certs[0]->subject, "CN=pc1.example");
	assert_has(certs[1]->subject, "CN=Issuer");
	cert_free_list(certs, n);
	certs = NULL;
	while (sk_X509_num(chain) <= PATH_MAX_ELEMENTS)
		assert_true(sk_X509_push(chain, make_x509(&leaf)) > 0);
	assert_rc(trust_read_chain(chain, &certs, &n, &err), RC_LIMIT, &err);
	assert_null(certs);
	sk_X509_pop_free(chain, X509_free);
}

static enum rc
judge_once(void *ctx)
{
	const struct stage *stage = ctx;

	return trust_judge(&stage->trust, stage->chain, stage->n, stage->now, NULL);
}

static enum rc
read_once(void *ctx)
{
	struct cert **certs = NULL;
	size_t n = 0;
	enum rc r = trust_read_chain(ctx, &certs, &n, NULL);

	cert_free_list(certs, n);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	const struct make_cert leaf = { .san = "DNS:pc1.example" };
	STACK_OF(X509) *chain = sk_X509_new_null();
	struct stage stage;

	(void)state;
	set_stage(&stage, &cases[0]);
	assert_true(torture(judge_once, &stage) > 2);
	clear_stage(&stage);
	assert_true(sk_X509_push(chain, make_x509(&leaf)) > 0);
	assert_true(sk_X509_push(chain, make_ca("Issuer", KEY_ISSUER)) > 0);
	assert_true(torture(read_once, chain) > 2);
	sk_X509_pop_free(chain, X509_free);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(believes_and_refuses_by_the_table),
		cmocka_unit_test(one_wrong_bit_of_the_pin_is_another_key),
		cmocka_unit_test(a_hostile_name_is_told_in_one_printable_line),
		cmocka_unit_test(reads_a_chain_as_it_was_sent),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
