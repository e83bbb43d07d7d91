/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Will the 802.1X client certificates, wired and wireless, stay valid?  When one
 * ends the device loses the network, and with it every way to repair it.
 */
#include "amt/identity.h"
#include "amt/read.h"
#include "login.h"

static const struct opt *const options[] = { target_options, target_login_options,
	policy_options, policy_age_options, known_options, known_record_options,
	plugin_device_options, plugin_options, command_options, NULL };

static const struct command_info info = {
	.program = "check_amt_8021x",
	.purpose =
	    "Will the certificates that Intel AMT shows to 802.1X networks, wired and\n"
	    "wireless, stay valid, and the roots that it judges those networks by? Logs in,\n"
	    "once, and only reads.\n"
	    "\n"
	    "OK: outside the renewal window, or none in use. WARNING: renewal is overdue.\n"
	    "CRITICAL: expired, about to end, weak, no key, login refused, or no reading.\n"
	    "UNKNOWN: could not look. The exit status is 0 to 3 in that order; 3 for help,\n"
	    "too.\n",
	.examples =
	    "  check_amt_8021x -H pc01.example --trust-anchor /etc/amtcert/ca.pem \\\n"
	    "      --secret-file /etc/amtcert/secret\n"
	    "  check_amt_8021x -H pc01.example --days=60,30\n",
	.timeout_s = PLUGIN_TIMEOUT_S,
	.options = options,
};

static enum rc
read_usages(struct device *device, const struct target *target, int64_t now,
    struct facts *facts, struct err *err)
{
	enum rc r = identity_read_names(device, facts, err);

	(void)target;
	(void)now;
	return r == RC_OK ? read_store(device, facts, err) : r;
}

static enum rc
judge(void *ctx, const struct facts *facts, const struct policy *policy, int64_t now,
    struct verdict *verdict, struct err *err)
{
	(void)ctx;
	return verdict_judge_8021x(facts, policy, now, verdict, err);
}

int
main(int argc, char **argv)
{
	const struct login_check check = { .info = &info,
		.service = "AMT_8021X",
		.read = read_usages,
		.judge = judge,
		.recalls = true };

	return login_check_main(&check, argc, argv);
}
