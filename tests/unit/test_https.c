/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/https_open.c: what a section may say of the way to its CA.  Nothing is
 * connected to.
 */
#include <stdio.h>

#include "ca/https.h"
#include "folder.h"
#include "made.h"
#include "policy/config.h"
#include "unit.h"

#define NOW INT64_C(1760000000)
#define DAY INT64_C(86400)

enum {
	TEXT_MAX = 4096,
};

typedef enum rc open_call(const struct section *section, unsigned int allowed,
    struct https **ret_https, struct err *err);

/* A section with a good trust-anchor and these lines. */
static enum rc
open_lines(struct folder *folder, open_call *open, const char *lines,
    struct https **ret_https, struct conf **ret_conf, struct err *err)
{
	char text[TEXT_MAX];
	int n = snprintf(text, sizeof(text), "[ca lab]\ntrust-anchor = %s\n%s",
	    folder_file(folder, "root.pem"), lines);
	struct section section = { NULL, "lab" };

	assert_true(n > 0 && n < TEXT_MAX);
	assert_rc(conf_parse("lab.conf", text, (size_t)n, config_rules, ret_conf, err),
	    RC_OK, err);
	section.conf = *ret_conf;
	return open(&section, HTTPS_AUTH_NONE | HTTPS_AUTH_BASIC, ret_https, err);
}

static void
put_root(struct folder *folder)
{
	struct made_recipe recipe =
	    made_ca("Lab CA", MADE_P384, NOW - DAY, NOW + 900 * DAY);
	X509 *root = made_x509(&recipe);

	made_put_cert(folder_file(folder, "root.pem"), root);
	X509_free(root);
}

static const struct {
	open_call *open;
	const char *lines;
	const char *words; /* NULL: taken */
} rows[] = {
	/* clang-format off */
	{ https_open, "url = https://a.test\n", NULL },
	{ https_open, "url = https://a.test:8443/x/\nplain-allowed = no\n", NULL },
	{ https_open, "url = http://a.test\n", "lab.conf:3: url: not https://" },
	{ https_open, "url = http://a.test\nplain-allowed = yes\n", "never asked without TLS" },
	{ https_open, "url = ftp://a.test\n", "url: not https://" },
	{ https_open, "url = https://u:p@a.test\n", "url: not https://" },
	{ https_open, "url = https://a.test/?x\n", "url: not https://" },
	{ https_open, "", "no key url" },
	{ https_open, "url = https://a.test\nkeytab = x\n",
	    "lab.conf:4: keytab: the configured auth uses no Kerberos" },
	{ https_open_plain, "url = https://a.test\n", NULL },
	{ https_open_plain, "url = https://a.test\nplain-allowed = yes\n", NULL },
	{ https_open_plain, "url = http://a.test/cmp\nplain-allowed = yes\n", NULL },
	{ https_open_plain, "url = http://a.test\nauth = none\nplain-allowed = yes\n", NULL },
	{ https_open_plain, "url = http://a.test\n",
	    "lab.conf:3: url: http:// only together with plain-allowed = yes" },
	{ https_open_plain, "url = http://a.test\nplain-allowed = no\n", "only together" },
	{ https_open_plain, "url = http://a.test\nplain-allowed = maybe\n",
	    "lab.conf:4: plain-allowed: neither yes nor no" },
	{ https_open_plain, "url = ftp://a.test\nplain-allowed = yes\n",
	    "url: neither https:// nor http://" },
	{ https_open_plain, "url = http://a.test\nplain-allowed = yes\nauth = basic\n",
	    "lab.conf:5: auth: no login over http://" },
	{ https_open_plain, "url = http://a.test\nplain-allowed = yes\nclient-cert = x\n",
	    "lab.conf:5: client-cert: has no effect over http://" },
	{ https_open_plain, "url = http://a.test\nplain-allowed = yes\nclient-key = x\n",
	    "client-key: has no effect" },
	{ https_open_plain, "url = http://a.test\nplain-allowed = yes\nserver-anchor = x\n",
	    "server-anchor: has no effect" },
	{ https_open_plain, "url = http://a.test\nplain-allowed = yes\nlogname = x\n",
	    "logname: the configured auth sends no password" },
	/* clang-format on */
};

static void
test_https_open__rows(void **state)
{
	struct folder *folder = *state;

	put_root(folder);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct https *https = NULL;
		struct conf *conf = NULL;
		struct err err = { 0 };
		enum rc r = open_lines(folder, rows[i].open, rows[i].lines, &https,
		    &conf, &err);

		if ((r == RC_OK) != (rows[i].words == NULL))
			fail_msg("row %zu: %s: %s", i, rc_text(r), err.text);
		if (r != RC_OK) {
			assert_int_equal(r, RC_CONFIG);
			assert_null(https);
			assert_has(err.text, rows[i].words);
		}
		https_free(https);
		conf_free(conf);
	}
}

static void
test_https_url__is_without_the_slash_at_its_end(void **state)
{
	struct folder *folder = *state;
	struct https *plain = NULL;
	struct conf *conf = NULL;
	struct err err = { 0 };

	put_root(folder);
	assert_rc(open_lines(folder, https_open_plain,
		      "url = http://a.test:443/\nplain-allowed = yes\n", &plain, &conf,
		      &err),
	    RC_OK, &err);
	assert_string_equal(https_url(plain), "http://a.test:443");
	https_free(plain);
	conf_free(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_https_open__rows, folder_setup,
		    folder_teardown),
		cmocka_unit_test_setup_teardown(
		    test_https_url__is_without_the_slash_at_its_end, folder_setup,
		    folder_teardown),
	};

	return cmocka_run_group_tests_name("https", tests, NULL, made_forget_keys);
}
