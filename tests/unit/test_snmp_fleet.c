/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * snmp/fleet.c, mirror_order.c, settings.c, value.c: what is refused, what is kept
 * once, what hostile text becomes, and that no allocation may fail unnoticed.
 */
#include <stdlib.h>

#include "base/conf.h"
#include "hand_fleet.h"
#include "policy/config.h"
#include "snmp/value.h"
#include "torture.h"

static void
refuses_rows_out_of_order(void **unused)
{
	struct mirror *mirror = hand_new();
	struct mirror_cert cert = hand_cert(mirror, 1, ROLE_TLS, 1);
	struct mirror_device device = hand_device(mirror, 5, "a");
	struct mirror_job job = { .cert = 1 };
	struct err err = { 0 };

	(void)unused;
	assert_int_equal(mirror_add_cert(mirror, &cert, &err), RC_FORMAT);
	hand_add_device(mirror, &device);
	err_clear(&err);
	assert_int_equal(mirror_add_device(mirror, &device, &err), RC_FORMAT);
	assert_string_equal(err.text, "device 5: its index does not rise");
	device.index = 0;
	assert_int_equal(mirror_add_device(mirror, &device, NULL), RC_FORMAT);
	device.index = 2147483648U;
	assert_int_equal(mirror_add_device(mirror, &device, NULL), RC_FORMAT);
	hand_add_cert(mirror, cert);
	err_clear(&err);
	assert_int_equal(mirror_add_cert(mirror, &cert, &err), RC_FORMAT);
	assert_string_equal(err.text,
	    "device 5: certificate 1: its index does not rise");
	assert_int_equal(mirror_add_job(mirror, &job, NULL), RC_FORMAT);
	hand_add_job(mirror, 0, JOB_PENDING, 1);
	job.cert = 0;
	assert_int_equal(mirror_add_job(mirror, &job, NULL), RC_FORMAT);
	mirror_free(mirror);
	mirror_free(NULL);
}

/* Certificates come by device, after all devices: some have none, some are not there. */
static void
turns_to_each_device_in_order(void **unused)
{
	static const uint32_t asked[] = { 1, 1, 3, 5, 1, 5, 7, 9, 10 };
	static const bool found[] = { true, true, false, true, false, true, true, false,
		false };
	static const size_t firsts[] = { 0, 2, 4 }, counts[] = { 2, 2, 1 };
	struct mirror *mirror = hand_new();
	uint32_t number = 0;

	(void)unused;
	assert_false(mirror_turn_to(mirror, 1));
	for (uint32_t index = 1; index <= 7; index += index == 1 ? 4 : 2) {
		struct mirror_device device = hand_device(mirror, index, "a");

		hand_add_device(mirror, &device);
	}
	for (size_t i = 0; i < UNIT_COUNT(asked); i++) {
		assert_int_equal(mirror_turn_to(mirror, asked[i]), found[i]);
		if (found[i])
			hand_add_cert(mirror, hand_cert(mirror, ++number, ROLE_TLS, 1));
	}
	for (size_t i = 0; i < UNIT_COUNT(firsts); i++) {
		assert_int_equal(mirror->devices[i].first_cert, firsts[i]);
		assert_int_equal(mirror->devices[i].n_certs, counts[i]);
		assert_int_equal(mirror->certs[firsts[i]].device, i);
	}
	mirror_free(mirror);
}

static void
keeps_shared_texts_once(void **unused)
{
	struct mirror *mirror = hand_new();
	uint32_t first = hand_text(mirror, "CN=Issuing CA");

	(void)unused;
	for (uint32_t i = 0; i < 5000; i++) {
		char name[] = "CN=00000";

		name[3] = (char)('0' + i / 1000);
		name[4] = (char)('0' + i / 100 % 10);
		name[5] = (char)('0' + i / 10 % 10);
		name[6] = (char)('0' + i % 10);
		(void)hand_text(mirror, name);
	}
	assert_int_equal(hand_text(mirror, "CN=Issuing CA"), first);
	assert_int_equal(hand_text(mirror, ""), 0);
	assert_int_equal(mirror->n_interned, 5001);
	mirror_free(mirror);
}

/* Of a subject: the issuer's or the one of the row before. */
static void
keeps_no_copy_of_a_text_beside_its_like(void **unused)
{
	struct mirror *mirror = hand_new();
	const uint32_t others[] = { hand_text(mirror, "CN=CA"),
		hand_text(mirror, "a|b"), 0 };
	static const struct {
		struct mirror_bytes text;
		int like; /* place in others; -1: none */
	} cases[] = {
		{ { "CN=CA", 5 }, 0 },
		{ { "a|b", 3 }, 1 },
		{ { "a\\x7cb", 6 }, -1 }, /* what the one before is shown as */
		{ { "", 0 }, 2 },
		{ { NULL, 0 }, 2 },
		{ { "CN=C", 4 }, -1 },
	};

	(void)unused;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		size_t before = mirror->arena_len;
		uint32_t at = 0;
		struct err err = { 0 };

		assert_rc(mirror_keep_beside(mirror, cases[i].text, others,
			      UNIT_COUNT(others), &at, &err),
		    RC_OK, &err);
		if (cases[i].like >= 0)
			assert_int_equal(at, others[cases[i].like]);
		else
			assert_int_equal(at, before);
	}
	mirror_free(mirror);
}

/* Certificates end on every digit of a 32-bit time, in no order. */
static void
orders_ends_of_all_sizes(void **unused)
{
	struct mirror *mirror = hand_new();
	struct mirror_device device = hand_device(mirror, 1, "pc");
	uint32_t seed = 7;

	(void)unused;
	hand_add_device(mirror, &device);
	for (uint32_t i = 0; i < 3000; i++) {
		struct mirror_cert cert = { .index = i + 1, .role = ROLE_TLS };

		seed = seed * 1664525U + 1013904223U;
		cert.not_after = (int64_t)(seed >> (i % 32)) - (i % 7 == 0);
		hand_add_cert(mirror, cert);
	}
	hand_seal(mirror);
	assert_int_equal(mirror->n_by_end, 3000);
	for (size_t i = 1; i < mirror->n_by_end; i++) {
		uint32_t a = mirror->by_end[i - 1], b = mirror->by_end[i];
		uint32_t a_end = mirror_end_key(&mirror->certs[a]);
		uint32_t b_end = mirror_end_key(&mirror->certs[b]);

		assert_true(a_end < b_end || (a_end == b_end && a < b));
	}
	mirror_free(mirror);
}

static void
makes_hostile_text_harmless(void **unused)
{
	static const char hostile[] = "a|b\n\x1b[31m<script>\xff\xe2\x80\xae";
	static const char tame[] =
	    "a\\x7cb\\x0a\\x1b[31m\\x3cscript\\x3e\\xff\\u{202e}";
	struct mirror *mirror = hand_new();
	char long_text[300];
	size_t len = 0;
	const uint8_t *octets;

	(void)unused;
	octets = mirror_octets(mirror, hand_text(mirror, hostile), &len);
	assert_int_equal(len, strlen(tame));
	assert_memory_equal(octets, tame, len);

	memset(long_text, 'x', sizeof(long_text));
	long_text[sizeof(long_text) - 1] = '\0';
	octets = mirror_octets(mirror, hand_text(mirror, long_text), &len);
	assert_int_equal(len, 255);
	assert_memory_equal(octets + 252, "...", 3);
	mirror_free(mirror);
}

static enum rc
build(void *ctx)
{
	struct mirror_device device = { .index = 1 };
	struct mirror_cert cert = { .index = 1, .role = ROLE_TLS, .not_after = 5 };
	struct mirror_job job = { .id = 1 };
	struct mirror_bytes text = { "text", 4 };
	struct mirror *mirror = NULL;
	enum rc r;

	(void)ctx;
	r = mirror_new(&mirror, NULL);
	if (r != RC_OK)
		return r;
	r = mirror_keep(mirror, text, true, &device.name, NULL);
	if (r == RC_OK)
		r = mirror_add_device(mirror, &device, NULL);
	if (r == RC_OK)
		r = mirror_add_cert(mirror, &cert, NULL);
	if (r == RC_OK)
		r = mirror_add_job(mirror, &job, NULL);
	if (r == RC_OK)
		r = mirror_seal(mirror, HAND_NOW, NULL);
	mirror_free(mirror);
	return r;
}

static void
survives_every_failed_allocation(void **unused)
{
	(void)unused;
	assert_true(torture(build, NULL) >= 7);
}

static void
clamps_what_snmp_cannot_carry(void **unused)
{
	struct value value = { 0 };

	(void)unused;
	value_integer(&value, INT64_MAX);
	assert_int_equal(value.number, INT32_MAX);
	value_integer(&value, INT64_MIN);
	assert_int_equal(value.number, INT32_MIN);
	value_unsigned(&value, -1);
	assert_int_equal(value.number, 0);
	value_unsigned(&value, INT64_MAX);
	assert_int_equal(value.number, UINT32_MAX);
	value_left(&value, true, INT64_MIN);
	assert_int_equal(value.number, -INT32_MAX);
	value_left(&value, false, 5);
	assert_int_equal(value.number, INT32_MIN);
	value_date(&value, true, INT64_MAX);
	assert_memory_equal(value.octets, "\xff\xff\x0c\x1f\x17\x3b\x3b\0+\0", 11);
	value_date(&value, true, INT64_MIN);
	assert_memory_equal(value.octets, "\0\0\1\1\0\0\0\0+\0", 11);
}

static enum rc
read_settings(const char *text, struct agent_settings *settings, struct err *err)
{
	struct conf *conf = NULL;
	enum rc r;

	r = conf_parse("x.conf", text, strlen(text), config_rules, &conf, err);
	if (r == RC_OK)
		r = settings_read(conf, settings, err);
	conf_free(conf);
	return r;
}

static void
reads_what_the_operator_decided(void **unused)
{
	static const uint32_t root[] = { 1, 3, 6, 1, 4, 1, 99999, 7 };
	struct agent_settings s;
	struct err err = { 0 };

	(void)unused;
	assert_rc(read_settings("[defaults]\n"
				"inventory = /srv/i.db\n"
				"policy = fraction\n"
				"[agent]\n"
				"agentx-socket = /tmp/x\n"
				"state-dir = /srv/agent\n"
				"oid-root = .1.3.6.1.4.1.99999.7\n"
				"ping-interval = 2s\n"
				"reload-interval = 100ms\n"
				"scan-stall = 3d\n"
				"expiry-horizon = 30d\n"
				"expiry-rows = 10\n"
				"notify = no\n"
				"notify-per-minute = 0\n"
				"notify-window = 10s\n"
				"notify-per-second = 1000\n"
				"listen = udp:127.0.0.1:1161\n"
				"snmp-config = /etc/x\n",
		      &s, &err),
	    RC_OK, &err);
	assert_string_equal(s.inventory, "/srv/i.db");
	assert_string_equal(s.socket, "/tmp/x");
	assert_string_equal(s.state_dir, "/srv/agent");
	assert_int_equal(s.n_root, UNIT_COUNT(root));
	assert_memory_equal(s.root, root, sizeof(root));
	assert_int_equal(s.ping_s, 2);
	assert_int_equal(s.reload_ms, 100);
	assert_int_equal(s.stall_s, 3 * HAND_DAY);
	assert_int_equal(s.horizon_s, 30 * HAND_DAY);
	assert_int_equal(s.expiry_rows, 10);
	assert_false(s.notify);
	assert_int_equal(s.notify_per_minute, 0);
	assert_int_equal(s.notify_window_s, 10);
	assert_int_equal(s.notify_per_second, 1000);
	assert_string_equal(s.listen, "udp:127.0.0.1:1161");
	assert_string_equal(s.snmp_config, "/etc/x");
	assert_string_equal(s.policy_name, "fraction");
}

static void
refuses_what_cannot_be_meant(void **unused)
{
	static const struct {
		const char *line;
		const char *says;
	} cases[] = {
		{ "oid-root = 1.3.6.1.4.1", "x.conf:2: [agent]: oid-root: " },
		{ "oid-root = 1.3.6.1.4.1.99999.", "no object identifier" },
		{ "oid-root = 1.3.6.1.4.1.4294967296", "oid-root" },
		{ "oid-root = 2.25.1.1.1.1.1.1", "not below" },
		{ "notify = maybe", "neither yes nor no" },
		{ "expiry-rows = -1", "expiry-rows" },
		{ "reload-interval = 0s", "reload-interval" },
		{ "reload-interval = 0ms", "reload-interval" },
		{ "scan-stall = 5", "scan-stall" },
		{ "notify-window = 0s", "notify-window" },
		{ "notify-window = 61m", "notify-window" },
		{ "notify-per-second = 0", "notify-per-second" },
		{ "listen =", "listen" },
		{ "state-dir =", "state-dir" },
		{ "community = public", "community" },
	};

	(void)unused;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct agent_settings settings;
		struct err err = { 0 };
		char text[200] = "[agent]\n";

		memcpy(text + strlen(text), cases[i].line, strlen(cases[i].line) + 1);
		assert_int_equal(read_settings(text, &settings, &err), RC_CONFIG);
		assert_has(err.text, cases[i].says);
	}
}

static void
tells_the_widest_thresholds(void **unused)
{
	static const struct {
		const char *lines;
		int64_t warning_s;
		int64_t critical_s;
	} cases[] = {
		{ "", 42 * HAND_DAY, 14 * HAND_DAY },
		{ "policy = scs\n", 30 * HAND_DAY, 10 * HAND_DAY },
		{ "days = 20,5\n", 20 * HAND_DAY, 5 * HAND_DAY },
		{ "warning = 7d:\n", 7 * HAND_DAY, 0 },
		{ "critical = 7d:\n", 0, 7 * HAND_DAY },
	};

	(void)unused;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct agent_settings settings;
		struct err err = { 0 };
		char text[200] = "[defaults]\n";

		memcpy(text + strlen(text), cases[i].lines, strlen(cases[i].lines) + 1);
		assert_rc(read_settings(text, &settings, &err), RC_OK, &err);
		assert_int_equal(settings_warning_s(&settings), cases[i].warning_s);
		assert_int_equal(settings_critical_s(&settings), cases[i].critical_s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_rows_out_of_order),
		cmocka_unit_test(turns_to_each_device_in_order),
		cmocka_unit_test(keeps_shared_texts_once),
		cmocka_unit_test(keeps_no_copy_of_a_text_beside_its_like),
		cmocka_unit_test(orders_ends_of_all_sizes),
		cmocka_unit_test(makes_hostile_text_harmless),
		cmocka_unit_test(survives_every_failed_allocation),
		cmocka_unit_test(clamps_what_snmp_cannot_carry),
		cmocka_unit_test(reads_what_the_operator_decided),
		cmocka_unit_test(refuses_what_cannot_be_meant),
		cmocka_unit_test(tells_the_widest_thresholds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
