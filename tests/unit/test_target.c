/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/amt/target.c: which device, from the command line and the file.
 */
#include <fcntl.h>
#include <unistd.h>

#include "amt/target.h"
#include "folder.h"
#include "made.h"
#include "policy/config.h"
#include "torture.h"
#include "unit.h"

#define PIN "sha256:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static const struct opt *
option(const char *name)
{
	const struct opt *const tables[] = { target_options, target_login_options };

	for (size_t i = 0; i < UNIT_COUNT(tables); i++)
		for (const struct opt *opt = tables[i]; opt->long_name != NULL; opt++)
			if (strcmp(opt->long_name, name) == 0)
				return opt;
	fail_msg("no option %s", name);
	return NULL;
}

static enum rc
take_all(struct target *target, const char *const *options, struct err *err)
{
	enum rc r = RC_OK;

	for (; r == RC_OK && options[0] != NULL; options += 2)
		r = target_take_option(target, option(options[0]), options[1], err);
	return r;
}

static struct conf *
parse(const char *text)
{
	struct conf *conf = NULL;
	struct err err = { 0 };

	assert_rc(conf_parse("test.conf", text, strlen(text), config_rules, &conf,
		      &err),
	    RC_OK, &err);
	return conf;
}

/* Options, then a file; the result in target. */
static enum rc
complete(struct target *target, const char *const *options, const char *text,
    struct err *err)
{
	struct conf *conf = text == NULL ? NULL : parse(text);
	enum rc r = RC_OK;

	target_init(target);
	r = take_all(target, options, err);
	if (r == RC_OK)
		r = target_complete(target, conf, err);
	conf_free(conf);
	return r;
}

static void
a_name_is_enough(void **state)
{
	const char *const options[] = { "hostname", "pc01.example", NULL };
	struct target target;
	struct err err = { 0 };

	(void)state;
	assert_rc(complete(&target, options, NULL, &err), RC_OK, &err);
	assert_string_equal(target_address(&target), "pc01.example");
	assert_int_equal(target.port, 16993);
	assert_string_equal(target.logname, "admin");
	assert_false(target.has_pin || target.plain || target.legacy_tls);
	target_clear(&target);
}

static const char full[] = "[defaults]\n"
			   "trust-anchor = /ca.pem\n"
			   "logname = monitor\n"
			   "client-cert = /cert.pem\n"
			   "client-key = /key.pem\n"
			   "[group old]\n"
			   "legacy-tls = yes\n"
			   "[device pc01.example]\n"
			   "address = 192.0.2.1\n"
			   "port = 4000\n"
			   "pin = " PIN "\n"
			   "secret-file = /secret\n"
			   "family = ipv4\n"
			   "plain-allowed = yes\n"
			   "group = old\n";

static void
the_file_fills_what_is_open(void **state)
{
	const char *const options[] = { "hostname", "pc01.example", NULL };
	struct target target;
	struct err err = { 0 };

	(void)state;
	assert_rc(complete(&target, options, full, &err), RC_OK, &err);
	assert_string_equal(target_address(&target), "192.0.2.1");
	assert_int_equal(target.port, 4000);
	assert_string_equal(target.trust_anchor_file, "/ca.pem");
	assert_string_equal(target.logname, "monitor");
	assert_string_equal(target.secret_file, "/secret");
	assert_string_equal(target.client_cert_file, "/cert.pem");
	assert_string_equal(target.client_key_file, "/key.pem");
	assert_int_equal(target.family, TLS_FAMILY_IPV4);
	assert_true(target.has_pin && target.pin[1] == 1 && target.pin[31] == 0x1f);
	assert_true(target.legacy_tls && target.plain_allowed);
	target_clear(&target);
}

static void
the_command_line_goes_before_the_file(void **state)
{
	const char *const options[] = { "hostname", "pc01.example", "address", "::1",
		"port", "5000", "trust-anchor", "/other.pem", "logname", "admin",
		"client-cert", "/c", "client-key", "/k", "ipv6", NULL, "secret-fd", "9",
		NULL };
	struct target target;
	struct err err = { 0 };

	(void)state;
	assert_rc(complete(&target, options, full, &err), RC_OK, &err);
	assert_string_equal(target_address(&target), "::1");
	assert_int_equal(target.port, 5000);
	assert_string_equal(target.trust_anchor_file, "/other.pem");
	assert_string_equal(target.logname, "admin");
	assert_string_equal(target.client_cert_file, "/c");
	assert_string_equal(target.client_key_file, "/k");
	assert_int_equal(target.family, TLS_FAMILY_IPV6);
	assert_null(target.secret_file);
	assert_int_equal(target.secret_fd, 9);
	target_clear(&target);
}

static void
plain_needs_the_devices_own_word(void **state)
{
	const char *const options[] = { "hostname", "pc01.example", "plain", NULL,
		NULL };
	struct target target;
	struct err err = { 0 };

	(void)state;
	assert_rc(complete(&target, options, NULL, &err), RC_USAGE, &err);
	assert_has(err.text, "--plain");
	target_clear(&target);
	err_clear(&err);
	assert_rc(complete(&target, options,
		      "[device pc01.example]\nplain-allowed = yes\n", &err),
	    RC_OK, &err);
	assert_int_equal(target.port, 16992);
	assert_int_equal(target.tls_port, 16993);
	target_clear(&target);
}

/* What is given or written for the plain port leaves the other to TLS. */
static void
plain_and_tls_have_a_port_each(void **state)
{
#define ALLOWED "[device pc01.example]\nplain-allowed = yes\n"
	static const struct {
		const char *given; /* -p */
		const char *file;
		uint16_t port;
		uint16_t tls_port;
	} rows[] = {
		{ NULL, ALLOWED, 16992, 16993 },
		{ NULL, ALLOWED "port = 4000\n", 4000, 16993 },
		{ NULL, ALLOWED "plain-port = 5000\n", 5000, 16993 },
		{ NULL, ALLOWED "port = 4000\nplain-port = 5000\n", 5000, 4000 },
		{ "6000", ALLOWED "port = 4000\nplain-port = 5000\n", 6000, 4000 },
		{ "6000", ALLOWED "port = 4000\n", 6000, 4000 },
		{ "6000", ALLOWED, 6000, 16993 },
	};
	const char *options[] = { "hostname", "pc01.example", "plain", NULL, "port",
		NULL, NULL };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct target target;
		struct err err = { 0 };

		options[4] = rows[i].given == NULL ? NULL : "port";
		options[5] = rows[i].given;
		assert_rc(complete(&target, options, rows[i].file, &err), RC_OK, &err);
		assert_int_equal(target.port, rows[i].port);
		assert_int_equal(target.tls_port, rows[i].tls_port);
		target_clear(&target);
	}
}

/* The usual port belongs to who has the usual port of TLS. */
static void
redirection_has_a_port_beside_the_usual_one(void **state)
{
	static const struct {
		const char *file;
		uint16_t port; /* 0: none */
	} rows[] = {
		{ "", 16995 },
		{ "[device pc01.example]\nport = 16993\n", 16995 },
		{ "[device pc01.example]\nport = 4000\n", 0 },
		{ "[device pc01.example]\nport = 4000\nredirection-port = 4001\n",
		    4001 },
		{ "[device pc01.example]\nredirection-port = none\n", 0 },
		{ "[group g]\nredirection-port = none\n"
		  "[device pc01.example]\ngroup = g\n",
		    0 },
	};
	const char *options[] = { "hostname", "pc01.example", NULL };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct target target;
		struct err err = { 0 };

		assert_rc(complete(&target, options, rows[i].file, &err), RC_OK, &err);
		assert_int_equal(target.redirection_port, rows[i].port);
		target_clear(&target);
	}
}

static void
refuses_options_that_cannot_be(void **state)
{
	static const struct {
		const char *options[9];
		const char *says;
	} rows[] = {
		{ { "hostname", "a b" }, "--hostname: a b: not a host name" },
		{ { "hostname", "" }, "--hostname: " },
		{ { "hostname", "a|b" }, "--hostname: " },
		{ { "port", "0" }, "--port: 0" },
		{ { "port", "65536" }, "--port: 65536" },
		{ { "pin", "abcd" }, "--pin: abcd: not sha256:" },
		{ { "pin", "sha256:abcd" }, "--pin: " },
		{ { "trust-anchor", "" }, "--trust-anchor: empty" },
		{ { "logname", "a:b" }, "--logname: " },
		{ { "secret-fd", "x" }, "--secret-fd: x" },
		{ { "address", "192.0.2.1" }, "--hostname: missing" },
		{ { "hostname", "pc", "client-cert", "/c" }, "--client-cert: " },
		{ { "hostname", "pc", "secret-file", "/s", "secret-fd", "3" },
		    "--secret-fd: give a file or a descriptor" },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct target target;
		struct err err = { 0 };

		assert_rc(complete(&target, rows[i].options, NULL, &err), RC_USAGE,
		    &err);
		assert_has(err.text, rows[i].says);
		target_clear(&target);
	}
}

static void
names_the_line_of_a_wrong_value(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "[device pc]\nport = x\n", "test.conf:2: [device pc]: port: x" },
		{ "[device pc]\nlegacy-tls = true\n",
		    "test.conf:2: [device pc]: legacy-tls: true: neither yes nor no" },
		{ "[defaults]\nfamily = 4\n", "test.conf:2: [defaults]: family: 4" },
		{ "[device pc]\npin = sha256:zz\n", "test.conf:2: [device pc]: pin: " },
		{ "[device pc]\nredirection-port = 0\n",
		    "test.conf:2: [device pc]: redirection-port: 0" },
	};
	const char *const options[] = { "hostname", "pc", NULL };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct target target;
		struct err err = { 0 };

		assert_rc(complete(&target, options, rows[i].text, &err), RC_CONFIG,
		    &err);
		assert_has(err.text, rows[i].says);
		target_clear(&target);
	}
}

static void
one_half_of_a_client_certificate_is_no_reason_to_mix(void **state)
{
	const char *const options[] = { "hostname", "pc01.example", "client-cert", "/c",
		NULL };
	struct target target;
	struct err err = { 0 };

	(void)state;
	assert_rc(complete(&target, options, full, &err), RC_USAGE, &err);
	target_clear(&target);
}

static void
reads_the_secret_once_and_closes_the_descriptor(void **state)
{
	const char *path = folder_file(*state, "secret");
	struct target target;
	struct err err = { 0 };

	folder_put(path, "P@ssw0rd\n", 9);
	target_init(&target);
	assert_rc(target_take_option(&target, option("hostname"), "pc", &err), RC_OK,
	    &err);
	target.secret_fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(target.secret_fd >= 0);
	assert_rc(target_load_secret(&target, &err), RC_OK, &err);
	assert_string_equal(target.secret.text, "P@ssw0rd");
	assert_rc(target_load_secret(&target, &err), RC_OK, &err);
	target_clear(&target);
	assert_rc(target_load_secret(&target, &err), RC_CONFIG, &err);
}

static void
reads_the_trust_anchors_on_demand(void **state)
{
	struct made_recipe recipe = made_ca("Lab CA", MADE_P256, 0, 4000000000);
	const char *path = folder_file(*state, "ca.pem");
	struct target target;
	struct err err = { 0 };
	X509 *ca = made_x509(&recipe);

	made_put_cert(path, ca);
	X509_free(ca);
	target_init(&target);
	assert_rc(target_load_trust(&target, &err), RC_OK, &err);
	assert_null(target.anchors);
	assert_rc(target_take_option(&target, option("trust-anchor"), path, &err),
	    RC_OK, &err);
	assert_rc(target_load_trust(&target, &err), RC_OK, &err);
	assert_non_null(target.anchors);
	target_clear(&target);
}

static enum rc
complete_body(void *ctx)
{
	const char *const options[] = { "hostname", "pc01.example", NULL };
	struct target target;
	struct err err = { 0 };
	enum rc r = RC_OK;

	target_init(&target);
	r = take_all(&target, options, &err);
	if (r == RC_OK)
		r = target_complete(&target, ctx, &err);
	target_clear(&target);
	return r;
}

static void
survives_that_memory_runs_out(void **state)
{
	struct conf *conf = parse(full);

	(void)state;
	(void)torture(complete_body, conf);
	conf_free(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_enough),
		cmocka_unit_test(the_file_fills_what_is_open),
		cmocka_unit_test(the_command_line_goes_before_the_file),
		cmocka_unit_test(plain_needs_the_devices_own_word),
		cmocka_unit_test(plain_and_tls_have_a_port_each),
		cmocka_unit_test(redirection_has_a_port_beside_the_usual_one),
		cmocka_unit_test(refuses_options_that_cannot_be),
		cmocka_unit_test(names_the_line_of_a_wrong_value),
		cmocka_unit_test(one_half_of_a_client_certificate_is_no_reason_to_mix),
		cmocka_unit_test_setup_teardown(
		    reads_the_secret_once_and_closes_the_descriptor, folder_setup,
		    folder_teardown),
		cmocka_unit_test_setup_teardown(reads_the_trust_anchors_on_demand,
		    folder_setup, folder_teardown),
		cmocka_unit_test(survives_that_memory_runs_out),
	};

	return cmocka_run_group_tests(tests, NULL, made_forget_keys);
}
