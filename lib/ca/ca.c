/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of CA backends and what is the same for all of them: finding the
 * section, refusing keys that mean nothing, and handing calls on.
 */
#include "ca/ca.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "ca/known_login.h"
#include "ca/section.h"

enum {
	NAME_MAX_BYTES = 512
};

static const char section_kind[] = "ca";
static const char default_name[] = "local";
static const char issuer_key_name[] = "issuer-key";
static const char revocation_name[] = "revocation-list";
static const char trial_name[] = "trial";

static const struct ca_ops *const backends[] = {
	&ca_local_ops,
	&ca_exec_ops,
	&ca_scep_ops,
	&ca_est_ops,
	&ca_adcs_ops,
	&ca_certsrv_ops,
	&ca_cmp_ops,
};

struct ca {
	const struct ca_ops *ops;
	char *name;		     /* for people */
	char section[OFFER_CA_SIZE]; /* of the file; "": none */
	void *state;
	const char *issuer_key;	     /* lent from the configuration; NULL: any */
	const char *revocation_file; /* the same; NULL: none */
	bool has_trial;
	struct known_login login;
};

static const struct ca_ops *
find_backend(const char *name)
{
	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
		if (strcmp(backends[i]->name, name) == 0)
			return backends[i];
	}
	return NULL;
}

static bool
is_known(const struct ca_ops *ops, const char *key)
{
	if (strcmp(key, "backend") == 0 || strcmp(key, issuer_key_name) == 0 ||
	    strcmp(key, revocation_name) == 0 || strcmp(key, trial_name) == 0)
		return true;
	for (const char *const *k = ops->keys; *k != NULL; k++) {
		if (strcmp(*k, key) == 0)
			return true;
	}
	return false;
}

static enum rc
refuse_unknown_keys(const struct ca_ops *ops, const struct conf *conf, const char *name,
    struct err *err)
{
	const char *key = NULL;
	const char *value = NULL;
	size_t line = 0;

	for (size_t i = 0; conf_entry(conf, section_kind, name, i, &key, &value, &line);
	     i++) {
		if (!is_known(ops, key))
			return err_set(err, RC_CONFIG,
			    "%s:%zu: [ca %s]: unknown key for backend %s: %s",
			    conf_path(conf), line, name, ops->name, key);
	}
	return RC_OK;
}

/* Whose key alone may have signed what comes back; *ret_text stays NULL without. */
static enum rc
read_issuer_key(const struct section *section, const char **ret_text, struct err *err)
{
	const char *text = section_text(section, issuer_key_name, NULL);

	if (text != NULL &&
	    (text[0] == '\0' || text[strspn(text, "0123456789abcdefABCDEF:")] != '\0'))
		return section_refuse(section, issuer_key_name,
		    "not the hexadecimal text of a key identifier", err);
	*ret_text = text;
	return RC_OK;
}

static enum rc
read_trial(const struct section *section, bool *ret_has, struct err *err)
{
	const char *text = section_text(section, trial_name, "yes");

	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return section_refuse(section, trial_name, "neither yes nor no", err);
	*ret_has = strcmp(text, "yes") == 0;
	return RC_OK;
}

/* "local (default)" without a section, "corp (local)" with one. Caller frees. */
static char *
describe(const struct ca_ops *ops, const char *name)
{
	struct buf buf;
	char *text;

	buf_init(&buf, NAME_MAX_BYTES);
	if (name == NULL)
		(void)buf_addf(&buf, "%s (default)", ops->name);
	else
		(void)buf_addf(&buf, "%s (%s)", name, ops->name);
	text = buf_take(&buf);
	buf_clear(&buf);
	return text;
}

enum rc
ca_open_with(const struct ca_ops *ops, const struct conf *conf, const char *name,
    struct ca **ret_ca, struct err *err)
{
	const struct section section = { conf, name };
	const char *issuer_key = NULL;
	bool has_trial = false;
	struct ca *ca;
	enum rc r = RC_OK;

	if (name != NULL)
		r = refuse_unknown_keys(ops, conf, name, err);
	if (r == RC_OK)
		r = read_issuer_key(&section, &issuer_key, err);
	if (r == RC_OK)
		r = read_trial(&section, &has_trial, err);
	if (r != RC_OK)
		return r;
	ca = calloc(1, sizeof(*ca));
	if (ca == NULL)
		return err_set(err, RC_NOMEM, "CA: out of memory");
	ca->ops = ops;
	ca->issuer_key = issuer_key;
	ca->revocation_file = section_text(&section, revocation_name, NULL);
	ca->has_trial = has_trial;
	ca->name = describe(ops, name);
	if (name != NULL && strlen(name) < sizeof(ca->section))
		memcpy(ca->section, name, strlen(name) + 1);
	r = ca->name != NULL ? ops->open(conf, name, &ca->state, err)
			     : err_set(err, RC_NOMEM, "CA: out of memory");
	if (r != RC_OK) {
		err_prefix(err, "CA %s", name != NULL ? name : ops->name);
		free(ca->name);
		free(ca);
		return r;
	}
	*ret_ca = ca;
	return RC_OK;
}

enum rc
ca_open(const struct conf *conf, const char *name, struct ca **ret_ca, struct err *err)
{
	const char *wanted = name != NULL ? name : default_name;
	const struct ca_ops *ops;
	const char *backend;
	size_t line = 0;

	if (conf == NULL || !conf_has_section(conf, section_kind, wanted)) {
		if (strcmp(wanted, default_name) != 0)
			return err_set(err, RC_CONFIG,
			    "CA %s: there is no section [ca %s]", wanted, wanted);
		return ca_open_with(&ca_local_ops, NULL, NULL, ret_ca, err);
	}
	backend = conf_find(conf, section_kind, wanted, "backend", &line);
	if (backend == NULL)
		return err_set(err, RC_CONFIG, "%s: [ca %s]: no key backend",
		    conf_path(conf), wanted);
	ops = find_backend(backend);
	if (ops == NULL)
		return err_set(err, RC_CONFIG, "%s:%zu: [ca %s]: unknown backend %s",
		    conf_path(conf), line, wanted, backend);
	return ca_open_with(ops, conf, wanted, ret_ca, err);
}

static struct https *
session(const struct ca *ca)
{
	return ca->ops->session == NULL ? NULL : ca->ops->session(ca->state);
}

enum rc
ca_keep_logins(struct ca *ca, const char *file, bool forget, struct err *err)
{
	enum rc r = RC_OK;

	ca->login.file = file;
	if (forget)
		r = known_login_forget(&ca->login, session(ca), err);
	if (r != RC_OK)
		err_prefix(err, "CA %s", ca->name);
	return r;
}

/* May its login be shown? The outcome of *ret_refusal is CA_ISSUED when it may, else
 * that is what to answer in the CA's place. */
static enum rc
ask_login(struct ca *ca, const struct ca_request *request,
    struct ca_answer *ret_refusal, struct err *err)
{
	struct err why = { 0 };
	enum rc r =
	    known_login_ask(&ca->login, session(ca), request->deadline_ms, &why);

	ret_refusal->outcome = CA_ISSUED;
	if (r == RC_OK)
		return r;
	if (r != RC_AUTH && r != RC_LOCKED)
		return err_set(err, r, "%s", why.text);
	ca_answer_set(ret_refusal, r == RC_AUTH ? CA_AUTH : CA_RETRY, "%s", why.text);
	return RC_OK;
}

/* An answer that is there is not given up for what could not be noted. */
static void
note_login(struct ca *ca, bool is_proof)
{
	struct err why = { 0 };

	if (known_login_note(&ca->login, session(ca), is_proof, &why) != RC_OK)
		log_at(1, "ca", "%s: what came of its login is not noted: %s", ca->name,
		    why.text);
}

void
ca_close(struct ca *ca)
{
	if (ca == NULL)
		return;
	known_login_end(&ca->login, session(ca));
	ca->ops->close(ca->state);
	free(ca->name);
	free(ca);
}

const char *
ca_name(const struct ca *ca)
{
	return ca->name;
}

const struct anchors *
ca_anchors(const struct ca *ca)
{
	return ca->ops->anchors(ca->state);
}

const char *
ca_issuer_key(const struct ca *ca)
{
	return ca->issuer_key;
}

const char *
ca_revocation_file(const struct ca *ca)
{
	return ca->revocation_file;
}

bool
ca_has_trial(const struct ca *ca)
{
	return ca->has_trial;
}

struct cert *const *
ca_chain(const struct ca *ca, size_t *ret_n)
{
	*ret_n = 0;
	return ca->ops->chain == NULL ? NULL : ca->ops->chain(ca->state, ret_n);
}

enum rc
ca_offers(const struct ca *ca, int64_t now, struct offers *ret_offers, struct err *err)
{
	struct offers offers = { .read_at = now };
	enum rc r;

	if (ca->ops->offers == NULL || ca->section[0] == '\0')
		return RC_NOTFOUND;
	memcpy(offers.ca, ca->section, sizeof(offers.ca));
	r = ca->ops->offers(ca->state, &offers, err);
	if (r != RC_OK) {
		offers_clear(&offers);
		return r;
	}
	*ret_offers = offers;
	return RC_OK;
}

enum rc
ca_probe(struct ca *ca, const struct ca_request *request, struct ca_facts *ret_facts,
    struct err *err)
{
	struct ca_facts facts = { .outcome = CA_BADANSWER };
	struct ca_answer refusal = { 0 };
	char date[CLOCK_DATE_SIZE];
	enum rc r = ask_login(ca, request, &refusal, err);

	if (r == RC_OK && refusal.outcome != CA_ISSUED) {
		ca_facts_set(&facts, refusal.outcome, "%s", refusal.text);
	} else if (r == RC_OK) {
		r = ca->ops->probe(ca->state, request, &facts, err);
		if (r == RC_OK)
			note_login(ca, ca->ops->probe_proves_login);
	}
	if (r != RC_OK) {
		err_prefix(err, "CA %s", ca->name);
		return r;
	}
	if (facts.outcome == CA_ISSUED && facts.not_after != 0 &&
	    facts.not_after < request->now)
		ca_facts_set(&facts, CA_CONFIG,
		    "its certificate ended on %s: it must be renewed first",
		    clock_format_date(facts.not_after, date));
	*ret_facts = facts;
	return RC_OK;
}

enum rc
ca_preflight(struct ca *ca, const struct ca_request *request,
    struct ca_facts *ret_facts, struct err *err)
{
	struct ca_facts facts;
	enum rc r = ca_probe(ca, request, &facts, err);

	if (r != RC_OK)
		return r;
	*ret_facts = facts;
	if (facts.outcome != CA_ISSUED)
		r = err_set(err, RC_CA, "CA %s: %s", ca->name, facts.text);
	return r;
}

void
ca_prepare(const struct ca *ca, struct csr_profile *profile)
{
	if (ca->ops->prepare != NULL)
		ca->ops->prepare(ca->state, profile);
}

/* What a backend answered, or its error with the CA's name before it. */
static enum rc
hand_on(const struct ca *ca, enum rc r, struct ca_answer *answer,
    struct ca_answer *ret_answer, struct err *err)
{
	if (r != RC_OK) {
		ca_answer_clear(answer);
		err_prefix(err, "CA %s", ca->name);
		return r;
	}
	if (answer->outcome == CA_ISSUED && answer->leaf == NULL)
		ca_answer_set(answer, CA_BADANSWER, "issued, but no certificate came");
	*ret_answer = *answer;
	return RC_OK;
}

static enum rc
ask(struct ca *ca,
    enum rc (*how)(void *state, const struct ca_request *request,
	struct ca_answer *ret_answer, struct err *err),
    const struct ca_request *request, struct ca_answer *ret_answer, struct err *err)
{
	struct ca_answer answer = { 0 };
	enum rc r = ask_login(ca, request, &answer, err);

	if (r == RC_OK && answer.outcome == CA_ISSUED) {
		answer.outcome = CA_BADANSWER;
		r = how(ca->state, request, &answer, err);
		if (r == RC_OK)
			note_login(ca, true);
	}
	return hand_on(ca, r, &answer, ret_answer, err);
}

enum rc
ca_submit(struct ca *ca, const struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	return ask(ca, ca->ops->submit, request, ret_answer, err);
}

enum rc
ca_poll(struct ca *ca, const struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	struct ca_answer answer = { .outcome = CA_BADANSWER };

	if (ca->ops->poll != NULL)
		return ask(ca, ca->ops->poll, request, ret_answer, err);
	ca_answer_set(&answer, CA_UNSUPPORTED, "this CA knows no pending requests");
	*ret_answer = answer;
	return RC_OK;
}

enum rc
ca_abandon(struct ca *ca, const struct ca_request *request, struct err *err)
{
	enum rc r = RC_OK;

	if (ca->ops->abandon != NULL)
		r = ca->ops->abandon(ca->state, request, err);
	if (r != RC_OK)
		err_prefix(err, "CA %s", ca->name);
	return r;
}

enum rc
ca_retire(struct ca *ca, const struct cert *cert, int64_t now, int64_t deadline_ms,
    struct err *err)
{
	enum rc r = RC_OK;

	if (ca->ops->retire != NULL)
		r = ca->ops->retire(ca->state, cert, now, deadline_ms, err);
	if (r != RC_OK)
		err_prefix(err, "CA %s", ca->name);
	return r;
}

enum rc
ca_publish(struct ca *ca, int64_t now, int64_t deadline_ms, struct ca_list *ret_list,
    struct err *err)
{
	enum rc r = RC_NOTFOUND;

	if (ca->ops->publish != NULL)
		r = ca->ops->publish(ca->state, now, deadline_ms, ret_list, err);
	if (r != RC_OK && r != RC_NOTFOUND)
		err_prefix(err, "CA %s", ca->name);
	return r;
}
