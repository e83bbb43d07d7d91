/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One contract for every certificate authority: a request and a profile go in,
 * one of eight outcomes comes out.  A backend judges nothing and stores
 * nothing of ours; ca/accept.h judges what it returned.
 */
#ifndef AMTCERT_CA_CA_H
#define AMTCERT_CA_CA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/rc.h"
#include "x509/csr.h"
#include "x509/path.h"

enum {
	CA_CHAIN_MAX = 8,
	CA_TEXT_SIZE = 512, /* words of a CA: hostile, printable, one line */
	CA_CERT_MAX_BYTES = 64 * 1024,
};

enum ca_outcome {
	CA_ISSUED,
	CA_PENDING,
	CA_REJECTED,
	CA_RETRY,
	CA_AUTH,
	CA_CONFIG,
	CA_UNSUPPORTED,
	CA_BADANSWER,
};

const char *ca_outcome_text(enum ca_outcome outcome);

struct ca_request {
	struct csr_profile profile;
	const uint8_t *csr; /* signed by the firmware */
	size_t csr_len;
	const char *digest;	/* smallest digest the firmware takes */
	int64_t lifetime_s;	/* wanted; 0: the backend's default */
	int64_t not_before_max; /* device clock, when it is behind ours; else now */
	int64_t now;
	int64_t deadline_ms; /* of clock_monotonic_ms() */
};

/* Zeroed is empty; clear with ca_answer_clear. */
struct ca_answer {
	enum ca_outcome outcome;
	struct cert *leaf;
	struct cert *chain[CA_CHAIN_MAX]; /* helpers for the path, never anchors */
	size_t n_chain;
	int64_t retry_after_s;
	char request_id[64];
	char text[CA_TEXT_SIZE];
};

void ca_answer_clear(struct ca_answer *answer);

/* Set the outcome and a text, which is made printable; what was issued goes. */
void ca_answer_set(struct ca_answer *answer, enum ca_outcome outcome, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/*
 * Take the bytes a CA calls a certificate: CA_ISSUED with that leaf, or
 * CA_BADANSWER when there are none, too many, or they are none. RC_NOMEM.
 */
enum rc ca_answer_issue(struct ca_answer *answer, const uint8_t *der, size_t len,
    struct err *err);

/* Append a copy to the chain. RC_LIMIT past CA_CHAIN_MAX, RC_NOMEM. */
enum rc ca_answer_add_chain(struct ca_answer *answer, const struct cert *cert,
    struct err *err);

/* What a preflight found. */
struct ca_facts {
	char kind[32];	    /* "local", later "enterprise", "stand-alone" */
	int64_t not_after;  /* end of the issuing certificate */
	int64_t lifetime_s; /* what it will issue for */
	char key[32];	    /* "RSA 3072", "EC secp384r1" */
	char text[CA_TEXT_SIZE];
};

struct ca; /* opaque: a configured backend */

/*
 * Open [ca NAME]; NULL opens "local", which needs no section, nor conf.
 * RC_CONFIG names the key that is missing, unknown or wrong; RC_NOTFOUND when
 * there is no such section. Caller closes.
 *
 * Open it before anything is read from a device: the process that signs for a
 * local CA starts here, and must not know what a device said.
 */
enum rc ca_open(const struct conf *conf, const char *name, struct ca **ret_ca,
    struct err *err);
void ca_close(struct ca *ca);

/* The same with a backend that is not in the table: for tests of its callers. */
struct ca_ops;
enum rc ca_open_with(const struct ca_ops *ops, const struct conf *conf,
    const char *name, struct ca **ret_ca, struct err *err);

/* "local (default)" or "corp (local)", for plans and messages; lent. */
const char *ca_name(const struct ca *ca);

/* The anchors that what it issues must verify to; lent. */
const struct anchors *ca_anchors(const struct ca *ca);

/* The certificates above what it issues, issuer first, as far as they are known
 * before an answer; lent. NULL when only an answer tells. */
struct cert *const *ca_chain(const struct ca *ca, size_t *ret_n);

/*
 * Before any write to a device: can this CA renew at all? RC_CA with the reason,
 * RC_TIMEOUT past the deadline. Of the request, csr and csr_len are not read.
 */
enum rc ca_preflight(struct ca *ca, const struct ca_request *request,
    struct ca_facts *ret_facts, struct err *err);

/*
 * Submit. RC_OK whenever there is an outcome, also a refusal; errors are ours.
 * The same request within the hour gets the same certificate where a backend can
 * tell. What is issued is not judged: see ca/accept.h. Clear the answer with
 * ca_answer_clear.
 */
enum rc ca_submit(struct ca *ca, const struct ca_request *request,
    struct ca_answer *ret_answer, struct err *err);

/* A backend. */
struct ca_ops {
	const char *name;
	/* its keys in [ca NAME], NULL-terminated; "backend" is understood */
	const char *const *keys;
	/* conf and name are NULL when there is no section */
	enum rc (*open)(const struct conf *conf, const char *name, void **ret_state,
	    struct err *err);
	void (*close)(void *state);
	const struct anchors *(*anchors)(const void *state);
	struct cert *const *(*chain)(const void *state, size_t *ret_n); /* or NULL */
	enum rc (*preflight)(void *state, const struct ca_request *request,
	    struct ca_facts *ret_facts, struct err *err);
	enum rc (*submit)(void *state, const struct ca_request *request,
	    struct ca_answer *ret_answer, struct err *err);
};

extern const struct ca_ops ca_local_ops;

#endif
