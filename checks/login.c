/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One session, one login attempt.  An expired certificate is no reason not to look:
 * it is what we look for, and the device is authenticated all the same.
 */
#include "login.h"

#include <stdio.h>

#include "settings.h"

/* Where options go that are not the plugin's. */
struct options {
	const struct login_check *check;
	struct target target;
};

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct options *options = ctx;
	const struct login_check *check = options->check;
	enum rc r = settings_take(&options->target, opt, value, err);

	if (r == RC_NOTFOUND && check->take != NULL)
		r = check->take(check->ctx, opt, value, err);
	return r;
}

static void
name_facts(struct facts *facts, const struct target *target, int64_t now)
{
	(void)snprintf(facts->name, sizeof(facts->name), "%s", target->name);
	(void)snprintf(facts->address, sizeof(facts->address), "%s",
	    target_address(target));
	facts->port = target->port;
	facts->read_at = now;
}

/* What the device presents is judged even where the login was refused. */
static enum rc
look(const struct login_check *check, const struct plugin *plugin,
    const struct target *target, struct facts *facts, struct verdict *verdict,
    struct err *err)
{
	struct device *device = NULL;
	enum rc r;

	name_facts(facts, target, plugin->now);
	r = device_open(target, TRUST_TIME_JUDGED, plugin->now,
	    plugin->command.deadline_ms, &device, err);
	if (r == RC_OK)
		r = check->read(device, target, plugin->now, facts, err);
	device_close(device);
	if (r == RC_OK)
		return check->judge(check->ctx, facts, &plugin->policy, plugin->now,
		    verdict, err);
	(void)verdict_judge_presented(facts, &plugin->policy, plugin->now, verdict,
	    NULL);
	return r;
}

int
login_check_main(const struct login_check *check, int argc, char **argv)
{
	struct options options = { .check = check };
	struct plugin plugin = { 0 };
	struct verdict verdict = { 0 };
	struct facts facts = { 0 };
	struct err err = { 0 };
	enum rc r;
	int status;

	target_init(&options.target);
	r = plugin_start(&plugin, check->info, check->service, take, &options, argc,
	    argv, &err);
	if (r == RC_OK)
		r = settings_complete(&plugin, &options.target, &err);
	if (r == RC_OK)
		r = target_load_secret(&options.target, &err);
	if (r == RC_OK)
		r = look(check, &plugin, &options.target, &facts, &verdict, &err);
	status = plugin_finish(&plugin, r, &facts, &verdict, &err);
	verdict_clear(&verdict);
	facts_clear(&facts);
	target_clear(&options.target);
	return status;
}
