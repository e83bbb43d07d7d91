/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * amtsim: simulated Intel AMT firmware on loopback addresses, one device or
 * thousands in one process.  See README.md in this folder.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <libxml/parser.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/opt.h"
#include "command.h"
#include "conn.h"
#include "control.h"
#include "devconf.h"
#include "device.h"
#include "firmware.h"
#include "fleet.h"
#include "serve.h"
#include "sim.h"
#include "tls.h"

enum {
	EXIT_USAGE = 3,
	FILES_MAX = 64,
	HELP_MAX_BYTES = 65536,
};

/* What the command line asked for. */
struct options {
	const char *files[FILES_MAX];
	size_t files_n;
	struct devconf_sets sets;
	const char *name;
	const char *log;
	const char *control;
	const char *key_pool;
	const char *count;
	const char *base_address;
	const char *mix;
	const char *ca;
	const char *ca_key;
	const char *fleet_key;
	const char *ask;
	const char *say;
	bool help;
};

static const struct opt option_table[] = {
	{ "device", 'd', "FILE", "Devices of an INI file. May be repeated." },
	{ "name", 'n', "NAME",
	    "One device without a file; keys by --set. Default when no file is given: "
	    "device." },
	{ "set", 's', "KEY=VALUE", "Overrides a key of every device." },
	{ "count", 0, "N", "A fleet of N devices, each on an address of its own." },
	{ "base-address", 0, "A", "The address before the first; default 127.1.0.0." },
	{ "mix", 0, "KIND:WEIGHT,...",
	    "Kinds of the fleet: valid due expired future wrong-name self-signed dead hang "
	    "slow. Default valid:1." },
	{ "ca", 0, "FILE", "Certificate of the CA that signs the fleet." },
	{ "ca-key", 0, "FILE", "Its private key." },
	{ "fleet-key", 0, "TYPE",
	    "Key pair of the fleet: rsa (2048, default) or p256, whose handshakes take "
	    "less time." },
	{ "log", 'l', "FILE", "One line per request; - is standard error." },
	{ "control", 'c', "PATH", "UNIX socket for commands." },
	{ "key-pool", 'k', "FILE", "PEM file of private keys to hand out first." },
	{ "ask", 'a', "PATH", "Send a command to a running simulator." },
	{ "say", 0, "COMMAND", "The command for --ask, such as \"state\"." },
	{ "help", 'h', NULL, "This text, the keys and the commands." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const option_tables[] = { option_table, NULL };

static enum rc
take_option(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct options *options = ctx;
	const struct {
		const char *name;
		const char **field;
	} texts[] = {
		{ "name", &options->name },
		{ "log", &options->log },
		{ "control", &options->control },
		{ "key-pool", &options->key_pool },
		{ "count", &options->count },
		{ "base-address", &options->base_address },
		{ "mix", &options->mix },
		{ "ca", &options->ca },
		{ "ca-key", &options->ca_key },
		{ "fleet-key", &options->fleet_key },
		{ "ask", &options->ask },
		{ "say", &options->say },
	};

	if (strcmp(opt->long_name, "help") == 0) {
		options->help = true;
		return RC_OK;
	}
	if (strcmp(opt->long_name, "device") == 0) {
		if (options->files_n == FILES_MAX)
			return err_set(err, RC_USAGE, "--device: too many");
		options->files[options->files_n++] = value;
		return RC_OK;
	}
	if (strcmp(opt->long_name, "set") == 0) {
		if (options->sets.n == DEVCONF_SETS_MAX)
			return err_set(err, RC_USAGE, "--set: too many");
		options->sets.texts[options->sets.n++] = value;
		return RC_OK;
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].name, opt->long_name) == 0)
			*texts[i].field = value;
	return RC_OK;
}

static void
print_help(void)
{
	struct buf out = { 0 };

	buf_init(&out, HELP_MAX_BYTES);
	opt_usage(&out, "amtsim", option_tables);
	buf_add_str(&out, "\n");
	opt_help(&out, option_tables);
	buf_add_str(&out, "\nkeys of a device:\n");
	devconf_help(&out);
	buf_add_str(&out, "\ncommands of the control socket:\n");
	command_help(&out);
	(void)fputs(buf_str(&out), stdout);
	buf_clear(&out);
}

/* Two sockets per device and one per connection: take all we may have. */
static void
raise_file_limit(void)
{
	struct rlimit limit = { 0 };

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static enum rc
make_devices(struct sim *sim, const struct options *options, struct err *err)
{
	const struct fleet_plan plan = {
		.count = options->count,
		.base_address = options->base_address,
		.mix = options->mix,
		.ca = options->ca,
		.ca_key = options->ca_key,
		.key = options->fleet_key,
	};
	enum rc r = RC_OK;

	if (options->count != NULL)
		r = fleet_make(sim, &plan, &options->sets, err);
	for (size_t i = 0; i < options->files_n && r == RC_OK; i++)
		r = devconf_read(sim, options->files[i], &options->sets, err);
	if (r == RC_OK && (options->name != NULL || sim->devices_n == 0))
		r = devconf_bare(sim, options->name == NULL ? "device" : options->name,
		    &options->sets, err);
	for (size_t i = 0; i < sim->devices_n && r == RC_OK; i++)
		r = firmware_start(sim->devices[i], err);
	return r;
}

static void
print_ready(const struct sim *sim)
{
	struct buf out = { 0 };

	buf_init(&out, HELP_MAX_BYTES);
	for (size_t i = 0; i < sim->devices_n; i++) {
		buf_reset(&out);
		command_ready(sim, i, &out);
		(void)fputs(buf_str(&out), stdout);
	}
	printf("listening %zu\n", sim->devices_n);
	(void)fflush(stdout);
	buf_clear(&out);
}

static void
on_signal(void *ctx, uint32_t events)
{
	(void)events;
	loop_stop(ctx);
}

static enum rc
serve_until_told(struct sim *sim, struct err *err)
{
	struct loop_fd signals = { .fd = -1, .fn = on_signal, .ctx = sim->loop };
	sigset_t set;

	/* A TLS library writes without MSG_NOSIGNAL. */
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return err_system(err, "signal");
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals.fd < 0)
		return err_system(err, "signalfd");
	loop_watch(sim->loop, &signals, EPOLLIN);
	print_ready(sim);
	loop_run(sim->loop);
	loop_watch(sim->loop, &signals, 0);
	close(signals.fd);
	return RC_OK;
}

static void
clear_sim(struct sim *sim)
{
	control_close(sim->control);
	for (size_t i = 0; i < sim->devices_n; i++) {
		serve_clear(sim->devices[i]);
		while (sim->devices[i]->conns != NULL)
			conn_cut(sim->devices[i]->conns);
		device_free(sim->devices[i]);
	}
	free(sim->devices);
	fleet_free(sim->fleet);
	loop_free(sim->loop);
	keypool_clear(&sim->keypool);
	reqlog_close(&sim->log);
	tls_clear();
}

static enum rc
run(const struct options *options, struct err *err)
{
	struct sim sim = { 0 };
	enum rc r = RC_OK;

	sim.loop = loop_new();
	if (sim.loop == NULL)
		return err_system(err, "epoll");
	raise_file_limit();
	if (options->key_pool != NULL)
		r = keypool_read(&sim.keypool, options->key_pool, err);
	if (r == RC_OK && options->log != NULL)
		r = reqlog_open(&sim.log, options->log, err);
	if (r == RC_OK)
		r = make_devices(&sim, options, err);
	if (r == RC_OK && options->control != NULL)
		r = control_open(&sim, options->control, err);
	if (r == RC_OK)
		r = serve_until_told(&sim, err);
	clear_sim(&sim);
	return r;
}

/* A client that sends no XML is no news. */
__attribute__((format(printf, 2, 3))) static void
say_nothing(void *ctx, const char *format, ...)
{
	(void)ctx;
	(void)format;
}

int
main(int argc, char **argv)
{
	struct options options = { 0 };
	struct err err = { 0 };
	enum rc r = opt_parse(option_tables, argc, argv, take_option, &options, &err);

	xmlSetGenericErrorFunc(NULL, say_nothing);
	if (r == RC_OK && options.help) {
		print_help();
		return EXIT_SUCCESS;
	}
	if (r == RC_OK && options.ask != NULL)
		r = control_ask(options.ask,
		    options.say == NULL ? "state" : options.say, &err);
	else if (r == RC_OK)
		r = run(&options, &err);
	xmlCleanupParser();
	if (r != RC_OK) {
		(void)fprintf(stderr, "amtsim: %s\n", err.text);
		return r == RC_USAGE ? EXIT_USAGE : EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
