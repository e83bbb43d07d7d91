/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The request log: "key=value" fields separated by blanks, values that hold a
 * blank in quotes, one line per request.
 */
#include "reqlog.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

enum {
	LINE_MAX_BYTES = 4096,
	VALUE_MAX_BYTES = 200,
};

enum rc
reqlog_open(struct reqlog *log, const char *path, struct err *err)
{
	if (strcmp(path, "-") == 0) {
		log->file = stderr;
		return RC_OK;
	}
	log->file = fopen(path, "ae");
	if (log->file == NULL)
		return err_system(err, "%s", path);
	return RC_OK;
}

static void
add_field(struct buf *line, const char *key, const char *value)
{
	const char *text = value == NULL ? "-" : value;
	const char *quote = strchr(text, ' ') == NULL ? "" : "\"";

	buf_addf(line, " %s=%s", key, quote);
	text_printable(line, text, strlen(text), VALUE_MAX_BYTES);
	buf_add_str(line, quote);
}

void
reqlog_write(struct reqlog *log, const struct reqlog_entry *entry)
{
	struct buf line = { 0 };

	log->sequence++;
	if (log->file == NULL)
		return;
	buf_init(&line, LINE_MAX_BYTES);
	buf_addf(&line, "seq=%lld", (long long)log->sequence);
	add_field(&line, "device", entry->device);
	add_field(&line, "via", entry->transport);
	add_field(&line, "http", entry->http);
	add_field(&line, "op", entry->op);
	add_field(&line, "class", entry->class);
	add_field(&line, "method", entry->method);
	add_field(&line, "instance", entry->instance);
	add_field(&line, "authorization", entry->has_authorization ? "yes" : "no");
	add_field(&line, "authenticated", entry->authenticated ? "yes" : "no");
	add_field(&line, "write", entry->write ? "yes" : "no");
	buf_addf(&line, " status=%d", entry->status);
	if (entry->return_value >= 0)
		buf_addf(&line, " return=%lld", (long long)entry->return_value);
	if (entry->fault != NULL)
		add_field(&line, "fault", entry->fault);
	buf_add_char(&line, '\n');
	(void)fputs(buf_str(&line), log->file);
	(void)fflush(log->file);
	buf_clear(&line);
}

void
reqlog_close(struct reqlog *log)
{
	if (log->file != NULL && log->file != stderr)
		(void)fclose(log->file);
	log->file = NULL;
}
