/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Do certificates that are bound to TLS, 802.1X or CIRA end soon, and what else lies
 * in the store?  One login over an authenticated connection; it only reads.
 */
#include "amt/read.h"
#include "login.h"

static const struct opt *const options[] = { target_options, target_login_options,
	policy_options, policy_clock_options, policy_store_options, policy_age_options,
	known_options, known_record_options, plugin_device_options, plugin_options,
	command_options, NULL };

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

static enum rc
judge(void *ctx, const struct facts *facts, const struct policy *policy, int64_t now,
    struct verdict *verdict, struct err *err)
{
	(void)ctx;
	return verdict_judge_store(facts, policy, now, verdict, err);
}

int
main(int argc, char **argv)
{
	const struct login_check check = { .info = &info,
		.service = "AMT_STORE",
		.read = read_device,
		.judge = judge,
		.recalls = true,
		.judges_history = true };

	return login_check_main(&check, argc, argv);
}
