/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A check from its first line to its exit status: options that every check has,
 * deadline and signals, and the one place where a plugin ends.
 */
#ifndef AMTCERT_PLUGIN_PLUGIN_H
#define AMTCERT_PLUGIN_PLUGIN_H

#include "plugin/command.h"
#include "plugin/output.h"
#include "plugin/rc_state.h"
#include "policy/setting.h"
#include "policy/verdict.h"

enum {
	PLUGIN_TIMEOUT_S = 10,
	PLUGIN_BACKSTOP_MS = 500, /* after the deadline */
};

/* -T --explain --perf-thresholds; beside command_options and policy_options */
extern const struct opt plugin_options[];

/* --unreachable --json: of checks of one device */
extern const struct opt plugin_device_options[];

/* Zeroed before plugin_start. */
struct plugin {
	struct command command; /* verbosity, config_file, deadline_ms */
	opt_handler take;
	void *ctx;
	const char *service; /* "AMT_TLS" */
	const char *name;    /* of the device, once it is known; lent. NULL before */
	int64_t now;	     /* seconds since 1970; the verdict is for this moment */
	struct rc_choice choice;
	bool explain;
	bool json;
	enum perf_thresholds perf_thresholds;
	struct settings settings; /* of the command line */
	struct policy policy;	  /* of file and command line, by plugin_configure */
};

/*
 * Parse the command line, arm the backstop. take sees, with ctx, what is not of the
 * tables above, command_options and those of policy/setting.h. RC_USAGE, RC_CONFIG,
 * RC_NOMEM, RC_SYSTEM; plugin_finish answers for all of them.
 */
enum rc plugin_start(struct plugin *plugin, const struct command_info *info,
    const char *service, opt_handler take, void *ctx, int argc, char *const *argv,
    struct err *err);

/*
 * The device has a name now, which the last line of a run that is stopped will bear;
 * make the policy for it, and take from the file what the command line left open.
 * conf may be NULL; name is lent. RC_USAGE, RC_CONFIG.
 */
enum rc plugin_configure(struct plugin *plugin, const struct conf *conf,
    const char *name, struct err *err);

/*
 * Print and return the exit status: the verdict when r is RC_OK, else what rc_state
 * and err say and what the verdict knows in spite of it, for RC_USAGE help, version or
 * usage. 3 when standard output does not
 * take it. Frees what plugin owns; facts and verdict stay the caller's.
 */
int plugin_finish(struct plugin *plugin, enum rc r, const struct facts *facts,
    const struct verdict *verdict, const struct err *err);

/*
 * The same for a check of something else than one device: what it has to say, but
 * for the time of the run, is in output, which stays the caller's. It is left out
 * when r is not RC_OK: then rc_state and err say all.
 */
int plugin_finish_output(struct plugin *plugin, enum rc r, struct output *output,
    const struct err *err);

#endif
