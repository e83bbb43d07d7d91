/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reasons to remedies, remedies to programs.  The table says of each program
 * whether it ships; tests/lint/pairs.sh holds it to the truth.
 */
#include "policy/remedy.h"

#include <string.h>

#include "policy/config.h"
#include "policy/facts.h"

/* clang-format off */
static const struct {
	const char *program;
	bool ships;
	const char *run;   /* when it ships */
	const char *person; /* until then, or when there is none */
} remedies[] = {
	[REMEDY_NONE] = { NULL, false, NULL, "nothing to do" },
	[REMEDY_RENEW_TLS] = { "renew_amt_tls", true, "run renew_amt_tls",
	    "a person decides: install a new TLS certificate from a management console" },
	[REMEDY_REPROVISION_TLS] = { "reprovision_amt_tls", true, "run reprovision_amt_tls",
	    "a person decides: set up TLS again from a management console" },
	[REMEDY_RENEW_8021X] = { "renew_amt_8021x", true, "run renew_amt_8021x",
	    "a person decides: enrol the 802.1X certificate again from a management console" },
	[REMEDY_PRUNE_STORE] = { "prune_amt_store", true, "run prune_amt_store",
	    "a person decides: remove what nothing uses with a management console" },
	[REMEDY_INSTALL_ROOT] = { "install_amt_root", true, "run install_amt_root",
	    "a person decides: add the new trust anchor with a management console" },
	[REMEDY_SYNC_CLOCK] = { "sync_amt_clock", true, "run sync_amt_clock",
	    "a person decides: set the clock of the device from a management console" },
	[REMEDY_PERSON] = { NULL, false, NULL, "a person decides" },
};
/* clang-format on */

const char *
remedy_program(enum remedy remedy)
{
	return remedies[remedy].ships ? remedies[remedy].program : NULL;
}

bool
remedy_is_unattended(enum remedy remedy)
{
	return remedy_program(remedy) != NULL && remedy != REMEDY_INSTALL_ROOT;
}

enum remedy
remedy_find(const char *program)
{
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (remedies[i].ships && strcmp(remedies[i].program, program) == 0)
			return (enum remedy)i;
	return REMEDY_NONE;
}

const char *
remedy_ca(const struct conf *conf, const char *device, enum remedy remedy)
{
	const char *name = NULL;

	if (remedy != REMEDY_RENEW_TLS && remedy != REMEDY_REPROVISION_TLS &&
	    remedy != REMEDY_RENEW_8021X)
		return "";
	/* A network often trusts another CA than consoles do. */
	if (remedy == REMEDY_RENEW_8021X)
		name = config_find(conf, device, "8021x-ca").text;
	if (name == NULL)
		name = config_find(conf, device, "ca").text;
	return name == NULL ? "local" : name;
}

const char *
remedy_text(enum remedy remedy)
{
	return remedies[remedy].ships ? remedies[remedy].run : remedies[remedy].person;
}

static const enum remedy by_reason[] = {
#define REASON_REMEDY(name, state, word, remedy, sentence) remedy,
	REASON_MAP(REASON_REMEDY)
#undef REASON_REMEDY
};

/* What takes the place of a TLS remedy on a certificate of another usage. */
static const struct {
	unsigned int usage;
	enum remedy remedy;
} by_usage[] = {
	{ USAGE_8021X_WIRED | USAGE_8021X_WIRELESS, REMEDY_RENEW_8021X },
	{ USAGE_CIRA | USAGE_OTHER, REMEDY_PERSON },
	{ USAGE_8021X_WIRED_ROOT | USAGE_8021X_WIRELESS_ROOT, REMEDY_INSTALL_ROOT },
};

enum remedy
remedy_for(enum reason reason, unsigned int usage)
{
	enum remedy remedy = by_reason[reason];

	if ((remedy != REMEDY_RENEW_TLS && remedy != REMEDY_REPROVISION_TLS) ||
	    (usage & USAGE_TLS) != 0)
		return remedy;
	for (size_t i = 0; i < sizeof(by_usage) / sizeof(by_usage[0]); i++)
		if ((usage & by_usage[i].usage) != 0)
			return by_usage[i].remedy;
	return remedy;
}
