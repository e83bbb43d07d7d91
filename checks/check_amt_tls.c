/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Will the certificate that AMT serves stay valid, does it end at our trust anchor
 * and does it name this device?  One handshake and no login.
 */
#include "amt/survey.h"
#include "settings.h"
#include "tls/start.h"

static const struct opt *const options[] = { target_options, policy_options,
	policy_age_options, known_options, known_record_options, plugin_device_options,
	plugin_options, command_options, NULL };

static const struct command_info info = {
	.program = "check_amt_tls",
	.purpose =
	    "Will the certificate that Intel AMT serves on port 16993 stay valid, does its\n"
	    "path end at our trust anchor and does it name the device? Without login.\n"
	    "\n"
	    "OK: outside its renewal window. WARNING: renewal is overdue. CRITICAL: expired,\n"
	    "about to end, wrong name, unknown anchor, weak, or no reading. UNKNOWN: could\n"
	    "not look. The exit status is 0 to 3 in that order; 3 for help, too.\n",
	.examples =
	    "  check_amt_tls -H pc01.example --trust-anchor /etc/amtcert/ca.pem\n"
	    "  check_amt_tls -H pc01.example -I 192.0.2.7 --days=30,14\n"
	    "  check_amt_tls -H pc01.example --policy=fraction --explain\n",
	.timeout_s = PLUGIN_TIMEOUT_S,
	.options = options,
};

static enum rc
judge(const struct plugin *plugin, const struct facts *facts, struct verdict *verdict,
    struct err *err)
{
	enum rc r =
	    verdict_judge_presented(facts, &plugin->policy, plugin->now, verdict, err);

	if (r == RC_OK)
		r = verdict_judge_history(facts, &plugin->policy, plugin->now, verdict,
		    err);
	return r;
}

/* What the device shows, or else what it showed last. */
static enum rc
look(struct plugin *plugin, struct subject *subject, struct facts *facts,
    struct verdict *verdict, struct err *err)
{
	struct known *known = &subject->known;
	struct err cause = { 0 };
	enum rc r;

	known_open(known, SNAPSHOT_PRESENTED, false, plugin->now);
	known_lend(known, &plugin->policy);
	r = survey_read_presented(&subject->target, plugin->now,
	    plugin->command.deadline_ms, facts, &cause);
	if (r == RC_OK)
		known_add(known, &plugin->policy, facts);
	if (r == RC_OK || known_recall(known, r, &cause, facts))
		r = judge(plugin, facts, verdict, &cause);
	if (known_tell(known, verdict, &cause) != RC_OK)
		r = RC_NOMEM;
	return r == RC_OK ? RC_OK : err_set(err, r, "%s", cause.text);
}

int
main(int argc, char **argv)
{
	struct plugin plugin = { 0 };
	struct verdict verdict = { 0 };
	struct facts facts = { 0 };
	struct subject subject;
	struct err err = { 0 };
	enum rc r;
	int status;

	subject_init(&subject);
	r = plugin_start(&plugin, &info, "AMT_TLS", settings_take, &subject, argc, argv,
	    &err);
	if (r == RC_OK)
		r = tls_start(&err);
	if (r == RC_OK)
		r = settings_complete(&plugin, &subject, &err);
	if (r == RC_OK)
		r = look(&plugin, &subject, &facts, &verdict, &err);
	status = plugin_finish(&plugin, r, &facts, &verdict, &err);
	verdict_clear(&verdict);
	facts_clear(&facts);
	subject_clear(&subject);
	return status;
}
