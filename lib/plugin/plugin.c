/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a check begins and ends.  Whatever happens, one line and one of the four
 * numbers come out of here.
 */
#include "plugin/plugin.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "plugin/backstop.h"
#include "plugin/output.h"
#include "plugin/report_json.h"
#include "policy/config.h"

enum {
	STOPPED_MAX_BYTES = 2048,
	HEAD_SIZE = 64,
	MS_PER_S = 1000
};

/* In the order of the rows. */
enum own {
	OWN_TIMEOUT_RESULT,
	OWN_EXPLAIN,
	OWN_PERF_THRESHOLDS,
	OWN_N
};

enum device {
	DEVICE_UNREACHABLE,
	DEVICE_JSON,
	DEVICE_N
};

/* clang-format off */
const struct opt plugin_device_options[DEVICE_N + 1] = {
	[DEVICE_UNREACHABLE] = { "unreachable", 0, "STATE",
	    "State when there is no reading at all: no such name, no connection, no "
	    "handshake. critical unless set; -T, too, is as this unless set." },
	[DEVICE_JSON] = { "json", 0, NULL,
	    "Print one JSON object for other programs in place of text for people." },
	{ NULL, 0, NULL, NULL },
};

const struct opt plugin_options[OWN_N + 1] = {
	[OWN_TIMEOUT_RESULT] = { "timeout-result", 'T', "STATE",
	    "State when the time has run out: ok, warning, critical, unknown or 0 to 3; "
	    "critical unless set." },
	[OWN_EXPLAIN] = { "explain", 0, NULL, "Print every number behind the state." },
	[OWN_PERF_THRESHOLDS] = { "perf-thresholds", 0, "FORM",
	    "Thresholds in performance data: range (default), or plain for metric "
	    "writers that store no ranges." },
	{ NULL, 0, NULL, NULL },
};
/* clang-format on */

static enum rc
take_state(const struct opt *opt, const char *value, bool *has, enum state *state,
    struct err *err)
{
	struct err cause = { 0 };

	if (state_parse(value, state, &cause) != RC_OK)
		return err_set(err, RC_USAGE, "--%s: %s", opt->long_name, cause.text);
	*has = true;
	return RC_OK;
}

static enum rc
take_own(struct plugin *plugin, const struct opt *opt, enum own row, const char *value,
    struct err *err)
{
	struct rc_choice *choice = &plugin->choice;

	switch (row) {
	case OWN_TIMEOUT_RESULT:
		return take_state(opt, value, &choice->has_timeout, &choice->timeout,
		    err);
	case OWN_EXPLAIN:
		plugin->explain = true;
		return RC_OK;
	case OWN_PERF_THRESHOLDS:
		if (strcmp(value, "plain") != 0 && strcmp(value, "range") != 0)
			return err_set(err, RC_USAGE,
			    "--perf-thresholds: %.80s: neither range nor plain", value);
		plugin->perf_thresholds = value[0] == 'p' ? PERF_PLAIN : PERF_RANGES;
		return RC_OK;
	case OWN_N:
		break;
	}
	return err_set(err, RC_INTERNAL, "option: not in the table");
}

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct plugin *plugin = ctx;
	int row = opt_row(plugin_options, opt);
	enum rc r;

	if (row >= 0)
		return take_own(plugin, opt, (enum own)row, value, err);
	row = opt_row(plugin_device_options, opt);
	if (row == DEVICE_UNREACHABLE)
		return take_state(opt, value, &plugin->choice.has_unreachable,
		    &plugin->choice.unreachable, err);
	plugin->json = plugin->json || row == DEVICE_JSON;
	if (row == DEVICE_JSON)
		return RC_OK;
	r = setting_take(&plugin->settings, opt, value);
	if (r != RC_NOTFOUND)
		return r;
	return plugin->take(plugin->ctx, opt, value, err);
}

/* A whole line for a run that is stopped. */
static enum rc
format_stopped(const struct plugin *plugin, struct buf *out, enum state state,
    const char *why)
{
	static const struct facts no_facts;
	static const struct verdict no_verdict;
	const struct report report = { .name = plugin->name,
		.facts = &no_facts,
		.verdict = &no_verdict,
		.now = plugin->now };
	struct output output;
	enum rc r;

	output_init(&output, plugin->service);
	output.state = state;
	if (plugin->name != NULL)
		output_add(&output, "%s: ", plugin->name);
	output_add(&output, "%s", why);
	if (plugin->json)
		r = report_json(out, &output, &report, RC_TIMEOUT);
	else
		r = output_format(&output, out);
	output_clear(&output);
	return r;
}

static enum rc
arm(const struct plugin *plugin, struct err *err)
{
	const struct command *command = &plugin->command;
	enum state state = rc_state(RC_TIMEOUT, &plugin->choice);
	int64_t elapsed_ms = clock_monotonic_ms() - command->started_ms;
	struct buf alarm, term;
	char why[HEAD_SIZE];
	enum rc r;

	if (snprintf(why, sizeof(why), "no result within %lld s",
		(long long)command->timeout_s) < 0)
		why[0] = '\0';
	buf_init(&alarm, STOPPED_MAX_BYTES);
	buf_init(&term, STOPPED_MAX_BYTES);
	r = format_stopped(plugin, &alarm, state, why);
	if (r == RC_OK)
		r = format_stopped(plugin, &term, state,
		    "stopped before there was a result");
	if (r != RC_OK)
		(void)err_set(err, r, "backstop: %s", rc_text(r));
	else
		r = backstop_arm(buf_str(&alarm), buf_str(&term), state,
		    command->timeout_s * MS_PER_S + PLUGIN_BACKSTOP_MS - elapsed_ms,
		    err);
	buf_clear(&alarm);
	buf_clear(&term);
	return r;
}

enum rc
plugin_start(struct plugin *plugin, const struct command_info *info,
    const char *service, opt_handler take_other, void *ctx, int argc, char *const *argv,
    struct err *err)
{
	enum rc r;

	plugin->service = service;
	plugin->take = take_other;
	plugin->ctx = ctx;
	plugin->now = clock_now();
	plugin->command.info = info;
	plugin->command.timeout_s = info->timeout_s;
	plugin->command.started_ms = clock_monotonic_ms();
	/* Reading --extra-opts=@- may take its time already. */
	r = arm(plugin, err);
	if (r == RC_OK)
		r = command_start(&plugin->command, info, take, plugin, argc, argv,
		    err);
	if (r == RC_OK)
		r = arm(plugin, err);
	return r;
}

/* --unreachable, or what the file says instead. */
static enum rc
choose_unreachable(struct plugin *plugin, const struct conf *conf, const char *name,
    struct err *err)
{
	struct rc_choice *choice = &plugin->choice;
	struct config_value value = config_find(conf, name, "unreachable");
	struct err cause = { 0 };

	if (value.text == NULL || choice->has_unreachable)
		return RC_OK;
	if (state_parse(value.text, &choice->unreachable, &cause) != RC_OK)
		return config_refuse(conf, &value, "unreachable", &cause, err);
	choice->has_unreachable = true;
	return RC_OK;
}

enum rc
plugin_configure(struct plugin *plugin, const struct conf *conf, const char *name,
    struct err *err)
{
	enum rc r;

	plugin->name = name;
	r = setting_apply(&plugin->settings, conf, name, &plugin->policy, err);
	if (r == RC_OK)
		r = choose_unreachable(plugin, conf, name, err);
	if (r == RC_OK)
		r = arm(plugin, err);
	return r;
}

/*
 * All there is to print, and the state it speaks of. output is filled but for the
 * time; it is not looked at for RC_USAGE. report is what --json tells of; may be
 * NULL.
 */
static enum rc
format_result(const struct plugin *plugin, enum rc r, struct output *output,
    const struct report *report, const struct err *err, struct buf *out,
    enum state *ret_state)
{
	char head[HEAD_SIZE];

	*ret_state = STATE_UNKNOWN;
	if (r == RC_USAGE) {
		if (snprintf(head, sizeof(head), "%s %s - ", plugin->service,
			state_text(STATE_UNKNOWN)) < 0)
			head[0] = '\0';
		return command_format_answer(out, &plugin->command, head, err);
	}
	*ret_state = output->state;
	if (plugin->json && report != NULL)
		return report_json(out, output, report, r);
	report_time(output, clock_monotonic_ms() - plugin->command.started_ms,
	    plugin->command.timeout_s, plugin->perf_thresholds);
	return output_format(output, out);
}

/* What can still be said when nothing could be put together. */
static enum state
print_last_words(const struct plugin *plugin, enum rc r)
{
	char line[2 * HEAD_SIZE];

	if (snprintf(line, sizeof(line), "%s %s - %s\n", plugin->service,
		state_text(STATE_UNKNOWN), rc_text(r)) > 0)
		(void)command_write(STDOUT_FILENO, line, strlen(line), NULL);
	return STATE_UNKNOWN;
}

static enum state
print_result(const struct buf *text, enum state state)
{
	struct err err = { 0 };

	if (command_write(STDOUT_FILENO, buf_str(text), text->len, &err) == RC_OK)
		return state;
	/* The state would be believed without its reason. */
	(void)command_write(STDERR_FILENO, err.text, strlen(err.text), NULL);
	(void)command_write(STDERR_FILENO, "\n", 1, NULL);
	return STATE_UNKNOWN;
}

/* The end of every check. */
static int
finish(struct plugin *plugin, enum rc r, struct output *output,
    const struct report *report, const struct err *err)
{
	enum state state = STATE_UNKNOWN;
	struct buf text;

	buf_init(&text, REPORT_JSON_MAX_BYTES);
	r = format_result(plugin, r, output, report, err, &text, &state);
	backstop_mute(r == RC_OK ? state : STATE_UNKNOWN);
	if (r == RC_OK)
		state = print_result(&text, state);
	else
		state = print_last_words(plugin, r);
	buf_clear(&text);
	command_clear(&plugin->command);
	return (int)state;
}

int
plugin_finish(struct plugin *plugin, enum rc r, const struct facts *facts,
    const struct verdict *verdict, const struct err *err)
{
	const struct report report = { .name = plugin->name,
		.facts = facts,
		.verdict = verdict,
		.policy = &plugin->policy,
		.now = plugin->now,
		.verbosity = plugin->command.verbosity,
		.explain = plugin->explain,
		.thresholds = plugin->perf_thresholds };
	struct output output;
	int status;

	output_init(&output, plugin->service);
	if (r != RC_USAGE)
		report_result(&output, &report, r, err, &plugin->choice);
	status = finish(plugin, r, &output, &report, err);
	output_clear(&output);
	return status;
}

int
plugin_finish_output(struct plugin *plugin, enum rc r, struct output *output,
    const struct err *err)
{
	static const struct facts no_facts;
	static const struct verdict no_verdict;
	const struct report report = { .name = plugin->name,
		.facts = &no_facts,
		.verdict = &no_verdict,
		.now = plugin->now };
	struct output failure;
	int status;

	if (r == RC_OK)
		return finish(plugin, r, output, NULL, err);
	output_init(&failure, plugin->service);
	if (r != RC_USAGE)
		report_result(&failure, &report, r, err, &plugin->choice);
	status = finish(plugin, r, &failure, NULL, err);
	output_clear(&failure);
	return status;
}
