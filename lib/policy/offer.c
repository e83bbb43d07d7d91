/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two lists that grow, and what is looked up in them.
 */
#include "policy/offer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void
offers_clear(struct offers *offers)
{
	free(offers->list);
	free(offers->replaced);
	memset(offers, 0, sizeof(*offers));
}

/* Rooms are powers of two: a list that fills one is moved to the next. */
static enum rc
grow(void **list, size_t n, size_t max, size_t size, struct err *err)
{
	void *grown;

	if (n == max)
		return err_set(err, RC_LIMIT, "templates: more than %zu", max);
	if ((n & (n - 1)) != 0)
		return RC_OK;
	grown = reallocarray(*list, n == 0 ? 1 : 2 * n, size);
	if (grown == NULL)
		return err_set(err, RC_NOMEM, "templates: out of memory");
	*list = grown;
	return RC_OK;
}

enum rc
offers_add(struct offers *offers, struct offer **ret_offer, struct err *err)
{
	void *list = offers->list;
	enum rc r = grow(&list, offers->n, OFFERS_MAX, sizeof(*offers->list), err);

	offers->list = list;
	if (r != RC_OK)
		return r;
	memset(&offers->list[offers->n], 0, sizeof(*offers->list));
	*ret_offer = &offers->list[offers->n++];
	return RC_OK;
}

enum rc
offers_add_replaced(struct offers *offers, size_t by, const char *name, struct err *err)
{
	void *list = offers->replaced;
	size_t len = strlen(name);
	enum rc r;

	if (len >= OFFER_NAME_SIZE)
		return err_set(err, RC_LIMIT, "templates: a name of more than %d bytes",
		    OFFER_NAME_SIZE - 1);
	r = grow(&list, offers->n_replaced, OFFERS_REPLACED_MAX,
	    sizeof(*offers->replaced), err);
	offers->replaced = list;
	if (r != RC_OK)
		return r;
	offers->replaced[offers->n_replaced].by = by;
	memcpy(offers->replaced[offers->n_replaced].name, name, len + 1);
	offers->n_replaced++;
	return RC_OK;
}

static bool
is_of(const struct offer *offer, const struct cert *cert)
{
	if (cert->has_template)
		return strcmp(offer->oid, cert->template_oid) == 0;
	return cert->template_name != NULL &&
	    strcasecmp(offer->name, cert->template_name) == 0;
}

const struct offer *
offers_find(const struct offers *offers, const struct cert *cert)
{
	for (size_t i = 0; i < offers->n; i++)
		if (is_of(&offers->list[i], cert))
			return &offers->list[i];
	return NULL;
}

const struct offer *
offers_wanted(const struct offers *offers)
{
	for (size_t i = 0; i < offers->n; i++)
		if (offers->list[i].is_wanted)
			return &offers->list[i];
	return NULL;
}

const struct offer *
offers_successor(const struct offers *offers, const char *name)
{
	for (size_t i = 0; i < offers->n_replaced; i++) {
		const struct offer_replaced *replaced = &offers->replaced[i];
		const struct offer *by =
		    replaced->by < offers->n ? &offers->list[replaced->by] : NULL;

		if (by != NULL && by->may_enrol &&
		    strcasecmp(replaced->name, name) == 0 &&
		    strcasecmp(by->name, name) != 0)
			return by;
	}
	return NULL;
}
