/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A section [ca NAME] to an open CA: the table of backends, the keys that all of them
 * have, and no key that means nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ca/opened.h"
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
