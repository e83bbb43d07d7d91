/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is the device's clock right enough for certificates to mean anything?  Two
 * requests: the login, and the time.
 */
#include "amt/identity.h"
#include "amt/rtc.h"
#include "login.h"

static const struct opt *const options[] = { target_options, target_login_options,
	policy_clock_options, known_options, plugin_device_options, plugin_options,
	command_options, NULL };

static const struct command_info info = {
	.program = "check_amt_clock",
	.purpose =
	    "Is the clock of Intel AMT right enough for certificates to mean anything? The\n"
	    "firmware judges client certificates by it. Logs in, once, and only reads.\n"
	    "\n"
	    "OK: right. WARNING, CRITICAL: off by more than --clock-warning,\n"
	    "--clock-critical; CRITICAL: no reading. UNKNOWN: the device does not tell its\n"
	    "time, or could not look. The exit status is 0 to 3 in that order; 3 for help,\n"
	    "too.\n",
	.examples =
	    "  check_amt_clock -H pc01.example --trust-anchor /etc/amtcert/ca.pem \\\n"
	    "      --secret-file /etc/amtcert/secret\n"
	    "  check_amt_clock -H pc01.example --clock-warning=1m --clock-critical=1d\n",
	.timeout_s = PLUGIN_TIMEOUT_S,
	.options = options,
};

/* A clock that cannot be asked is not known; any other failure is one. */
static enum rc
read_time(struct device *device, const struct target *target, int64_t now,
    struct facts *facts, struct err *err)
{
	struct err cause = { 0 };
	enum rc r = identity_read_names(device, facts, err);

	(void)target;
	(void)now;
	if (r != RC_OK)
		return r;
	r = rtc_read(device, &facts->clock, &cause);
	if (r == RC_OK || r == RC_PT_STATUS || device_lacks(device, r) ||
	    device_refuses(device, r))
		return RC_OK;
	return err_set(err, r, "%s", cause.text);
}

static enum rc
judge(void *ctx, const struct facts *facts, const struct policy *policy, int64_t now,
    struct verdict *verdict, struct err *err)
{
	(void)ctx;
	return verdict_judge_clock(facts, policy, now, verdict, err);
}

int
main(int argc, char **argv)
{
	const struct login_check check = { .info = &info,
		.service = "AMT_CLOCK",
		.read = read_time,
		.judge = judge };

	return login_check_main(&check, argc, argv);
}
