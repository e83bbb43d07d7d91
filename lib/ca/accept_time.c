/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the certificate stands: after the old one, around now on both clocks,
 * under an anchor, and before the end of its issuers.  RFC 5280 4.1.2.5 and 6.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "ca/accept_rules.h"

enum {
	MIN_LEFT_S = 30 * CLOCK_DAY_S, /* unless half of what was wanted is less */
};

static bool
ends_with_an_issuer(const struct accept_ctx *ctx)
{
	for (size_t i = 1; i < ctx->path.n_elements; i++) {
		if (ctx->path.elements[i]->not_after == ctx->input->leaf->not_after)
			return true;
	}
	return false;
}

enum accept_judgement
accept_new(const struct accept_ctx *ctx, struct accept_words *words)
{
	const struct cert *leaf = ctx->input->leaf;
	const struct cert *old = ctx->input->old;
	char date[CLOCK_DATE_SIZE];

	if (old == NULL)
		return ACCEPT_PASS;
	if (cert_equals(leaf, old))
		return accept_say(words, ACCEPT_FAIL, "the certificate it replaces");
	if (strcmp(leaf->serial_number, old->serial_number) == 0 &&
	    strcmp(leaf->issuer, old->issuer) == 0)
		return accept_say(words, ACCEPT_FAIL,
		    "issuer and serial number of the certificate it replaces");
	if (leaf->not_after < old->not_after ||
	    (leaf->not_after == old->not_after && !ends_with_an_issuer(ctx)))
		return accept_say(words, ACCEPT_FAIL,
		    "ends on %s, not later than the certificate it replaces",
		    clock_format_date(leaf->not_after, date));
	return ACCEPT_PASS;
}

static enum accept_judgement
judge_begin(const struct accept_input *input, struct accept_words *words)
{
	char time[CLOCK_TIME_SIZE];
	int64_t not_before = input->leaf->not_before;

	if (not_before > input->now + ACCEPT_CLOCK_SLACK_S)
		return accept_say(words, ACCEPT_FAIL, "not valid before %s",
		    clock_format_time(not_before, time));
	if (not_before > input->device_now + ACCEPT_CLOCK_SLACK_S)
		return accept_say(words, ACCEPT_FAIL,
		    "not valid before %s, which by the device's clock is to come",
		    clock_format_time(not_before, time));
	return ACCEPT_PASS;
}

/* The least that must be left: half of what was wanted, or 30 d. */
static int64_t
min_left_s(const struct accept_input *input)
{
	int64_t half_s = input->lifetime_s / 2;

	return half_s < MIN_LEFT_S ? half_s : MIN_LEFT_S;
}

/* Was it issued for less than nine tenths of what the template says? */
static bool
is_cut(const struct accept_input *input)
{
	int64_t wanted_s = input->template_validity_s;

	return cert_lifetime_s(input->leaf) < wanted_s - wanted_s / 10;
}

enum accept_judgement
accept_time(const struct accept_ctx *ctx, struct accept_words *words)
{
	const struct accept_input *input = ctx->input;
	int64_t left_s = cert_left_s(input->leaf, input->now);
	char left[CLOCK_DURATION_SIZE];
	char lifetime[CLOCK_DURATION_SIZE];
	char wanted[CLOCK_DURATION_SIZE];
	char end[CLOCK_DATE_SIZE];
	enum accept_judgement judgement;

	judgement = judge_begin(input, words);
	if (judgement != ACCEPT_PASS)
		return judgement;
	(void)clock_format_date(input->leaf->not_after, end);
	(void)clock_format_duration(left_s, left);
	if (left_s <= 0)
		return accept_say(words, ACCEPT_FAIL, "ended on %s", end);
	if (left_s <= input->window_s)
		return accept_say(words, ACCEPT_FAIL,
		    "ends on %s, in %s: it would be due at once", end, left);
	if (left_s < min_left_s(input))
		return accept_say(words, ACCEPT_FAIL,
		    "ends on %s, in %s: much less than was wanted", end, left);
	if (input->max_lifetime_s > 0 && left_s > input->max_lifetime_s)
		return accept_say(words, ACCEPT_FAIL,
		    "ends on %s, in %s: later than the policy allows", end, left);
	if (left_s < input->lifetime_s - input->lifetime_s / 10)
		return accept_say(words, ACCEPT_WARN,
		    "ends on %s, in %s: less than was wanted", end, left);
	if (is_cut(input))
		return accept_say(words, ACCEPT_WARN,
		    "issued for %s, the template says %s: the CA has a limit of its own, "
		    "or is about to end",
		    clock_format_duration(cert_lifetime_s(input->leaf), lifetime),
		    clock_format_duration(input->template_validity_s, wanted));
	return ACCEPT_PASS;
}

enum accept_judgement
accept_path(const struct accept_ctx *ctx, struct accept_words *words)
{
	if (ctx->path.at_time != PATH_OK)
		return accept_say(words, ACCEPT_FAIL,
		    "does not verify to an anchor of this CA: %s%s%s",
		    path_state_text(ctx->path.at_time),
		    ctx->path.text[0] != '\0' ? ": " : "", ctx->path.text);
	return ACCEPT_PASS;
}

/* An X509 of a path's element; NULL when OpenSSL cannot read it. */
static X509 *
to_x509(const struct cert *cert)
{
	const unsigned char *p = cert->der;

	return d2i_X509(NULL, &p, (long)cert->der_len);
}

static bool
add_anchor(X509_STORE *store, const struct cert *cert)
{
	X509 *x = to_x509(cert);
	bool is_fine = x != NULL && X509_STORE_add_cert(store, x) == 1;

	X509_free(x);
	return is_fine;
}

/* All between the leaf and the anchor. */
static STACK_OF(X509) *
take_middle(const struct path *path)
{
	STACK_OF(X509) *middle = sk_X509_new_null();

	for (size_t i = 1; middle != NULL && i + 1 < path->n_elements; i++) {
		X509 *x = to_x509(path->elements[i]);

		if (x == NULL || sk_X509_push(middle, x) <= 0) {
			X509_free(x);
			sk_X509_pop_free(middle, X509_free);
			return NULL;
		}
	}
	return middle;
}

/* OpenSSL's words for what strict rules object to; NULL for nothing. */
static const char *
strict_objection(X509_STORE_CTX *verify, const struct accept_ctx *ctx,
    X509_STORE *store, STACK_OF(X509) *middle)
{
	X509_VERIFY_PARAM *param;

	if (X509_STORE_CTX_init(verify, store, ctx->x, middle) != 1)
		return "could not be looked at";
	param = X509_STORE_CTX_get0_param(verify);
	X509_VERIFY_PARAM_set_time(param, (time_t)ctx->at);
	if (X509_VERIFY_PARAM_set_flags(param,
		X509_V_FLAG_X509_STRICT | X509_V_FLAG_PARTIAL_CHAIN) != 1)
		return "could not be looked at";
	if (X509_verify_cert(verify) == 1)
		return NULL;
	return X509_verify_cert_error_string(X509_STORE_CTX_get_error(verify));
}

enum accept_judgement
accept_strict(const struct accept_ctx *ctx, struct accept_words *words)
{
	const struct path *path = &ctx->path;
	STACK_OF(X509) *middle = NULL;
	X509_STORE_CTX *verify = NULL;
	X509_STORE *store = NULL;
	const char *objection = "could not be looked at";

	if (path->at_time != PATH_OK)
		return ACCEPT_PASS; /* the other rule has said it */
	store = X509_STORE_new();
	verify = X509_STORE_CTX_new();
	middle = take_middle(path);
	if (store != NULL && verify != NULL && middle != NULL &&
	    add_anchor(store, path->elements[path->n_elements - 1]))
		objection = strict_objection(verify, ctx, store, middle);
	X509_STORE_CTX_free(verify);
	X509_STORE_free(store);
	sk_X509_pop_free(middle, X509_free);
	ERR_clear_error();
	if (objection != NULL)
		return accept_say(words, ACCEPT_WARN,
		    "by the letter of RFC 5280 the path has a fault: %s", objection);
	return ACCEPT_PASS;
}

enum accept_judgement
accept_issuer_end(const struct accept_ctx *ctx, struct accept_words *words)
{
	const struct accept_input *input = ctx->input;
	char end[CLOCK_DATE_SIZE];

	if (ctx->path.at_time != PATH_OK)
		return ACCEPT_PASS; /* the other rule has said it */
	for (size_t i = 1; i < ctx->path.n_elements; i++) {
		const struct cert *ca = ctx->path.elements[i];

		(void)clock_format_date(ca->not_after, end);
		/* Nobody would take it to its end. */
		if (input->leaf->not_after > ca->not_after && i == 1)
			return accept_say(words, ACCEPT_FAIL,
			    "outlives its issuer, which ends on %s", end);
		if (input->leaf->not_after > ca->not_after)
			return accept_say(words, ACCEPT_WARN,
			    "outlives a CA of its path, which ends on %s", end);
		if (input->leaf->not_after == ca->not_after)
			return accept_say(words, ACCEPT_WARN,
			    "cut to the end of a CA of its path, %s: the next "
			    "renewal needs a new CA certificate",
			    end);
		if (ca->not_after - input->window_s <= input->leaf->not_after)
			return accept_say(words, ACCEPT_WARN,
			    "a CA of its path ends soon after it, on %s: the next "
			    "renewal will be short",
			    end);
	}
	return ACCEPT_PASS;
}
