/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the table archive as PEM, with what is known of each as explanatory text.
 */
#include "inventory/archive_list.h"

#include <string.h>

#include "base/clock.h"
#include "base/codec.h"
#include "base/text.h"

enum {
	WORD_SIZE = 256,
	LINE_CHARS = 64, /* RFC 7468 2 */
	PEM_MAX_BYTES = 64 * 1024,
};

/* A column as a word of the line; "-" where there is none. */
static void
add_word(struct buf *out, const char *what, sqlite3_stmt *stmt, int at)
{
	const char *text = (const char *)sqlite3_column_text(stmt, at);
	char word[WORD_SIZE];

	if (text == NULL || text[0] == '\0')
		text = "-";
	text_line_field(word, sizeof(word), text, strlen(text));
	buf_addf(out, "%s%s", what, word);
}

static enum rc
add_pem(struct buf *out, const void *der, size_t len, struct err *err)
{
	struct buf text;
	enum rc r;

	buf_init(&text, PEM_MAX_BYTES);
	r = codec_base64_encode(&text, der, len);
	buf_add_str(out, "-----BEGIN CERTIFICATE-----\n");
	for (size_t at = 0; r == RC_OK && at < text.len; at += LINE_CHARS) {
		size_t n = text.len - at < LINE_CHARS ? text.len - at : LINE_CHARS;

		buf_add(out, buf_str(&text) + at, n);
		buf_add_char(out, '\n');
	}
	buf_add_str(out, "-----END CERTIFICATE-----\n");
	buf_clear(&text);
	return r == RC_OK ? r : err_set(err, r, "archive: a certificate is too large");
}

static enum rc
add_entry(struct buf *out, sqlite3_stmt *stmt, struct err *err)
{
	char at[CLOCK_TIME_SIZE];

	buf_addf(out, "# %s", clock_format_time(sqlite3_column_int64(stmt, 0), at));
	add_word(out, " device ", stmt, 1);
	add_word(out, " ", stmt, 2);
	add_word(out, ": ", stmt, 3);
	add_word(out, ", asked by ", stmt, 4);
	buf_addf(out, ", run %lld", (long long)sqlite3_column_int64(stmt, 5));
	add_word(out, ", CA ", stmt, 6);
	add_word(out, ", request ", stmt, 7);
	buf_add_str(out, "\n");
	return add_pem(out, sqlite3_column_blob(stmt, 8),
	    (size_t)sqlite3_column_bytes(stmt, 8), err);
}

enum rc
archive_list_pem(struct db *db, struct buf *out, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	enum rc r = db_query(db,
	    "SELECT archived_at, device_uuid, device_name, reason, actor, run_id, ca,"
	    " ca_request_id, der FROM archive WHERE run_id IS NOT NULL ORDER BY id",
	    NULL, 0, &stmt, err);

	while (r == RC_OK && is_row) {
		r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row)
			r = add_entry(out, stmt, err);
		if (r == RC_OK && out->rc != RC_OK)
			r = err_set(err, out->rc, "archive: too much to print");
	}
	(void)sqlite3_finalize(stmt);
	return r;
}
