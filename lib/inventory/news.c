/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Realm, UUID, issuer and key compared.  What a remedy of ours made is no news.
 */
#include "inventory/news.h"

#include <stdio.h>
#include <string.h>

#include "inventory/ours.h"
#include "inventory/pin.h"

static void
compare_names(const struct facts *before, const struct facts *facts, int64_t now,
    struct facts_history *history)
{
	if (before->realm[0] != '\0' && facts->realm[0] != '\0' &&
	    strcmp(before->realm, facts->realm) != 0) {
		history->realm_changed_at = now;
		(void)snprintf(history->realm_before, sizeof(history->realm_before),
		    "%s", before->realm);
	}
	if (before->uuid[0] != '\0' && facts->uuid[0] != '\0' &&
	    strcmp(before->uuid, facts->uuid) != 0) {
		history->replaced_at = now;
		(void)snprintf(history->replaced, sizeof(history->replaced), "%s",
		    before->uuid);
	}
}

static const struct cert *
leaf_of(const struct facts *facts)
{
	const struct facts_presented *presented = &facts->presented;

	return presented->known && presented->n_certs > 0 ? presented->certs[0] : NULL;
}

static enum rc
compare_issuers(struct db *db, const struct facts *before, const struct cert *leaf,
    int64_t now, struct facts_history *history, struct err *err)
{
	const struct cert *old = leaf_of(before);
	bool was_ours = false, is_ours = false;
	enum rc r;

	if (old == NULL || strcmp(old->issuer, leaf->issuer) == 0)
		return RC_OK;
	r = ours_has_key(db, before->uuid, old->spki_sha256, &was_ours, err);
	if (r == RC_OK)
		r = ours_has_key(db, before->uuid, leaf->spki_sha256, &is_ours, err);
	if (r != RC_OK)
		return r;
	history->issuer_changed_at = now;
	history->issuer_was_ours = was_ours;
	history->issuer_is_ours = is_ours;
	if (was_ours != is_ours) /* between others it is their affair */
		history->n_swaps++;
	(void)snprintf(history->issuer_before, sizeof(history->issuer_before), "%.255s",
	    old->issuer);
	(void)snprintf(history->issuer_now, sizeof(history->issuer_now), "%.255s",
	    leaf->issuer);
	return RC_OK;
}

/* A key that a person set is judged as a pin, by whoever has the facts. */
static enum rc
compare_key(struct db *db, int64_t device_id, const struct facts *before,
    const struct cert *leaf, struct facts_history *history, struct err *err)
{
	struct pin pin = { .is_set = false };
	bool is_ours = false;
	enum rc r = pin_find(db, device_id, &pin, err);

	if (r == RC_NOTFOUND)
		return RC_OK;
	if (r != RC_OK || pin.is_set ||
	    memcmp(pin.spki_sha256, leaf->spki_sha256, sizeof(pin.spki_sha256)) == 0)
		return r;
	r = ours_has_key(db, before->uuid, leaf->spki_sha256, &is_ours, err);
	if (r == RC_OK && !is_ours) {
		history->has_other_key = true;
		history->key_seen_at = pin.at;
	}
	return r;
}

enum rc
news_add(struct db *db, int64_t device_id, const struct facts *before, int64_t now,
    struct facts *facts, struct err *err)
{
	struct facts_history history = before->history;
	const struct cert *leaf = leaf_of(facts);
	enum rc r = RC_OK;

	history.known = true;
	history.ok_at = now;
	history.tried_at = now;
	history.has_failed = false;
	history.error[0] = '\0';
	compare_names(before, facts, now, &history);
	if (leaf != NULL)
		r = compare_issuers(db, before, leaf, now, &history, err);
	if (r == RC_OK && leaf != NULL && history.issuer_changed_at != now)
		r = compare_key(db, device_id, before, leaf, &history, err);
	if (r == RC_OK)
		facts->history = history;
	return r;
}
