/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * askca: asks one CA of a configuration file what a program would ask it, and
 * prints what came back, judged.  Any Linux host's key takes the device's place.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/opt.h"
#include "ca/accept.h"
#include "ca/ca.h"
#include "policy/config.h"

enum {
	FILE_MAX_BYTES = 256 * 1024,
	DEFAULT_TIMEOUT_S = 20,
	VERBOSE = 3,
};

struct options {
	const char *operation;
	const char *config;
	const char *ca;
	const char *csr;
	const char *current;
	const char *cookie;
	const char *cookie_out;
	const char *leaf_out;
	const char *digest;
	const char *timeout;
	const char *name;
	bool verbose;
};

static const struct opt option_table[] = {
	{ "do", 0, "WHAT", "probe, submit, poll or abandon." },
	{ "config", 'f', "FILE", "Configuration with [ca NAME]." },
	{ "ca", 0, "NAME", "Which one." },
	{ "name", 'H', "NAME", "Common name and dNSName that are asked for." },
	{ "csr", 0, "FILE", "PKCS#10 in PEM." },
	{ "current", 0, "FILE", "Certificate that is to be replaced, in PEM." },
	{ "cookie", 0, "FILE", "Of the earlier answer." },
	{ "cookie-out", 0, "FILE", "Where a cookie goes." },
	{ "leaf-out", 0, "FILE", "Where the certificate goes, in PEM." },
	{ "digest", 0, "NAME", "Smallest digest that may be used: sha256, sha384." },
	{ "timeout", 't', "SECONDS", "Of the whole run." },
	{ "verbose", 'v', NULL, "Log to standard error." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const option_tables[] = { option_table, NULL };

static enum rc
take_option(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct options *o = ctx;
	const struct {
		const char *name;
		const char **field;
	} texts[] = {
		{ "do", &o->operation },
		{ "config", &o->config },
		{ "ca", &o->ca },
		{ "name", &o->name },
		{ "csr", &o->csr },
		{ "current", &o->current },
		{ "cookie", &o->cookie },
		{ "cookie-out", &o->cookie_out },
		{ "leaf-out", &o->leaf_out },
		{ "digest", &o->digest },
		{ "timeout", &o->timeout },
	};

	(void)err;
	if (value == NULL)
		o->verbose = true;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].name, opt->long_name) == 0)
			*texts[i].field = value;
	return RC_OK;
}

static enum rc
read_file(const char *path, struct buf *bytes, struct err *err)
{
	char part[4096];
	FILE *file = fopen(path, "re");
	enum rc r = RC_OK;
	size_t n = 1;

	if (file == NULL)
		return err_system(err, "%s", path);
	while (r == RC_OK && n > 0) {
		n = fread(part, 1, sizeof(part), file);
		r = buf_add(bytes, part, n);
	}
	(void)fclose(file);
	return r == RC_OK ? r : err_set(err, r, "%s: cannot be read", path);
}

static enum rc
write_file(const char *path, const void *bytes, size_t len, struct err *err)
{
	FILE *file = fopen(path, "we");

	if (file == NULL)
		return err_system(err, "%s", path);
	if (fwrite(bytes, 1, len, file) != len) {
		(void)fclose(file);
		return err_system(err, "%s", path);
	}
	return fclose(file) == 0 ? RC_OK : err_system(err, "%s", path);
}

static enum rc
read_csr(const char *path, uint8_t **ret_der, size_t *ret_len, struct err *err)
{
	FILE *file = fopen(path, "re");
	X509_REQ *req = NULL;
	unsigned char *der = NULL;
	int len;

	if (file == NULL)
		return err_system(err, "%s", path);
	req = PEM_read_X509_REQ(file, NULL, NULL, NULL);
	(void)fclose(file);
	len = req == NULL ? -1 : i2d_X509_REQ(req, &der);
	X509_REQ_free(req);
	if (len <= 0)
		return err_set(err, RC_FORMAT, "%s: no PKCS#10", path);
	*ret_der = der;
	*ret_len = (size_t)len;
	return RC_OK;
}

static enum rc
write_leaf(const char *path, const struct cert *leaf, struct err *err)
{
	X509 *x = NULL;
	FILE *file = NULL;
	enum rc r = cert_get_x509(leaf, &x, err);

	if (r != RC_OK)
		return r;
	file = fopen(path, "we");
	if (file == NULL || PEM_write_X509(file, x) != 1)
		r = err_system(err, "%s", path);
	if (file != NULL && fclose(file) != 0)
		r = err_system(err, "%s", path);
	X509_free(x);
	return r;
}

static void
print_facts(const struct ca_facts *facts)
{
	char time[CLOCK_TIME_SIZE];

	(void)printf("outcome: %s\ntext: %s\nkind: %s\n",
	    ca_outcome_text(facts->outcome), facts->text, facts->kind);
	if (facts->not_after != 0)
		(void)printf("not-after: %s\n",
		    clock_format_time(facts->not_after, time));
	if (facts->list.next_update != 0)
		(void)printf("crl-next-update: %s\n",
		    clock_format_time(facts->list.next_update, time));
	(void)printf("lifetime: %lld\nrenew-before: %lld\nneeds-approval: %s\n",
	    (long long)facts->lifetime_s, (long long)facts->renew_before_s,
	    facts->needs_approval ? "yes" : "no");
	(void)printf("template: %s %s %lld\nkey: %s\n", facts->template_name,
	    facts->template_oid, (long long)facts->template_major, facts->key);
}

/* The judgement that stands between an answer and a device. */
static void
print_judgement(const struct ca *ca, const struct ca_request *request,
    const struct ca_answer *answer)
{
	const struct accept_input input = { .leaf = answer->leaf,
		.chain = answer->chain,
		.n_chain = answer->n_chain,
		.csr = request->csr,
		.csr_len = request->csr_len,
		.profile = &request->profile,
		.anchors = ca_anchors(ca),
		.issuer_key = ca_issuer_key(ca),
		.now = request->now,
		.device_now = request->now };
	struct buf warnings;
	struct err why = { 0 };

	buf_init(&warnings, FILE_MAX_BYTES);
	(void)printf("judged: %s\n",
	    accept_judge(&input, &warnings, &why) == RC_OK ? "accepted" : why.text);
	(void)printf("%s", buf_str(&warnings));
	buf_clear(&warnings);
}

static enum rc
print_answer(const struct options *o, const struct ca *ca,
    const struct ca_request *request, const struct ca_answer *answer, struct err *err)
{
	enum rc r = RC_OK;

	(void)printf("outcome: %s\ntext: %s\nretry-after: %lld\n",
	    ca_outcome_text(answer->outcome), answer->text,
	    (long long)answer->retry_after_s);
	if (answer->request_id[0] != '\0')
		(void)printf("request-id: %s\n", answer->request_id);
	if (o->cookie_out != NULL && answer->outcome == CA_PENDING)
		r = write_file(o->cookie_out, answer->cookie, answer->cookie_len, err);
	if (r != RC_OK || answer->outcome != CA_ISSUED)
		return r;
	(void)printf("leaf: %s\nchain: %zu\n", answer->leaf->subject, answer->n_chain);
	print_judgement(ca, request, answer);
	return o->leaf_out == NULL ? RC_OK : write_leaf(o->leaf_out, answer->leaf, err);
}

static enum rc
ask(const struct options *o, struct ca *ca, const struct ca_request *request,
    struct err *err)
{
	struct ca_answer answer = { 0 };
	struct ca_facts facts = { 0 };
	enum rc r;

	if (strcmp(o->operation, "probe") == 0) {
		r = ca_probe(ca, request, &facts, err);
		if (r == RC_OK)
			print_facts(&facts);
		return r;
	}
	if (strcmp(o->operation, "abandon") == 0)
		return ca_abandon(ca, request, err);
	r = strcmp(o->operation, "poll") == 0 ? ca_poll(ca, request, &answer, err)
					      : ca_submit(ca, request, &answer, err);
	if (r == RC_OK)
		r = print_answer(o, ca, request, &answer, err);
	ca_answer_clear(&answer);
	return r;
}

static enum rc
run(const struct options *o, struct err *err)
{
	struct ca_request request = { .profile = { .common_name = o->name,
					  .eku = CERT_EKU_SERVER_AUTH },
		.digest = o->digest,
		.now = clock_now() };
	struct cert **current = NULL;
	struct conf *conf = NULL;
	struct ca *ca = NULL;
	struct buf cookie;
	uint8_t *csr = NULL;
	size_t n_current = 0;
	int64_t timeout_s = 0;
	enum rc r;

	buf_init(&cookie, FILE_MAX_BYTES);
	request.not_before_max = request.now;
	r = num_parse(o->timeout, 1, 3600, &timeout_s, err);
	if (r == RC_OK)
		r = config_read(o->config, &conf, err);
	if (r == RC_OK)
		r = ca_open(conf, o->ca, &ca, err);
	if (r == RC_OK && o->csr != NULL)
		r = read_csr(o->csr, &csr, &request.csr_len, err);
	if (r == RC_OK && o->current != NULL)
		r = cert_read_pem_file(o->current, &current, &n_current, err);
	if (r == RC_OK && o->cookie != NULL)
		r = read_file(o->cookie, &cookie, err);
	request.csr = csr;
	request.current = current == NULL ? NULL : current[0];
	request.cookie = (const uint8_t *)buf_str(&cookie);
	request.cookie_len = cookie.len;
	request.deadline_ms = clock_monotonic_ms() + timeout_s * 1000;
	if (r == RC_OK)
		r = ask(o, ca, &request, err);
	buf_clear(&cookie);
	cert_free_list(current, n_current);
	OPENSSL_free(csr);
	ca_close(ca);
	conf_free(conf);
	return r;
}

int
main(int argc, char **argv)
{
	struct options options = { .operation = "submit",
		.digest = "sha256",
		.name = "pc1.example.test",
		.timeout = "20" };
	struct err err = { 0 };
	enum rc r = opt_parse(option_tables, argc, argv, take_option, &options, &err);

	if (options.verbose)
		log_set_level(VERBOSE);
	if (r == RC_OK)
		r = run(&options, &err);
	if (r == RC_OK)
		return EXIT_SUCCESS;
	(void)fprintf(stderr, "askca: %s: %s\n", rc_text(r), err.text);
	return r == RC_USAGE ? 3 : EXIT_FAILURE;
}
