/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of commands of the control socket.  DEVICE is a name or "*".
 */
#include "command.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "conn.h"
#include "devconf.h"
#include "device.h"
#include "digest.h"
#include "dump.h"
#include "firmware.h"
#include "fleet.h"
#include "inject.h"
#include "loop.h"
#include "rtc.h"
#include "sim.h"

/* Applies a command to one device. */
typedef enum rc (*command_fn)(struct device *dev, const char *argument,
    struct buf *answer, struct err *err);

static enum rc
do_state(struct device *dev, const char *argument, struct buf *answer, struct err *err)
{
	(void)argument;
	(void)err;
	dump_device(dev, answer);
	buf_add_char(answer, '\n');
	return RC_OK;
}

static enum rc
do_fault(struct device *dev, const char *argument, struct buf *answer, struct err *err)
{
	(void)answer;
	if (argument == NULL)
		return err_set(err, RC_USAGE, "fault DEVICE RULE|none");
	if (strcmp(argument, "none") == 0) {
		inject_clear(dev);
		return RC_OK;
	}
	return inject_add(dev, argument, err);
}

static enum rc
do_clock(struct device *dev, const char *argument, struct buf *answer, struct err *err)
{
	int64_t seconds = 0;
	enum rc r = RC_OK;

	(void)answer;
	if (argument == NULL)
		return err_set(err, RC_USAGE, "clock DEVICE +S|-S|reset|TIME");
	if (strcmp(argument, "reset") == 0) {
		rtc_reset(&dev->rtc);
		return RC_OK;
	}
	if (argument[0] == '+' || argument[0] == '-') {
		r = num_parse(argument, -INT64_C(100000000000), INT64_C(100000000000),
		    &seconds, err);
		if (r == RC_OK)
			dev->rtc.offset_s += seconds;
		return r;
	}
	r = clock_parse_datetime(argument, &seconds, err);
	if (r == RC_OK)
		rtc_set(&dev->rtc, seconds);
	return r;
}

static enum rc
do_set(struct device *dev, const char *argument, struct buf *answer, struct err *err)
{
	bool was_off = dev->sw.dead || !dev->provisioned;
	enum rc r = RC_OK;

	(void)answer;
	if (argument == NULL)
		return err_set(err, RC_USAGE, "set DEVICE KEY=VALUE");
	r = devconf_apply(dev, argument, err);
	if (r != RC_OK || was_off == (dev->sw.dead || !dev->provisioned))
		return r;
	/* A PC that is switched off says nothing more. */
	if (!was_off)
		conn_close_all(dev);
	return firmware_listen(dev, err);
}

static enum rc
do_reboot(struct device *dev, const char *argument, struct buf *answer, struct err *err)
{
	(void)answer;
	if (argument == NULL || strcmp(argument, "drop") == 0)
		firmware_restart(dev, RESTART_DROP);
	else if (strcmp(argument, "keep") == 0)
		firmware_restart(dev, RESTART_KEEP);
	else if (strcmp(argument, "apply") == 0)
		firmware_restart(dev, RESTART_APPLY);
	else
		return err_set(err, RC_USAGE, "reboot DEVICE [drop|keep|apply]");
	return RC_OK;
}

static enum rc
do_counters(struct device *dev, const char *argument, struct buf *answer,
    struct err *err)
{
	int64_t message_id = dev->count.message_id;
	int64_t pull_id = dev->count.pull_id;

	(void)argument;
	(void)answer;
	(void)err;
	dev->count = (struct counters){ 0 };
	dev->count.message_id = message_id;
	dev->count.pull_id = pull_id;
	return RC_OK;
}

static const struct {
	const char *name;
	command_fn fn;
	const char *help;
} commands[] = {
	{ "state", do_state, "state [DEVICE]                 one JSON object a line" },
	{ "fault", do_fault, "fault DEVICE RULE|none         add a rule, drop all" },
	{ "clock", do_clock, "clock DEVICE +S|-S|TIME|reset  move the device's clock" },
	{ "set", do_set, "set DEVICE KEY=VALUE           a key of the device file" },
	{ "reboot", do_reboot, "reboot DEVICE [drop|keep|apply]  pending settings" },
	{ "zero", do_counters, "zero DEVICE                    all counters to 0" },
	{ NULL, NULL, NULL },
};

void
command_help(struct buf *out)
{
	for (size_t i = 0; commands[i].name != NULL; i++)
		buf_addf(out, "  %s\n", commands[i].help);
	buf_add_str(out,
	    "  list                           ready lines\n"
	    "  stop                           end the simulator\n");
}

void
command_ready(const struct sim *sim, size_t n, struct buf *out)
{
	const struct device *dev = sim->devices[n];
	const struct listener *tls = &dev->listeners[LISTEN_TLS];
	const struct listener *plain = &dev->listeners[LISTEN_PLAIN];
	char address[INET_ADDRSTRLEN] = "";

	(void)inet_ntop(AF_INET, &dev->address, address, sizeof(address));
	buf_addf(out, "ready %s %s %u %u\n", dev->name, address,
	    (unsigned)(tls->open ? tls->port : 0),
	    (unsigned)(plain->open ? plain->port : 0));
}

static enum rc
for_devices(struct sim *sim, command_fn fn, const char *name, const char *argument,
    struct buf *answer, struct err *err)
{
	enum rc r = RC_OK;
	bool found = false;

	for (size_t i = 0; i < sim->devices_n && r == RC_OK; i++) {
		if (name != NULL && strcmp(name, "*") != 0 &&
		    strcmp(name, sim->devices[i]->name) != 0)
			continue;
		found = true;
		fleet_complete(sim->devices[i]);
		r = fn(sim->devices[i], argument, answer, err);
	}
	if (!found)
		return err_set(err, RC_NOTFOUND, "no device %s",
		    name == NULL ? "at all" : name);
	return r;
}

void
command_run(struct sim *sim, char *line, struct buf *answer)
{
	char *rest = line;
	const char *word = strsep(&rest, " ");
	const char *device = rest == NULL ? NULL : strsep(&rest, " ");
	struct err err = { 0 };

	if (strcmp(word, "stop") == 0) {
		loop_stop(sim->loop);
		buf_add_str(answer, "ok\n");
		return;
	}
	if (strcmp(word, "list") == 0) {
		for (size_t i = 0; i < sim->devices_n; i++)
			command_ready(sim, i, answer);
		return;
	}
	for (size_t i = 0; commands[i].name != NULL; i++) {
		if (strcmp(commands[i].name, word) != 0)
			continue;
		if (for_devices(sim, commands[i].fn, device, rest, answer, &err) !=
		    RC_OK) {
			buf_reset(answer);
			buf_addf(answer, "error: %s\n", err.text);
		} else if (answer->len == 0) {
			buf_add_str(answer, "ok\n");
		}
		return;
	}
	buf_addf(answer, "error: no such command: %s\n", word);
}
