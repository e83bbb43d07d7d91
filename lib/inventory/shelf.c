/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A list, the newest first: what was lent stays where it is.
 */
#include "inventory/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "inventory/offer_row.h"

struct shelf_book {
	struct offers offers; /* read_at 0: nobody asked that CA */
	struct shelf_book *next;
};

void
shelf_clear(struct shelf *shelf)
{
	while (shelf->first != NULL) {
		struct shelf_book *book = shelf->first;

		shelf->first = book->next;
		offers_clear(&book->offers);
		free(book);
	}
}

static struct shelf_book *
find(const struct shelf *shelf, const char *ca)
{
	struct shelf_book *book = shelf->first;

	while (book != NULL && strcmp(book->offers.ca, ca) != 0)
		book = book->next;
	return book;
}

enum rc
shelf_put(struct shelf *shelf, struct offers *offers, struct err *err)
{
	struct shelf_book *book = calloc(1, sizeof(*book));

	if (book == NULL)
		return err_set(err, RC_NOMEM, "templates: out of memory");
	book->offers = *offers;
	book->next = shelf->first;
	shelf->first = book;
	memset(offers, 0, sizeof(*offers));
	return RC_OK;
}

/* From the inventory, or that it has nothing. */
static enum rc
fetch(struct shelf *shelf, struct db *db, const char *ca, struct err *err)
{
	struct offers offers = { .read_at = 0 };
	enum rc r = offer_read(db, ca, &offers, err);

	if (r == RC_NOTFOUND) {
		memcpy(offers.ca, ca, strlen(ca) + 1);
		r = RC_OK;
	}
	if (r == RC_OK)
		r = shelf_put(shelf, &offers, err);
	offers_clear(&offers);
	return r;
}

enum rc
shelf_lend(struct shelf *shelf, struct db *db, const struct feed *feed,
    struct policy *policy, struct err *err)
{
	const struct offers *found[POLICY_USES] = { NULL };

	if (policy->rule != POLICY_AUTOENROLL)
		return RC_OK;
	for (size_t i = 0; i < POLICY_USES; i++) {
		const char *ca = feed->ca[i];
		struct shelf_book *book = find(shelf, ca);

		if (ca[0] == '\0')
			continue;
		if (book == NULL && db != NULL) {
			enum rc r = fetch(shelf, db, ca, err);

			if (r != RC_OK)
				return r;
			book = find(shelf, ca);
		}
		if (book != NULL && book->offers.read_at != 0)
			found[i] = &book->offers;
	}
	memcpy(policy->offers, found, sizeof(policy->offers));
	policy->offers_max_age_s = feed->max_age_s;
	return RC_OK;
}
