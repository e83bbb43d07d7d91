/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One row per setting: its option and what it does to a policy.
 */
#include "policy/setting.h"

#include <assert.h>
#include <string.h>

#include "base/num.h"
#include "policy/config.h"

#define YEARS_MAX_S INT64_C(315576000000) /* 10000 years */

enum {
	TEMPLATE_MAJOR_MAX = INT32_MAX,
	STORE_PLACES_MAX = 1000,
	STORE_DIGITS_SIZE = 8
};

/* The order of the rows is the order in which they are applied: the rule sets R,
 * which renew-before then changes. */
enum setting {
	SETTING_POLICY,
	SETTING_RENEW_BEFORE,
	SETTING_FRACTION,
	SETTING_FLOOR,
	SETTING_GRACE,
	SETTING_DAYS,
	SETTING_WARNING,
	SETTING_CRITICAL,
	SETTING_TEMPLATE_MAJOR,
	SETTING_NO_TEMPLATE,
	SETTING_MAX_LIFETIME,
	SETTING_CLOCK_WARNING, /* the first of policy_clock_options */
	SETTING_CLOCK_CRITICAL,
	SETTING_STORE_SIZE, /* of policy_store_options */
	SETTING_MAX_AGE,    /* of policy_age_options */
	SETTINGS
};

enum {
	N_DUE = SETTING_CLOCK_WARNING,
	N_CLOCK = SETTING_STORE_SIZE - SETTING_CLOCK_WARNING,
	N_STORE = SETTING_MAX_AGE - SETTING_STORE_SIZE,
	N_AGE = SETTINGS - SETTING_MAX_AGE
};

/* clang-format off */
const struct opt policy_options[N_DUE + 1] = {
	[SETTING_POLICY] = { "policy", 0, "NAME",
	    "When renewal is due: autoenroll (default), configmgr, scs or fraction." },
	[SETTING_RENEW_BEFORE] = { "renew-before", 0, "DURATION",
	    "Renewal period R before the end, such as 42d; autoenroll takes a fifth of the lifetime where that is less." },
	[SETTING_FRACTION] = { "fraction", 0, "N/M",
	    "Share of the lifetime that policy fraction leaves for renewal, 1/3 unless set." },
	[SETTING_FLOOR] = { "floor", 0, "N/M",
	    "Share of the renewal window at which the state is critical, 1/3 unless set." },
	[SETTING_GRACE] = { "grace", 0, "DURATION",
	    "Time after the due date before it is a warning, for fleets that renew by themselves." },
	[SETTING_DAYS] = { "days", 0, "W,C",
	    "Warning and critical below so many days, as 30,14; takes the place of the policy." },
	[SETTING_WARNING] = { "warning", 'w', "RANGE",
	    "Warning when the time left is outside the range, as 30d: or 20%:; takes the place of the policy." },
	[SETTING_CRITICAL] = { "critical", 'c', "RANGE",
	    "Critical when the time left is outside the range." },
	[SETTING_TEMPLATE_MAJOR] = { "template-major", 0, "N",
	    "Wanted major version of the certificate template; below it renewal is due at once." },
	[SETTING_NO_TEMPLATE] = { "no-template", 0, "STATE",
	    "State of a certificate without a template version where one is wanted, warning unless set." },
	[SETTING_MAX_LIFETIME] = { "max-lifetime", 0, "DURATION",
	    "Warning for a certificate that was issued for longer." },
	{ NULL, 0, NULL, NULL },
};

const struct opt policy_clock_options[N_CLOCK + 1] = {
	{ "clock-warning", 0, "DURATION",
	    "Warning when the device's clock is off by more, 10s unless set." },
	{ "clock-critical", 0, "DURATION",
	    "Critical when it is off by more, 7d unless set." },
	{ NULL, 0, NULL, NULL },
};

const struct opt policy_store_options[N_STORE + 1] = {
	{ "store-size", 0, "C,K",
	    "Places for certificates and for key pairs in the store, which firmware does not tell; warning when one or none is free." },
	{ NULL, 0, NULL, NULL },
};

const struct opt policy_age_options[N_AGE + 1] = {
	{ "max-age", 0, "DURATION",
	    "Warning when the last reading of a device is older, 21d unless set." },
	{ NULL, 0, NULL, NULL },
};
/* clang-format on */

/* The tables laid end to end. */
static const struct {
	const struct opt *table;
	int first;
} tables[] = {
	{ policy_options, 0 },
	{ policy_clock_options, SETTING_CLOCK_WARNING },
	{ policy_store_options, SETTING_STORE_SIZE },
	{ policy_age_options, SETTING_MAX_AGE },
};

static const char *
name_of(enum setting setting)
{
	size_t i = sizeof(tables) / sizeof(tables[0]) - 1;

	while ((int)setting < tables[i].first)
		i--;
	return tables[i].table[(int)setting - tables[i].first].long_name;
}

/* The durations among them. */
static enum rc
take_duration(struct policy *policy, enum setting setting, const char *text,
    struct err *err)
{
	int64_t *const fields[SETTINGS] = {
		[SETTING_RENEW_BEFORE] = &policy->renew_before_s,
		[SETTING_GRACE] = &policy->grace_s,
		[SETTING_MAX_AGE] = &policy->max_age_s,
		[SETTING_MAX_LIFETIME] = &policy->max_lifetime_s,
		[SETTING_CLOCK_WARNING] = &policy->clock_warning_s,
		[SETTING_CLOCK_CRITICAL] = &policy->clock_critical_s,
	};

	return fields[setting] == NULL
	    ? err_set(err, RC_INTERNAL, "setting %d is no duration", (int)setting)
	    : num_parse_duration(text, YEARS_MAX_S, fields[setting], err);
}

static enum rc
take_range(bool *has, struct time_range *range, const char *text, struct err *err)
{
	enum rc r = time_range_parse(text, range, err);

	if (r == RC_OK)
		*has = true;
	return r;
}

static enum rc
take_days(struct policy *policy, const char *text, struct err *err)
{
	enum rc r =
	    time_range_parse_days(text, &policy->warning, &policy->critical, err);

	if (r == RC_OK) {
		policy->has_warning = true;
		policy->has_critical = true;
	}
	return r;
}

static enum rc
take_template(struct policy *policy, const char *text, struct err *err)
{
	enum rc r =
	    num_parse(text, 0, TEMPLATE_MAJOR_MAX, &policy->template_major, err);

	if (r == RC_OK)
		policy->has_template_major = true;
	return r;
}

static enum rc
take_store_size(struct policy *policy, const char *text, struct err *err)
{
	const char *comma = strchr(text, ',');
	char certs[STORE_DIGITS_SIZE];
	int64_t n_certs = 0;
	enum rc r;

	if (comma == NULL || comma - text >= (ptrdiff_t)sizeof(certs))
		return err_set(err, RC_FORMAT, "%.80s: not two numbers such as 20,8",
		    text);
	memcpy(certs, text, (size_t)(comma - text));
	certs[comma - text] = '\0';
	r = num_parse(certs, 1, STORE_PLACES_MAX, &n_certs, err);
	if (r == RC_OK)
		r = num_parse(comma + 1, 1, STORE_PLACES_MAX, &policy->store_keys, err);
	if (r == RC_OK)
		policy->store_certs = n_certs;
	return r;
}

static enum rc
take(struct policy *policy, enum setting setting, const char *text, struct err *err)
{
	switch (setting) {
	case SETTING_POLICY:
		return policy_set_rule(policy, text, err);
	case SETTING_RENEW_BEFORE:
		policy->has_renew_before = true;
		break;
	case SETTING_FRACTION:
		return num_parse_fraction(text, &policy->fraction_num,
		    &policy->fraction_den, err);
	case SETTING_FLOOR:
		return num_parse_fraction(text, &policy->floor_num, &policy->floor_den,
		    err);
	case SETTING_DAYS:
		return take_days(policy, text, err);
	case SETTING_WARNING:
		return take_range(&policy->has_warning, &policy->warning, text, err);
	case SETTING_CRITICAL:
		return take_range(&policy->has_critical, &policy->critical, text, err);
	case SETTING_TEMPLATE_MAJOR:
		return take_template(policy, text, err);
	case SETTING_STORE_SIZE:
		return take_store_size(policy, text, err);
	case SETTING_NO_TEMPLATE:
		return state_parse(text, &policy->no_template, err);
	case SETTING_GRACE:
	case SETTING_MAX_AGE:
	case SETTING_MAX_LIFETIME:
	case SETTING_CLOCK_WARNING:
	case SETTING_CLOCK_CRITICAL:
	case SETTINGS:
		break;
	}
	return take_duration(policy, setting, text, err);
}

enum rc
setting_take(struct settings *settings, const struct opt *opt, const char *value)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		int row = opt_row(tables[i].table, opt);

		if (row < 0)
			continue;
		settings->text[tables[i].first + row] = value;
		return RC_OK;
	}
	return RC_NOTFOUND;
}

/* Thresholds of the command line put those of the file aside, whichever form
 * either has; and a rule that is asked for by name comes with its own R. */
static bool
is_overruled(const struct settings *settings, enum setting setting)
{
	const char *const *text = settings->text;

	if (text[setting] != NULL)
		return true;
	if (setting == SETTING_WARNING || setting == SETTING_CRITICAL)
		return text[SETTING_DAYS] != NULL;
	if (setting == SETTING_RENEW_BEFORE)
		return text[SETTING_POLICY] != NULL;
	if (setting == SETTING_DAYS)
		return text[SETTING_WARNING] != NULL || text[SETTING_CRITICAL] != NULL;
	return false;
}

static enum rc
apply_config(const struct settings *settings, enum setting setting,
    const struct conf *conf, const char *device, struct policy *policy, struct err *err)
{
	const char *key = name_of(setting);
	struct config_value value = config_find(conf, device, key);
	struct err cause = { 0 };

	if (value.text == NULL || is_overruled(settings, setting) ||
	    take(policy, setting, value.text, &cause) == RC_OK)
		return RC_OK;
	return config_refuse(conf, &value, key, &cause, err);
}

static enum rc
apply_option(enum setting setting, const char *text, struct policy *policy,
    struct err *err)
{
	struct err cause = { 0 };

	if (take(policy, setting, text, &cause) == RC_OK)
		return RC_OK;
	return err_set(err, cause.rc == RC_NOMEM ? RC_NOMEM : RC_USAGE, "--%s: %s",
	    name_of(setting), cause.text);
}

enum rc
setting_apply(const struct settings *settings, const struct conf *conf,
    const char *device, struct policy *ret_policy, struct err *err)
{
	struct policy policy;
	enum rc r = RC_OK;

	static_assert((int)SETTINGS <= (int)SETTING_MAX, "room for every setting");
	if (settings->text[SETTING_DAYS] != NULL &&
	    (settings->text[SETTING_WARNING] != NULL ||
		settings->text[SETTING_CRITICAL] != NULL))
		return err_set(err, RC_USAGE,
		    "--days: says the same as --warning and --critical: give one or the other");
	policy_init(&policy);
	for (int i = 0; i < SETTINGS && r == RC_OK; i++) {
		const char *text = settings->text[i];

		r = text != NULL ? apply_option((enum setting)i, text, &policy, err)
				 : apply_config(settings, (enum setting)i, conf, device,
				       &policy, err);
	}
	if (r == RC_OK)
		r = policy_check(&policy, err);
	if (r == RC_OK)
		*ret_policy = policy;
	return r;
}
