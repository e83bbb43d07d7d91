/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a configuration file: read or refused, and what is read can be
 * listed and found again.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"

static const char *const keys[] = { "address", "policy", NULL };

static const struct conf_section_rule rules[] = {
	{ "defaults", false, keys },
	{ "device", true, keys },
	{ "ca", true, NULL },
	{ NULL, false, NULL },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
list(const struct conf *conf, const char *kind)
{
	const char *name, *key, *value;
	size_t line;

	for (size_t i = 0;; i++) {
		name = conf_section_name(conf, kind, i);
		if (name == NULL)
			break;
		if (!conf_has_section(conf, kind, name))
			abort();
		for (size_t k = 0; conf_entry(conf, kind, name, k, &key, &value, &line);
		     k++)
			if (conf_find(conf, kind, name, key, NULL) != value)
				abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf *conf = NULL;
	struct err err = { 0 };
	enum rc r;

	r = conf_parse("fuzz", (const char *)data, size, rules, &conf, &err);
	if ((r == RC_OK) != (conf != NULL) || (r != RC_OK && err.text[0] == '\0'))
		abort();
	if (r == RC_OK) {
		list(conf, "defaults");
		list(conf, "device");
		list(conf, "ca");
	}
	conf_free(conf);
	return 0;
}
