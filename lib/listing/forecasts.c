/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The forecasts of a listing: as stored, what if, by each rule, by issuer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "listing/listing.h"

static const struct {
	const char *rule;
	const char *name;
} rules[] = {
	{ "autoenroll", "autoenroll: 42 d or a fifth of the lifetime" },
	{ "configmgr", "configmgr: 42 d" },
	{ "scs", "scs: 30 d" },
	{ "fraction", "fraction: a third of the lifetime" },
};

static struct forecast *
begin(struct listing *listing, enum forecast_kind kind, const char *name)
{
	struct forecast *forecast = &listing->forecasts[listing->n_forecasts++];

	forecast->kind = kind;
	text_line_field(forecast->name, sizeof(forecast->name), name, strlen(name));
	return forecast;
}

static void
add_stored(struct listing *listing)
{
	struct forecast *forecast = begin(listing, FORECAST_STORED, "as configured");

	for (size_t i = 0; i < listing->n_leaves; i++)
		forecast_add(forecast, listing->order->now, listing->leaves[i].due_at);
}

/* By the what-if of each device, or one for all. */
static void
add_asked(struct listing *listing, struct forecast *forecast,
    const struct what_if *for_all)
{
	for (size_t i = 0; i < listing->n_leaves; i++) {
		const struct leaf *leaf = &listing->leaves[i];
		size_t own = listing->members[leaf->member].what_if;

		forecast_add(forecast, listing->order->now,
		    what_if_due_at(for_all != NULL ? for_all : &listing->what_ifs[own],
			leaf->not_before, leaf->not_after, leaf->due_at));
	}
}

static enum rc
add_rules(struct listing *listing, struct err *err)
{
	enum rc r = RC_OK;

	for (size_t i = 0; r == RC_OK && i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct what_if what_if = { .lifetime_s = 0 };

		policy_init(&what_if.policy);
		r = policy_set_rule(&what_if.policy, rules[i].rule, err);
		if (r == RC_OK)
			add_asked(listing, begin(listing, FORECAST_RULE, rules[i].name),
			    &what_if);
	}
	return r;
}

/* How many certificates an issuer has issued, and its place among the largest. */
struct share {
	size_t issuer;
	int64_t n;
};

static int
by_size(const void *a, const void *b)
{
	const struct share *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return x->issuer < y->issuer ? -1 : 1;
}

/* One for each of the largest, one for the rest and what nobody counted apart. */
static void
fill_issuers(struct listing *listing, struct share *shares, size_t n_issuers)
{
	struct forecast *by_issuer[ISSUERS_MAX + 1] = { NULL };
	struct forecast *rest = NULL;

	for (size_t i = 0; i < listing->n_leaves; i++)
		shares[listing->leaves[i].issuer].n++;
	shares[ISSUERS_OTHER].n = 0;
	qsort(shares, n_issuers, sizeof(*shares), by_size);
	for (size_t i = 0; i < LISTING_ISSUERS_MAX && shares[i].n > 0; i++)
		by_issuer[shares[i].issuer] = begin(listing, FORECAST_ISSUER,
		    issuers_name(&listing->issuers, shares[i].issuer));
	for (size_t i = 0; i < listing->n_leaves; i++) {
		struct forecast *forecast = by_issuer[listing->leaves[i].issuer];

		if (forecast == NULL && rest == NULL)
			rest = begin(listing, FORECAST_ISSUERS, "all other issuers");
		forecast_add(forecast != NULL ? forecast : rest, listing->order->now,
		    listing->leaves[i].due_at);
	}
}

static enum rc
add_issuers(struct listing *listing, struct err *err)
{
	size_t n_issuers = ISSUERS_MAX + 1;
	struct share *shares = calloc(n_issuers, sizeof(*shares));

	if (shares == NULL)
		return err_set(err, RC_NOMEM, "listing: %s", rc_text(RC_NOMEM));
	for (size_t i = 0; i < n_issuers; i++)
		shares[i].issuer = i;
	fill_issuers(listing, shares, n_issuers);
	free(shares);
	return RC_OK;
}

enum rc
forecasts_make(struct listing *listing, struct err *err)
{
	enum rc r;

	listing->forecasts = calloc(LISTING_FORECASTS_MAX, sizeof(*listing->forecasts));
	if (listing->forecasts == NULL)
		return err_set(err, RC_NOMEM, "listing: %s", rc_text(RC_NOMEM));
	add_stored(listing);
	if (listing->order->what_if.is_asked)
		add_asked(listing,
		    begin(listing, FORECAST_WHAT_IF, listing->order->what_if.text),
		    NULL);
	r = add_rules(listing, err);
	if (r == RC_OK)
		r = add_issuers(listing, err);
	return r;
}
