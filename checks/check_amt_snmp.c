/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What does an amtcert_agent say of its fleet, for a monitoring server that does not
 * hold the inventory?  One GET for the summary of AMT-CERT-MIB.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/secret.h"
#include "base/text.h"
#include "plugin/backstop.h"
#include "plugin/command.h"
#include "plugin/output.h"
#include "plugin/rc_state.h"

enum {
	TIMEOUT_S = 10,
	MAX_SCAN_AGE_S = 2 * 86400,
	ANSWER_MAX_BYTES = 16384,
	BACKSTOP_AFTER_MS = 500,
	MS_PER_S = 1000,
	PORT_MAX = 65535,
	YEAR_S = 366 * 86400,
	HEAD_SIZE = 256,
};

static const char service[] = "AMT_SNMP";

struct options {
	struct ask ask;
	const char *auth_file;
	const char *priv_file;
	const char *community_file;
	int64_t max_scan_age_s;
	struct rc_choice choice;
};

/* clang-format off */
static const struct opt own_options[] = {
	{ "hostname", 'H', "NAME", "Host of the agent, by name or address." },
	{ "port", 'p', "PORT", "UDP port, 161 unless set." },
	{ "logname", 'l', "USER", "User of SNMPv3, with --auth-file and --priv-file." },
	{ "auth-file", 0, "FILE", "File with the authentication phrase (SHA-256)." },
	{ "priv-file", 0, "FILE", "File with the privacy phrase (AES)." },
	{ "community-file", 0, "FILE", "File with a community: SNMPv2c, which hides nothing." },
	{ "oid-root", 0, "OID", "Root of AMT-CERT-MIB, where it is another." },
	{ "max-scan-age", 0, "DURATION", "Warning when the last scan is older, 2d unless set." },
	{ "unreachable", 0, "STATE", "State when the agent does not answer, CRITICAL unless set." },
	{ NULL, 0, NULL, NULL },
};
/* clang-format on */

static const struct opt *const all_options[] = { own_options, command_options, NULL };

static const struct command_info info = {
	.program = "check_amt_snmp",
	.purpose =
	    "What does an amtcert_agent say of its fleet? For monitoring servers that do\n"
	    "not hold the inventory: one SNMP request, and no device is asked.\n"
	    "\n"
	    "OK, WARNING, CRITICAL: the worst state of the fleet; WARNING: the last scan is\n"
	    "older than --max-scan-age, or the agent cannot read its inventory. UNKNOWN:\n"
	    "nothing was scanned, or could not look. The exit status is 0 to 3 in that\n"
	    "order; 3 for help, too.\n",
	.examples =
	    "  check_amt_snmp -H agent.example -l nms --auth-file /etc/amtcert/auth \\\n"
	    "      --priv-file /etc/amtcert/priv\n"
	    "  check_amt_snmp -H agent.example --community-file /etc/amtcert/community\n",
	.timeout_s = TIMEOUT_S,
	.options = all_options,
};

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct options *options = ctx;

	switch (opt - own_options) {
	case 0:
		options->ask.host = value;
		return RC_OK;
	case 1:
		return num_parse(value, 1, PORT_MAX, &options->ask.port, err);
	case 2:
		options->ask.user = value;
		return RC_OK;
	case 3:
		options->auth_file = value;
		return RC_OK;
	case 4:
		options->priv_file = value;
		return RC_OK;
	case 5:
		options->community_file = value;
		return RC_OK;
	case 6:
		options->ask.root = value;
		return RC_OK;
	case 7:
		return num_parse_duration(value, YEAR_S, &options->max_scan_age_s, err);
	case 8:
		options->choice.has_unreachable = true;
		return state_parse(value, &options->choice.unreachable, err);
	default:
		return RC_NOTFOUND;
	}
}

/* One way to be known to the agent, whole. */
static enum rc
check_options(const struct options *options, struct err *err)
{
	bool is_v3 = options->ask.user != NULL;

	if (options->ask.host == NULL)
		return err_set(err, RC_USAGE, "--hostname: is needed");
	if (is_v3 == (options->community_file != NULL))
		return err_set(err, RC_USAGE,
		    "--logname: either a user of SNMPv3 or --community-file");
	if (is_v3 && (options->auth_file == NULL || options->priv_file == NULL))
		return err_set(err, RC_USAGE,
		    "--logname: needs --auth-file and --priv-file");
	return RC_OK;
}

static enum rc
read_secrets(struct options *options, struct err *err)
{
	enum rc r = RC_OK;

	if (options->community_file != NULL)
		return secret_read_file(&options->ask.community,
		    options->community_file, err);
	r = secret_read_file(&options->ask.auth, options->auth_file, err);
	if (r == RC_OK)
		r = secret_read_file(&options->ask.priv, options->priv_file, err);
	return r;
}

static enum rc
arm(const struct command *command, struct err *err)
{
	char alarm[HEAD_SIZE], term[HEAD_SIZE];

	if (snprintf(alarm, sizeof(alarm), "%s CRITICAL - no answer in %lld s\n",
		service, (long long)command->timeout_s) < 0 ||
	    snprintf(term, sizeof(term), "%s UNKNOWN - ended by a signal\n", service) <
		0)
		return err_set(err, RC_INTERNAL, "snprintf failed");
	return backstop_arm(alarm, term, STATE_CRITICAL,
	    command->deadline_ms - clock_monotonic_ms() + BACKSTOP_AFTER_MS, err);
}

/*
 * The verdict.
 */
static void
add_counts(struct output *output, const struct ask_summary *summary)
{
	char left[CLOCK_DURATION_SIZE], name[HEAD_SIZE];

	output_add(output,
	    "%lld devices, %lld certificates: ", (long long)summary->value[ASK_DEVICES],
	    (long long)summary->value[ASK_CERTS]);
	output_add(output, "%lld critical (%lld ended), %lld due, %lld unknown",
	    (long long)summary->value[ASK_CRITICALS],
	    (long long)summary->value[ASK_EXPIRED],
	    (long long)summary->value[ASK_WARNINGS],
	    (long long)summary->value[ASK_UNKNOWNS]);
	if (summary->next_name[0] == '\0')
		return;
	text_printable_field(name, sizeof(name), summary->next_name,
	    strlen(summary->next_name));
	output_add(output, "; next to end in %s: %s",
	    clock_format_duration(summary->value[ASK_NEXT_LEFT], left), name);
}

static void
add_time(struct output *output, const char *label, int64_t value_s)
{
	struct perfdata time = { .label = label, .value_ms = value_s * MS_PER_S };

	output_perfdata(output, &time, PERF_RANGES);
}

static enum state
state_of(const struct ask_summary *summary)
{
	int64_t worst = summary->value[ASK_WORST];

	return worst >= STATE_OK && worst <= STATE_UNKNOWN ? (enum state)worst
							   : STATE_UNKNOWN;
}

static void
judge(const struct ask_summary *summary, const struct options *options,
    struct output *output)
{
	int64_t age_s = summary->value[ASK_SCAN_AGE];
	char age[CLOCK_DURATION_SIZE];

	output->state = state_of(summary);
	add_counts(output, summary);
	if (summary->value[ASK_INVENTORY] != ASK_INVENTORY_OK) {
		output->state = state_worse(output->state, STATE_WARNING);
		output_add(output, "; the agent cannot read its inventory");
	}
	if (age_s == UINT32_MAX) {
		output->state = state_worse(output->state, STATE_UNKNOWN);
		output_add(output, "; never scanned");
	} else {
		if (age_s > options->max_scan_age_s)
			output->state = state_worse(output->state, STATE_WARNING);
		output_add(output, "; scanned %s ago",
		    clock_format_duration(age_s, age));
		add_time(output, "scan_age", age_s);
	}
	if (summary->next_name[0] != '\0')
		add_time(output, "next_end", summary->value[ASK_NEXT_LEFT]);
	output_line(output,
	    "%lld jobs failed, %lld pending; %lld devices not read for long",
	    (long long)summary->value[ASK_JOBS_FAILED],
	    (long long)summary->value[ASK_JOBS_PENDING],
	    (long long)summary->value[ASK_STALE]);
}

static enum rc
format_answer(const struct command *command, const struct options *options, enum rc r,
    const struct ask_summary *summary, const struct err *err, struct buf *out,
    enum state *ret_state)
{
	struct output output;

	if (r == RC_USAGE) {
		*ret_state = STATE_UNKNOWN;
		return command_format_answer(out, command, "AMT_SNMP UNKNOWN - ", err);
	}
	output_init(&output, service);
	if (r == RC_OK) {
		judge(summary, options, &output);
	} else {
		output.state = rc_state(r, &options->choice);
		output_add_message(&output, err->text);
	}
	*ret_state = output.state;
	r = output_format(&output, out);
	output_clear(&output);
	return r;
}

static int
finish(struct command *command, const struct options *options, enum rc r,
    const struct ask_summary *summary, const struct err *err)
{
	enum state state = STATE_UNKNOWN;
	struct buf out;

	buf_init(&out, ANSWER_MAX_BYTES);
	if (format_answer(command, options, r, summary, err, &out, &state) != RC_OK)
		state = STATE_UNKNOWN;
	backstop_mute(state);
	if (command_write(STDOUT_FILENO, buf_str(&out), out.len, NULL) != RC_OK)
		state = STATE_UNKNOWN;
	buf_clear(&out);
	command_clear(command);
	return (int)state;
}

int
main(int argc, char **argv)
{
	struct options options = { .ask = { .port = ASK_PORT, .root = ASK_ROOT },
		.max_scan_age_s = MAX_SCAN_AGE_S };
	struct command command = { .info = NULL };
	struct ask_summary summary = { .next_name = "" };
	struct err err = { 0 };
	enum rc r;

	r = command_start(&command, &info, take, &options, argc, argv, &err);
	if (r == RC_OK)
		r = check_options(&options, &err);
	if (r == RC_OK)
		r = arm(&command, &err);
	if (r == RC_OK)
		r = read_secrets(&options, &err);
	if (r == RC_OK)
		r = ask_summary(&options.ask, command.deadline_ms, &summary, &err);
	secret_clear(&options.ask.auth);
	secret_clear(&options.ask.priv);
	secret_clear(&options.ask.community);
	return finish(&command, &options, r, &summary, &err);
}
