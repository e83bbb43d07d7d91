/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sections and entries of a configuration file: kept in order, sorted for
 * look-ups.
 */
#include "base/conf_table.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static enum rc
out_of_memory(const struct conf *conf, struct err *err)
{
	return err_set(err, RC_NOMEM, "%s: out of memory", conf->path);
}

/* Make room for one more element. */
static enum rc
grow(void **array, size_t n, size_t *cap, size_t size)
{
	size_t new_cap = *cap > 0 ? *cap * 2 : 16;
	void *grown;

	if (n < *cap)
		return RC_OK;
	grown = reallocarray(*array, new_cap, size);
	if (grown == NULL)
		return RC_NOMEM;
	*array = grown;
	*cap = new_cap;
	return RC_OK;
}

bool
conf_find_rule(const struct conf_section_rule *rules, const char *kind,
    size_t *ret_rule)
{
	for (size_t i = 0; rules[i].kind != NULL; i++) {
		if (strcmp(rules[i].kind, kind) == 0) {
			*ret_rule = i;
			return true;
		}
	}
	return false;
}

const struct conf_entry *
conf_find_entry(const struct conf *conf, const struct conf_section *section,
    const char *key)
{
	for (size_t i = 0; i < section->n_entries; i++)
		if (strcmp(conf->entries[section->first_entry + i].key, key) == 0)
			return &conf->entries[section->first_entry + i];
	return NULL;
}

enum rc
conf_add_section(struct conf *conf, const struct conf_section *section, struct err *err)
{
	void *grown = conf->sections;

	if (conf->n_sections >= CONF_ENTRIES_MAX)
		return err_set(err, RC_LIMIT, "%s:%zu: more than %d sections",
		    conf->path, section->line, CONF_ENTRIES_MAX);
	if (grow(&grown, conf->n_sections, &conf->cap_sections, sizeof(*section)) !=
	    RC_OK)
		return out_of_memory(conf, err);
	conf->sections = grown;
	conf->sections[conf->n_sections] = *section;
	conf->sections[conf->n_sections].order = conf->n_sections;
	conf->sections[conf->n_sections].first_entry = conf->n_entries;
	conf->n_sections++;
	return RC_OK;
}

enum rc
conf_add_entry(struct conf *conf, const struct conf_entry *entry, struct err *err)
{
	struct conf_section *section = &conf->sections[conf->n_sections - 1];
	void *grown = conf->entries;

	if (conf->n_entries >= CONF_ENTRIES_MAX ||
	    section->n_entries >= CONF_SECTION_ENTRIES_MAX)
		return err_set(err, RC_LIMIT,
		    "%s:%zu: more than %d keys, or %d in a section", conf->path,
		    entry->line, CONF_ENTRIES_MAX, CONF_SECTION_ENTRIES_MAX);
	if (grow(&grown, conf->n_entries, &conf->cap_entries, sizeof(*entry)) != RC_OK)
		return out_of_memory(conf, err);
	conf->entries = grown;
	conf->entries[conf->n_entries++] = *entry;
	section->n_entries++;
	return RC_OK;
}

static int
compare_rule(const struct conf_section *a, const struct conf_section *b)
{
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return 0;
}

static int
compare_order(const void *pa, const void *pb)
{
	const struct conf_section *a = *(const struct conf_section *const *)pa;
	const struct conf_section *b = *(const struct conf_section *const *)pb;
	int c = compare_rule(a, b);

	if (c != 0 || a->order == b->order)
		return c;
	return a->order < b->order ? -1 : 1;
}

/* strcasecmp() asks the locale; programs never set one, so this is ASCII. */
static int
compare_name(const struct conf_section *a, const struct conf_section *b)
{
	int c = compare_rule(a, b);

	return c != 0 ? c : strcasecmp(a->name, b->name);
}

static int
compare_name_order(const void *pa, const void *pb)
{
	int c = compare_name(*(const struct conf_section *const *)pa,
	    *(const struct conf_section *const *)pb);

	return c != 0 ? c : compare_order(pa, pb);
}

static int
compare_name_only(const void *pa, const void *pb)
{
	return compare_name(*(const struct conf_section *const *)pa,
	    *(const struct conf_section *const *)pb);
}

enum rc
conf_index(struct conf *conf, struct err *err)
{
	const struct conf_section *repeated = NULL;
	size_t n = conf->n_sections;

	conf->by_name = reallocarray(NULL, n + 1, sizeof(struct conf_section *));
	conf->by_kind = reallocarray(NULL, n + 1, sizeof(struct conf_section *));
	if (conf->by_name == NULL || conf->by_kind == NULL)
		return out_of_memory(conf, err);
	for (size_t i = 0; i < n; i++) {
		conf->by_name[i] = &conf->sections[i];
		conf->by_kind[i] = &conf->sections[i];
	}
	qsort(conf->by_name, n, sizeof(struct conf_section *), compare_name_order);
	qsort(conf->by_kind, n, sizeof(struct conf_section *), compare_order);
	for (size_t i = 1; i < n; i++)
		if (compare_name(conf->by_name[i - 1], conf->by_name[i]) == 0 &&
		    (repeated == NULL || conf->by_name[i]->order < repeated->order))
			repeated = conf->by_name[i];
	if (repeated != NULL)
		return err_set(err, RC_CONFIG, "%s:%zu: repeated section: %s%s%.100s",
		    conf->path, repeated->line, conf->rules[repeated->rule].kind,
		    *repeated->name != '\0' ? " " : "", repeated->name);
	return RC_OK;
}

void
conf_free(struct conf *conf)
{
	if (conf == NULL)
		return;
	free(conf->by_name);
	free(conf->by_kind);
	free(conf->entries);
	free(conf->sections);
	free(conf->text);
	free(conf->path);
	free(conf);
}

static const struct conf_section *
find_section(const struct conf *conf, const char *kind, const char *name)
{
	struct conf_section wanted = { .name = name != NULL ? name : "" };
	const struct conf_section *key = &wanted;
	const struct conf_section *const *found;

	if (!conf_find_rule(conf->rules, kind, &wanted.rule))
		return NULL;
	found = bsearch(&key, conf->by_name, conf->n_sections,
	    sizeof(struct conf_section *), compare_name_only);
	return found != NULL ? *found : NULL;
}

bool
conf_has_section(const struct conf *conf, const char *kind, const char *name)
{
	return find_section(conf, kind, name) != NULL;
}

const char *
conf_find(const struct conf *conf, const char *kind, const char *name, const char *key,
    size_t *ret_line)
{
	const struct conf_section *section = find_section(conf, kind, name);
	const struct conf_entry *entry =
	    section != NULL ? conf_find_entry(conf, section, key) : NULL;

	if (entry == NULL)
		return NULL;
	if (ret_line != NULL)
		*ret_line = entry->line;
	return entry->value;
}

const char *
conf_section_name(const struct conf *conf, const char *kind, size_t n)
{
	size_t low = 0, high = conf->n_sections, rule;

	if (!conf_find_rule(conf->rules, kind, &rule))
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (conf->by_kind[middle]->rule < rule)
			low = middle + 1;
		else
			high = middle;
	}
	if (n >= conf->n_sections - low || conf->by_kind[low + n]->rule != rule)
		return NULL;
	return conf->by_kind[low + n]->name;
}

const char *
conf_path(const struct conf *conf)
{
	return conf->path;
}

bool
conf_entry(const struct conf *conf, const char *kind, const char *name, size_t n,
    const char **ret_key, const char **ret_value, size_t *ret_line)
{
	const struct conf_section *section = find_section(conf, kind, name);
	const struct conf_entry *entry;

	if (section == NULL || n >= section->n_entries)
		return false;
	entry = &conf->entries[section->first_entry + n];
	*ret_key = entry->key;
	*ret_value = entry->value;
	if (ret_line != NULL)
		*ret_line = entry->line;
	return true;
}
