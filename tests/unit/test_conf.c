/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/base/conf.c: what is read, what is refused with which line, and a file of
 * many devices.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/conf.h"
#include "torture.h"
#include "unit.h"

static const char *const default_keys[] = { "policy", "trust-anchor", NULL };
static const char *const device_keys[] = { "address", "port", "subject", NULL };

static const struct conf_section_rule rules[] = {
	{ "defaults", false, default_keys },
	{ "device", true, device_keys },
	{ "ca", true, NULL },
	{ NULL, false, NULL },
};

static const char good[] = "# a comment\n"
			   "; another\n"
			   "\n"
			   "[defaults]\n"
			   "policy = scs\n"
			   "  trust-anchor=/etc/a b.pem ; not a comment # either\n"
			   "[device pc02.example]\r\n"
			   "address = 192.0.2.2\r\n"
			   "\t[ device   pc01.example ]  \n"
			   "subject = CN=a = b, O=\"x;y\"\n"
			   "address =\n"
			   "[ca local]\n"
			   "any-thing = 1\n"
			   "other.key_2 = two\tthree";

static struct conf *
parse(const char *text)
{
	struct conf *conf = NULL;
	struct err err = { 0 };

	assert_rc(conf_parse("t.conf", text, strlen(text), rules, &conf, &err), RC_OK,
	    &err);
	return conf;
}

static void
finds_what_is_there_with_its_line(void **state)
{
	struct conf *conf = parse(good);
	size_t line = 0;

	(void)state;
	assert_string_equal(conf_find(conf, "defaults", NULL, "policy", &line), "scs");
	assert_int_equal(line, 5);
	assert_string_equal(conf_find(conf, "device", "pc02.example", "address", &line),
	    "192.0.2.2");
	assert_int_equal(line, 8);
	assert_string_equal(conf_find(conf, "ca", "local", "other.key_2", NULL),
	    "two\tthree");
	assert_string_equal(conf_path(conf), "t.conf");
	conf_free(conf);
}

static void
a_value_is_all_behind_the_first_equals_sign(void **state)
{
	struct conf *conf = parse(good);

	(void)state;
	assert_string_equal(conf_find(conf, "defaults", NULL, "trust-anchor", NULL),
	    "/etc/a b.pem ; not a comment # either");
	assert_string_equal(conf_find(conf, "device", "pc01.example", "subject", NULL),
	    "CN=a = b, O=\"x;y\"");
	assert_string_equal(conf_find(conf, "device", "pc01.example", "address", NULL),
	    "");
	conf_free(conf);
}

static void
what_is_not_there_is_not_found(void **state)
{
	struct conf *conf = parse(good);
	size_t line = 77;

	(void)state;
	assert_null(conf_find(conf, "device", "pc02.example", "port", &line));
	assert_null(conf_find(conf, "device", "pc03.example", "address", &line));
	assert_null(conf_find(conf, "device", NULL, "address", &line));
	assert_null(conf_find(conf, "defaults", "x", "policy", &line));
	assert_null(conf_find(conf, "nothing", NULL, "policy", &line));
	assert_int_equal(line, 77);
	assert_false(conf_has_section(conf, "device", "pc03.example"));
	assert_true(conf_has_section(conf, "defaults", NULL));
	conf_free(conf);
}

static void
names_are_compared_without_case(void **state)
{
	struct conf *conf = parse(good);

	(void)state;
	assert_true(conf_has_section(conf, "device", "PC01.Example"));
	assert_false(conf_has_section(conf, "Device", "pc01.example"));
	assert_null(conf_find(conf, "device", "pc02.example", "Address", NULL));
	conf_free(conf);
}

static void
lists_sections_and_keys_in_file_order(void **state)
{
	struct conf *conf = parse(good);
	const char *key = NULL, *value = NULL;
	size_t line = 0;

	(void)state;
	assert_string_equal(conf_section_name(conf, "device", 0), "pc02.example");
	assert_string_equal(conf_section_name(conf, "device", 1), "pc01.example");
	assert_null(conf_section_name(conf, "device", 2));
	assert_null(conf_section_name(conf, "device", SIZE_MAX));
	assert_string_equal(conf_section_name(conf, "defaults", 0), "");
	assert_null(conf_section_name(conf, "nothing", 0));
	assert_true(conf_entry(conf, "device", "pc01.example", 0, &key, &value, &line));
	assert_string_equal(key, "subject");
	assert_int_equal(line, 10);
	assert_true(conf_entry(conf, "device", "pc01.example", 1, &key, &value, NULL));
	assert_string_equal(key, "address");
	assert_string_equal(value, "");
	assert_false(conf_entry(conf, "device", "pc01.example", 2, &key, &value, NULL));
	assert_false(conf_entry(conf, "device", "pc09", 0, &key, &value, NULL));
	conf_free(conf);
}

static void
an_empty_file_is_a_file(void **state)
{
	static const char *const empty[] = { "", "\n", "\n\n#x", "\xef\xbb\xbf",
		"\xef\xbb\xbf# x\n" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(empty); i++) {
		struct conf *conf = parse(empty[i]);

		assert_false(conf_has_section(conf, "defaults", NULL));
		assert_null(conf_section_name(conf, "device", 0));
		conf_free(conf);
	}
}

struct bad {
	const char *text;
	const char *message;
};

static const struct bad bads[] = {
	{ "policy = x\n", "t.conf:1: key before the first section: policy" },
	{ "\n\n[default]\n", "t.conf:3: no such kind of section: default" },
	{ "[]\n", "t.conf:1: no such kind of section: " },
	{ "[defaults x]\n", "t.conf:1: this kind of section has no name: defaults" },
	{ "[device]\n", "t.conf:1: this kind of section needs a name: device" },
	{ "[device ]\n", "t.conf:1: this kind of section needs a name: device" },
	{ "[device a\n", "t.conf:1: a section is [kind] or [kind NAME]: [device a" },
	{ "[device a] b\n",
	    "t.conf:1: a section is [kind] or [kind NAME]: [device a] b" },
	{ "[device a]]\n",
	    "t.conf:1: a section is [kind] or [kind NAME]: [device a]]" },
	{ "[\n", "t.conf:1: a section is [kind] or [kind NAME]: [" },
	{ "[defaults]\npolicy\n",
	    "t.conf:2: neither a section, a key = value nor a comment: policy" },
	{ "[defaults]\npolicy: x\n",
	    "t.conf:2: neither a section, a key = value nor a comment: policy: x" },
	{ "[defaults]\n= x\n", "t.conf:2: not the name of a key: " },
	{ "[ca x]\na b = x\n", "t.conf:2: not the name of a key: a b" },
	{ "[defaults]\npolcy = x\n", "t.conf:2: no such key in this section: polcy" },
	{ "[defaults]\naddress = x\n",
	    "t.conf:2: no such key in this section: address" },
	{ "[defaults]\npolicy = x\n  continued\n",
	    "t.conf:3: neither a section, a key = value nor a comment: continued" },
	{ "[defaults]\npolicy = a\n\npolicy = b\n", "t.conf:4: repeated key: policy" },
	{ "[device a]\n[device b]\n[device A]\n",
	    "t.conf:3: repeated section: device A" },
	{ "[device b]\n[device a]\n[device b]\n[device a]\n",
	    "t.conf:3: repeated section: device b" },
	{ "[defaults]\n[defaults]\n", "t.conf:2: repeated section: defaults" },
	{ "[defaults]\npolicy = a\x1b[m\n", "t.conf:2: control character in the line" },
	{ "[defaults]\npolicy = a\rb\n", "t.conf:2: control character in the line" },
	{ "# \x7f\n", "t.conf:1: control character in the line" },
};

static void
what_is_wrong_is_named_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bads); i++) {
		struct conf *conf = NULL;
		struct err err = { 0 };

		assert_rc(conf_parse("t.conf", bads[i].text, strlen(bads[i].text),
			      rules, &conf, &err),
		    RC_CONFIG, &err);
		assert_string_equal(err.text, bads[i].message);
		assert_null(conf);
	}
}

static void
a_nul_byte_is_refused(void **state)
{
	static const char text[] = "[defaults]\npolicy = a\0b\n";
	struct conf *conf = NULL;
	struct err err = { 0 };

	(void)state;
	assert_rc(conf_parse("t.conf", text, sizeof(text) - 1, rules, &conf, &err),
	    RC_CONFIG, &err);
	assert_string_equal(err.text, "t.conf:2: control character in the line");
}

static void
a_line_may_have_2000_bytes_and_no_more(void **state)
{
	struct conf *conf = NULL;
	struct err err = { 0 };
	struct buf text;

	(void)state;
	buf_init(&text, 10000);
	(void)buf_add_str(&text, "[defaults]\r\npolicy=");
	while (text.len < 12 + CONF_LINE_MAX_BYTES)
		(void)buf_add_char(&text, 'x');
	(void)buf_add_str(&text, "\r\n");
	assert_rc(conf_parse("t", buf_str(&text), text.len, rules, &conf, &err), RC_OK,
	    &err);
	assert_int_equal(strlen(conf_find(conf, "defaults", NULL, "policy", NULL)),
	    CONF_LINE_MAX_BYTES - 7);
	conf_free(conf);
	buf_truncate(&text, text.len - 2);
	(void)buf_add_str(&text, "y\n");
	assert_rc(conf_parse("t", buf_str(&text), text.len, rules, &conf, &err),
	    RC_CONFIG, &err);
	assert_string_equal(err.text, "t:2: line longer than 2000 bytes");
	buf_clear(&text);
}

static void
a_section_may_not_hold_any_number_of_keys(void **state)
{
	struct conf *conf = NULL;
	struct err err = { 0 };
	struct buf text;

	(void)state;
	buf_init(&text, 100000);
	(void)buf_add_str(&text, "[ca x]\n");
	for (int i = 0; i < CONF_SECTION_ENTRIES_MAX + 1; i++)
		(void)buf_addf(&text, "key%d = 1\n", i);
	assert_rc(conf_parse("t", buf_str(&text), text.len, rules, &conf, &err),
	    RC_LIMIT, &err);
	assert_has(err.text, "t:258: ");
	buf_clear(&text);
}

static void
a_hundred_thousand_devices_are_read_and_found(void **state)
{
	enum {
		N = 100000
	};
	struct conf *conf = NULL;
	struct err err = { 0 };
	struct buf text;
	char name[64], address[64];

	(void)state;
	buf_init(&text, CONF_FILE_MAX_BYTES);
	for (int i = 0; i < N; i++)
		(void)buf_addf(&text,
		    "[device pc%d.example]\naddress = a%d\nport = 1\n", i, i);
	assert_rc(conf_parse("t", buf_str(&text), text.len, rules, &conf, &err), RC_OK,
	    &err);
	buf_clear(&text);
	for (int i = 0; i < N; i++) {
		assert_true(snprintf(name, sizeof(name), "pc%d.example", i) > 0);
		assert_true(snprintf(address, sizeof(address), "a%d", i) > 0);
		assert_string_equal(conf_section_name(conf, "device", (size_t)i), name);
		assert_string_equal(conf_find(conf, "device", name, "address", NULL),
		    address);
	}
	conf_free(conf);
}

static void
reads_a_file_and_says_which_is_missing(void **state)
{
	char path[] = "/tmp/amtcert-conf-XXXXXX";
	struct conf *conf = NULL;
	struct err err = { 0 };
	int fd;

	(void)state;
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, good, sizeof(good) - 1), sizeof(good) - 1);
	close(fd);
	assert_rc(conf_read(path, rules, &conf, &err), RC_OK, &err);
	assert_true(conf_has_section(conf, "ca", "local"));
	assert_string_equal(conf_path(conf), path);
	conf_free(conf);
	assert_int_equal(unlink(path), 0);
	assert_rc(conf_read(path, rules, &conf, &err), RC_SYSTEM, &err);
	assert_has(err.text, path);
	assert_has(err.text, "No such file");
	err_clear(&err);
	assert_rc(conf_read("/tmp", rules, &conf, &err), RC_SYSTEM, &err);
}

static void
a_file_without_end_is_refused(void **state)
{
	struct conf *conf = NULL;
	struct err err = { 0 };

	(void)state;
	assert_rc(conf_read("/dev/zero", rules, &conf, &err), RC_LIMIT, &err);
	assert_int_equal(conf_parse("t", "", CONF_FILE_MAX_BYTES + 1, rules, &conf,
			     NULL),
	    RC_LIMIT);
}

static enum rc
whole_job(void *ctx)
{
	struct conf *conf = NULL;
	enum rc r;

	(void)ctx;
	r = conf_parse("t.conf", good, sizeof(good) - 1, rules, &conf, NULL);
	conf_free(conf);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	(void)state;
	assert_true(torture(whole_job, NULL) >= 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_is_there_with_its_line),
		cmocka_unit_test(a_value_is_all_behind_the_first_equals_sign),
		cmocka_unit_test(what_is_not_there_is_not_found),
		cmocka_unit_test(names_are_compared_without_case),
		cmocka_unit_test(lists_sections_and_keys_in_file_order),
		cmocka_unit_test(an_empty_file_is_a_file),
		cmocka_unit_test(what_is_wrong_is_named_with_its_line),
		cmocka_unit_test(a_nul_byte_is_refused),
		cmocka_unit_test(a_line_may_have_2000_bytes_and_no_more),
		cmocka_unit_test(a_section_may_not_hold_any_number_of_keys),
		cmocka_unit_test(a_hundred_thousand_devices_are_read_and_found),
		cmocka_unit_test(reads_a_file_and_says_which_is_missing),
		cmocka_unit_test(a_file_without_end_is_refused),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
