/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows from devices and members.
 */
#include "listing/row.h"

#include <string.h>

#include "base/clock.h"

enum {
	ROWS_AT_ONCE = 256 /* between two looks at the clock */
};

struct walk {
	const struct listing *listing;
	size_t n;
	row_visit visit;
	void *ctx;
};

/* A moment as it is shown. */
static int64_t
shown(int64_t at, int64_t now)
{
	if (at == AGING_NEVER)
		return 0;
	return at == AGING_ALWAYS ? now : at;
}

static enum rc
visit_device(void *ctx, const struct fleet_device *device, struct err *err)
{
	struct walk *walk = ctx;
	const struct listing_order *order = walk->listing->order;
	const struct member *member = listing_find(walk->listing, device->id);
	struct row row = { .device = device, .member = member };

	if (member == NULL) /* it is another moment of the inventory */
		return err_set(err, RC_INTERNAL, "listing: device %lld was not read",
		    (long long)device->id);
	row.state = standing_state(&device->standing, order->now);
	row.reason = standing_reason(&device->standing, order->now);
	(void)phrase_of(&device->standing, order->now, row.phrase);
	row.ends_at = shown(device->standing.fold.ends_at, order->now);
	if (member->n_certs > 0)
		row.due_at = shown(member->due_at, order->now);
	if (member->n_certs > 0 && order->what_if.is_asked)
		row.what_if_due_at = shown(member->what_if_due_at, order->now);
	row.issuer = listing_issuer(walk->listing, member);
	if (walk->n++ % ROWS_AT_ONCE == 0) {
		enum rc r = listing_may_go_on(order, err);

		if (r != RC_OK)
			return r;
	}
	return walk->visit(walk->ctx, &row, err);
}

enum rc
row_each(struct db *db, const struct listing *listing, enum fleet_order order,
    row_visit visit, void *ctx, struct err *err)
{
	struct walk walk = { .listing = listing, .visit = visit, .ctx = ctx };

	return fleet_each_device(db, listing->order->group, order, listing->order->now,
	    -1, visit_device, &walk, err);
}

const char *
row_state_word(enum state state)
{
	static const char *const words[] = { [STATE_OK] = "ok",
		[STATE_WARNING] = "warning",
		[STATE_CRITICAL] = "critical",
		[STATE_UNKNOWN] = "unknown" };

	return words[state];
}

const char *
row_time(int64_t at, char field[CLOCK_TIME_SIZE])
{
	if (at == 0)
		field[0] = '\0';
	else
		(void)clock_format_time(at, field);
	return field;
}
