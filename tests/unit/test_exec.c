/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/exec.c, exec_env.c, lib/base/helper.c: what a helper is given, what its end means,
 * and that it does not outlive its time.  The helpers are shell scripts.
 * not under valgrind: it does not know pidfd_open(2)
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "ca/ca.h"
#include "ca/encode.h"
#include "folder.h"
#include "made.h"
#include "policy/config.h"
#include "unit.h"

#define NOW  INT64_C(1760000000)
#define DAY  INT64_C(86400)
#define HOST "pc01.example"

enum {
	TEXT_MAX = 64 * 1024,
	HELPER_LIMIT_MS = 20000,
};

/* A CA "lab" whose helper is a script of the test. */
struct bench {
	struct folder folder; /* first: folder.h wants it so */
	struct conf *conf;
	struct ca *ca;
	uint8_t *csr;
	size_t csr_len;
	X509 *root;
	struct ca_request request;
};

static struct bench bench;

static int
setup(void **state)
{
	struct made_recipe root =
	    made_ca("Lab CA", MADE_P384, NOW - DAY, NOW + 900 * DAY);
	struct made_request request = { .subject = HOST,
		.san = "DNS:" HOST,
		.key = MADE_P384_OTHER,
		.signing_key = MADE_P384_OTHER };
	void *folder = NULL;

	memset(&bench, 0, sizeof(bench));
	if (folder_setup(&folder) != 0)
		return -1;
	bench.folder = *(struct folder *)folder;
	*state = folder;
	bench.root = made_x509(&root);
	made_put_cert(folder_file(&bench.folder, "root.pem"), bench.root);
	bench.csr = made_csr(&request, &bench.csr_len);
	bench.request = (struct ca_request){ .profile = { .common_name = HOST,
						 .eku = CERT_EKU_SERVER_AUTH },
		.csr = bench.csr,
		.csr_len = bench.csr_len,
		.digest = "sha256",
		.now = NOW,
		.deadline_ms = clock_monotonic_ms() + HELPER_LIMIT_MS };
	return 0;
}

static int
teardown(void **state)
{
	ca_close(bench.ca);
	conf_free(bench.conf);
	free(bench.csr);
	X509_free(bench.root);
	return folder_teardown(state);
}

static void
put_script(const char *name, const char *body)
{
	char script[TEXT_MAX];
	const char *path = folder_file(&bench.folder, name);
	int n = snprintf(script, sizeof(script), "#!/bin/sh\ncd %s\n%s\n",
	    bench.folder.path, body);

	assert_true(n > 0 && n < TEXT_MAX);
	folder_put(path, script, (size_t)n);
	assert_int_equal(chmod(path, 0700), 0);
}

/* Open [ca lab] with that helper and more lines. */
static enum rc
open_lab(const char *command, const char *more, struct err *err)
{
	char text[4096];
	int n = snprintf(text, sizeof(text),
	    "[ca lab]\nbackend = exec\ncommand = %s\ntrust-anchor = %s\n%s", command,
	    folder_file(&bench.folder, "root.pem"), more);

	assert_true(n > 0 && n < (int)sizeof(text));
	ca_close(bench.ca);
	bench.ca = NULL;
	conf_free(bench.conf);
	bench.conf = NULL;
	assert_rc(conf_parse("lab.conf", text, (size_t)n, config_rules, &bench.conf,
		      err),
	    RC_OK, err);
	return ca_open(bench.conf, "lab", &bench.ca, err);
}

static void
open_script(const char *body, const char *more)
{
	struct err err = { 0 };

	put_script("helper", body);
	assert_rc(open_lab(folder_file(&bench.folder, "helper"), more, &err), RC_OK,
	    &err);
}

static struct ca_answer
submit(void)
{
	struct ca_answer answer = { 0 };
	struct err err = { 0 };

	assert_rc(ca_submit(bench.ca, &bench.request, &answer, &err), RC_OK, &err);
	return answer;
}

static const char *
read_file(const char *name, char text[TEXT_MAX])
{
	size_t len = folder_get(folder_file(&bench.folder, name), text, TEXT_MAX - 1);

	text[len] = '\0';
	return text;
}

/* PEM of a leaf for that key, signed by the root, into a file. */
static void
put_leaf(const char *name, enum made_kind key)
{
	const struct made_recipe leaf = { .subject = HOST,
		.san = "DNS:" HOST,
		.eku = "serverAuth",
		.key_usage = "critical,digitalSignature",
		.constraints = "critical,CA:FALSE",
		.key = key,
		.version = 2,
		.not_before = NOW - DAY,
		.not_after = NOW + 365 * DAY,
		.issuer = bench.root,
		.issuer_key = MADE_P384 };
	X509 *x = made_x509(&leaf);

	made_put_cert(folder_file(&bench.folder, name), x);
	X509_free(x);
}

/* Lines of the environment that a helper for the test's request must have. */
static const char *const given[] = {
	"PATH=/usr/sbin:/usr/bin:/sbin:/bin\n",
	"CERTMONGER_OPERATION=SUBMIT\n",
	"CERTMONGER_CA_NICKNAME=lab\n",
	"CERTMONGER_CA_PROFILE=AMTTLS\n",
	"CERTMONGER_CA_ISSUER=sub\n",
	"CERTMONGER_REQ_SUBJECT=CN=pc01.example\n",
	"CERTMONGER_REQ_HOSTNAME=pc01.example\n",
	"CERTMONGER_KEY_TYPE=EC\n",
	"CERTMONGER_SPKI=M",
	"CERTMONGER_CSR=-----BEGIN CERTIFICATE REQUEST-----\nMI",
	"-----END CERTIFICATE REQUEST-----\n",
	"CERTMONGER_CERTIFICATE=-----BEGIN CERTIFICATE-----\n",
};

static void
hands_over_the_request_and_nothing_of_ours(void **state)
{
	struct cert *current = made_parse(bench.root);
	struct ca_answer answer;
	char text[TEXT_MAX];

	(void)state;
	assert_int_equal(setenv("AMTCERT_TEST_SECRET", "s3cret", 1), 0);
	open_script("env >env; cat >stdin; umask >umask\n"
		    "ls /proc/self/fd | tr '\\n' ' ' >fds; exit 2",
	    "profile = AMTTLS\nissuer = sub\n");
	bench.request.current = current;
	answer = submit();
	assert_int_equal(answer.outcome, CA_REJECTED);
	ca_answer_clear(&answer);
	cert_free(current);
	assert_int_equal(unsetenv("AMTCERT_TEST_SECRET"), 0);
	read_file("env", text);
	for (size_t i = 0; i < UNIT_COUNT(given); i++)
		assert_has(text, given[i]);
	assert_null(strstr(text, "s3cret"));
	assert_null(strstr(text, "CERTMONGER_CA_COOKIE"));
	assert_string_equal(read_file("stdin", text), "");
	assert_string_equal(read_file("umask", text), "0077\n");
	/* 3 is the folder that ls itself reads. */
	assert_string_equal(read_file("fds", text), "0 1 2 3 ");
}

static void
leaves_out_what_is_not_known(void **state)
{
	char text[TEXT_MAX];
	struct ca_answer answer;

	(void)state;
	open_script("env >env; exit 2", "");
	answer = submit();
	ca_answer_clear(&answer);
	read_file("env", text);
	assert_null(strstr(text, "CERTMONGER_CA_PROFILE"));
	assert_null(strstr(text, "CERTMONGER_CA_ISSUER"));
	assert_null(strstr(text, "CERTMONGER_CERTIFICATE"));
}

static void
cuts_the_command_at_blanks_only(void **state)
{
	char command[512];
	char text[TEXT_MAX];
	struct err err = { 0 };
	struct ca_answer answer;

	(void)state;
	put_script("helper", "printf '<%s>' \"$@\" >args; exit 2");
	(void)snprintf(command, sizeof(command), "%s -d  $HOME;id \t'x y'",
	    folder_file(&bench.folder, "helper"));
	assert_rc(open_lab(command, "", &err), RC_OK, &err);
	answer = submit();
	ca_answer_clear(&answer);
	assert_string_equal(read_file("args", text), "<-d><$HOME;id><'x><y'>");
}

struct ending {
	const char *body;
	enum ca_outcome outcome;
	const char *words;
};

static const struct ending endings[] = {
	{ "exit 0", CA_BADANSWER, "neither PEM, nor DER, nor PKCS#7" },
	{ "echo hello; exit 0", CA_BADANSWER, "neither PEM" },
	{ "echo Denied by policy; echo more; exit 2", CA_REJECTED, "Denied by policy" },
	{ "echo complaint >&2; exit 2", CA_REJECTED, "complaint" },
	{ "exit 2", CA_REJECTED, "no reason was given" },
	{ "echo no route; exit 3", CA_RETRY, "the CA cannot be reached: no route" },
	{ "echo no url; exit 4", CA_CONFIG, "lacks configuration: no url" },
	{ "exit 6", CA_CONFIG, "does not take requests" },
	{ "exit 16", CA_CONFIG, "is for SCEP" },
	{ "exit 17", CA_CONFIG, "wants another key pair" },
	{ "echo boom; exit 7", CA_BADANSWER, "a status that means nothing: boom" },
	{ "exit 127", CA_BADANSWER, "a status that means nothing" },
	{ "kill -SEGV $$", CA_BADANSWER, "ended by signal 11" },
	{ "echo soon; exit 5", CA_BADANSWER, "without a number of seconds" },
	{ "exit 5", CA_BADANSWER, "without a number of seconds" },
	{ "echo -5; exit 5", CA_BADANSWER, "without a number of seconds" },
	{ "printf '1\\n\\0x'; exit 5", CA_BADANSWER, "a NUL in its cookie" },
	{ "head -c 3000000 /dev/zero; exit 0", CA_BADANSWER,
	    "more than 1048576 bytes" },
	{ "head -c 3000000 /dev/zero >&2; echo no; exit 2", CA_REJECTED, "no" },
	{ "printf 'a\\033[1m|b\\n'; exit 2", CA_REJECTED, "a\\x1b[1m" },
	{ "cat half.pem", CA_BADANSWER, "PEM" },
	{ "cat other.pem root.pem", CA_BADANSWER, "no certificate has the key" },
};

static void
says_what_each_ending_means(void **state)
{
	char leaf[TEXT_MAX];

	(void)state;
	put_leaf("leaf.pem", MADE_P384_OTHER);
	put_leaf("other.pem", MADE_P256);
	read_file("leaf.pem", leaf);
	folder_put(folder_file(&bench.folder, "half.pem"), leaf, strlen(leaf) / 2);
	for (size_t i = 0; i < UNIT_COUNT(endings); i++) {
		struct ca_answer answer;

		open_script(endings[i].body, "");
		answer = submit();
		if (answer.outcome != endings[i].outcome)
			fail_msg("%s: %s: %s", endings[i].body,
			    ca_outcome_text(answer.outcome), answer.text);
		assert_has(answer.text, endings[i].words);
		ca_answer_clear(&answer);
	}
}

static const char *const givings[] = {
	"cat leaf.pem",
	"cat root.pem leaf.pem leaf.pem",
	"printf 'Here you are:\\n\\n'; cat leaf.pem; echo and more; cat root.pem; echo .",
	"head -c -1 leaf.pem",
	"openssl x509 -in leaf.pem -outform DER",
	"openssl crl2pkcs7 -nocrl -certfile leaf.pem -certfile root.pem",
	"openssl crl2pkcs7 -nocrl -certfile root.pem -certfile leaf.pem -outform DER",
};

static void
takes_the_certificate_of_the_key_in_every_wrapping(void **state)
{
	(void)state;
	put_leaf("leaf.pem", MADE_P384_OTHER);
	for (size_t i = 0; i < UNIT_COUNT(givings); i++) {
		struct ca_answer answer;

		open_script(givings[i], "");
		answer = submit();
		if (answer.outcome != CA_ISSUED)
			fail_msg("%s: %s", givings[i], answer.text);
		assert_string_equal(answer.leaf->common_name, HOST);
		assert_true(answer.n_chain <= 1);
		ca_answer_clear(&answer);
	}
}

static void
passes_a_cookie_back_byte_for_byte(void **state)
{
	struct ca_answer answer;
	struct err err = { 0 };
	char text[TEXT_MAX];

	(void)state;
	put_leaf("leaf.pem", MADE_P384_OTHER);
	open_script("case $CERTMONGER_OPERATION in\n"
		    "SUBMIT) printf '3600\\nid 17,https://ca/x y\\n\\n'; exit 5 ;;\n"
		    "POLL) env >env; cat leaf.pem; exit 0 ;; esac",
	    "");
	answer = submit();
	assert_int_equal(answer.outcome, CA_PENDING);
	assert_int_equal(answer.retry_after_s, 3600);
	assert_int_equal(answer.cookie_len, 22);
	assert_memory_equal(answer.cookie, "id 17,https://ca/x y\n\n", 22);
	bench.request.cookie = answer.cookie;
	bench.request.cookie_len = answer.cookie_len;
	{
		struct ca_answer polled = { 0 };

		assert_rc(ca_poll(bench.ca, &bench.request, &polled, &err), RC_OK,
		    &err);
		assert_int_equal(polled.outcome, CA_ISSUED);
		ca_answer_clear(&polled);
	}
	ca_answer_clear(&answer);
	read_file("env", text);
	assert_has(text, "CERTMONGER_OPERATION=POLL\n");
	assert_has(text, "CERTMONGER_CA_COOKIE=id 17,https://ca/x y\n\n");
	assert_has(text, "CERTMONGER_CSR=-----BEGIN");
}

static void
waits_as_long_as_it_is_told_within_reason(void **state)
{
	static const struct {
		const char *body;
		int64_t after_s;
	} cases[] = {
		{ "printf 'cookie'; exit 1", 0 },
		{ "printf '0\\nc'; exit 5", 1 },
		{ "printf '77'; exit 5", 77 },
		{ "printf '99999999999\\nc'; exit 5", 86400 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct ca_answer answer;

		open_script(cases[i].body, "");
		answer = submit();
		assert_int_equal(answer.outcome, CA_PENDING);
		assert_int_equal(answer.retry_after_s, cases[i].after_s);
		ca_answer_clear(&answer);
	}
}

static pid_t
read_pid(const char *name)
{
	char text[TEXT_MAX];
	struct err err = { 0 };
	int64_t pid = 0;

	read_file(name, text);
	text[strcspn(text, "\n")] = '\0';
	assert_rc(num_parse(text, 2, INT32_MAX, &pid, &err), RC_OK, &err);
	return (pid_t)pid;
}

static void
expect_gone(const char *name)
{
	assert_int_equal(kill(read_pid(name), 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void
ends_a_helper_and_its_children_when_the_time_is_up(void **state)
{
	int64_t start_ms = clock_monotonic_ms();
	struct ca_answer answer;

	(void)state;
	open_script("sleep 600 & echo $! >child; echo $$ >parent; exec sleep 600",
	    "timeout = 1s\n");
	answer = submit();
	assert_int_equal(answer.outcome, CA_RETRY);
	assert_has(answer.text, "did not end in time");
	ca_answer_clear(&answer);
	assert_true(clock_monotonic_ms() - start_ms < 5000);
	expect_gone("parent");
}

static void
keeps_to_the_deadline_of_the_caller(void **state)
{
	struct ca_answer answer;

	(void)state;
	open_script("exec sleep 600", "");
	bench.request.deadline_ms = clock_monotonic_ms() + 200;
	answer = submit();
	assert_int_equal(answer.outcome, CA_RETRY);
	ca_answer_clear(&answer);
	assert_true(clock_monotonic_ms() < bench.request.deadline_ms + 4000);
}

/* A helper that ended is not waited for because a child of it holds its output. */
static void
does_not_wait_for_what_a_helper_left_behind(void **state)
{
	int64_t start_ms = clock_monotonic_ms();
	struct ca_answer answer;

	(void)state;
	open_script("sleep 600 & echo late; exit 2", "");
	answer = submit();
	assert_int_equal(answer.outcome, CA_REJECTED);
	assert_string_equal(answer.text, "late");
	ca_answer_clear(&answer);
	assert_true(clock_monotonic_ms() - start_ms < 5000);
}

static void
says_why_a_helper_cannot_be_run(void **state)
{
	struct ca_answer answer;

	(void)state;
	open_script("exit 0", "");
	folder_put(folder_file(&bench.folder, "helper"), "#!/nowhere/sh\n", 14);
	assert_int_equal(chmod(folder_file(&bench.folder, "helper"), 0700), 0);
	answer = submit();
	assert_int_equal(answer.outcome, CA_CONFIG);
	assert_has(answer.text, "cannot be run: No such file or directory");
	ca_answer_clear(&answer);
}

struct refusal {
	const char *command;
	mode_t mode;
	const char *more;
	const char *words;
};

static const struct refusal refusals[] = {
	{ "helper", 0700, "", "not an absolute path" },
	{ "/nowhere/helper", 0700, "", "cannot be run" },
	{ "/", 0700, "", "not a regular file" },
	{ NULL, 0702, "", "others can write it, use chmod go-w" },
	{ NULL, 0720, "", "others can write it" },
	{ NULL, 0700, "timeout = 0s\n", "lab.conf:5: timeout: of no length" },
	{ NULL, 0700, "timeout = 2h\n", "lab.conf:5: timeout" },
	{ NULL, 0700, "chain-file = /nowhere\n", "/nowhere" },
	{ NULL, 0700, "url = https://x\n", "unknown key for backend exec: url" },
};

static void
refuses_a_helper_that_others_could_change(void **state)
{
	(void)state;
	put_script("helper", "exit 0");
	for (size_t i = 0; i < UNIT_COUNT(refusals); i++) {
		const char *path = folder_file(&bench.folder, "helper");
		struct err err = { 0 };
		enum rc r;

		assert_int_equal(chmod(path, refusals[i].mode), 0);
		r = open_lab(refusals[i].command != NULL ? refusals[i].command : path,
		    refusals[i].more, &err);
		assert_true(r == RC_CONFIG || r == RC_SYSTEM);
		assert_has(err.text, refusals[i].words);
	}
}

static void
tells_whether_a_profile_is_offered(void **state)
{
	struct ca_facts facts = { 0 };
	struct err err = { 0 };

	(void)state;
	open_script("case $CERTMONGER_OPERATION in IDENTIFY) echo lab; exit 0 ;;\n"
		    "GET-SUPPORTED-TEMPLATES) printf 'User\\nMachine\\n'; exit 0 ;;\n"
		    "FETCH-ROOTS) echo root; cat root.pem; exit 0 ;; *) exit 6 ;; esac",
	    "profile = AMTTLS\n");
	assert_rc(ca_probe(bench.ca, &bench.request, &facts, &err), RC_OK, &err);
	assert_int_equal(facts.outcome, CA_CONFIG);
	assert_string_equal(facts.text,
	    "profile AMTTLS is not offered: publish it at the CA; offered are: User Machine");
	open_script(
	    "case $CERTMONGER_OPERATION in FETCH-ROOTS) echo root; cat root.pem ;;\n"
	    "*) exit 6 ;; esac",
	    "profile = AMTTLS\n");
	assert_rc(ca_probe(bench.ca, &bench.request, &facts, &err), RC_OK, &err);
	assert_int_equal(facts.outcome, CA_ISSUED);
	assert_string_equal(facts.kind, "external program");
	assert_int_equal(facts.not_after, NOW + 900 * DAY);
	assert_string_equal(facts.text, "");
	bench.request.now = NOW + 901 * DAY;
	assert_rc(ca_probe(bench.ca, &bench.request, &facts, &err), RC_OK, &err);
	assert_int_equal(facts.outcome, CA_CONFIG);
	assert_has(facts.text, "its certificate ended on 2028-");
	open_script("echo no way; exit 3", "");
	assert_rc(ca_probe(bench.ca, &bench.request, &facts, &err), RC_OK, &err);
	assert_int_equal(facts.outcome, CA_RETRY);
	assert_has(facts.text, "cannot be reached: no way");
}

static void
notes_a_root_that_is_not_ours(void **state)
{
	struct made_recipe other = made_ca("Other Root", MADE_P256, NOW, NOW + DAY);
	struct ca_facts facts = { 0 };
	struct err err = { 0 };
	X509 *x = made_x509(&other);

	(void)state;
	made_put_cert(folder_file(&bench.folder, "other.pem"), x);
	X509_free(x);
	open_script(
	    "case $CERTMONGER_OPERATION in\n"
	    "FETCH-ROOTS) echo root; cat root.pem other.pem ;; *) exit 6 ;; esac",
	    "");
	assert_rc(ca_probe(bench.ca, &bench.request, &facts, &err), RC_OK, &err);
	assert_int_equal(facts.outcome, CA_ISSUED);
	assert_has(facts.text, "leads to none of the configured trust anchors");
	assert_has(facts.text, "CN=Other Root");
	assert_int_equal(facts.not_after, NOW + DAY);
}

static void
wraps_base64_at_64_columns(void **state)
{
	uint8_t bytes[49];
	struct buf out;

	(void)state;
	memset(bytes, 0, sizeof(bytes));
	buf_init(&out, 1024);
	assert_int_equal(encode_pem(&out, "X", bytes, sizeof(bytes)), RC_OK);
	assert_string_equal(buf_str(&out),
	    "-----BEGIN X-----\n"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
	    "AA==\n"
	    "-----END X-----\n");
	buf_clear(&out);
}

int
main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(hands_over_the_request_and_nothing_of_ours),
		IN_FOLDER(leaves_out_what_is_not_known),
		IN_FOLDER(cuts_the_command_at_blanks_only),
		IN_FOLDER(says_what_each_ending_means),
		IN_FOLDER(takes_the_certificate_of_the_key_in_every_wrapping),
		IN_FOLDER(passes_a_cookie_back_byte_for_byte),
		IN_FOLDER(waits_as_long_as_it_is_told_within_reason),
		IN_FOLDER(ends_a_helper_and_its_children_when_the_time_is_up),
		IN_FOLDER(keeps_to_the_deadline_of_the_caller),
		IN_FOLDER(does_not_wait_for_what_a_helper_left_behind),
		IN_FOLDER(says_why_a_helper_cannot_be_run),
		IN_FOLDER(refuses_a_helper_that_others_could_change),
		IN_FOLDER(tells_whether_a_profile_is_offered),
		IN_FOLDER(notes_a_root_that_is_not_ours),
		cmocka_unit_test(wraps_base64_at_64_columns),
	};

	return cmocka_run_group_tests(tests, NULL, made_forget_keys);
}
