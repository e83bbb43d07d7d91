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

enum {
	NAME_MAX_BYTES = 512
};

static const char section_kind[] = "ca";
static const char default_name[] = "local";

static const struct ca_ops *const backends[] = {
	&ca_local_ops,
	&ca_exec_ops,
	&ca_est_ops,
	&ca_certsrv_ops,
	&ca_cmp_ops,
};

struct ca {
	const struct ca_ops *ops;
	char *name; /* for people */
	void *state;
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
	if (strcmp(key, "backend") == 0)
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
	struct ca *ca;
	enum rc r = RC_OK;

	if (name != NULL)
		r = refuse_unknown_keys(ops, conf, name, err);
	if (r != RC_OK)
		return r;
	ca = calloc(1, sizeof(*ca));
	if (ca == NULL)
		return err_set(err, RC_NOMEM, "CA: out of memory");
	ca->ops = ops;
	ca->name = describe(ops, name);
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
			return err_set(err, RC_NOTFOUND,
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

void
ca_close(struct ca *ca)
{
	if (ca == NULL)
		return;
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

struct cert *const *
ca_chain(const struct ca *ca, size_t *ret_n)
{
	*ret_n = 0;
	return ca->ops->chain == NULL ? NULL : ca->ops->chain(ca->state, ret_n);
}

enum rc
ca_probe(struct ca *ca, const struct ca_request *request, struct ca_facts *ret_facts,
    struct err *err)
{
	struct ca_facts facts = { .outcome = CA_BADANSWER };
	char date[CLOCK_DATE_SIZE];
	enum rc r;

	r = ca->ops->probe(ca->state, request, &facts, err);
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

	if (r == RC_OK && facts.outcome != CA_ISSUED)
		return err_set(err, RC_CA, "CA %s: %s", ca->name, facts.text);
	if (r == RC_OK)
		*ret_facts = facts;
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

enum rc
ca_submit(struct ca *ca, const struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	struct ca_answer answer = { .outcome = CA_BADANSWER };
	enum rc r = ca->ops->submit(ca->state, request, &answer, err);

	return hand_on(ca, r, &answer, ret_answer, err);
}

enum rc
ca_poll(struct ca *ca, const struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	struct ca_answer answer = { .outcome = CA_BADANSWER };
	enum rc r = RC_OK;

	if (ca->ops->poll == NULL)
		ca_answer_set(&answer, CA_UNSUPPORTED,
		    "this CA knows no pending requests");
	else
		r = ca->ops->poll(ca->state, request, &answer, err);
	return hand_on(ca, r, &answer, ret_answer, err);
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
