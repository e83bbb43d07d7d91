/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/tls/trust_ctx.c: what is offered, and files of client certificates.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "folder.h"
#include "made.h"
#include "tls/trust.h"
#include "torture.h"
#include "unit.h"

static SSL_CTX *
new_ctx(bool permissive, bool legacy_tls)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct err err = { 0 };

	assert_non_null(ctx);
	assert_rc(trust_setup_ctx(ctx, permissive, legacy_tls, &err), RC_OK, &err);
	return ctx;
}

static bool
offers(SSL_CTX *ctx, const char *suite)
{
	STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(ctx);

	for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); i++)
		if (strcmp(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i)),
			suite) == 0)
			return true;
	return false;
}

static void
settings_are_as_strict_as_asked(void **state)
{
	static const struct {
		bool permissive, legacy_tls;
		int least, level;
	} rows[] = {
		{ false, false, TLS1_2_VERSION, 2 },
		{ false, true, TLS1_VERSION, 0 },
		{ true, false, TLS1_VERSION, 0 },
		{ true, true, TLS1_VERSION, 0 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		SSL_CTX *ctx = new_ctx(rows[i].permissive, rows[i].legacy_tls);

		assert_int_equal(SSL_CTX_get_min_proto_version(ctx), rows[i].least);
		assert_int_equal(SSL_CTX_get_max_proto_version(ctx), 0);
		assert_int_equal(SSL_CTX_get_security_level(ctx), rows[i].level);
		assert_true(SSL_CTX_get_options(ctx) & SSL_OP_LEGACY_SERVER_CONNECT);
		assert_true(SSL_CTX_get_options(ctx) & SSL_OP_NO_TICKET);
		assert_true(SSL_CTX_get_options(ctx) & SSL_OP_NO_COMPRESSION);
		assert_int_equal(SSL_CTX_get_session_cache_mode(ctx),
		    SSL_SESS_CACHE_OFF);
		assert_true(offers(ctx, "AES128-GCM-SHA256"));
		assert_true(offers(ctx, "AES256-SHA"));
		assert_true(offers(ctx, "ECDHE-RSA-AES128-GCM-SHA256"));
		assert_true(offers(ctx, "ECDHE-ECDSA-AES256-GCM-SHA384"));
		assert_true(offers(ctx, "TLS_AES_256_GCM_SHA384"));
		assert_false(offers(ctx, "ADH-AES128-SHA"));
		assert_false(offers(ctx, "NULL-SHA256"));
		assert_false(offers(ctx, "PSK-AES128-GCM-SHA256"));
		SSL_CTX_free(ctx);
	}
}

static void
log_keys(const SSL *ssl, const char *line)
{
	(void)ssl;
	fail_msg("logged: %s", line);
}

static void
takes_back_what_others_have_set(void **state)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	(void)state;
	SSL_CTX_set_keylog_callback(ctx, log_keys);
	assert_int_equal(SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM"), 1);
	assert_int_equal(SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION), 1);
	assert_int_equal(trust_setup_ctx(ctx, false, false, NULL), RC_OK);
	assert_null(SSL_CTX_get_keylog_callback(ctx));
	assert_int_equal(SSL_CTX_get_max_proto_version(ctx), 0);
	assert_true(offers(ctx, "AES128-GCM-SHA256"));
	SSL_CTX_free(ctx);
}

/* A client certificate, its CA, and files that are wrong in one way each. */
struct files {
	const char *cert, *chain, *junk, *missing;
	const char *key, *other_key, *encrypted, *open, *empty, *huge;
};

static X509 *
make_client(X509 *ca)
{
	const struct made_recipe recipe = { .subject = "console",
		.eku = "clientAuth,2.16.840.1.113741.1.2.1",
		.key = MADE_P256,
		.version = 2,
		.not_after = INT64_C(253402300799),
		.issuer = ca,
		.issuer_key = MADE_P384 };

	return made_x509(&recipe);
}

static void
put_chain(const char *path, X509 *leaf, X509 *ca)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(PEM_write_X509(file, leaf), 1);
	assert_int_equal(PEM_write_X509(file, ca), 1);
	assert_int_equal(fclose(file), 0);
}

static struct files
make_files(const struct folder *folder)
{
	const struct made_recipe recipe =
	    made_ca("Lab CA", MADE_P384, 0, INT64_C(253402300799));
	struct files files = { .cert = folder_file(folder, "cert.pem"),
		.chain = folder_file(folder, "chain.pem"),
		.junk = folder_file(folder, "junk.pem"),
		.missing = folder_file(folder, "missing.pem"),
		.key = folder_file(folder, "key.pem"),
		.other_key = folder_file(folder, "other.pem"),
		.encrypted = folder_file(folder, "encrypted.pem"),
		.open = folder_file(folder, "open.pem"),
		.empty = folder_file(folder, "empty.pem"),
		.huge = folder_file(folder, "huge.pem") };
	static const char zeros[TRUST_KEY_FILE_MAX_BYTES + 1];
	X509 *ca = made_x509(&recipe), *leaf = make_client(ca);

	made_put_cert(files.cert, leaf);
	put_chain(files.chain, leaf, ca);
	folder_put(files.junk, "junk\n", 5);
	made_put_key(files.key, made_key(MADE_P256), NULL);
	made_put_key(files.other_key, made_key(MADE_P384), NULL);
	made_put_key(files.encrypted, made_key(MADE_P256), "secret");
	made_put_key(files.open, made_key(MADE_P256), NULL);
	assert_int_equal(chmod(files.open, 0640), 0);
	folder_put(files.empty, "", 0);
	folder_put(files.huge, zeros, sizeof(zeros));
	X509_free(ca);
	X509_free(leaf);
	return files;
}

static void
client_certificates_are_taken_or_told_what_is_wrong(void **state)
{
	const struct files files = make_files(*state);
	const struct {
		const char *cert, *key;
		enum rc rc;
		const char *text;
	} rows[] = {
		{ files.cert, files.key, RC_OK, "" },
		{ files.chain, files.key, RC_OK, "" },
		{ files.cert, files.open, RC_CONFIG,
		    "open to group or others, use chmod 600" },
		{ files.cert, files.other_key, RC_CONFIG, "other.pem: not the key of" },
		{ files.cert, files.encrypted, RC_CONFIG,
		    "no private key in PEM form, or an encrypted one" },
		{ files.cert, files.missing, RC_SYSTEM, "missing.pem: cannot open" },
		{ files.cert, files.junk, RC_CONFIG, "junk.pem: no private key" },
		{ files.cert, files.empty, RC_CONFIG, "empty.pem: no private key" },
		{ files.cert, files.huge, RC_CONFIG,
		    "huge.pem: more than 65536 bytes" },
		{ files.cert, files.cert, RC_CONFIG, "cert.pem: " },
		{ files.missing, files.key, RC_SYSTEM, "missing.pem" },
		{ files.junk, files.key, RC_CONFIG, "holds no certificate" },
		{ files.key, files.key, RC_CONFIG, "holds no certificate" },
	};
	struct err err;
	SSL_CTX *ctx;
	enum rc r;

	assert_int_equal(chmod(files.cert, 0644), 0);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		err = (struct err){ 0 };
		ctx = new_ctx(true, false);
		r = trust_use_client_cert(ctx, rows[i].cert, rows[i].key, &err);
		if (r != rows[i].rc || strstr(err.text, rows[i].text) == NULL)
			fail_msg("row %zu: %s: %s", i, rc_text(r), err.text);
		assert_int_equal(ERR_peek_error(), 0);
		SSL_CTX_free(ctx);
	}
}

static void
the_chain_is_sent_along(void **state)
{
	const struct files files = make_files(*state);
	STACK_OF(X509) *chain = NULL;
	SSL_CTX *ctx = new_ctx(false, false);

	assert_int_equal(trust_use_client_cert(ctx, files.chain, files.key, NULL),
	    RC_OK);
	assert_int_equal(SSL_CTX_get0_chain_certs(ctx, &chain), 1);
	assert_int_equal(sk_X509_num(chain), 1);
	assert_non_null(SSL_CTX_get0_certificate(ctx));
	assert_non_null(SSL_CTX_get0_privatekey(ctx));
	SSL_CTX_free(ctx);
}

static void
a_weak_client_key_needs_legacy(void **state)
{
	const struct folder *folder = *state;
	const struct made_recipe recipe = { .subject = "console",
		.key = MADE_RSA1024,
		.version = 2,
		.not_after = INT64_C(253402300799) };
	const char *cert = folder_file(folder, "weak.pem");
	const char *key = folder_file(folder, "weak.key");
	X509 *x509 = made_x509(&recipe);
	struct err err = { 0 };
	SSL_CTX *ctx;

	made_put_cert(cert, x509);
	made_put_key(key, made_key(MADE_RSA1024), NULL);
	ctx = new_ctx(false, false);
	assert_rc(trust_use_client_cert(ctx, cert, key, &err), RC_CONFIG, &err);
	assert_has(err.text, "key too small");
	SSL_CTX_free(ctx);
	ctx = new_ctx(false, true);
	assert_int_equal(trust_use_client_cert(ctx, cert, key, NULL), RC_OK);
	SSL_CTX_free(ctx);
	X509_free(x509);
}

/* In a process with a terminal of its own, where the answer waits already. */
static int
use_encrypted_key(void *ctx)
{
	const struct files *files = ctx;
	SSL_CTX *ssl_ctx = new_ctx(true, false);
	int keyboard = posix_openpt(O_RDWR | O_NOCTTY);
	struct pollfd screen = { .fd = keyboard, .events = POLLIN };
	char name[64];
	enum rc r;

	if (keyboard < 0 || grantpt(keyboard) != 0 || unlockpt(keyboard) != 0 ||
	    ptsname_r(keyboard, name, sizeof(name)) != 0 || setsid() < 0 ||
	    open(name, O_RDWR) < 0 || open("/dev/tty", O_RDWR) < 0)
		return 2;
	if (write(keyboard, "secret\n", 7) != 7 || poll(&screen, 1, 10000) != 1 ||
	    read(keyboard, name, sizeof(name)) < 7)
		return 3; /* the echo */
	r = trust_use_client_cert(ssl_ctx, files->cert, files->encrypted, NULL);
	SSL_CTX_free(ssl_ctx);
	return r == RC_CONFIG && poll(&screen, 1, 0) == 0 ? 0 : 1;
}

static void
no_pass_phrase_is_ever_asked_for(void **state)
{
	struct files files = make_files(*state);

	assert_int_equal(folder_run_child(*state, 0, use_encrypted_key, &files), 0);
}

static enum rc
use_once(void *ctx)
{
	const struct files *files = ctx;
	SSL_CTX *ssl_ctx = new_ctx(true, false);
	enum rc r = trust_use_client_cert(ssl_ctx, files->chain, files->key, NULL);

	SSL_CTX_free(ssl_ctx);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	struct files files = make_files(*state);

	assert_true(torture(use_once, &files) > 10);
}

static int
clear(void **state)
{
	return folder_teardown(state) + made_forget_keys(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_as_strict_as_asked),
		cmocka_unit_test(takes_back_what_others_have_set),
		cmocka_unit_test(client_certificates_are_taken_or_told_what_is_wrong),
		cmocka_unit_test(the_chain_is_sent_along),
		cmocka_unit_test(a_weak_client_key_needs_legacy),
		cmocka_unit_test(no_pass_phrase_is_ever_asked_for),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, folder_setup, clear);
}
