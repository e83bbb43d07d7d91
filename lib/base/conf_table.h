/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What conf.c has read: sections and entries in file order, and two sorted
 * lists of sections, so that a file with 100,000 devices is asked in O(log n).
 * Private to conf.c and conf_table.c; others see base/conf.h.
 */
#ifndef AMTCERT_BASE_CONF_TABLE_H
#define AMTCERT_BASE_CONF_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/conf.h"
#include "base/rc.h"

struct conf_entry {
	const char *key;
	const char *value;
	size_t line;
};

struct conf_section {
	size_t rule;	  /* index into rules */
	const char *name; /* "" when the kind has none */
	size_t line;
	size_t order; /* place in the file */
	size_t first_entry;
	size_t n_entries;
};

struct conf {
	const struct conf_section_rule *rules;
	char *path;
	char *text; /* the strings of sections and entries live in it */
	struct conf_section *sections;
	size_t n_sections;
	size_t cap_sections;
	struct conf_entry *entries;
	size_t n_entries;
	size_t cap_entries;
	const struct conf_section **by_name; /* sorted by rule and name */
	const struct conf_section **by_kind; /* sorted by rule and place */
};

/* Index of the rule for a kind; false when there is none. */
bool conf_find_rule(const struct conf_section_rule *rules, const char *kind,
    size_t *ret_rule);

/* The entry of that key in a section, or NULL. */
const struct conf_entry *conf_find_entry(const struct conf *conf,
    const struct conf_section *section, const char *key);

/* Append; the section is the one entries go to from now on. RC_LIMIT, RC_NOMEM. */
enum rc conf_add_section(struct conf *conf, const struct conf_section *section,
    struct err *err);

/* Append to the last section, which must exist. RC_LIMIT, RC_NOMEM. */
enum rc conf_add_entry(struct conf *conf, const struct conf_entry *entry,
    struct err *err);

/* Sort both lists, once all is added. RC_CONFIG names the first section of the
 * file that is a repetition. */
enum rc conf_index(struct conf *conf, struct err *err);

#endif
