/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which format is written by whom.
 */
#include "listing/format.h"

typedef enum rc (*format_writer)(struct db *db, const struct listing *listing,
    struct sheet *sheet, struct err *err);

static const format_writer writers[] = {
	[LISTING_TABLE] = format_table,
	[LISTING_CSV] = format_csv,
	[LISTING_JSON] = format_json,
	[LISTING_OPENMETRICS] = format_openmetrics,
	[LISTING_HTML] = format_html,
};

enum rc
listing_write(struct db *db, const struct listing *listing, enum listing_format format,
    struct sheet *sheet, struct err *err)
{
	enum rc r = writers[format](db, listing, sheet, err);

	return r == RC_OK ? sheet_end(sheet, err) : r;
}
