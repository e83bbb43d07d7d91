/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/plugin under hostile input: whatever a device says, the output reads back
 * in the grammars of Nagios and Icinga, as a parser written here and nowhere else
 * has them.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "hand_cert.h"
#include "json_read.h"
#include "plugin/report_json.h"
#include "unit.h"

#define DAY HAND_DAY

enum {
	ROUNDS = 2000,
	CERTS_MAX = 6,
	HOSTILE_MAX = 20000,
	PAIRS_MAX = 64,
	ROOM = 2 * OUTPUT_MAX_BYTES,
	DAY_S = 86400
};

/*
 * The reader.
 */

struct pair {
	char label[32];
	char fields[5][64]; /* value, warning, critical, min, max */
};

struct parsed {
	struct pair pairs[PAIRS_MAX];
	size_t n_pairs;
	size_t n_lines;
};

static const char *whole; /* for messages */

static void
hold(bool holds, const char *what)
{
	if (!holds)
		fail_msg("not %s in %s", what, whole);
}

#define require(condition) hold(condition, #condition)

static bool
is_number(const char *text, size_t len)
{
	size_t n = 0, digits = 0, points = 0;

	if (n < len && text[n] == '-')
		n++;
	for (; n < len; n++) {
		if (text[n] == '.' && digits > 0)
			points++;
		else if (isdigit((unsigned char)text[n]))
			digits++;
		else
			return false;
	}
	return digits > 0 && points <= 1;
}

static bool
is_range(const char *text)
{
	const char *colon;

	if (*text == '@')
		text++;
	colon = strchr(text, ':');
	if (colon == NULL)
		return is_number(text, strlen(text));
	if (!(colon == text + 1 && *text == '~') &&
	    !is_number(text, (size_t)(colon - text)))
		return false;
	return colon[1] == '\0' || is_number(colon + 1, strlen(colon + 1));
}

static void
read_fields(const char *text, const char *end, struct pair *pair)
{
	size_t field = 0, at = 0;

	for (; text < end; text++) {
		if (*text == ';') {
			field++;
			at = 0;
			require(field < 5);
			continue;
		}
		require(at < sizeof(pair->fields[0]) - 1);
		pair->fields[field][at++] = *text;
	}
}

static void
read_pair(const char *text, size_t len, struct pair *pair)
{
	const char *equals = memchr(text, '=', len);
	size_t n;

	memset(pair, 0, sizeof(*pair));
	require(equals != NULL);
	if (equals == NULL)
		return;
	n = (size_t)(equals - text);
	require(n >= 1 && n <= 19);
	memcpy(pair->label, text, n);
	require(strspn(pair->label, "abcdefghijklmnopqrstuvwxyz0123456789_") == n);
	read_fields(equals + 1, text + len, pair);
	n = strlen(pair->fields[0]);
	require(n > 1 && pair->fields[0][n - 1] == 's');
	require(is_number(pair->fields[0], n - 1));
	require(pair->fields[1][0] == '\0' || is_range(pair->fields[1]));
	require(pair->fields[2][0] == '\0' || is_range(pair->fields[2]));
	for (size_t i = 3; i < 5; i++)
		require(pair->fields[i][0] == '\0' ||
		    is_number(pair->fields[i], strlen(pair->fields[i])));
}

static void
read_perfdata(const char *text, size_t len, struct parsed *parsed)
{
	const char *end = text + len;

	while (text < end) {
		const char *blank = memchr(text, ' ', (size_t)(end - text));
		size_t n = (size_t)((blank != NULL ? blank : end) - text);

		require(parsed->n_pairs < PAIRS_MAX);
		read_pair(text, n, &parsed->pairs[parsed->n_pairs]);
		for (size_t i = 0; i < parsed->n_pairs; i++)
			require(strcmp(parsed->pairs[i].label,
				    parsed->pairs[parsed->n_pairs].label) != 0);
		parsed->n_pairs++;
		text += n + (blank != NULL ? 1 : 0);
	}
}

/* Words of capitals that are one of the four. */
static size_t
count_state_words(const char *text)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
	size_t n = 0, len;

	for (; *text != '\0'; text += len > 0 ? len : 1) {
		len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		for (size_t i = 0; i < UNIT_COUNT(words); i++)
			n += len == strlen(words[i]) &&
			    strncmp(text, words[i], len) == 0;
	}
	return n;
}

static bool
is_utf8(const char *text)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)text;

	while (*p != '\0') {
		size_t n = *p < 0x80 ? 0 : *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : 1;
		uint32_t c = n == 0 ? *p : *p & (0x3fU >> n);

		if (*p > 0xf4 || (*p >= 0x80 && *p < 0xc0))
			return false;
		p++;
		for (size_t i = 0; i < n; i++, p++) {
			if ((*p & 0xc0) != 0x80)
				return false;
			c = c << 6 | (*p & 0x3f);
		}
		if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			return false;
	}
	return true;
}

static void
read_output(const char *text, size_t len, enum state state, struct parsed *parsed)
{
	const char *newline, *pipe;
	char head[64];

	memset(parsed, 0, sizeof(*parsed));
	whole = text;
	require(len > 0 && len <= 4096 && strlen(text) == len);
	require(text[len - 1] == '\n');
	require(is_utf8(text));
	require(count_state_words(text) == 1);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		require((c >= 0x20 && c != 0x7f) || c == '\n');
		require(strchr("<>&\"'`$", c) == NULL);
		parsed->n_lines += c == '\n';
	}
	(void)snprintf(head, sizeof(head), "AMT_TLS %s - ", state_text(state));
	require(strncmp(text, head, strlen(head)) == 0);
	newline = strchr(text, '\n');
	pipe = strchr(text, '|');
	require(newline != NULL);
	if (pipe == NULL || newline == NULL)
		return;
	/* Nagios ends the text at the first one, Icinga looks at every line. */
	require(pipe < newline && strchr(pipe + 1, '|') == NULL);
	require(pipe[-1] == ' ' && pipe[1] == ' ');
	read_perfdata(pipe + 2, (size_t)(newline - pipe - 2), parsed);
}

/*
 * The enemy.
 */

static uint64_t seed = 88172645463325252U;

static uint64_t
any(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static const char *const pieces[] = { "|", "\n", "\r\n", "\x1b[31m", "\"", "'", "`id`",
	"$(id)", "$USER1$", ";", "=", "<script>", "&lt;", "\\", "\xe2\x80\xae",
	"\xe2\x80\x8b", "\xc0\x80", "\xff\xfe", "\xed\xa0\x80", "OK", "WARNING",
	"CRITICAL", "UNKNOWN", " | left=1s;2;3;4;5", "\nAMT_TLS OK - fine | x=1",
	"\xc3\xa4", "\xf0\x9f\x98\x80", "\x7f", "\x01", "%s%n", "CN=", " ", "a" };

/* A string of the caller's that is as bad as it gets. */
static char *
hostile(size_t max)
{
	size_t size = any(20) == 0 ? max : any(200) + 1, n = 0;
	char *text = calloc(1, size + 1);

	assert_non_null(text);
	while (text != NULL && n < size) {
		const char *piece = pieces[any(UNIT_COUNT(pieces))];
		size_t len = strlen(piece);

		if (any(3) == 0) {
			text[n++] = (char)(any(255) + 1);
			continue;
		}
		if (n + len > size)
			break;
		memcpy(text + n, piece, len);
		n += len;
	}
	return text;
}

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
	struct buf out;

	buf_init(&out, REPORT_JSON_MAX_BYTES);
	assert_int_equal(report_json(&out, output, report, RC_OK), RC_OK);
	whole = buf_str(&out);
	require(json_is_valid(whole));
	for (size_t i = 0; i + 1 < out.len; i++)
		require(whole[i] >= 0x20 && whole[i] < 0x7f);
	if (verdict->n_judged > 0 && is_utf8(verdict->judged[0].cert->subject)) {
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
		buf_init(&out, ROOM);
		output_init(&output, "AMT_TLS");
		assert_int_equal(verdict_judge_presented(&enemy.facts, &enemy.policy,
				     HAND_NB, &verdict, NULL),
		    RC_OK);
		(void)verdict_judge_store(&enemy.facts, &enemy.policy, HAND_NB,
		    &verdict, NULL);
		report_verdict(&output, &report);
		assert_int_equal(output_format(&output, &out), RC_OK);
		read_output(buf_str(&out), out.len, output.state, &parsed);
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

		buf_init(&out, ROOM);
		output_init(&output, "AMT_TLS");
		output.state = (enum state)any(4);
		(void)err_set(&err, RC_TLS, "%s", text);
		output_add_message(&output, err.text);
		if (any(2) == 0)
			output_add_message(&output, text);
		output_perfdata(&output, &time, PERF_RANGES);
		assert_int_equal(output_format(&output, &out), RC_OK);
		read_output(buf_str(&out), out.len, output.state, &parsed);
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
		assert_true(is_range(good[i]));
	for (size_t i = 0; i < UNIT_COUNT(bad); i++)
		assert_false(is_range(bad[i]));
	assert_int_equal(count_state_words("OK WARNING-OKAY BOOK"), 2);
	assert_false(is_utf8("\xff"));
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
