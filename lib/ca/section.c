/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks keys up in one section and says, with file and line, what is wrong there.
 */
#include "ca/section.h"

#include <string.h>

#include "base/num.h"

const char *
section_text(const struct section *section, const char *key, const char *other)
{
	const char *value = NULL;

	if (section->name != NULL)
		value = conf_find(section->conf, "ca", section->name, key, NULL);
	return value != NULL ? value : other;
}

enum rc
section_require(const struct section *section, const char *key, const char **ret_text,
    struct err *err)
{
	const char *value = section_text(section, key, NULL);

	if (value == NULL)
		return err_set(err, RC_CONFIG, "%s: [ca %s]: no key %s",
		    conf_path(section->conf), section->name, key);
	*ret_text = value;
	return RC_OK;
}

enum rc
section_refuse(const struct section *section, const char *key, const char *why,
    struct err *err)
{
	size_t line = 0;

	(void)conf_find(section->conf, "ca", section->name, key, &line);
	return err_set(err, RC_CONFIG, "%s:%zu: %s: %s", conf_path(section->conf), line,
	    key, why);
}

enum rc
section_duration(const struct section *section, const char *key, int64_t max_s,
    bool zero_ok, int64_t *value, struct err *err)
{
	const char *text = section_text(section, key, NULL);
	struct err why = { 0 };
	int64_t seconds = 0;
	enum rc r;

	if (text == NULL)
		return RC_OK;
	r = num_parse_duration(text, max_s, &seconds, &why);
	if (r == RC_OK && seconds == 0 && !zero_ok)
		r = err_set(&why, RC_CONFIG, "of no length");
	if (r == RC_NOMEM)
		return err_set(err, r, "%s", why.text);
	if (r != RC_OK)
		return section_refuse(section, key, why.text, err);
	*value = seconds;
	return RC_OK;
}

/* Whatever is wrong with a configured file, it is for the operator. */
static enum rc
as_config(enum rc r)
{
	return r == RC_FORMAT || r == RC_LIMIT ? RC_CONFIG : r;
}

enum rc
section_trust_read(const struct section *section, struct section_trust *trust,
    struct err *err)
{
	const char *anchor_file = NULL;
	const char *chain_file = section_text(section, "chain-file", NULL);
	enum rc r;

	r = section_require(section, "trust-anchor", &anchor_file, err);
	if (r == RC_OK)
		r = as_config(anchors_read_file(anchor_file, &trust->anchors, err));
	if (r == RC_OK && chain_file != NULL)
		r = as_config(cert_read_pem_file(chain_file, &trust->chain,
		    &trust->n_chain, err));
	if (r == RC_OK && trust->n_chain > CA_CHAIN_MAX)
		r = section_refuse(section, "chain-file", "too many certificates", err);
	return r;
}

void
section_trust_clear(struct section_trust *trust)
{
	anchors_free(trust->anchors);
	cert_free_list(trust->chain, trust->n_chain);
	memset(trust, 0, sizeof(*trust));
}
