/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forget_amt_device: takes devices that are gone for good out of the inventory.  All of
 * it is in inventory/forget.h; here are options and words.
 */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/user.h"
#include "inventory/forget.h"
#include "inventory/place.h"
#include "plugin/command.h"
#include "policy/config.h"

#define PROGRAM "forget_amt_device"

enum {
	TIMEOUT_S = 300,
	OUT_MAX_BYTES = 256 * 1024,
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
};

/* In the order of the rows. */
enum own {
	OWN_HOSTNAME,
	OWN_APPLY,
	OWN_ACTOR,
	OWN_INVENTORY,
	OWN_N
};

struct run {
	struct command command;
	const char *names[FORGET_MAX];
	size_t n_names;
	bool apply;
	const char *actor;
	const char *inventory_file;
	char user[USER_BYTES]; /* what user_name() lends */
};

/* clang-format off */
static const struct opt own_options[OWN_N + 1] = {
	[OWN_HOSTNAME] = { "hostname", 'H', "NAME",
	    "A device, by its name in the inventory or its UUID. Repeat it, up to 100 times." },
	[OWN_APPLY] = { "apply", 0, NULL,
	    "Do it. Without, only the plan is printed and nothing is changed." },
	[OWN_ACTOR] = { "actor", 0, "NAME",
	    "Who wants it, for the jobs that are withdrawn; the user who runs it unless set." },
	[OWN_INVENTORY] = { "inventory", 0, "FILE",
	    "Inventory, " DB_DEFAULT_PATH " unless set." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const tables[] = { own_options, command_options, NULL };

static const struct command_info info = {
	.program = PROGRAM,
	.purpose =
	    "Takes devices that are gone for good out of the inventory, with all that was read\n"
	    "of them, and withdraws their jobs. The journal and the archive of certificates stay.\n"
	    "Asks no device.\n"
	    "\n"
	    "Exit status: 0 done, or planned; 1 refused, or the inventory cannot be used, and\n"
	    "nothing is changed; 3 usage or configuration.\n",
	.examples =
	    "  " PROGRAM " -H pc1.corp.example\n"
	    "  " PROGRAM " -H pc1.corp.example -H pc2.corp.example --apply\n",
	.timeout_s = TIMEOUT_S,
	.options = tables,
};
/* clang-format on */

static enum rc
take_name(struct run *run, const char *value, struct err *err)
{
	if (run->n_names == FORGET_MAX)
		return err_set(err, RC_USAGE, "more than %d devices at once",
		    FORGET_MAX);
	run->names[run->n_names++] = value;
	return RC_OK;
}

static enum rc
take_own(void *ctx, int row, const char *value, struct err *err)
{
	struct run *run = ctx;

	switch ((enum own)row) {
	case OWN_HOSTNAME:
		return take_name(run, value, err);
	case OWN_APPLY:
		run->apply = true;
		return RC_OK;
	case OWN_ACTOR:
		run->actor = value;
		return RC_OK;
	case OWN_INVENTORY:
		run->inventory_file = value;
		return RC_OK;
	case OWN_N:
		break;
	}
	return err_set(err, RC_INTERNAL, "option: not in the table");
}

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	return opt_take_row(own_options, opt, value, take_own, ctx, err);
}

static enum rc
tell_one(const struct run *run, const struct forget *one, struct buf *out)
{
	char name[FACTS_TEXT_SIZE];
	char uuid[FACTS_TEXT_SIZE];
	char date[CLOCK_DATE_SIZE];

	text_printable_field(name, sizeof(name), one->name, strlen(one->name));
	text_printable_field(uuid, sizeof(uuid), one->uuid, strlen(one->uuid));
	return buf_addf(out,
	    "%s: UUID %s%s, %s%s, certificates in use: %lld, jobs %s: %lld\n", name,
	    uuid[0] != '\0' ? uuid : "not known",
	    one->is_set_aside ? ", set aside for another device" : "",
	    one->read_at != 0 ? "last read " : "never read",
	    one->read_at != 0 ? clock_format_date(one->read_at, date) : "",
	    (long long)one->n_certs, run->apply ? "withdrawn" : "that wait",
	    (long long)one->n_jobs);
}

static enum rc
tell(const struct run *run, const struct forget_list *list, struct err *err)
{
	enum rc r = RC_OK;
	struct buf out;

	buf_init(&out, OUT_MAX_BYTES);
	for (size_t i = 0; r == RC_OK && i < list->n; i++)
		r = tell_one(run, &list->list[i], &out);
	if (r == RC_OK)
		r = buf_addf(&out, "%zu %s %s\n", list->n,
		    list->n == 1 ? "device" : "devices",
		    run->apply ? "forgotten"
			       : "to forget; nothing is changed without --apply");
	if (r != RC_OK)
		(void)err_set(err, r, "output: %s", rc_text(r));
	else
		r = command_write(STDOUT_FILENO, buf_str(&out), out.len, err);
	buf_clear(&out);
	return r;
}

/* The inventory of all of them. */
static enum rc
find_place(const struct run *run, const struct conf *conf, const char **ret_path,
    struct err *err)
{
	const char *path;

	if (run->n_names == 0)
		return err_set(err, RC_USAGE, "--hostname: which device is gone?");
	path = place_choose(run->inventory_file, conf, run->names[0]);
	for (size_t i = 1; i < run->n_names; i++)
		if (strcmp(path,
			place_choose(run->inventory_file, conf, run->names[i])) != 0)
			return err_set(err, RC_USAGE,
			    "%.80s: is in another inventory: in a run of its own",
			    run->names[i]);
	*ret_path = path;
	return RC_OK;
}

static enum rc
forget(struct run *run, struct forget_list *list, struct err *err)
{
	struct conf *conf = NULL;
	const char *path = NULL;
	struct db db = { 0 };
	enum rc r = config_read(run->command.config_file, &conf, err);

	if (r == RC_OK)
		r = find_place(run, conf, &path, err);
	if (r == RC_OK)
		r = db_open_existing(path, !run->apply, DB_BUSY_TIMEOUT_MS, &db, err);
	if (r == RC_OK && run->apply) {
		r = forget_devices(&db, run->names, run->n_names, run->actor,
		    clock_now(), list, err);
	} else if (r == RC_OK) {
		r = db_begin_read(&db, err);
		if (r == RC_OK)
			r = forget_look(&db, run->names, run->n_names, list, err);
	}
	db_close(&db);
	conf_free(conf);
	return r;
}

int
main(int argc, char **argv)
{
	struct forget_list list = { .n = 0 };
	struct run run = { .n_names = 0 };
	struct err err = { 0 };
	int status = EXIT_DONE;
	enum rc r;

	run.actor = user_name(run.user);
	if (run.actor == NULL)
		run.actor = "a user without a name";
	r = command_start(&run.command, &info, take, &run, argc, argv, &err);
	if (r == RC_OK)
		r = forget(&run, &list, &err);
	if (r == RC_OK)
		r = tell(&run, &list, &err);
	if (r != RC_OK)
		status = command_fail(&run.command, r, &err, EXIT_FAILED);
	command_clear(&run.command);
	return status;
}
