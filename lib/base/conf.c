/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader of INI files: one copy of the text, cut into strings in place, and two
 * sorted lists of sections, so that a file with 100,000 devices is read in one
 * pass and asked in O(log n).
 */
#include "base/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"

enum {
	READ_CHUNK = 64 * 1024,
};

struct entry {
	const char *key;
	const char *value;
	size_t line;
};

struct section {
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
	char *text;
	struct section *sections; /* in file order */
	size_t n_sections;
	size_t cap_sections;
	struct entry *entries;
	size_t n_entries;
	size_t cap_entries;
	const struct section **by_name; /* sorted by rule and name */
	const struct section **by_kind; /* sorted by rule and place */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cut blanks off both ends, in place. */
static char *
trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
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

static enum rc
refuse(const struct conf *conf, size_t line, struct err *err, const char *rule,
    const char *what)
{
	return err_set(err, RC_CONFIG, "%s:%zu: %s: %.100s", conf->path, line, rule,
	    what);
}

static enum rc
out_of_memory(const struct conf *conf, struct err *err)
{
	return err_set(err, RC_NOMEM, "%s: out of memory", conf->path);
}

/* Index of the rule for a kind; false when there is none. */
static bool
find_rule(const struct conf_section_rule *rules, const char *kind, size_t *ret_rule)
{
	for (size_t i = 0; rules[i].kind != NULL; i++) {
		if (strcmp(rules[i].kind, kind) == 0) {
			*ret_rule = i;
			return true;
		}
	}
	return false;
}

/* "[kind NAME]", its brackets still on. */
static enum rc
parse_section(struct conf *conf, char *text, size_t line, struct err *err)
{
	struct section section = { .line = line, .name = "" };
	char *kind, *name;
	size_t len = strlen(text);
	void *grown = conf->sections;

	if (text[len - 1] != ']' || memchr(text, ']', len - 1) != NULL)
		return refuse(conf, line, err, "a section is [kind] or [kind NAME]",
		    text);
	text[len - 1] = '\0';
	kind = trim(text + 1);
	name = kind + strcspn(kind, " \t");
	if (*name != '\0') {
		*name++ = '\0';
		name = trim(name);
	}
	if (!find_rule(conf->rules, kind, &section.rule))
		return refuse(conf, line, err, "no such kind of section", kind);
	if (conf->rules[section.rule].named && *name == '\0')
		return refuse(conf, line, err, "this kind of section needs a name",
		    kind);
	if (!conf->rules[section.rule].named && *name != '\0')
		return refuse(conf, line, err, "this kind of section has no name",
		    kind);
	section.name = name;
	section.order = conf->n_sections;
	section.first_entry = conf->n_entries;
	if (conf->n_sections >= CONF_ENTRIES_MAX)
		return err_set(err, RC_LIMIT, "%s:%zu: more than %d sections",
		    conf->path, line, CONF_ENTRIES_MAX);
	if (grow(&grown, conf->n_sections, &conf->cap_sections, sizeof(section)) !=
	    RC_OK)
		return out_of_memory(conf, err);
	conf->sections = grown;
	conf->sections[conf->n_sections++] = section;
	return RC_OK;
}

static bool
is_key(const char *key)
{
	return *key != '\0' &&
	    key[strspn(key,
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] == '\0';
}

static bool
is_allowed(const struct conf_section_rule *rule, const char *key)
{
	if (rule->keys == NULL)
		return true;
	for (const char *const *k = rule->keys; *k != NULL; k++)
		if (strcmp(*k, key) == 0)
			return true;
	return false;
}

static const struct entry *
find_entry(const struct conf *conf, const struct section *section, const char *key)
{
	const struct entry *entry = conf->entries + section->first_entry;

	for (size_t i = 0; i < section->n_entries; i++, entry++)
		if (strcmp(entry->key, key) == 0)
			return entry;
	return NULL;
}

/* What a new entry breaks, or NULL. */
static const char *
broken_rule(const struct conf *conf, const struct section *section, const char *key)
{
	if (!is_key(key))
		return "not the name of a key";
	if (!is_allowed(&conf->rules[section->rule], key))
		return "no such key in this section";
	if (find_entry(conf, section, key) != NULL)
		return "repeated key";
	return NULL;
}

/* "key = value" */
static enum rc
parse_entry(struct conf *conf, char *text, size_t line, struct err *err)
{
	struct entry entry = { .line = line };
	char *equals = strchr(text, '=');
	struct section *section;
	void *grown = conf->entries;
	const char *broken;

	if (equals == NULL)
		return refuse(conf, line, err,
		    "neither a section, a key = value nor a comment", text);
	*equals = '\0';
	entry.key = trim(text);
	entry.value = trim(equals + 1);
	if (conf->n_sections == 0)
		return refuse(conf, line, err, "key before the first section",
		    entry.key);
	section = &conf->sections[conf->n_sections - 1];
	broken = broken_rule(conf, section, entry.key);
	if (broken != NULL)
		return refuse(conf, line, err, broken, entry.key);
	if (conf->n_entries >= CONF_ENTRIES_MAX ||
	    section->n_entries >= CONF_SECTION_ENTRIES_MAX)
		return err_set(err, RC_LIMIT,
		    "%s:%zu: more than %d keys, or %d in a section", conf->path, line,
		    CONF_ENTRIES_MAX, CONF_SECTION_ENTRIES_MAX);
	if (grow(&grown, conf->n_entries, &conf->cap_entries, sizeof(entry)) != RC_OK)
		return out_of_memory(conf, err);
	conf->entries = grown;
	conf->entries[conf->n_entries++] = entry;
	section->n_entries++;
	return RC_OK;
}

static bool
has_control(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)text[i] < 0x20 && text[i] != '\t') ||
		    text[i] == 0x7f)
			return true;
	return false;
}

/* One line of len bytes without its newline; the byte behind it is ours. */
static enum rc
parse_line(struct conf *conf, char *text, size_t len, size_t line, struct err *err)
{
	if (len > 0 && text[len - 1] == '\r')
		len--;
	if (len > CONF_LINE_MAX_BYTES)
		return err_set(err, RC_CONFIG, "%s:%zu: line longer than %d bytes",
		    conf->path, line, CONF_LINE_MAX_BYTES);
	if (has_control(text, len))
		return err_set(err, RC_CONFIG, "%s:%zu: control character in the line",
		    conf->path, line);
	text[len] = '\0';
	text = trim(text);
	switch (*text) {
	case '\0':
	case '#':
	case ';':
		return RC_OK;
	case '[':
		return parse_section(conf, text, line, err);
	default:
		return parse_entry(conf, text, line, err);
	}
}

static int
compare_rule(const struct section *a, const struct section *b)
{
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return 0;
}

static int
compare_order(const void *pa, const void *pb)
{
	const struct section *a = *(const struct section *const *)pa;
	const struct section *b = *(const struct section *const *)pb;
	int c = compare_rule(a, b);

	if (c != 0 || a->order == b->order)
		return c;
	return a->order < b->order ? -1 : 1;
}

/* strcasecmp() asks the locale; programs never set one, so this is ASCII. */
static int
compare_name(const struct section *a, const struct section *b)
{
	int c = compare_rule(a, b);

	return c != 0 ? c : strcasecmp(a->name, b->name);
}

static int
compare_name_order(const void *pa, const void *pb)
{
	int c = compare_name(*(const struct section *const *)pa,
	    *(const struct section *const *)pb);

	return c != 0 ? c : compare_order(pa, pb);
}

static int
compare_name_only(const void *pa, const void *pb)
{
	return compare_name(*(const struct section *const *)pa,
	    *(const struct section *const *)pb);
}

/* Sort both lists; the section that is repeated first in the file is refused. */
static enum rc
index_sections(struct conf *conf, struct err *err)
{
	const struct section *repeated = NULL;
	size_t n = conf->n_sections;

	conf->by_name = reallocarray(NULL, n + 1, sizeof(struct section *));
	conf->by_kind = reallocarray(NULL, n + 1, sizeof(struct section *));
	if (conf->by_name == NULL || conf->by_kind == NULL)
		return out_of_memory(conf, err);
	for (size_t i = 0; i < n; i++) {
		conf->by_name[i] = &conf->sections[i];
		conf->by_kind[i] = &conf->sections[i];
	}
	qsort(conf->by_name, n, sizeof(struct section *), compare_name_order);
	qsort(conf->by_kind, n, sizeof(struct section *), compare_order);
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

static enum rc
parse_lines(struct conf *conf, size_t len, struct err *err)
{
	static const char mark[] = "\xef\xbb\xbf"; /* some editors begin UTF-8 so */
	char *p = conf->text, *end = conf->text + len;
	size_t line = 0;
	enum rc r = RC_OK;

	if (len >= 3 && memcmp(p, mark, 3) == 0)
		p += 3;
	while (p < end && r == RC_OK) {
		char *newline = memchr(p, '\n', (size_t)(end - p));
		char *stop = newline != NULL ? newline : end;

		line++;
		r = parse_line(conf, p, (size_t)(stop - p), line, err);
		p = stop + 1;
	}
	return r;
}

enum rc
conf_parse(const char *name, const char *text, size_t len,
    const struct conf_section_rule *rules, struct conf **ret_conf, struct err *err)
{
	struct conf *conf;
	enum rc r;

	if (len > CONF_FILE_MAX_BYTES)
		return err_set(err, RC_LIMIT, "%s: larger than %d bytes", name,
		    CONF_FILE_MAX_BYTES);
	conf = calloc(1, sizeof(*conf));
	if (conf == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory", name);
	conf->rules = rules;
	conf->path = strdup(name);
	conf->text = malloc(len + 1);
	if (conf->path == NULL || conf->text == NULL) {
		r = err_set(err, RC_NOMEM, "%s: out of memory", name);
		goto out;
	}
	if (len > 0)
		memcpy(conf->text, text, len);
	conf->text[len] = '\0';
	r = parse_lines(conf, len, err);
	if (r == RC_OK)
		r = index_sections(conf, err);
	if (r != RC_OK)
		goto out;
	*ret_conf = conf;
	conf = NULL;
out:
	conf_free(conf);
	return r;
}

/* The whole file, or one byte more than is allowed. */
static enum rc
read_all(int fd, const char *path, struct buf *text, struct err *err)
{
	char chunk[READ_CHUNK];
	ssize_t n;

	for (;;) {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_system(err, "%s: cannot read", path);
		if (n == 0)
			return RC_OK;
		if (buf_add(text, chunk, (size_t)n) == RC_LIMIT)
			return err_set(err, RC_LIMIT, "%s: larger than %d bytes", path,
			    CONF_FILE_MAX_BYTES);
		if (text->rc != RC_OK)
			return err_set(err, text->rc, "%s: out of memory", path);
	}
}

enum rc
conf_read(const char *path, const struct conf_section_rule *rules,
    struct conf **ret_conf, struct err *err)
{
	struct buf text;
	enum rc r;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_system(err, "%s: cannot open", path);
	buf_init(&text, CONF_FILE_MAX_BYTES);
	r = read_all(fd, path, &text, err);
	if (r == RC_OK)
		r = conf_parse(path, buf_str(&text), text.len, rules, ret_conf, err);
	buf_clear(&text);
	close(fd);
	return r;
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

static const struct section *
find_section(const struct conf *conf, const char *kind, const char *name)
{
	struct section wanted = { .name = name != NULL ? name : "" };
	const struct section *key = &wanted;
	const struct section *const *found;

	if (!find_rule(conf->rules, kind, &wanted.rule))
		return NULL;
	found = bsearch(&key, conf->by_name, conf->n_sections, sizeof(struct section *),
	    compare_name_only);
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
	const struct section *section = find_section(conf, kind, name);
	const struct entry *entry =
	    section != NULL ? find_entry(conf, section, key) : NULL;

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

	if (!find_rule(conf->rules, kind, &rule))
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
	const struct section *section = find_section(conf, kind, name);
	const struct entry *entry;

	if (section == NULL || n >= section->n_entries)
		return false;
	entry = &conf->entries[section->first_entry + n];
	*ret_key = entry->key;
	*ret_value = entry->value;
	if (ret_line != NULL)
		*ret_line = entry->line;
	return true;
}
