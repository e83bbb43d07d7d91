/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/plugin/plugin.c and backstop.c: however a check ends, one line and one of the
 * four numbers come out. Each run is a process of its own.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "folder.h"
#include "hand_cert.h"
#include "plugin/backstop.h"
#include "plugin/plugin.h"
#include "policy/config.h"
#include "unit.h"

enum {
	WORDS_MAX = 8,
	OUTPUT_SIZE = 8192
};

static const struct opt own[] = {
	{ "hostname", 'H', "NAME", "The name that the certificate must bear." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const options[] = { own, policy_options, plugin_device_options,
	plugin_options, command_options, NULL };

static const struct command_info info = { .program = "check_amt_tls",
	.purpose = "Looks.\n",
	.examples = "",
	.timeout_s = PLUGIN_TIMEOUT_S,
	.options = options };

/* What happens between start and finish. */
enum event {
	NOTHING,
	TERM_SIGNAL,
	ALARM,
	MUTED_TERM,
	NO_READER,
};

struct run {
	struct folder *folder;
	const char *words[WORDS_MAX];
	const char *config; /* its text; NULL: none */
	enum event event;
	enum rc rc; /* of what the check did */
	const char *message;
	int64_t age_s; /* with RC_OK: of a certificate of 365 days */
};

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	(void)err;
	if (opt_row(own, opt) < 0)
		return RC_NOTFOUND;
	*(const char **)ctx = value;
	return RC_OK;
}

/* A pinned certificate of that age. */
static void
judge(struct plugin *plugin, const struct run *run, struct hand_cert *hand,
    struct cert *certs[1], struct facts *facts, struct verdict *verdict)
{
	hand_cert_init(hand, 1, "CN=pc01.example", "CN=CA");
	certs[0] = &hand->cert;
	facts->presented.known = true;
	facts->presented.certs = certs;
	facts->presented.n_certs = 1;
	facts->presented.has_pin = true;
	facts->presented.pin_matches = true;
	facts->presented.name_match = NAME_MATCH_SAN;
	plugin->now = HAND_NB + run->age_s;
	assert_int_equal(verdict_judge_presented(facts, &plugin->policy, plugin->now,
			     verdict, NULL),
	    RC_OK);
}

static enum rc
configure(struct plugin *plugin, const struct run *run, const char *name,
    struct err *err)
{
	struct conf *conf = NULL;
	enum rc r = RC_OK;

	if (run->config != NULL)
		r = conf_parse("test.conf", run->config, strlen(run->config),
		    config_rules, &conf, err);
	if (r == RC_OK)
		r = plugin_configure(plugin, conf, name, err);
	conf_free(conf);
	return r;
}

static void
let_it_happen(enum event event)
{
	int ends[2];

	switch (event) {
	case NOTHING:
		break;
	case TERM_SIGNAL:
		(void)raise(SIGTERM);
		break;
	case MUTED_TERM:
		backstop_mute(STATE_WARNING);
		(void)raise(SIGTERM);
		break;
	case ALARM:
		(void)raise(SIGALRM);
		break;
	case NO_READER:
		if (pipe(ends) == 0 && dup2(ends[1], STDOUT_FILENO) >= 0) {
			(void)close(ends[0]);
			(void)close(ends[1]);
		}
		break;
	}
}

static int
check(void *ctx)
{
	const struct run *run = ctx;
	struct plugin plugin = { 0 };
	struct verdict verdict = { 0 };
	struct facts facts = { 0 };
	struct err err = { 0 };
	struct cert *certs[1];
	struct hand_cert hand;
	const char *name = NULL;
	char copies[WORDS_MAX + 1][256] = { "check_amt_tls" };
	char *argv[WORDS_MAX + 2] = { copies[0] };
	int argc = 1, status;
	enum rc r;

	for (; argc <= WORDS_MAX && run->words[argc - 1] != NULL; argc++) {
		(void)snprintf(copies[argc], sizeof(copies[0]), "%s",
		    run->words[argc - 1]);
		argv[argc] = copies[argc];
	}
	r = plugin_start(&plugin, &info, "AMT_TLS", take, &name, argc, argv, &err);
	if (r == RC_OK)
		r = configure(&plugin, run, name, &err);
	let_it_happen(run->event);
	if (r == RC_OK && run->rc != RC_OK)
		r = err_set(&err, run->rc, "%s",
		    run->message != NULL ? run->message : "");
	if (plugin.name != NULL && run->age_s > 0)
		judge(&plugin, run, &hand, certs, &facts, &verdict);
	status = plugin_finish(&plugin, r, &facts, &verdict, &err);
	verdict_clear(&verdict);
	return status;
}

static int
redirected(void *ctx)
{
	const struct run *run = ctx;
	int fd =
	    open(folder_file(run->folder, "out"), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
		return 99;
	fd = open("/dev/null", O_WRONLY);
	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0)
		return 99;
	return check(ctx);
}

/* Exit status and output of a run. */
static int
start(struct run *run, char output[OUTPUT_SIZE])
{
	int status = folder_run_child(run->folder, 0, redirected, run);
	size_t len =
	    folder_get(folder_file(run->folder, "out"), output, OUTPUT_SIZE - 1);

	output[len] = '\0';
	return status;
}

struct row {
	struct run run;
	int status;
	const char *begins;
	const char *has;
};

/* clang-format off */
static const struct row rows[] = {
	{ { .words = { "-H", "pc01.example" }, .age_s = 86400 }, 0,
	    "AMT_TLS OK - pc01.example: valid, 364 d left (2027-01-01) | left=31449600s;3628800:;1209600:;;31536000 "
	    "due=27820800s time=0", ";;;0;10\n" },
	{ { .words = { "-H", "pc01.example" }, .age_s = 333 * HAND_DAY }, 1,
	    "AMT_TLS WARNING - pc01.example: renewal overdue 10 d, 32 d left (2027-01-01); run renew_amt_tls | left=", "" },
	{ { .words = { "-H", "pc01.example" }, .age_s = 400 * HAND_DAY }, 2,
	    "AMT_TLS CRITICAL - pc01.example: expired 35 d ago (2027-01-01); ", "| left=-3024000s;" },
	{ { .words = { "-H", "pc01.example", "--perf-thresholds=plain" }, .age_s = 86400 }, 0,
	    "AMT_TLS OK - ", "left=31449600s;3628800;1209600;;31536000 " },
	{ { .words = { "-H", "pc01.example", "--days=400,14" }, .age_s = 86400 }, 1, "AMT_TLS WARNING - ",
	    "left=31449600s;34560000:;1209600:;;" },
	{ { .words = { "-H", "pc01.example" }, .config = "[device pc01.example]\ndays = 400,14\n", .age_s = 86400 }, 1,
	    "AMT_TLS WARNING - ", "left=31449600s;34560000:;1209600:;;" },
	{ { .words = { "-H", "pc01.example", "--explain" }, .age_s = 86400 }, 0, "AMT_TLS OK - ", "\n  notBefore NB = 1767225600 " },
	/* nothing was judged: never OK */
	{ { .words = { "-H", "pc01.example" } }, 3, "AMT_TLS UNKNOWN - pc01.example: nothing to judge was read | time=0", "" },
	{ { .words = { "-H", "pc01.example" }, .rc = RC_CONNECT, .message = "192.0.2.1:16993: connect: refused" }, 2,
	    "AMT_TLS CRITICAL - pc01.example: 192.0.2.1:16993: connect: refused | time=0", ";;;0;10\n" },
	{ { .words = { "-H", "pc01.example", "--unreachable=ok" }, .rc = RC_CONNECT }, 0,
	    "AMT_TLS OK - pc01.example: cannot connect | time=0", "" },
	{ { .words = { "-H", "pc01.example" }, .rc = RC_CONNECT, .config = "[defaults]\nunreachable = 1\n" }, 1,
	    "AMT_TLS WARNING - pc01.example: cannot connect", "" },
	{ { .words = { "-H", "pc01.example", "--unreachable=3" }, .rc = RC_CONNECT, .config = "[defaults]\nunreachable = 1\n" }, 3,
	    "AMT_TLS UNKNOWN - pc01.example: cannot connect", "" },
	{ { .words = { "-H", "pc01.example" }, .config = "[defaults]\nunreachable = gone\n" }, 3,
	    "AMT_TLS UNKNOWN - pc01.example: test.conf:2: [defaults]: unreachable: gone: not a state", "" },
	{ { .words = { "-H", "pc01.example", "-T", "warning" }, .rc = RC_TIMEOUT }, 1, "AMT_TLS WARNING - pc01.example: no answer in time", "" },
	{ { .words = { "-H", "pc01.example", "-t", "5" }, .rc = RC_AUTH }, 2, "AMT_TLS CRITICAL - pc01.example: login refused | time=", ";;;0;5\n" },
	/* the certificate was seen before the login was refused */
	{ { .words = { "-H", "pc01.example" }, .rc = RC_AUTH, .age_s = HAND_DAY }, 2,
	    "AMT_TLS CRITICAL - pc01.example: login refused; valid, 364 d left (2027-01-01) | left=31449600s;", "" },
	{ { .words = { "-H", "pc01.example", "--unreachable=ok" }, .rc = RC_LOST, .age_s = 400 * HAND_DAY }, 2,
	    "AMT_TLS CRITICAL - pc01.example: answer lost, outcome unknown; expired 35 d ago (2027-01-01) | left=-3024000s;", "" },
	{ { .words = { "-H", "pc01.example" }, .rc = RC_CONFIG, .message = "pc01.example: no password" }, 3,
	    "AMT_TLS UNKNOWN - pc01.example: no password | time=", "" },
	{ { .words = { "-H", "pc01.example" }, .rc = RC_NOMEM }, 3, "AMT_TLS UNKNOWN - pc01.example: out of memory", "" },
	{ { .words = { "-V" } }, 3, "check_amt_tls v" AMTCERT_VERSION " (amtcert " AMTCERT_VERSION ")\n", "" },
	{ { .words = { "-h" } }, 3, "check_amt_tls v" AMTCERT_VERSION, "\n  -T, --timeout-result=STATE\n" },
	{ { .words = { "-T", "bad" } }, 3, "AMT_TLS UNKNOWN - --timeout-result: bad: not a state", "\nusage: check_amt_tls [-H NAME]" },
	{ { .words = { "--unreachable", "4" } }, 3, "AMT_TLS UNKNOWN - --unreachable: 4: not a state", "\nusage: " },
	{ { .words = { "--perf-thresholds=x" } }, 3, "AMT_TLS UNKNOWN - --perf-thresholds: x: neither range nor plain\n", "" },
	{ { .words = { "-w", "30" } }, 3, "AMT_TLS UNKNOWN - --warning: ", "\nusage: " },
	{ { .words = { "-w", "10:", "-c", "20:" } }, 3, "AMT_TLS UNKNOWN - ", "\nusage: " },
	{ { .words = { "--extra-opts=@/nowhere.ini" } }, 3, "AMT_TLS UNKNOWN - /nowhere.ini: open: No such file or directory | time=", "" },
	{ { .words = { "-H", "pc01.example" }, .event = TERM_SIGNAL }, 2,
	    "AMT_TLS CRITICAL - pc01.example: stopped before there was a result\n", "" },
	{ { .words = { "-H", "pc01.example", "-T3" }, .event = TERM_SIGNAL }, 3,
	    "AMT_TLS UNKNOWN - pc01.example: stopped before there was a result\n", "" },
	{ { .words = { "-H", "pc01.example", "--unreachable=warning" }, .event = TERM_SIGNAL }, 1,
	    "AMT_TLS WARNING - pc01.example: stopped before there was a result\n", "" },
	{ { .words = { "-H", "pc01.example", "-t", "7" }, .event = ALARM }, 2,
	    "AMT_TLS CRITICAL - pc01.example: no result within 7 s\n", "" },
	{ { .words = { "-H", "pc01.example", "--json" }, .age_s = HAND_DAY }, 0,
	    "{\"service\":\"AMT_TLS\",\"state\":\"OK\",\"exit_status\":0,\"name\":\"pc01.example\",", "\"left_s\":31449600,\"lifetime_s\":31536000," },
	{ { .words = { "-H", "pc01.example", "--json" }, .rc = RC_CONNECT }, 2,
	    "{\"service\":\"AMT_TLS\",\"state\":\"CRITICAL\",\"exit_status\":2,", "\"error\":\"cannot connect\"" },
	{ { .words = { "-H", "pc01.example", "--json" }, .event = TERM_SIGNAL }, 2,
	    "{\"service\":\"AMT_TLS\",\"state\":\"CRITICAL\",\"exit_status\":2,", "stopped before there was a result" },
	{ { .words = { "-H", "pc01.example" }, .event = MUTED_TERM }, 1, "", "" },
	{ { .words = { "-H", "pc01.example" }, .event = NO_READER, .age_s = 86400 }, 3, "", "" },
	{ { .words = { "-V" }, .event = NO_READER }, 3, "", "" },
};
/* clang-format on */

static void
every_run_ends_with_a_line_and_a_number(void **state)
{
	static char output[OUTPUT_SIZE];

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct run run = rows[i].run;
		int status;

		run.folder = *state;
		status = start(&run, output);
		if (status != rows[i].status ||
		    strncmp(output, rows[i].begins, strlen(rows[i].begins)) != 0 ||
		    strstr(output, rows[i].has) == NULL ||
		    (rows[i].begins[0] == '\0') != (output[0] == '\0'))
			fail_msg("row %zu: %d: %s", i, status, output);
	}
}

static int
wait_for_alarm(void *ctx)
{
	(void)ctx;
	if (backstop_arm("alarm\n", "term\n", STATE_WARNING, 20, NULL) != RC_OK)
		return 99;
	for (;;)
		(void)pause();
}

static int
redirected_alarm(void *ctx)
{
	int fd = open(folder_file(ctx, "out"), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	return fd < 0 || dup2(fd, STDOUT_FILENO) < 0 ? 99 : wait_for_alarm(ctx);
}

static void
the_alarm_rings_by_itself(void **state)
{
	char output[16] = "";

	assert_int_equal(folder_run_child(*state, 0, redirected_alarm, *state), 1);
	(void)folder_get(folder_file(*state, "out"), output, sizeof(output) - 1);
	assert_string_equal(output, "alarm\n");
}

/* Whoever blocks the signal before it starts us cannot keep us. */
static int
start_blocked(void *ctx)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	return redirected_alarm(ctx);
}

static void
a_blocked_alarm_is_let_through(void **state)
{
	assert_int_equal(folder_run_child(*state, 0, start_blocked, *state), 1);
}

static int
arm_with_a_long_line(void *ctx)
{
	static char line[2000];
	int fd = open(folder_file(ctx, "out"), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	memset(line, 'x', sizeof(line) - 1);
	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 ||
	    backstop_arm(line, line, STATE_OK, 60000, NULL) != RC_OK)
		return 99;
	(void)raise(SIGTERM);
	return 98;
}

static void
a_long_last_line_keeps_its_end(void **state)
{
	char output[2000];
	size_t len;

	assert_int_equal(folder_run_child(*state, 0, arm_with_a_long_line, *state), 0);
	len = folder_get(folder_file(*state, "out"), output, sizeof(output));
	assert_int_equal(len, BACKSTOP_LINE_SIZE - 1);
	assert_int_equal(output[len - 1], '\n');
}

int
main(void)
{
#define IN_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(every_run_ends_with_a_line_and_a_number),
		IN_FOLDER(the_alarm_rings_by_itself),
		IN_FOLDER(a_blocked_alarm_is_let_through),
		IN_FOLDER(a_long_last_line_keeps_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
