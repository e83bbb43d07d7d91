/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Do certificates that are bound to TLS, 802.1X or CIRA end soon, and what else lies
 * in the store?  One login over an authenticated connection; it only reads.
 */
#include "amt/read.h"
#include "settings.h"

static const struct opt *const options[] = { target_options, target_login_options,
	policy_options, policy_clock_options, plugin_options, command_options, NULL };

static const struct command_info info = {
	.program = "check_amt_store",
	.purpose =
	    "Do the certificates that Intel AMT holds for TLS, 802.1X and CIRA stay valid?\n"
	    "Are there orphans, bound certificates without a key, a full store, a clock that\n"
	    "is off? Logs in, over TLS and once, and only reads.\n"
	    "\n"
	    "OK: outside the renewal window. WARNING: renewal is overdue. CRITICAL: expired,\n"
	    "about to end, weak, no key, TLS off, login refused, or no reading. UNKNOWN:\n"
	    "could not look. The exit status is 0 to 3 in that order; 3 for help, too.\n",
	.examples =
	    "  check_amt_store -H pc01.example --trust-anchor /etc/amtcert/ca.pem \\\n"
	    "      --secret-file /etc/amtcert/secret\n"
	    "  check_amt_store -H pc01.example -I 192.0.2.7 -l monitor --days=30,14\n"
	    "  check_amt_store -H pc01.example --clock-warning=1m --explain\n",
	.timeout_s = PLUGIN_TIMEOUT_S,
	.options = options,
};

/* What the device presents is known even where the login was refused; an expired
 * certificate is no reason not to look, it is what we look for. */
static enum rc
look(const struct plugin *plugin, const struct target *target, struct facts *facts,
    struct verdict *verdict, struct err *err)
{
	struct device *device = NULL;
	enum rc r;

	r = device_open(target, TRUST_TIME_JUDGED, plugin->now,
	    plugin->command.deadline_ms, &device, err);
	if (r == RC_OK)
		r = read_device(device, target, plugin->now, facts, err);
	device_close(device);
	if (r == RC_OK)
		return verdict_judge_store(facts, &plugin->policy, plugin->now, verdict,
		    err);
	(void)verdict_judge_presented(facts, &plugin->policy, plugin->now, verdict,
	    err);
	return r;
}

int
main(int argc, char **argv)
{
	struct plugin plugin = { 0 };
	struct verdict verdict = { 0 };
	struct facts facts = { 0 };
	struct target target;
	struct err err = { 0 };
	enum rc r;
	int status;

	target_init(&target);
	r = plugin_start(&plugin, &info, "AMT_STORE", settings_take, &target, argc,
	    argv, &err);
	if (r == RC_OK)
		r = settings_complete(&plugin, &target, &err);
	if (r == RC_OK)
		r = target_load_secret(&target, &err);
	if (r == RC_OK)
		r = look(&plugin, &target, &facts, &verdict, &err);
	status = plugin_finish(&plugin, r, &facts, &verdict, &err);
	verdict_clear(&verdict);
	facts_clear(&facts);
	target_clear(&target);
	return status;
}
