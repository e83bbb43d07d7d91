/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices, then certificates, then the days on which these are due.
 */
#include "listing/listing.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum {
	FIRST_ROOM = 64,
	LEAVES_PER_DEVICE_MAX = 16, /* that are compared with each other */
	ROWS_AT_ONCE = 1024,	    /* between two looks at the clock */
};

/* What a walk fills. */
struct reader {
	struct listing *listing;
	size_t at;	   /* the member whose slots come */
	size_t first_leaf; /* of it */
	uint8_t seen[LEAVES_PER_DEVICE_MAX][CERT_FINGERPRINT_BYTES];
};

enum rc
listing_may_go_on(const struct listing_order *order, struct err *err)
{
	if (order->deadline_ms != 0 && clock_monotonic_ms() > order->deadline_ms)
		return err_set(err, RC_TIMEOUT, "listing: not done in time");
	if (order->is_stopped != NULL && order->is_stopped())
		return err_set(err, RC_STATE, "listing: stopped");
	return RC_OK;
}

/* Room for one more of size bytes each. */
static enum rc
grow(void **list, size_t n, size_t *cap, size_t size, struct err *err)
{
	size_t wanted = *cap == 0 ? FIRST_ROOM : 2 * *cap;
	void *grown;

	if (n < *cap)
		return RC_OK;
	if (n >= LISTING_DEVICES_MAX)
		return err_set(err, RC_LIMIT,
		    "listing: more than %d devices or certificates",
		    (int)LISTING_DEVICES_MAX);
	grown = reallocarray(*list, wanted, size);
	if (grown == NULL)
		return err_set(err, RC_NOMEM, "listing: %s", rc_text(RC_NOMEM));
	*list = grown;
	*cap = wanted;
	return RC_OK;
}

/* The index of what the what-if comes to for a device; most have the same. */
static enum rc
ask_what_if(struct listing *listing, const char *name, size_t *ret_index,
    struct err *err)
{
	const struct listing_order *order = listing->order;
	void *list = listing->what_ifs;
	struct what_if what_if;
	enum rc r = what_if_make(&order->what_if, order->conf, name, &what_if, err);

	if (r != RC_OK)
		return r;
	for (size_t i = 0; i < listing->n_what_ifs; i++)
		if (what_if_is_same(&listing->what_ifs[i], &what_if)) {
			*ret_index = i;
			return RC_OK;
		}
	r = grow(&list, listing->n_what_ifs, &listing->cap_what_ifs, sizeof(what_if),
	    err);
	if (r != RC_OK)
		return r;
	listing->what_ifs = list;
	*ret_index = listing->n_what_ifs++;
	listing->what_ifs[*ret_index] = what_if;
	return RC_OK;
}

static enum rc
add_member(void *ctx, const struct fleet_device *device, struct err *err)
{
	struct listing *listing = ((struct reader *)ctx)->listing;
	const struct listing_order *order = listing->order;
	struct member member = { .id = device->id };
	void *list = listing->members;
	enum rc r = RC_OK;

	if (listing->n_members % ROWS_AT_ONCE == 0)
		r = listing_may_go_on(order, err);
	if (r == RC_OK && order->what_if.is_asked)
		r = ask_what_if(listing, device->name, &member.what_if, err);
	if (r == RC_OK)
		r = grow(&list, listing->n_members, &listing->cap_members,
		    sizeof(member), err);
	if (r != RC_OK)
		return r;
	listing->members = list;
	listing->members[listing->n_members++] = member;
	listing->counts.n_devices++;
	listing->counts.n_by_state[standing_state(&device->standing, order->now)]++;
	listing->n_without++;
	return RC_OK;
}

static bool
is_renewed(enum role role)
{
	return role == ROLE_TLS || role == ROLE_8021X_WIRED ||
	    role == ROLE_8021X_WIRELESS || role == ROLE_CIRA;
}

/* Is it the certificate of another use of this device, which one renewal serves? */
static bool
is_seen(struct reader *reader, const struct fleet_slot *slot)
{
	size_t n = reader->listing->n_leaves - reader->first_leaf;

	for (size_t i = 0; i < n && i < LEAVES_PER_DEVICE_MAX; i++)
		if (memcmp(reader->seen[i], slot->fingerprint,
			CERT_FINGERPRINT_BYTES) == 0)
			return true;
	if (n < LEAVES_PER_DEVICE_MAX)
		memcpy(reader->seen[n], slot->fingerprint, CERT_FINGERPRINT_BYTES);
	return false;
}

/* What a device has of it in its row. */
static void
note_leaf(struct listing *listing, const struct leaf *leaf)
{
	struct member *member = &listing->members[leaf->member];
	int64_t due_at = 0;

	if (listing->order->what_if.is_asked)
		due_at = what_if_due_at(&listing->what_ifs[member->what_if],
		    leaf->not_before, leaf->not_after, leaf->due_at);
	if (member->n_certs == 0 || due_at < member->what_if_due_at)
		member->what_if_due_at = due_at;
	if (member->n_certs == 0 || leaf->due_at < member->due_at) {
		member->not_before = leaf->not_before;
		member->not_after = leaf->not_after;
		member->due_at = leaf->due_at;
		member->issuer = leaf->issuer;
	}
	listing->n_without -= member->n_certs == 0;
	member->n_certs++;
}

static enum rc
add_leaf(void *ctx, const struct fleet_slot *slot, struct err *err)
{
	struct reader *reader = ctx;
	struct listing *listing = reader->listing;
	struct leaf leaf = { .not_before = slot->not_before,
		.not_after = slot->not_after,
		.due_at = slot->aging.due_at };
	void *list = listing->leaves;
	char issuer[FORECAST_NAME_SIZE];
	enum rc r;

	if (!is_renewed(slot->role))
		return RC_OK;
	while (reader->at < listing->n_members &&
	    listing->members[reader->at].id < slot->device_id) {
		reader->at++;
		reader->first_leaf = listing->n_leaves;
	}
	if (reader->at == listing->n_members ||
	    listing->members[reader->at].id != slot->device_id || is_seen(reader, slot))
		return RC_OK;
	leaf.member = reader->at;
	text_line_field(issuer, sizeof(issuer), slot->issuer, strlen(slot->issuer));
	r = issuers_put(&listing->issuers, issuer, &leaf.issuer, err);
	if (r == RC_OK && listing->n_leaves % ROWS_AT_ONCE == 0)
		r = listing_may_go_on(listing->order, err);
	if (r == RC_OK)
		r = grow(&list, listing->n_leaves, &listing->cap_leaves, sizeof(leaf),
		    err);
	if (r != RC_OK)
		return r;
	listing->leaves = list;
	listing->leaves[listing->n_leaves++] = leaf;
	note_leaf(listing, &leaf);
	return RC_OK;
}

/* When the last scan ended; there need not have been one. */
static enum rc
read_scan(struct db *db, struct listing *listing, struct err *err)
{
	enum rc r = scan_log_last_finished(db, &listing->scan, err);

	listing->has_scan = r == RC_OK;
	return r == RC_NOTFOUND ? RC_OK : r;
}

/* States are counted once more, device by device, so that the counts are those of the
 * rows even where an index of the inventory has another opinion. */
static enum rc
read_all(struct db *db, struct listing *listing, struct err *err)
{
	const struct listing_order *order = listing->order;
	struct reader reader = { .listing = listing };
	enum rc r = fleet_count(db, order->group, order->now, 0, &listing->counts, err);

	listing->counts.n_devices = 0;
	memset(listing->counts.n_by_state, 0, sizeof(listing->counts.n_by_state));
	if (r == RC_OK)
		r = read_scan(db, listing, err);
	if (r == RC_OK)
		r = fleet_each_device(db, order->group, FLEET_BY_ID, order->now, -1,
		    add_member, &reader, err);
	if (r == RC_OK && order->group != NULL && listing->counts.n_devices == 0)
		return err_set(err, RC_NOTFOUND,
		    "there is no device in the inventory of group %s", order->group);
	if (r == RC_OK)
		r = fleet_each_slot(db, 0, add_leaf, &reader, err);
	if (r == RC_OK)
		r = forecasts_make(listing, err);
	return r;
}

enum rc
listing_read(struct db *db, const struct listing_order *order,
    struct listing *ret_listing, struct err *err)
{
	struct listing listing = { .order = order };
	enum rc r = read_all(db, &listing, err);

	if (r == RC_OK)
		*ret_listing = listing;
	else
		listing_clear(&listing);
	return r;
}

void
listing_clear(struct listing *listing)
{
	free(listing->members);
	free(listing->leaves);
	free(listing->what_ifs);
	free(listing->forecasts);
	issuers_clear(&listing->issuers);
	memset(listing, 0, sizeof(*listing));
}

const struct member *
listing_find(const struct listing *listing, int64_t id)
{
	size_t low = 0, high = listing->n_members;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (listing->members[middle].id == id)
			return &listing->members[middle];
		if (listing->members[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const char *
listing_issuer(const struct listing *listing, const struct member *member)
{
	return member->n_certs == 0 ? ""
				    : issuers_name(&listing->issuers, member->issuer);
}
