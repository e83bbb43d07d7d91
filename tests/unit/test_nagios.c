/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/plugin under hostile input: whatever a device says, the output reads back
 * in the grammars of Nagios and Icinga, as a parser written here and nowhere else
 * has them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "hand_cert.h"
#include "json_read.h"
#include "plugin/report_json.h"
#include "read_back.h"
#include "unit.h"

#define DAY HAND_DAY

enum {
	ROUNDS = 2000,
	CERTS_MAX = 6,
	HOSTILE_MAX = 20000,
	DAY_S = 86400
};

struct enemy {
	struct hand_cert hands[CERTS_MAX];
	struct facts_cert stored[CERTS_MAX];
	struct facts_key keys[2];
	struct cert *presented[CERTS_MAX];
	struct cert *elements[CERTS_MAX];
	char *texts[2 * CERTS_MAX];
	struct facts facts;
	struct policy policy;
	char name[64];
};

static void
fill_text(char *field, size_t size)
{
	char *text = hostile(1000);

	text_printable_field(field, size, text, strlen(text));
	free(text);
}

static int64_t
any_time(void)
{
	static const int64_t special[] = { 0, -1, CERT_NOT_AFTER_NONE, HAND_NB,
		INT64_C(-62135596800) };

	if (any(4) == 0)
		return special[any(UNIT_COUNT(special))];
	return HAND_NB + (int64_t)any(UINT64_C(800) * DAY_S) - 400 * DAY;
}

static void
make_cert(struct enemy *enemy, size_t i)
{
	static const char *const digests[] = { "sha1", "md5", "sha256", "sha384", "" };
	struct cert *cert = &enemy->hands[i].cert;

	hand_cert_init(&enemy->hands[i], (uint8_t)i, "", "");
	enemy->texts[2 * i] = hostile(HOSTILE_MAX);
	enemy->texts[2 * i + 1] = hostile(HOSTILE_MAX);
	cert->subject = enemy->texts[2 * i];
	cert->issuer = enemy->texts[i > 0 && any(2) == 0 ? 2 * i - 2 : 2 * i + 1];
	cert->common_name = any(2) == 0 ? cert->subject : NULL;
	cert->not_before = any_time();
	cert->not_after = any_time();
	cert->key_bits = (int)any(4096);
	(void)snprintf(cert->signature_digest, sizeof(cert->signature_digest), "%s",
	    digests[any(UNIT_COUNT(digests))]);
	cert->is_self_issued = any(3) == 0;
	cert->has_template = any(2) == 0;
	cert->template_major = (int64_t)any(200);
}

static void
make_store(struct enemy *enemy)
{
	struct facts *facts = &enemy->facts;

	facts->has_store = true;
	facts->certs = enemy->stored;
	facts->n_certs = any(CERTS_MAX + 1);
	for (size_t i = 0; i < facts->n_certs; i++) {
		enemy->stored[i].cert = &enemy->hands[i].cert;
		enemy->stored[i].handle = (int64_t)any(1000) - 1;
		enemy->stored[i].usage = (unsigned int)any(USAGE_OTHER << 1);
		enemy->stored[i].has_key = any(2) == 0;
		fill_text(enemy->stored[i].instance_id,
		    sizeof(enemy->stored[i].instance_id));
	}
	facts->keys = enemy->keys;
	facts->n_keys = any(3);
	facts->n_unreadable = any(3);
	fill_text(facts->unreadable, sizeof(facts->unreadable));
	fill_text(facts->realm, sizeof(facts->realm));
	fill_text(facts->version, sizeof(facts->version));
	facts->clock.known = any(2) == 0;
	facts->clock.offset_s = any(9) == 0 ? INT64_MIN : (int64_t)any(90000) - 40000;
	facts->has_tls_context = any(2) == 0;
	facts->tls_network.known = any(2) == 0;
	facts->tls_network.is_enabled = any(2) == 0;
}

static void
make_enemy(struct enemy *enemy)
{
	static const char *const names[] = { "pc01.example", "OK", "CRITICAL.example",
		"UNKNOWN-1", "192.0.2.1", "2001:db8::1" };
	struct facts_presented *presented = &enemy->facts.presented;
	char *text = hostile(300);

	memset(enemy, 0, sizeof(*enemy));
	for (size_t i = 0; i < CERTS_MAX; i++) {
		make_cert(enemy, i);
		enemy->presented[i] = &enemy->hands[i].cert;
		enemy->elements[i] = &enemy->hands[i].cert;
	}
	presented->known = any(8) != 0;
	presented->certs = enemy->presented;
	presented->n_certs = any(CERTS_MAX) + 1;
	presented->path.ignoring_time = (enum path_state)any(PATH_OTHER + 1);
	presented->path.elements = enemy->elements;
	if (presented->path.ignoring_time == PATH_OK)
		presented->path.n_elements = any(CERTS_MAX) + 1;
	text_line_field(presented->path.text, sizeof(presented->path.text), text,
	    strlen(text));
	free(text);
	presented->name_match = (enum name_match)any(NAME_ABSENT + 1);
	presented->has_pin = any(2) == 0;
	presented->pin_matches = any(2) == 0;
	presented->wants_client_cert = any(2) == 0;
	if (any(2) == 0)
		make_store(enemy);
	policy_init(&enemy->policy);
	enemy->policy.rule = (enum policy_rule)any(POLICY_FRACTION + 1);
	enemy->policy.grace_s = (int64_t)any(100) * DAY;
	enemy->policy.has_warning = any(4) == 0;
	enemy->policy.has_critical = any(4) == 0;
	assert_int_equal(time_range_parse("20%:", &enemy->policy.warning, NULL), RC_OK);
	assert_int_equal(time_range_parse("@~:3h", &enemy->policy.critical, NULL),
	    RC_OK);
	(void)snprintf(enemy->name, sizeof(enemy->name), "%s",
	    names[any(UNIT_COUNT(names))]);
	(void)snprintf(enemy->facts.name, sizeof(enemy->facts.name), "%s", enemy->name);
}

static void
forget_enemy(struct enemy *enemy)
{
	for (size_t i = 0; i < UNIT_COUNT(enemy->texts); i++)
		free(enemy->texts[i]);
}

/* left is what was meant, to the second, and of the right sign. */
static void
compare_left(const struct parsed *parsed, const struct verdict *verdict)
{
	const struct judged *first;
	char wanted[64];

	if (verdict->n_judged == 0) {
		require(parsed->n_pairs == 0 ||
		    strcmp(parsed->pairs[0].label, "left") != 0);
		return;
	}
	first = &verdict->judged[verdict->first_to_end];
	require(parsed->n_pairs > 1);
	require(strcmp(parsed->pairs[0].label, "left") == 0);
	(void)snprintf(wanted, sizeof(wanted), "%llds", (long long)first->left_s);
	require(strcmp(parsed->pairs[0].fields[0], wanted) == 0);
	(void)snprintf(wanted, sizeof(wanted), "%lld", (long long)first->lifetime_s);
	require(strcmp(parsed->pairs[0].fields[4], wanted) == 0);
}

/* The same for programs: one line of ASCII that is JSON, no subject changed. */
static void
read_json(const struct output *output, const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	static char subject[HOSTILE_MAX + 8];
	const char *whole;
	struct buf out;

	buf_init(&out, REPORT_JSON_MAX_BYTES);
	assert_int_equal(report_json(&out, output, report, RC_OK), RC_OK);
	whole = buf_str(&out);
	read_back_see(whole);
	require(json_is_valid(whole));
	for (size_t i = 0; i + 1 < out.len; i++)
		require(whole[i] >= 0x20 && whole[i] < 0x7f);
	if (verdict->n_judged > 0 &&
	    read_back_is_utf8(verdict->judged[0].cert->subject)) {
		require(json_read_string(whole, "subject", subject, sizeof(subject)));
		require(strcmp(subject, verdict->judged[0].cert->subject) == 0);
	}
	buf_clear(&out);
}

static void
what_a_device_says_reads_back(void **state)
{
	static struct enemy enemy;
	static struct parsed parsed;
	size_t n_long = 0;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct verdict verdict = { 0 };
		struct report report = { .name = enemy.name,
			.facts = &enemy.facts,
			.verdict = &verdict,
			.policy = &enemy.policy,
			.now = HAND_NB,
			.verbosity = (int)any(4),
			.explain = any(2) == 0,
			.thresholds = any(2) == 0 ? PERF_PLAIN : PERF_RANGES };
		struct output output;
		struct buf out;

		make_enemy(&enemy);
		buf_init(&out, READ_BACK_ROOM);
		output_init(&output, "AMT_TLS");
		assert_int_equal(verdict_judge_presented(&enemy.facts, &enemy.policy,
				     HAND_NB, &verdict, NULL),
		    RC_OK);
		(void)verdict_judge_store(&enemy.facts, &enemy.policy, HAND_NB,
		    &verdict, NULL);
		report_verdict(&output, &report);
		assert_int_equal(output_format(&output, &out), RC_OK);
		read_back("AMT_TLS", buf_str(&out), out.len, output.state, &parsed);
		read_json(&output, &report);
		if (output.n_pairs_left_out == 0)
			compare_left(&parsed, &verdict);
		n_long += parsed.n_lines > 20;
		buf_clear(&out);
		output_clear(&output);
		verdict_clear(&verdict);
		forget_enemy(&enemy);
	}
	assert_true(n_long > ROUNDS / 10); /* it was not all too easy */
}

static void
messages_read_back(void **state)
{
	static struct parsed parsed;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		const struct perfdata time = { .label = "time",
			.value_ms = (int64_t)any(20000),
			.has_min = true,
			.has_max = true,
			.max_s = 10 };
		char *text = hostile(3000);
		struct err err = { 0 };
		struct output output;
		struct buf out;

		buf_init(&out, READ_BACK_ROOM);
		output_init(&output, "AMT_TLS");
		output.state = (enum state)any(4);
		(void)err_set(&err, RC_TLS, "%s", text);
		output_add_message(&output, err.text);
		if (any(2) == 0)
			output_add_message(&output, text);
		output_perfdata(&output, &time, PERF_RANGES);
		assert_int_equal(output_format(&output, &out), RC_OK);
		read_back("AMT_TLS", buf_str(&out), out.len, output.state, &parsed);
		require(parsed.n_lines == 1 && parsed.n_pairs == 1);
		buf_clear(&out);
		output_clear(&output);
		free(text);
	}
}

/* The reader is not one that takes everything. */
static void
the_reader_knows_a_range(void **state)
{
	static const char *const good[] = { "10", "10:", "~:10", "@10:20",
		"-5:", "1.5:2" };
	static const char *const bad[] = { "", ":", "a", "10:x", "1,5", "~", "1:2:3" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(good); i++)
		assert_true(read_back_is_range(good[i]));
	for (size_t i = 0; i < UNIT_COUNT(bad); i++)
		assert_false(read_back_is_range(bad[i]));
	assert_int_equal(read_back_count_states("OK WARNING-OKAY BOOK"), 2);
	assert_false(read_back_is_utf8("\xff"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_device_says_reads_back),
		cmocka_unit_test(messages_read_back),
		cmocka_unit_test(the_reader_knows_a_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
