/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One session, one login attempt.  An expired certificate is no reason not to look:
 * it is what we look for, and the device is authenticated all the same.
 */
#include "login.h"

#include <string.h>

#include "amt/read.h"
#include "amt/survey.h"
#include "settings.h"

/* Where options go that are not the plugin's. */
struct options {
	const struct login_check *check;
	struct subject subject;
};

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct options *options = ctx;
	const struct login_check *check = options->check;
	enum rc r = settings_take(&options->subject, opt, value, err);

	if (r == RC_NOTFOUND && check->take != NULL)
		r = check->take(check->ctx, opt, value, err);
	return r;
}

/* A check, as its parts see it. */
struct look {
	const struct login_check *check;
	struct plugin *plugin;
	struct subject *subject;
	struct facts *facts;
	struct verdict *verdict;
};

static enum login_outcome
outcome_of(const struct device *device, enum rc r)
{
	if (!device_has_shown_login(device))
		return LOGIN_NOT_SHOWN;
	if (r == RC_AUTH)
		return LOGIN_REFUSED;
	return device_has_logged_in(device) ? LOGIN_TAKEN : LOGIN_UNKNOWN;
}

static enum rc
read_session(const struct look *look, struct err *err)
{
	const struct plugin *plugin = look->plugin;
	const struct target *target = &look->subject->target;
	enum login_outcome outcome = LOGIN_NOT_SHOWN;
	struct device *device = NULL;
	/* Of a part the inventory would take the rest for gone. */
	enum rc (*read)(struct device *, const struct target *, int64_t, struct facts *,
	    struct err *) =
	    look->subject->known.record ? read_device : look->check->read;
	enum rc r;

	r = device_open(target, TRUST_TIME_JUDGED, plugin->now,
	    plugin->command.deadline_ms, &device, err);
	if (r == RC_OK) {
		r = read(device, target, plugin->now, look->facts, err);
		outcome = outcome_of(device, r);
	}
	device_close(device);
	known_note_login(&look->subject->known, outcome);
	return r;
}

/*
 * Where the ledger holds a login back, what the device shows without one is worth a
 * look all the same; and one that is out of reach is that in the first place.
 */
static enum rc
read_with_login(const struct look *look, struct err *err)
{
	const struct plugin *plugin = look->plugin;
	const struct target *target = &look->subject->target;
	int64_t wait_until_ms =
	    (plugin->command.started_ms + plugin->command.deadline_ms) / 2;
	struct err held_back = { 0 };
	enum rc r = known_ask_login(&look->subject->known, wait_until_ms, &held_back);

	if (r == RC_OK)
		return read_session(look, err);
	if (!target->plain &&
	    survey_read_presented(target, plugin->now, plugin->command.deadline_ms,
		look->facts, err) != RC_OK)
		return err->rc;
	return err_set(err, r, "%s", held_back.text);
}

static enum rc
judge(const struct look *look, struct err *err)
{
	const struct login_check *check = look->check;
	const struct plugin *plugin = look->plugin;
	enum rc r = check->judge(check->ctx, look->facts, &plugin->policy, plugin->now,
	    look->verdict, err);

	if (r == RC_OK && check->recalls)
		r = verdict_judge_history(look->facts, &plugin->policy, plugin->now,
		    look->verdict, err);
	return r;
}

/* The age of a reading, without what happened to the device. */
static void
keep_age(struct facts_history *history)
{
	struct facts_history age = { .known = history->known,
		.ok_at = history->ok_at,
		.tried_at = history->tried_at,
		.has_failed = history->has_failed };

	memcpy(age.error, history->error, sizeof(age.error));
	*history = age;
}

/* What the device presents is judged even where the login was refused. */
static enum rc
look_at(const struct look *look, struct err *err)
{
	struct plugin *plugin = look->plugin;
	struct known *known = &look->subject->known;
	struct err cause = { 0 };
	enum rc r;

	survey_note_target(&look->subject->target, plugin->now, look->facts);
	known_open(known, SNAPSHOT_STORE, true, plugin->now);
	known_lend(known, &plugin->policy);
	r = read_with_login(look, &cause);
	if (r == RC_OK)
		known_add(known, &plugin->policy, look->facts);
	if (r != RC_OK && look->check->recalls &&
	    known_recall(known, r, &cause, look->facts))
		r = RC_OK;
	if (!look->check->judges_history)
		keep_age(&look->facts->history);
	if (r == RC_OK)
		r = judge(look, &cause);
	else
		(void)verdict_judge_presented(look->facts, &plugin->policy, plugin->now,
		    look->verdict, NULL);
	if (known_tell(known, look->verdict, &cause) != RC_OK)
		r = RC_NOMEM;
	return r == RC_OK ? RC_OK : err_set(err, r, "%s", cause.text);
}

int
login_check_main(const struct login_check *check, int argc, char **argv)
{
	struct options options = { .check = check };
	struct plugin plugin = { 0 };
	struct verdict verdict = { 0 };
	struct facts facts = { 0 };
	const struct look look = { check, &plugin, &options.subject, &facts, &verdict };
	struct err err = { 0 };
	enum rc r;
	int status;

	subject_init(&options.subject);
	r = plugin_start(&plugin, check->info, check->service, take, &options, argc,
	    argv, &err);
	if (r == RC_OK)
		r = settings_complete(&plugin, &options.subject, &err);
	if (r == RC_OK)
		r = target_load_secret(&options.subject.target, &err);
	if (r == RC_OK)
		r = look_at(&look, &err);
	status = plugin_finish(&plugin, r, &facts, &verdict, &err);
	verdict_clear(&verdict);
	facts_clear(&facts);
	subject_clear(&options.subject);
	return status;
}
