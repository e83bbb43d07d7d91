/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of rules that stands between a CA's answer and a device's flash.
 * RFC 5280 and RFC 9525 for the certificate, Intel's limits for the store; what
 * each firmware generation refuses was observed (AMT 9 to 22).
 */
#include "ca/accept.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/text.h"
#include "ca/accept_rules.h"

enum {
	LINE_SIZE = ACCEPT_WORDS_SIZE + 64,
	MIN_LEVEL = 2, /* OpenSSL security level of the path: 112 bits */
};

static const struct accept_rule rules[] = {
	{ "C1 form", accept_form },
	{ "C2 key", accept_key },
	{ "C3 new", accept_new },
	{ "C4 subject", accept_subject },
	{ "C5 names", accept_names },
	{ "C6 purpose", accept_purpose },
	{ "C7 key usage", accept_key_usage },
	{ "C8 not a CA", accept_not_a_ca },
	{ "C9 time", accept_time },
	{ "C10 signature", accept_signature },
	{ "C11 key kind", accept_key_kind },
	{ "C18 critical", accept_critical },
	{ "C12 path", accept_path },
	{ "C13 host", accept_host },
	{ "C14 issuer", accept_issuer },
	{ "C15 strict", accept_strict },
	{ "C16 template", accept_template },
	{ "C17 issuer's end", accept_issuer_end },
	{ "C19 revocation", accept_revocation },
};

static enum rc
parse_both(struct accept_ctx *ctx, struct err *err)
{
	const unsigned char *p = ctx->input->leaf->der;
	const unsigned char *end = p + ctx->input->leaf->der_len;

	ctx->x = d2i_X509(NULL, &p, (long)ctx->input->leaf->der_len);
	/* Makes OpenSSL note what the extensions say. */
	if (ctx->x == NULL || p != end || X509_check_purpose(ctx->x, -1, 0) != 1)
		return err_set(err, RC_CA,
		    "C1 form: not one certificate, or an extension is broken");
	p = ctx->input->csr;
	end = p + ctx->input->csr_len;
	ctx->req = d2i_X509_REQ(NULL, &p, (long)ctx->input->csr_len);
	if (ctx->req == NULL || p != end)
		return err_set(err, RC_INTERNAL, "the request is not one PKCS#10");
	return RC_OK;
}

static enum rc
build_path(struct accept_ctx *ctx, struct err *err)
{
	const struct accept_input *input = ctx->input;
	struct cert *chain[1 + CA_CHAIN_MAX];
	struct cert *leaf = NULL;
	enum rc r;

	if (input->n_chain > CA_CHAIN_MAX)
		return err_set(err, RC_CA, "C12 path: the CA sent %zu certificates",
		    input->n_chain);
	r = cert_dup(input->leaf, &leaf, err);
	if (r != RC_OK)
		return r;
	chain[0] = leaf;
	for (size_t i = 0; i < input->n_chain; i++)
		chain[i + 1] = input->chain[i];
	ctx->at = input->now;
	if (leaf->not_before > input->now &&
	    leaf->not_before <= input->now + ACCEPT_CLOCK_SLACK_S)
		ctx->at = leaf->not_before;
	r = input->profile->eku == CERT_EKU_CLIENT_AUTH
	    ? path_verify_client(input->anchors, chain, input->n_chain + 1, ctx->at,
		  MIN_LEVEL, &ctx->path, err)
	    : path_verify(input->anchors, chain, input->n_chain + 1, ctx->at, MIN_LEVEL,
		  &ctx->path, err);
	cert_free(leaf);
	return r;
}

static enum rc
add_line(struct buf *lines, const char *line, struct err *err)
{
	enum rc r;

	if (lines == NULL)
		return RC_OK;
	(void)buf_add_str(lines, line);
	r = buf_add_char(lines, '\n');
	return r == RC_OK ? r : err_set(err, r, "warnings: cannot be kept");
}

/* The first failure is the error; what else is wrong is worth a line. */
static enum rc
run_rule(const struct accept_rule *rule, const struct accept_ctx *ctx,
    struct buf *warnings, bool *has_failed, struct err *err)
{
	struct accept_words words = { 0 };
	char text[LINE_SIZE];
	char line[LINE_SIZE];
	enum accept_judgement judgement;
	int n;

	judgement = rule->check(ctx, &words);
	if (judgement == ACCEPT_PASS)
		return RC_OK;
	n = snprintf(text, sizeof(text), "%s: %s", rule->name, words.text);
	text_line_field(line, sizeof(line), text, n > 0 ? strlen(text) : 0);
	if (judgement == ACCEPT_WARN || *has_failed)
		return add_line(warnings, line, err);
	*has_failed = true;
	(void)err_set(err, RC_CA, "%s", line);
	return RC_OK;
}

enum rc
accept_judge(const struct accept_input *input, struct buf *warnings, struct err *err)
{
	struct accept_ctx ctx = { .input = input };
	bool has_failed = false;
	enum rc r;

	r = parse_both(&ctx, err);
	if (r == RC_OK)
		r = build_path(&ctx, err);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && r == RC_OK; i++)
		r = run_rule(&rules[i], &ctx, warnings, &has_failed, err);
	if (r == RC_OK && has_failed)
		r = RC_CA;
	path_clear(&ctx.path);
	X509_REQ_free(ctx.req);
	X509_free(ctx.x);
	ERR_clear_error();
	return r;
}
