/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * amtcert_agent: the inventory over SNMP, as a subagent of snmpd or as a master of
 * its own.  Talks to no device.
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lock_file.h"
#include "base/log.h"
#include "base/opt.h"
#include "policy/config.h"
#include "snmp/agent.h"
#include "snmp/loader.h"

enum {
	EXIT_DONE = 0,
	EXIT_CANNOT_START = 1,
	EXIT_USAGE = 3,
	HELP_MAX_BYTES = 16384,
	PATH_SIZE = SETTINGS_PATH_SIZE + 16,
	/* Large blocks go back to the system when they are freed: a mirror is some. */
	MMAP_THRESHOLD_BYTES = 131072,
};

struct command {
	const char *config_file;
	bool is_master;
	bool wants_help;
	bool wants_version;
	int verbosity;
};

static const struct opt options[] = {
	{ "config", 'f', "FILE", "Read FILE instead of " CONFIG_DEFAULT_PATH "." },
	{ "master", 0, NULL,
	    "Be an SNMP agent of its own, on the port that [agent] listen names, "
	    "instead of a subagent." },
	{ "verbose", 'v', NULL, "Log more; twice for all that the SNMP library says." },
	{ "version", 'V', NULL, "Print the version." },
	{ "help", 'h', NULL, "Print this." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const tables_of_options[] = { options, NULL };

static volatile sig_atomic_t is_ending;
static int signal_wake_fd = -1;

static void
on_signal(int number)
{
	(void)number;
	is_ending = 1;
	mailbox_wake_snmp(signal_wake_fd);
}

static enum rc
take_option(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct command *command = ctx;

	(void)err;
	switch (opt - options) {
	case 0:
		command->config_file = value;
		break;
	case 1:
		command->is_master = true;
		break;
	case 2:
		command->verbosity++;
		break;
	case 3:
		command->wants_version = true;
		break;
	default:
		command->wants_help = true;
		break;
	}
	return RC_OK;
}

static int
print_answer(const struct command *command, const struct err *err)
{
	struct buf out;

	buf_init(&out, HELP_MAX_BYTES);
	if (command->wants_version) {
		(void)buf_addf(&out, "amtcert_agent %s\n", AMTCERT_VERSION);
	} else {
		if (err->rc != RC_OK)
			(void)buf_addf(&out, "%s\n", err->text);
		(void)opt_usage(&out, "amtcert_agent", tables_of_options);
		if (err->rc == RC_OK) {
			(void)buf_add_char(&out, '\n');
			(void)opt_help(&out, tables_of_options);
		}
	}
	(void)fputs(buf_str(&out), err->rc == RC_OK ? stdout : stderr);
	buf_clear(&out);
	return EXIT_USAGE;
}

/* One agent per state directory; the lock ends with the process. */
static enum rc
lock(const struct agent_settings *settings, int *ret_fd, struct err *err)
{
	char path[PATH_SIZE];
	int n = snprintf(path, sizeof(path), "%s/agent.lock", settings->state_dir);
	struct err why = { 0 };
	enum rc r;

	if (n < 0 || (size_t)n >= sizeof(path))
		return err_set(err, RC_LIMIT, "state-dir: too long");
	r = lock_file_take(path, ret_fd, &why);
	if (r == RC_LOCKED)
		return err_set(err, r, "%s: another amtcert_agent holds it", path);
	return r == RC_OK ? RC_OK : err_set(err, r, "%s", why.text);
}

static void
take_signals(int wake_fd)
{
	/* Without SA_RESTART: select() has to wake. */
	struct sigaction action = { .sa_handler = on_signal };

	signal_wake_fd = wake_fd;
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &action, NULL);
}

static enum rc
serve(const struct command *command, const struct agent_settings *settings,
    struct mailbox *mailbox, struct err *err)
{
	static struct agent agent;
	static struct loader loader;
	enum rc r;

	/* The library reads the environment: it starts before there are two threads. */
	r = agent_start(&agent, settings, mailbox, command->is_master, err);
	if (r != RC_OK)
		return r;
	r = loader_start(&loader, settings, mailbox, err);
	if (r != RC_OK) {
		agent_stop(&agent);
		agent_clear(&agent);
		return r;
	}
	while (r == RC_OK && is_ending == 0)
		r = agent_turn(&agent, err);
	agent_stop(&agent);
	mailbox_stop(mailbox);
	loader_join(&loader);
	agent_clear(&agent);
	return r;
}

static enum rc
run(const struct command *command, struct err *err)
{
	static struct mailbox mailbox;
	static struct agent_settings settings;
	struct conf *conf = NULL;
	int lock_fd = -1;
	enum rc r;

	r = config_read(command->config_file, &conf, err);
	if (r == RC_OK)
		r = settings_read(conf, &settings, err);
	conf_free(conf);
	if (r == RC_OK)
		r = lock(&settings, &lock_fd, err);
	if (r != RC_OK)
		return r;
	r = mailbox_init(&mailbox, err);
	if (r == RC_OK) {
		take_signals(mailbox.wake_fd);
		r = serve(command, &settings, &mailbox, err);
		mailbox_clear(&mailbox);
	}
	(void)close(lock_fd);
	return r;
}

int
main(int argc, char **argv)
{
	struct command command = { .config_file = NULL };
	struct err err = { 0 };

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): before there are two threads */
	(void)mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES);
	(void)umask(0077);
	if (opt_parse(tables_of_options, argc, argv, take_option, &command, &err) !=
		RC_OK ||
	    command.wants_help || command.wants_version)
		return print_answer(&command, &err);
	log_set_level(1 + command.verbosity);
	if (run(&command, &err) == RC_OK)
		return EXIT_DONE;
	log_at(1, "amtcert_agent", "%s", err.text);
	return EXIT_CANNOT_START;
}
