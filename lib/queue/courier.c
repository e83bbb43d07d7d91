/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line is locked, run, and marked: whoever is killed before the mark leaves it to be
 * delivered again.
 */
#include "queue/courier.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/helper.h"
#include "base/num.h"
#include "base/text.h"
#include "inventory/outbox.h"
#include "policy/config.h"
#include "queue/row_lock.h"

#define LOCK_KIND "outbox"

enum {
	MS_PER_S = 1000,
	WORDS_SIZE = 160,
	LINE_MAX_BYTES = 1024,
};

struct command {
	struct helper_command helper;
	int64_t timeout_s;
};

static enum rc
read_timeout(const struct conf *conf, const char *device_name, int64_t *timeout_s,
    struct err *err)
{
	const struct config_value value =
	    config_find(conf, device_name, "handover-timeout");
	struct err why = { 0 };
	int64_t seconds = COURIER_TIMEOUT_S;
	enum rc r = RC_OK;

	if (value.text != NULL)
		r = num_parse_duration(value.text, COURIER_TIMEOUT_MAX_S, &seconds,
		    &why);
	if (r == RC_OK && seconds == 0)
		r = err_set(&why, RC_CONFIG, "no time at all");
	if (r != RC_OK)
		return config_refuse(conf, &value, "handover-timeout", &why, err);
	*timeout_s = seconds;
	return RC_OK;
}

/* RC_NOTFOUND when there is none. */
static enum rc
read_command(const struct conf *conf, const char *device_name,
    struct command *ret_command, struct err *err)
{
	const struct config_value value =
	    config_find(conf, device_name, "handover-command");
	struct command command = { .timeout_s = 0 };
	struct err why = { 0 };
	enum rc r = read_timeout(conf, device_name, &command.timeout_s, err);

	if (r != RC_OK)
		return r;
	if (value.text == NULL)
		return err_set(err, RC_NOTFOUND, "no handover-command is configured");
	r = helper_command_parse(value.text, &command.helper, &why);
	if (r != RC_OK)
		return config_refuse(conf, &value, "handover-command", &why, err);
	*ret_command = command;
	return RC_OK;
}

enum rc
courier_check(const struct conf *conf, const char *device_name, struct err *err)
{
	struct command command = { .timeout_s = 0 };
	struct err why = { 0 };
	enum rc r = read_command(conf, device_name, &command, &why);

	helper_command_clear(&command.helper);
	return r == RC_OK || r == RC_NOTFOUND ? RC_OK : err_set(err, r, "%s", why.text);
}

/* The first line of what it complained; of what it wrote when that is empty. */
static const char *
take_words(const struct helper_result *result, char field[WORDS_SIZE])
{
	const char *text = buf_str(result->err.len > 0 ? &result->err : &result->out);

	text_line_field(field, WORDS_SIZE, text, strcspn(text, "\n"));
	return field;
}

/* Did it take the line? Else *why says why not. RC_STATE then. */
static enum rc
judge(const struct command *command, const struct helper_result *result,
    struct err *why)
{
	const char *path = command->helper.argv[0];
	char words[WORDS_SIZE];

	if (result->timed_out)
		return err_set(why, RC_STATE, "%s: did not end within %lld s", path,
		    (long long)command->timeout_s);
	if (result->too_much)
		return err_set(why, RC_STATE, "%s: wrote more than %d bytes", path,
		    HELPER_OUT_MAX_BYTES);
	take_words(result, words);
	if (result->signal != 0)
		return err_set(why, RC_STATE, "%s: ended by signal %d", path,
		    result->signal);
	if (result->status != 0)
		return err_set(why, RC_STATE, "%s: exit status %d%s%s", path,
		    result->status, words[0] == '\0' ? "" : ": ", words);
	return RC_OK;
}

/* words gets what it said, on success. */
static enum rc
run(const struct courier *courier, const struct outbox_entry *entry,
    char words[WORDS_SIZE], struct err *why)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	static char locale[] = "LC_ALL=C";
	char *const environment[] = { path, locale, NULL };
	struct helper_result result = { 0 };
	struct command command = { .timeout_s = 0 };
	enum rc r = read_command(courier->conf, entry->device_name, &command, why);

	if (r == RC_OK)
		r = helper_check(command.helper.argv[0], why);
	if (r == RC_OK)
		r = helper_run(command.helper.argv, environment, entry->line,
		    strlen(entry->line),
		    clock_monotonic_ms() + command.timeout_s * MS_PER_S, &result, why);
	if (r == RC_OK)
		r = judge(&command, &result, why);
	if (r == RC_OK)
		take_words(&result, words);
	helper_result_clear(&result);
	helper_command_clear(&command.helper);
	return r;
}

static void
tell(const struct courier *courier, const struct outbox_entry *entry, bool was_taken,
    const char *words)
{
	char name[FACTS_TEXT_SIZE];
	char when[CLOCK_TIME_SIZE];
	struct buf line;

	text_line_field(name, sizeof(name), entry->device_name,
	    strlen(entry->device_name));
	buf_init(&line, LINE_MAX_BYTES);
	(void)buf_addf(&line, "%s: hand-over %s%s%s", name,
	    was_taken ? "delivered" : "not delivered", words[0] == '\0' ? "" : ": ",
	    words);
	if (!was_taken)
		(void)buf_addf(&line, "; again at %s",
		    clock_format_time(entry->not_before, when));
	courier->log(courier->log_ctx, was_taken, buf_str(&line));
	buf_clear(&line);
}

/* One that is locked. *ret_taken: whether to go on. */
static enum rc
deliver(const struct courier *courier, struct db *db, struct outbox_entry *entry,
    bool *ret_taken, struct err *err)
{
	char words[WORDS_SIZE] = "";
	struct err why = { 0 };
	enum rc r = run(courier, entry, words, &why);
	bool was_taken = r == RC_OK;

	if (was_taken)
		r = outbox_note_taken(db, entry->id, courier->now(), err);
	else
		r = outbox_note_failed(db, entry, why.text, courier->now(), err);
	if (r == RC_OK)
		tell(courier, entry, was_taken, was_taken ? words : why.text);
	*ret_taken = was_taken;
	return r;
}

/* The same, once it is sure that nobody else is at it, or has just been. */
static enum rc
deliver_locked(const struct courier *courier, struct db *db, int64_t id,
    bool *ret_taken, struct err *err)
{
	struct outbox_entry entry;
	struct err cause = { 0 };
	int fd = -1;
	enum rc r = row_lock_take(db->path, LOCK_KIND, id, &fd, &cause);

	if (r == RC_LOCKED)
		return RC_OK;
	if (r != RC_OK)
		return err_set(err, r, "%s", cause.text);
	r = outbox_read_due(db, id, courier->now(), &entry, err);
	if (r == RC_OK)
		r = deliver(courier, db, &entry, ret_taken, err);
	row_lock_free(db->path, LOCK_KIND, id, fd);
	return r == RC_NOTFOUND ? RC_OK : r;
}

/* All of one device, or of all. *ret_taken: whether all went well. */
static enum rc
deliver_all(const struct courier *courier, struct db *db, const char *device_name,
    bool *ret_taken, struct err *err)
{
	struct outbox_entry entry = { .id = 0 };
	enum rc r = RC_OK;

	while (r == RC_OK && *ret_taken && !courier->is_stopped()) {
		r = outbox_find_due(db, device_name, entry.id + 1, courier->now(),
		    &entry, err);
		if (r == RC_OK)
			r = deliver_locked(courier, db, entry.id, ret_taken, err);
	}
	return r == RC_NOTFOUND ? RC_OK : r;
}

enum rc
courier_has_due(struct db *db, int64_t now, bool *ret_has, struct err *err)
{
	struct outbox_entry entry;
	enum rc r = outbox_find_due(db, NULL, 0, now, &entry, err);

	if (r != RC_OK && r != RC_NOTFOUND)
		return r;
	*ret_has = r == RC_OK;
	return RC_OK;
}

enum rc
courier_deliver(const struct courier *courier, const char *device_name, struct err *err)
{
	struct db db = { 0 };
	struct err absent = { 0 };
	bool was_taken = true;
	enum rc r = db_open_existing(courier->inventory_file, false, DB_BUSY_TIMEOUT_MS,
	    &db, &absent);

	if (r == RC_NOTFOUND)
		return RC_OK;
	if (r != RC_OK)
		return err_set(err, r, "%s", absent.text);
	if (device_name != NULL)
		r = deliver_all(courier, &db, device_name, &was_taken, err);
	if (r == RC_OK)
		r = deliver_all(courier, &db, NULL, &was_taken, err);
	db_close(&db);
	return r;
}
