/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gathering and writing.
 */
#include "listing/sheet.h"

#include <string.h>

#include "base/text.h"
#include "plugin/command.h"

enum {
	ENOUGH_BYTES = 64 * 1024
};

void
sheet_init(struct sheet *sheet, int fd, const char *name)
{
	buf_init(&sheet->buf, SHEET_MAX_BYTES);
	sheet->fd = fd;
	sheet->name = name;
}

void
sheet_clear(struct sheet *sheet)
{
	buf_clear(&sheet->buf);
}

enum rc
sheet_end(struct sheet *sheet, struct err *err)
{
	struct buf *buf = &sheet->buf;
	struct err cause = { 0 };
	enum rc r;

	if (buf->rc != RC_OK)
		return err_set(err, buf->rc, "listing: %s", rc_text(buf->rc));
	r = command_write(sheet->fd, buf_str(buf), buf->len, &cause);
	buf_reset(buf);
	return r == RC_OK ? r : err_set(err, r, "%s: %s", sheet->name, cause.text);
}

enum rc
sheet_pass(struct sheet *sheet, struct err *err)
{
	if (sheet->buf.rc == RC_OK && sheet->buf.len < ENOUGH_BYTES)
		return RC_OK;
	return sheet_end(sheet, err);
}

const char *
sheet_text(const char *text, char field[SHEET_TEXT_SIZE])
{
	text_line_field(field, SHEET_TEXT_SIZE, text, strlen(text));
	return field;
}
