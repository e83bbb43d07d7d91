/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * publish_amt_crl: the list of what an embedded CA has revoked, for a timer.  It knows
 * no device, so that nothing of one is near the key that signs.
 */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "ca/ca.h"
#include "plugin/command.h"
#include "policy/config.h"

#define PROGRAM "publish_amt_crl"

enum {
	TIMEOUT_S = 60,
	OUT_MAX_BYTES = 1024 * 1024,
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
};

enum own {
	OWN_CA,
	OWN_N
};

/* clang-format off */
static const struct opt own_options[OWN_N + 1] = {
	[OWN_CA] = { "ca", 0, "NAME",
	    "Publish the list of [ca NAME] alone, not those of all CAs that have a crl-file." },
	{ NULL, 0, NULL, NULL },
};
/* clang-format on */

static const struct opt *const options[] = { own_options, command_options, NULL };

static const struct command_info info = {
	.program = PROGRAM,
	.purpose =
	    "Publishes the revocation lists of embedded CAs (backend local with crl-file)\n"
	    "when something was revoked or half of a list's life has passed, for a fleet in\n"
	    "which nothing is renewed meanwhile. For a timer. Knows no device.\n"
	    "\n"
	    "Exit status: 0 done, or nothing to do; 1 a list is not published; 3 usage or\n"
	    "configuration.\n",
	.examples = "  " PROGRAM "\n"
		    "  " PROGRAM " --ca local\n",
	.timeout_s = TIMEOUT_S,
	.options = options,
};

struct run {
	struct command command;
	const char *ca; /* NULL: all */
	int64_t now;
	bool has_failed;
	struct buf out;
};

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct run *run = ctx;

	(void)err;
	if (opt_row(own_options, opt) != OWN_CA)
		return RC_NOTFOUND;
	run->ca = value;
	return RC_OK;
}

static bool
has_list(const struct conf *conf, const char *name)
{
	const char *backend = conf_find(conf, "ca", name, "backend", NULL);

	return backend != NULL && strcmp(backend, ca_local_ops.name) == 0 &&
	    conf_find(conf, "ca", name, "crl-file", NULL) != NULL;
}

static enum rc
tell(struct run *run, const struct ca *ca, const struct ca_list *list, struct err *err)
{
	char from[CLOCK_TIME_SIZE], to[CLOCK_TIME_SIZE];
	enum rc r = buf_addf(&run->out, "CA %s: list %lld, from %s to %s: %s\n",
	    ca_name(ca), (long long)list->number,
	    clock_format_time(list->this_update, from),
	    clock_format_time(list->next_update, to), list->is_new ? "new" : "stays");

	return r == RC_OK ? r : err_set(err, r, "output: %s", rc_text(r));
}

/* One that fails does not keep the others from theirs. */
static enum rc
publish(struct run *run, const struct conf *conf, const char *name, struct err *err)
{
	struct ca_list list = { 0 };
	struct err cause = { 0 };
	struct ca *ca = NULL;
	enum rc r = ca_open(conf, name, &ca, &cause);

	if (r == RC_OK)
		r = ca_publish(ca, run->now, run->command.deadline_ms, &list, &cause);
	if (r == RC_OK) {
		r = tell(run, ca, &list, err);
	} else {
		(void)command_fail(&run->command, RC_CA, &cause, EXIT_FAILED);
		run->has_failed = true;
		r = RC_OK;
	}
	ca_close(ca);
	return r;
}

static enum rc
publish_all(struct run *run, struct err *err)
{
	struct conf *conf = NULL;
	const char *name = NULL;
	enum rc r = config_read(run->command.config_file, &conf, err);

	if (r == RC_OK && run->ca != NULL && !has_list(conf, run->ca))
		r = err_set(err, RC_CONFIG,
		    "[ca %.80s]: not a CA of backend local with crl-file", run->ca);
	for (size_t i = 0; r == RC_OK && conf != NULL; i++) {
		name = conf_section_name(conf, "ca", i);
		if (name == NULL)
			break;
		if (has_list(conf, name) &&
		    (run->ca == NULL || strcmp(run->ca, name) == 0))
			r = publish(run, conf, name, err);
	}
	conf_free(conf);
	return r;
}

int
main(int argc, char **argv)
{
	struct run run = { .now = clock_now() };
	struct err err = { 0 };
	int status = EXIT_DONE;
	enum rc r;

	buf_init(&run.out, OUT_MAX_BYTES);
	r = command_start(&run.command, &info, take, &run, argc, argv, &err);
	if (r == RC_OK)
		r = publish_all(&run, &err);
	if (r == RC_OK)
		r = command_write(STDOUT_FILENO, buf_str(&run.out), run.out.len, &err);
	if (r != RC_OK)
		status = command_fail(&run.command, r, &err, EXIT_FAILED);
	else if (run.has_failed)
		status = EXIT_FAILED;
	buf_clear(&run.out);
	command_clear(&run.command);
	return status;
}
