/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules that accept.c runs, one function each.  Private to these files;
 * others see ca/accept.h.
 */
#ifndef AMTCERT_CA_ACCEPT_RULES_H
#define AMTCERT_CA_ACCEPT_RULES_H

#include <openssl/x509.h>

#include "ca/accept.h"

enum {
	ACCEPT_WORDS_SIZE = 320,
	ACCEPT_CLOCK_SLACK_S = 5 * 60, /* a CA's clock may be this far ahead */
};

enum accept_judgement {
	ACCEPT_PASS,
	ACCEPT_WARN,
	ACCEPT_FAIL
};

struct accept_ctx {
	const struct accept_input *input;
	X509 *x; /* the leaf, its extensions noted by OpenSSL */
	X509_REQ *req;
	int64_t at;	  /* now; the beginning of the leaf if that is just ahead */
	struct path path; /* of the leaf, at that time */
};

struct accept_words {
	char text[ACCEPT_WORDS_SIZE];
};

/* What it says when it does not pass is in words. */
typedef enum accept_judgement (
    *accept_check)(const struct accept_ctx *ctx, struct accept_words *words);

struct accept_rule {
	const char *name;
	accept_check check;
};

/* Write the words; returns judgement. A text that is too long is cut. */
enum accept_judgement accept_say(struct accept_words *words,
    enum accept_judgement judgement, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* accept_rules.c: what the certificate is */
enum accept_judgement accept_form(const struct accept_ctx *ctx,
    struct accept_words *words);
enum accept_judgement accept_key(const struct accept_ctx *ctx,
    struct accept_words *words);
enum accept_judgement accept_subject(const struct accept_ctx *ctx,
    struct accept_words *words);
enum accept_judgement accept_names(const struct accept_ctx *ctx,
    struct accept_words *words);
enum accept_judgement accept_purpose(const struct accept_ctx *ctx,
    struct accept_words *words);
enum accept_judgement accept_key_usage(const struct accept_ctx *ctx,
    struct accept_words *words);
enum accept_judgement accept_not_a_ca(const struct accept_ctx *ctx,
    struct accept_words *words);
enum accept_judgement accept_signature(const struct accept_ctx *ctx,
    struct accept_words *words);
enum accept_judgement accept_key_kind(const struct accept_ctx *ctx,
    struct accept_words *words);
enum accept_judgement accept_critical(const struct accept_ctx *ctx,
    struct accept_words *words);
enum accept_judgement accept_host(const struct accept_ctx *ctx,
    struct accept_words *words);

/* accept_origin.c: by whom and by which rules it was issued */
enum accept_judgement accept_issuer(const struct accept_ctx *ctx,
    struct accept_words *words);
enum accept_judgement accept_template(const struct accept_ctx *ctx,
    struct accept_words *words);

enum accept_judgement accept_revocation(const struct accept_ctx *ctx,
    struct accept_words *words);

/* accept_time.c: where it stands in time and in its path */
enum accept_judgement accept_new(const struct accept_ctx *ctx,
    struct accept_words *words);
enum accept_judgement accept_time(const struct accept_ctx *ctx,
    struct accept_words *words);
enum accept_judgement accept_path(const struct accept_ctx *ctx,
    struct accept_words *words);
enum accept_judgement accept_strict(const struct accept_ctx *ctx,
    struct accept_words *words);
enum accept_judgement accept_issuer_end(const struct accept_ctx *ctx,
    struct accept_words *words);

#endif
