/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One row per maker, asked in the order in which a better sign comes first.
 */
#include "policy/maker.h"

#include <string.h>

#include "base/clock.h"
#include "x509/own_form.h"

/* The dates that MeshCentral and rps write are midnights of their time zone. */
#define FIXED_FROM  INT64_C(1514764800) /* 2018-01-01 */
#define FIXED_UNTIL INT64_C(2524521600) /* 2049-12-31 */

enum {
	RANDOM_DIGITS = 12,
	DAYS_PER_YEAR = 365,
	LEAP_YEARS = 4,
	SLACK_S = 2 * CLOCK_DAY_S, /* time zones, leap days, the last second */
};

static const struct {
	const char *word;
	bool is_note;
	const char *by;
	const char *renewal;
} makers[] = {
#define MAKER_ROW(name, word, is_note, by, renewal) { word, is_note, by, renewal },
	MAKER_MAP(MAKER_ROW)
#undef MAKER_ROW
};

static bool
is_about(int64_t s, int64_t wanted)
{
	return s >= wanted - SLACK_S && s <= wanted + SLACK_S;
}

static bool
has_fixed_dates(const struct cert *cert)
{
	return is_about(cert->not_before, FIXED_FROM) &&
	    is_about(cert->not_after, FIXED_UNTIL);
}

/* Does the name have an element that begins so? */
static bool
has_element(const char *name, const char *start)
{
	const char *at = strstr(name, start);

	while (at != NULL && at != name && at[-1] != ',' && at[-1] != '+')
		at = strstr(at + 1, start);
	return at != NULL;
}

static bool
is_named(const struct cert *cert, const char *const *names, size_t n)
{
	for (size_t i = 0; cert->common_name != NULL && i < n; i++)
		if (strcmp(cert->common_name, names[i]) == 0)
			return true;
	return false;
}

static bool
is_on_die(const struct cert *cert)
{
	static const char *const names[] = { "AMT RCFG", "AMT AuditL", "AMT WS-MAN",
		"iAMT-RCFG", "iAMT CSME IDevID RCFG", "iAMT CSME IDevID AuditL",
		"iAMT CSME IDevID WS-MAN" };
	static const char *const issuers[] = { "CN=ODCA ", "OU=ODCA ", "CN=On Die CSME",
		"OU=On Die CSME", "CN=OnDie CA ", "OU=OnDie CA " };

	for (size_t i = 0; i < sizeof(issuers) / sizeof(issuers[0]); i++)
		if (has_element(cert->issuer, issuers[i]))
			return true;
	return is_named(cert, names, sizeof(names) / sizeof(names[0]));
}

/* "IntelAMT-" and six random bytes */
static bool
has_random_name(const struct cert *cert)
{
	static const char start[] = "IntelAMT-";
	const char *name = cert->common_name;
	const size_t len = sizeof(start) - 1;

	return name != NULL && strncmp(name, start, len) == 0 &&
	    strlen(name + len) == RANDOM_DIGITS &&
	    strspn(name + len, "0123456789abcdef") == RANDOM_DIGITS;
}

static bool
is_meshcentral(const struct cert *cert)
{
	return has_element(cert->issuer, "CN=MeshCentralRoot-") ||
	    (has_random_name(cert) && has_fixed_dates(cert));
}

/* 20 years of rpc-go, which begin a year ago; 30 of the console. */
static bool
has_long_years(const struct cert *cert)
{
	static const int64_t years[] = { 20, 21, 30 };
	int64_t lifetime_s = cert_lifetime_s(cert);

	for (size_t i = 0; i < sizeof(years) / sizeof(years[0]); i++)
		if (is_about(lifetime_s,
			(years[i] * DAYS_PER_YEAR + years[i] / LEAP_YEARS) *
			    CLOCK_DAY_S))
			return true;
	return false;
}

static bool
is_dmt(const struct cert *cert)
{
	return has_element(cert->issuer, "CN=MPSRoot-") ||
	    has_element(cert->issuer, "CN=RPC Root CA Certificate") ||
	    has_fixed_dates(cert) || (cert->is_self_issued && has_long_years(cert));
}

static bool
is_adcs(const struct cert *cert)
{
	return cert->has_template || cert->template_name != NULL;
}

static bool
is_self_signed(const struct cert *cert)
{
	return cert->is_self_issued;
}

static const struct {
	enum maker maker;
	bool (*is)(const struct cert *cert);
} signs[] = {
	{ MAKER_ON_DIE, is_on_die },
	{ MAKER_MESHCENTRAL, is_meshcentral },
	{ MAKER_ADCS, is_adcs },
	{ MAKER_DMT, is_dmt },
	{ MAKER_LOCAL_CA, own_form_has },
	{ MAKER_SELF_SIGNED, is_self_signed },
};

enum maker
maker_find(const struct cert *cert, bool is_ours, bool is_firmware)
{
	if (is_ours)
		return MAKER_OURS;
	if (is_firmware)
		return is_on_die(cert) ? MAKER_ON_DIE : MAKER_FIRMWARE;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (signs[i].is(cert))
			return signs[i].maker;
	return MAKER_UNKNOWN;
}

const char *
maker_word(enum maker maker)
{
	return makers[maker].word;
}

const char *
maker_by(enum maker maker)
{
	return makers[maker].by;
}

const char *
maker_renewal(enum maker maker)
{
	return makers[maker].renewal;
}

bool
maker_is_note(enum maker maker)
{
	return makers[maker].is_note;
}
