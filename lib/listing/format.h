/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The formats of a listing.
 */
#ifndef AMTCERT_LISTING_FORMAT_H
#define AMTCERT_LISTING_FORMAT_H

#include "listing/listing.h"
#include "listing/sheet.h"

enum listing_format {
	LISTING_TABLE,
	LISTING_CSV,
	LISTING_JSON,
	LISTING_OPENMETRICS,
	LISTING_HTML,
};

/* Write the document, inside the read transaction in which the listing was read.
 * RC_DB, RC_NOMEM, RC_SYSTEM, and the errors of listing_may_go_on(). */
enum rc listing_write(struct db *db, const struct listing *listing,
    enum listing_format format, struct sheet *sheet, struct err *err);

/* Private to this room: each of them, but for the end of the sheet. */
enum rc format_table(struct db *db, const struct listing *listing, struct sheet *sheet,
    struct err *err);
enum rc format_csv(struct db *db, const struct listing *listing, struct sheet *sheet,
    struct err *err);
enum rc format_json(struct db *db, const struct listing *listing, struct sheet *sheet,
    struct err *err);
enum rc format_openmetrics(struct db *db, const struct listing *listing,
    struct sheet *sheet, struct err *err);
enum rc format_html(struct db *db, const struct listing *listing, struct sheet *sheet,
    struct err *err);

/* Private to this room: members of an object with all but the devices. */
struct json;
void format_add_summary(struct json *json, const struct listing *listing);

#endif
