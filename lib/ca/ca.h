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
#include "policy/offer.h"
#include "x509/csr.h"
#include "x509/path.h"

enum {
	CA_CHAIN_MAX = 8,
	CA_REQUEST_ID_SIZE = 64,
	CA_TEXT_SIZE = 512, /* words of a CA: hostile, printable, one line */
	CA_CERT_MAX_BYTES = 64 * 1024,
	CA_COOKIE_MAX_BYTES = 64 * 1024,
	CA_POLL_MIN_S = 1, /* however soon a CA wants to be asked again */
	CA_POLL_MAX_S = 24 * 3600,
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

/* What is asked for. Everything is lent. */
struct ca_request {
	struct csr_profile profile;
	const uint8_t *csr; /* signed by the firmware */
	size_t csr_len;
	enum cert_key_kind key_kind; /* what the firmware makes; CERT_KEY_OTHER: */
	int key_bits;		     /* not known */
	const char *digest;	     /* smallest digest the firmware takes */
	const struct cert *current;  /* the certificate to be replaced, or NULL */
	const uint8_t *cookie;	     /* of the earlier answer, for ca_poll */
	size_t cookie_len;
	int64_t lifetime_s;	/* wanted; 0: the backend's default */
	int64_t not_before_max; /* device clock, when it is behind ours; else now */
	int64_t now;
	int64_t deadline_ms; /* of clock_monotonic_ms() */
	bool only_look; /* a probe by a check: nothing is written, no list published */
};

/* Zeroed is empty; clear with ca_answer_clear. */
struct ca_answer {
	enum ca_outcome outcome;
	struct cert *leaf;
	struct cert *chain[CA_CHAIN_MAX]; /* helpers for the path, never anchors */
	size_t n_chain;
	uint8_t *cookie; /* CA_PENDING: what ca_poll needs; any bytes */
	size_t cookie_len;
	int64_t retry_after_s; /* CA_PENDING, CA_RETRY: 0 when the CA did not say */
	int64_t patience_s; /* CA_RETRY: said for longer, it is CA_CONFIG; 0: no end */
	bool is_forgotten;  /* CA_REJECTED: it has lost the request that was polled */
	char text[CA_TEXT_SIZE];
	/* What the CA calls the request, printable; "" when it gave it no name. */
	char request_id[CA_REQUEST_ID_SIZE];
};

/* Set it; what was issued or said stays. */
void ca_answer_name_request(struct ca_answer *answer, const char *request_id);

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

/*
 * CA_PENDING with a copy of the cookie (may be empty) and when to ask again;
 * CA_BADANSWER for one above CA_COOKIE_MAX_BYTES. RC_NOMEM.
 */
enum rc ca_answer_pend(struct ca_answer *answer, const void *cookie, size_t len,
    int64_t retry_after_s, struct err *err);

/* The list of what a CA has revoked, as it is published. */
struct ca_list {
	int64_t number; /* 0: there is none, or it has none */
	int64_t this_update;
	int64_t next_update; /* 0: it promises no other */
	bool is_new;	     /* made by the call that tells of it */
};

/* What a probe found. Numbers are 0, and texts "", where the CA does not tell. */
struct ca_facts {
	enum ca_outcome outcome;     /* CA_ISSUED: it would issue; else why not */
	char kind[32];		     /* "local", "EST", "enterprise", "stand-alone" */
	int64_t not_after;	     /* first end among the CA's certificates */
	struct ca_list list;	     /* its revocation list */
	bool publishes;		     /* that list, by our hand: ca_publish */
	int64_t lifetime_s;	     /* what it will issue for */
	int64_t renew_before_s;	     /* renewal period of its template */
	int64_t template_validity_s; /* that this wants, whatever comes of it */
	bool needs_approval;	     /* every request waits for a person */
	bool lacks_template;	 /* CA_CONFIG: it does not offer the wanted one to us */
	char template_name[80];	 /* that requests name */
	char template_oid[128];	 /* as in certificates; "" for version 1 templates */
	int64_t template_major;	 /* of the template now; 0 without template_oid */
	char key[32];		 /* "RSA 3072", "EC secp384r1" */
	char text[CA_TEXT_SIZE]; /* why not, and what to do; or a note */
};

/* Set outcome and text; the rest of the facts stays. */
void ca_facts_set(struct ca_facts *facts, enum ca_outcome outcome, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

struct ca; /* opaque: a configured backend */
struct https;

/*
 * Open [ca NAME]; NULL opens "local", which needs no section, nor conf.
 * RC_CONFIG names the section that is not there, or the key that is missing, unknown
 * or wrong. Caller closes.
 *
 * Open it before anything is read from a device: the process that signs for a
 * local CA starts here, and must not know what a device said.
 */
enum rc ca_open(const struct conf *conf, const char *name, struct ca **ret_ca,
    struct err *err);
void ca_close(struct ca *ca);

/*
 * Remember refused logins in this inventory, and heed what it remembers: one that the
 * CA refused is not shown to it again, whoever asks (inventory/ca_login.h). file is
 * lent until ca_close(); where there is none, there is no memory. With forget a person
 * says that the CA will take its logins now. RC_DB, RC_LOCKED, RC_NOMEM.
 */
enum rc ca_keep_logins(struct ca *ca, const char *file, bool forget, struct err *err);

/* The same with a backend that is not in the table: for tests of its callers. */
struct ca_ops;
enum rc ca_open_with(const struct ca_ops *ops, const struct conf *conf,
    const char *name, struct ca **ret_ca, struct err *err);

/* "local (default)" or "corp (local)", for plans and messages; lent. */
const char *ca_name(const struct ca *ca);

/* The anchors that what it issues must verify to; lent. */
const struct anchors *ca_anchors(const struct ca *ca);

/* Key identifier of the only issuer that is taken, in hexadecimal; NULL: any. Lent. */
const char *ca_issuer_key(const struct ca *ca);

/* File of the revocation lists that what it issues must not be on; NULL: none. Lent. */
const char *ca_revocation_file(const struct ca *ca);

/* May it be asked for a certificate that no device will have (renew/trial.h)? */
bool ca_has_trial(const struct ca *ca);

/* The certificates above what it issues, issuer first, as far as they are known
 * before an answer; lent. NULL when only an answer tells. */
struct cert *const *ca_chain(const struct ca *ca, size_t *ret_n);

/*
 * Can this CA issue at all? Asks it without asking for a certificate. RC_OK
 * whenever there is a finding: facts->outcome is CA_ISSUED when it can, else the
 * reason, with what an operator can do about it in facts->text. Errors are ours;
 * RC_TIMEOUT past the deadline. Of the request, csr and cookie are not read.
 */
enum rc ca_probe(struct ca *ca, const struct ca_request *request,
    struct ca_facts *ret_facts, struct err *err);

/* Put into the profile what a request to this CA must carry beside names and
 * purpose; lent until ca_close. Nothing can be added once the firmware has signed. */
void ca_prepare(const struct ca *ca, struct csr_profile *profile);

/* The same before any write to a device: RC_CA with the reason when it cannot, and
 * *ret_facts is set then, too. */
enum rc ca_preflight(struct ca *ca, const struct ca_request *request,
    struct ca_facts *ret_facts, struct err *err);

/*
 * What its policy service said of its templates when it was asked last, by ca_probe(),
 * ca_preflight() or ca_submit(), at that moment. RC_NOTFOUND, err as it was, for a CA
 * that has none, or said nothing of use. RC_LIMIT, RC_NOMEM. Caller clears.
 */
enum rc ca_offers(const struct ca *ca, int64_t now, struct offers *ret_offers,
    struct err *err);

/*
 * Submit. RC_OK whenever there is an outcome, also a refusal; errors are ours.
 * The same request within the hour gets the same certificate where a backend can
 * tell. What is issued is not judged: see ca/accept.h. Clear the answer with
 * ca_answer_clear.
 */
enum rc ca_submit(struct ca *ca, const struct ca_request *request,
    struct ca_answer *ret_answer, struct err *err);

/*
 * Ask what became of a request that was answered with CA_PENDING; request holds
 * the same CSR, and the cookie of that answer. As ca_submit. CA_UNSUPPORTED from a
 * backend that never says pending.
 */
enum rc ca_poll(struct ca *ca, const struct ca_request *request,
    struct ca_answer *ret_answer, struct err *err);

/*
 * Nobody will use what was or will be issued for this CSR: tell the CA, where it
 * can be told. RC_OK also when it cannot.
 */
enum rc ca_abandon(struct ca *ca, const struct ca_request *request, struct err *err);

/*
 * This certificate was replaced, and what replaced it is proved: whoever issued it
 * may revoke it. RC_OK also when this CA cannot be told, or did not issue it.
 */
enum rc ca_retire(struct ca *ca, const struct cert *cert, int64_t now,
    int64_t deadline_ms, struct err *err);

/*
 * See to it that the list of what this CA has revoked is published, and has half of
 * its life before it. RC_NOTFOUND, with err left as it was, when that is not ours to
 * publish; RC_CA with the reason why it cannot.
 */
enum rc ca_publish(struct ca *ca, int64_t now, int64_t deadline_ms,
    struct ca_list *ret_list, struct err *err);

/* A backend. It judges nothing and stores nothing of ours. */
struct ca_ops {
	const char *name;
	/* its keys in [ca NAME], NULL-terminated; "backend", "issuer-key",
	 * "revocation-list" and "trial" are understood */
	const char *const *keys;
	/* conf and name are NULL when there is no section */
	enum rc (*open)(const struct conf *conf, const char *name, void **ret_state,
	    struct err *err);
	void (*close)(void *state);
	const struct anchors *(*anchors)(const void *state);
	struct cert *const *(*chain)(const void *state, size_t *ret_n); /* or NULL */
	enum rc (*probe)(void *state, const struct ca_request *request,
	    struct ca_facts *facts, struct err *err);
	void (*prepare)(const void *state, struct csr_profile *profile); /* or NULL */
	enum rc (*submit)(void *state, const struct ca_request *request,
	    struct ca_answer *ret_answer, struct err *err);
	enum rc (*poll)(void *state, const struct ca_request *request,
	    struct ca_answer *ret_answer, struct err *err); /* or NULL */
	enum rc (*abandon)(void *state, const struct ca_request *request,
	    struct err *err); /* or NULL */
	enum rc (*retire)(void *state, const struct cert *cert, int64_t now,
	    int64_t deadline_ms, struct err *err); /* or NULL */
	enum rc (*publish)(void *state, int64_t now, int64_t deadline_ms,
	    struct ca_list *ret_list, struct err *err); /* or NULL */
	/* Append its templates; RC_NOTFOUND when it was not asked. Or NULL */
	enum rc (*offers)(const void *state, struct offers *offers, struct err *err);
	/* The session that shows its login; lent. NULL: it shows none over HTTP */
	struct https *(*session)(void *state);
	bool probe_proves_login; /* a wrong login gets through no probe */
};

extern const struct ca_ops ca_local_ops;
extern const struct ca_ops ca_exec_ops;
extern const struct ca_ops ca_scep_ops;
extern const struct ca_ops ca_est_ops;
extern const struct ca_ops ca_adcs_ops;
extern const struct ca_ops ca_certsrv_ops;
extern const struct ca_ops ca_cmp_ops;

#endif
