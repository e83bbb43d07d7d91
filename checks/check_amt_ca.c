/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Will what renewals rest on last: can the CA renew at all, and how long do its
 * certificates, its revocation lists and the provisioning certificate last?
 */
#include <stddef.h>

#include "asked_ca.h"
#include "base/num.h"
#include "plugin/plugin.h"
#include "policy/authority.h"
#include "policy/config.h"

static const struct opt own_options[] = {
	{ "ca-file", 0, "FILE",
	    "PEM file of CA certificates; may be given more than once." },
	{ "crl", 0, "FILE",
	    "Revocation list, DER or PEM; may be given more than once." },
	{ "crl-warning", 0, "DURATION",
	    "Warning so long before a list's nextUpdate, 7d unless set." },
	{ "provisioning", 0, "FILE",
	    "Provisioning certificate with key and issuers, PKCS#12 or PEM; others must not be able to read it." },
	{ "secret-file", 0, "FILE", "File with its pass phrase in the first line." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const options[] = { asked_ca_options, own_options,
	policy_options, plugin_device_options, plugin_options, command_options, NULL };

static const struct command_info info = {
	.program = "check_amt_ca",
	.purpose =
	    "Can the CA renew at all, and will what renewals rest on last: the certificates\n"
	    "of the CA, its revocation lists, and the certificate by which a server sets up\n"
	    "Intel AMT?\n"
	    "\n"
	    "OK: outside the renewal window. WARNING: renewal is overdue, a list is about to\n"
	    "end, a request waits at the CA for a day, the provisioning certificate has less\n"
	    "than 60 days. CRITICAL: the CA cannot renew, or does not answer; expired, about\n"
	    "to end, weak, not fit for its purpose; a request waits for three days. UNKNOWN:\n"
	    "could not look. The exit status is 0 to 3 in that order; 3 for help, too.\n",
	.examples =
	    "  check_amt_ca --ca corp\n"
	    "  check_amt_ca --ca-file /etc/amtcert/ca.pem --crl /etc/amtcert/ca.crl\n"
	    "  check_amt_ca --provisioning /etc/amtcert/setup.pfx \\\n"
	    "      --secret-file /etc/amtcert/setup.secret\n",
	.timeout_s = PLUGIN_TIMEOUT_S,
	.options = options,
};

/* What was named, read as it comes. */
struct files {
	struct asked_ca asked;
	struct cert *cas[AUTHORITY_CAS_MAX];
	size_t n_cas;
	struct revocation lists[AUTHORITY_LISTS_MAX];
	size_t n_lists;
	int64_t list_warning_s;
	const char *setup_file;
	const char *secret_file;
	struct setup_cert setup;
	enum path_state setup_path;
};

static enum rc
add_cas(struct files *files, const char *path, struct err *err)
{
	struct cert **certs = NULL;
	size_t n = 0;
	enum rc r = cert_read_pem_file(path, &certs, &n, err);

	if (r != RC_OK)
		return r;
	if (n > AUTHORITY_CAS_MAX - files->n_cas)
		r = err_set(err, RC_LIMIT, "%s: more than %d certificates in all", path,
		    (int)AUTHORITY_CAS_MAX);
	for (size_t i = 0; r == RC_OK && i < n; i++) {
		files->cas[files->n_cas++] = certs[i];
		certs[i] = NULL;
	}
	cert_free_list(certs, n);
	return r;
}

static enum rc
add_list(struct files *files, const char *path, struct err *err)
{
	enum rc r;

	if (files->n_lists == AUTHORITY_LISTS_MAX)
		return err_set(err, RC_LIMIT, "%s: more than %d lists in all", path,
		    (int)AUTHORITY_LISTS_MAX);
	r = revocation_read_file(path, &files->lists[files->n_lists], err);
	if (r == RC_OK)
		files->n_lists++;
	return r;
}

static enum rc
take_value(struct files *files, ptrdiff_t row, const char *value, struct err *err)
{
	switch (row) {
	case 0:
		return add_cas(files, value, err);
	case 1:
		return add_list(files, value, err);
	case 2:
		return num_parse_duration(value, INT32_MAX, &files->list_warning_s,
		    err);
	case 3:
		files->setup_file = value;
		return RC_OK;
	case 4:
		files->secret_file = value;
		return RC_OK;
	default:
		return RC_NOTFOUND;
	}
}

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct files *files = ctx;
	struct err cause = { 0 };
	int row = opt_row(own_options, opt);
	enum rc r = asked_ca_take(&files->asked, opt, value, err);

	if (r != RC_NOTFOUND)
		return r;
	r = row < 0 ? RC_NOTFOUND : take_value(ctx, row, value, &cause);

	if (r == RC_OK || r == RC_NOTFOUND || r == RC_NOMEM)
		return r;
	return err_set(err, row == 2 ? RC_USAGE : RC_CONFIG, "--%s: %s", opt->long_name,
	    cause.text);
}

/* The root in the file, if it is there, is the end that the path must have. */
static enum rc
verify_setup(struct files *files, int64_t now, struct err *err)
{
	const struct setup_cert *setup = &files->setup;
	struct anchors *anchors = NULL;
	struct path path = { 0 };
	enum rc r = RC_OK;

	for (size_t i = 0; i < setup->n_certs && anchors == NULL && r == RC_OK; i++)
		if (setup->certs[i]->is_self_issued)
			r = anchors_from_certs(&setup->certs[i], 1, &anchors, err);
	if (r == RC_OK && anchors != NULL)
		r = path_verify(anchors, setup->certs, setup->n_certs, now, 0, &path,
		    err);
	files->setup_path = path.ignoring_time;
	path_clear(&path);
	anchors_free(anchors);
	return r;
}

static enum rc
read_setup(struct files *files, int64_t now, struct err *err)
{
	struct secret secret = { .text = NULL };
	enum rc r = RC_OK;

	if (files->setup_file == NULL)
		return RC_OK;
	if (files->secret_file != NULL)
		r = secret_read_file(&secret, files->secret_file, err);
	if (r == RC_OK)
		r = setup_cert_read_file(files->setup_file, &secret, &files->setup,
		    err);
	secret_clear(&secret);
	if (r == RC_FORMAT || r == RC_LIMIT || r == RC_SYSTEM)
		err->rc = r = RC_CONFIG; /* the operator named this file */
	return r == RC_OK ? verify_setup(files, now, err) : r;
}

static enum rc
judge(struct files *files, const struct conf *conf, const struct plugin *plugin,
    struct verdict *verdict, struct err *err)
{
	struct authority authority = { .cas = files->cas,
		.n_cas = files->n_cas,
		.lists = files->lists,
		.n_lists = files->n_lists,
		.list_warning_s = files->list_warning_s,
		.setup = files->setup_file != NULL ? &files->setup : NULL,
		.setup_path = files->setup_path };
	enum rc r;

	if (files->asked.name == NULL && files->n_cas == 0 && files->n_lists == 0 &&
	    files->setup_file == NULL)
		return err_set(err, RC_USAGE,
		    "--ca: missing: name a CA, or a file with --ca-file, --crl or "
		    "--provisioning");
	r = asked_ca_ask(&files->asked, conf, plugin, &authority.service, err);
	if (r == RC_OK)
		r = verdict_judge_authority(&authority, &plugin->policy, plugin->now,
		    verdict, err);
	return r == RC_OK ? asked_ca_tell(&files->asked, verdict, err) : r;
}

static void
files_clear(struct files *files)
{
	for (size_t i = 0; i < files->n_cas; i++)
		cert_free(files->cas[i]);
	for (size_t i = 0; i < files->n_lists; i++)
		revocation_clear(&files->lists[i]);
	setup_cert_clear(&files->setup);
	asked_ca_clear(&files->asked);
}

int
main(int argc, char **argv)
{
	struct files files = { .list_warning_s = AUTHORITY_LIST_WARNING_S };
	struct plugin plugin = { 0 };
	struct verdict verdict = { 0 };
	struct facts facts = { 0 };
	struct conf *conf = NULL;
	struct err err = { 0 };
	enum rc r;
	int status;

	asked_ca_init(&files.asked);
	r = plugin_start(&plugin, &info, "AMT_CA", take, &files, argc, argv, &err);
	if (r == RC_OK)
		r = config_read(plugin.command.config_file, &conf, &err);
	if (r == RC_OK)
		r = plugin_configure(&plugin, conf, NULL, &err);
	if (r == RC_OK)
		r = read_setup(&files, plugin.now, &err);
	if (r == RC_OK)
		r = judge(&files, conf, &plugin, &verdict, &err);
	status = plugin_finish(&plugin, r, &facts, &verdict, &err);
	verdict_clear(&verdict);
	conf_free(conf);
	files_clear(&files);
	return status;
}
