/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Are the trust anchors in the firmware present and not about to end?  By them it
 * judges consoles with mutual TLS, 802.1X servers and the server of CIRA.
 */
#include "amt/identity.h"
#include "amt/settings.h"
#include "amt/store.h"
#include "login.h"

static const struct opt roots_options[] = {
	{ "expect-root", 0, "FILE",
	    "PEM file of trust anchors that must be in the firmware; may be given more "
	    "than once." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const options[] = { roots_options, target_options,
	target_login_options, policy_options, policy_age_options, known_options,
	plugin_device_options, plugin_options, command_options, NULL };

static const struct command_info info = {
	.program = "check_amt_roots",
	.purpose =
	    "Are the trust anchors that Intel AMT holds present and not about to end? By\n"
	    "them it judges consoles with mutual TLS, 802.1X servers and the server of a\n"
	    "remote tunnel. Logs in, once, and only reads.\n"
	    "\n"
	    "OK: outside the renewal window, or none there. WARNING: replacement is overdue.\n"
	    "CRITICAL: expired, about to end, weak, a wanted one is not there, or no reading.\n"
	    "UNKNOWN: could not look. The exit status is 0 to 3 in that order; 3 for help,\n"
	    "too.\n",
	.examples =
	    "  check_amt_roots -H pc01.example --trust-anchor /etc/amtcert/ca.pem \\\n"
	    "      --secret-file /etc/amtcert/secret\n"
	    "  check_amt_roots -H pc01.example --expect-root /etc/amtcert/ca.pem\n",
	.timeout_s = PLUGIN_TIMEOUT_S,
	.options = options,
};

enum {
	WANTED_MAX = 64
};

/* The anchors that are to be there. */
struct wanted {
	struct cert *certs[WANTED_MAX];
	size_t n;
};

/* Move the certificates of one file to the list. */
static enum rc
add_file(struct wanted *wanted, const char *path, struct err *err)
{
	struct cert **certs = NULL;
	size_t n = 0;
	enum rc r = cert_read_pem_file(path, &certs, &n, err);

	if (r != RC_OK)
		return r;
	for (size_t i = 0; i < n; i++) {
		if (wanted->n == WANTED_MAX) {
			r = err_set(err, RC_USAGE,
			    "--expect-root: more than %d certificates",
			    (int)WANTED_MAX);
			break;
		}
		wanted->certs[wanted->n++] = certs[i];
		certs[i] = NULL;
	}
	cert_free_list(certs, n);
	return r;
}

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct err cause = { 0 };
	enum rc r;

	if (opt != &roots_options[0])
		return RC_NOTFOUND;
	r = add_file(ctx, value, &cause);
	return r == RC_OK ? RC_OK
			  : err_set(err, r == RC_NOMEM ? r : RC_CONFIG,
				"--expect-root: %s", cause.text);
}

static enum rc
read_roots(struct device *device, const struct target *target, int64_t now,
    struct facts *facts, struct err *err)
{
	enum rc r = identity_read_names(device, facts, err);

	(void)target;
	(void)now;
	if (r == RC_OK)
		r = settings_read_tls(device, facts, err);
	return r == RC_OK ? store_read(device, facts, err) : r;
}

static enum rc
judge(void *ctx, const struct facts *facts, const struct policy *policy, int64_t now,
    struct verdict *verdict, struct err *err)
{
	const struct wanted *wanted = ctx;

	return verdict_judge_roots(facts, policy, wanted->certs, wanted->n, now,
	    verdict, err);
}

int
main(int argc, char **argv)
{
	struct wanted wanted = { .n = 0 };
	const struct login_check check = { .info = &info,
		.service = "AMT_ROOTS",
		.take = take,
		.read = read_roots,
		.judge = judge,
		.ctx = &wanted,
		.recalls = true };
	int status = login_check_main(&check, argc, argv);

	for (size_t i = 0; i < wanted.n; i++)
		cert_free(wanted.certs[i]);
	return status;
}
