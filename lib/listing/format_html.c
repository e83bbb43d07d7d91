/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One page that loads nothing: style, script and data are in it, and its policy
 * allows this script and this style alone, by their digest.  What the page shows is in
 * listing/page; the build makes lists of lines of it.
 * Source: Content Security Policy Level 3, 2.3.1; the data are JSON in which < > &
 * and all but ASCII are escaped, so that no text of a device can end its element.
 */
#include <openssl/evp.h>

#include "base/codec.h"
#include "base/json.h"
#include "listing/format.h"
#include "listing/row.h"

enum {
	DIGEST_BYTES = 32
};

static const char *const page_html[] = {
#include "listing/page/page.html.inc"
	NULL
};

static const char *const page_css[] = {
#include "listing/page/page.css.inc"
	NULL
};

static const char *const page_js[] = {
#include "listing/page/page.js.inc"
	NULL
};

struct writer {
	struct sheet *sheet;
	struct json json;
};

static void
add_lines(struct buf *out, const char *const *lines)
{
	for (; *lines != NULL; lines++)
		(void)buf_add_str(out, *lines);
}

/* 'sha256-...' of the text that the lines make. */
static enum rc
add_digest(struct buf *out, const char *const *lines, struct err *err)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct buf text;
	enum rc r = RC_OK;

	buf_init(&text, SHEET_MAX_BYTES);
	add_lines(&text, lines);
	if (text.rc != RC_OK)
		r = err_set(err, text.rc, "listing: %s", rc_text(text.rc));
	else if (EVP_Digest(text.data, text.len, digest, NULL, EVP_sha256(), NULL) != 1)
		r = err_set(err, RC_INTERNAL, "listing: SHA-256 failed");
	buf_clear(&text);
	if (r != RC_OK)
		return r;
	(void)buf_add_str(out, "'sha256-");
	(void)codec_base64_encode(out, digest, DIGEST_BYTES);
	(void)buf_add_char(out, '\'');
	return RC_OK;
}

static enum rc
add_head(struct buf *out, struct err *err)
{
	enum rc r;

	(void)buf_add_str(out,
	    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	    "base-uri 'none'; form-action 'none'; script-src ");
	r = add_digest(out, page_js, err);
	(void)buf_add_str(out, "; style-src ");
	if (r == RC_OK)
		r = add_digest(out, page_css, err);
	(void)buf_add_str(out,
	    "\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<title>AMT certificates</title>\n<style>");
	add_lines(out, page_css);
	(void)buf_add_str(out, "</style>\n</head>\n<body>\n");
	add_lines(out, page_html);
	return r;
}

static void
add_text(struct json *json, const char *text)
{
	char field[SHEET_TEXT_SIZE];

	json_string(json, NULL, sheet_text(text, field));
}

static void
add_moment(struct json *json, int64_t at)
{
	if (at == 0)
		json_string(json, NULL, NULL);
	else
		json_number(json, NULL, at);
}

/* An array, for there are many: page/base.js knows the order. */
static enum rc
add_device(void *ctx, const struct row *row, struct err *err)
{
	struct writer *writer = ctx;
	struct json *json = &writer->json;

	json_begin_array(json, NULL);
	json_number(json, NULL, (int64_t)row->state);
	add_text(json, row->device->name);
	add_text(json, row->device->group);
	json_string(json, NULL, row->phrase);
	add_moment(json, row->due_at);
	add_moment(json, row->ends_at);
	add_moment(json, row->device->standing.ok_at);
	json_number(json, NULL,
	    row->member->n_certs == 0 ? -1 : (int64_t)row->member->issuer);
	add_text(json, row->device->address);
	add_moment(json, row->what_if_due_at);
	json_end_array(json);
	return sheet_pass(writer->sheet, err);
}

static enum rc
add_issuers(struct writer *writer, const struct listing *listing, struct err *err)
{
	enum rc r = RC_OK;

	json_begin_array(&writer->json, "issuers");
	for (size_t i = 0; r == RC_OK && i < listing->issuers.n; i++) {
		add_text(&writer->json, issuers_name(&listing->issuers, i));
		r = sheet_pass(writer->sheet, err);
	}
	/* ISSUERS_OTHER comes behind them, when the list is full. */
	if (listing->issuers.n == ISSUERS_MAX)
		add_text(&writer->json, issuers_name(&listing->issuers, ISSUERS_OTHER));
	json_end_array(&writer->json);
	return r;
}

/* What page/forecast.js asks of each certificate: when it begins and ends; null when
 * it is due at once under any policy. */
static enum rc
add_leaves(struct writer *writer, const struct listing *listing, struct err *err)
{
	struct json *json = &writer->json;
	enum rc r = RC_OK;

	json_begin_array(json, "leaves");
	for (size_t i = 0; r == RC_OK && i < listing->n_leaves; i++) {
		const struct leaf *leaf = &listing->leaves[i];

		if (leaf->due_at == AGING_ALWAYS) {
			json_string(json, NULL, NULL);
			json_string(json, NULL, NULL);
		} else {
			json_number(json, NULL, leaf->not_before);
			json_number(json, NULL, leaf->not_after);
		}
		r = sheet_pass(writer->sheet, err);
	}
	json_end_array(json);
	return r;
}

static enum rc
add_data(struct db *db, const struct listing *listing, struct sheet *sheet,
    struct err *err)
{
	struct writer writer = { .sheet = sheet };
	enum rc r;

	json_init(&writer.json, &sheet->buf);
	json_begin_object(&writer.json, NULL);
	format_add_summary(&writer.json, listing);
	r = sheet_pass(sheet, err);
	if (r == RC_OK)
		r = add_issuers(&writer, listing, err);
	if (r == RC_OK)
		r = add_leaves(&writer, listing, err);
	json_begin_array(&writer.json, "rows");
	if (r == RC_OK)
		r = row_each(db, listing, FLEET_BY_ID, add_device, &writer, err);
	json_end_array(&writer.json);
	json_end_object(&writer.json);
	return r;
}

enum rc
format_html(struct db *db, const struct listing *listing, struct sheet *sheet,
    struct err *err)
{
	struct buf *out = &sheet->buf;
	enum rc r = add_head(out, err);

	(void)buf_add_str(out, "<script type=\"application/json\" id=\"data\">");
	if (r == RC_OK)
		r = sheet_pass(sheet, err);
	if (r == RC_OK)
		r = add_data(db, listing, sheet, err);
	(void)buf_add_str(out, "</script>\n<script>");
	add_lines(out, page_js);
	(void)buf_add_str(out, "</script>\n</body>\n</html>\n");
	return r;
}
