/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two keys, and those that name the CAs.
 */
#include "policy/feed.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "policy/config.h"
#include "policy/remedy.h"

#define YEARS_MAX_S INT64_C(3155760000) /* 100 years */

static const char from_key[] = "policy-from";
static const char max_age_key[] = "policy-max-age";

/* A name that is too long is that of no section which a CA could be kept under. */
static void
set_ca(struct feed *feed, enum policy_use use, const char *name)
{
	if (strlen(name) < OFFER_CA_SIZE)
		(void)snprintf(feed->ca[use], OFFER_CA_SIZE, "%s", name);
}

static enum rc
check_section(const struct conf *conf, const struct config_value *value,
    struct err *err)
{
	struct err cause = { 0 };

	if (conf_has_section(conf, "ca", value->text))
		return RC_OK;
	(void)err_set(&cause, RC_CONFIG, "there is no [ca %s]", value->text);
	return config_refuse(conf, value, from_key, &cause, err);
}

static enum rc
read_from(const struct conf *conf, const char *device, struct feed *feed,
    struct err *err)
{
	struct config_value value = config_find(conf, device, from_key);

	if (value.text == NULL) {
		set_ca(feed, POLICY_FOR_TLS, remedy_ca(conf, device, REMEDY_RENEW_TLS));
		set_ca(feed, POLICY_FOR_8021X,
		    remedy_ca(conf, device, REMEDY_RENEW_8021X));
		return RC_OK;
	}
	if (strcmp(value.text, "none") == 0)
		return RC_OK;
	set_ca(feed, POLICY_FOR_TLS, value.text);
	set_ca(feed, POLICY_FOR_8021X, value.text);
	return check_section(conf, &value, err);
}

enum rc
feed_choose(const struct conf *conf, const char *device, struct feed *ret_feed,
    struct err *err)
{
	struct feed feed = { .max_age_s = POLICY_OFFERS_MAX_AGE_S };
	struct config_value value = config_find(conf, device, max_age_key);
	struct err cause = { 0 };
	enum rc r = read_from(conf, device, &feed, err);

	if (r == RC_OK && value.text != NULL &&
	    num_parse_duration(value.text, YEARS_MAX_S, &feed.max_age_s, &cause) !=
		RC_OK)
		r = config_refuse(conf, &value, max_age_key, &cause, err);
	if (r == RC_OK)
		*ret_feed = feed;
	return r;
}
