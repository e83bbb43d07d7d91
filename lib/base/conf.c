/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader of INI files: one copy of the text, read in one pass and cut into
 * strings in place.
 */
#include "base/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/conf_table.h"

enum {
	READ_CHUNK = 64 * 1024,
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

static enum rc
refuse(const struct conf *conf, size_t line, struct err *err, const char *rule,
    const char *what)
{
	return err_set(err, RC_CONFIG, "%s:%zu: %s: %.100s", conf->path, line, rule,
	    what);
}

/* "[kind NAME]", its brackets still on. */
static enum rc
parse_section(struct conf *conf, char *text, size_t line, struct err *err)
{
	struct conf_section section = { .line = line, .name = "" };
	char *kind, *name;
	size_t len = strlen(text);

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
	if (!conf_find_rule(conf->rules, kind, &section.rule))
		return refuse(conf, line, err, "no such kind of section", kind);
	if (conf->rules[section.rule].named && *name == '\0')
		return refuse(conf, line, err, "this kind of section needs a name",
		    kind);
	if (!conf->rules[section.rule].named && *name != '\0')
		return refuse(conf, line, err, "this kind of section has no name",
		    kind);
	section.name = name;
	return conf_add_section(conf, &section, err);
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

/* What a new entry breaks, or NULL. */
static const char *
broken_rule(const struct conf *conf, const struct conf_section *section,
    const char *key)
{
	if (!is_key(key))
		return "not the name of a key";
	if (!is_allowed(&conf->rules[section->rule], key))
		return "no such key in this section";
	if (conf_find_entry(conf, section, key) != NULL)
		return "repeated key";
	return NULL;
}

/* "key = value" */
static enum rc
parse_entry(struct conf *conf, char *text, size_t line, struct err *err)
{
	struct conf_entry entry = { .line = line };
	char *equals = strchr(text, '=');
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
	broken = broken_rule(conf, &conf->sections[conf->n_sections - 1], entry.key);
	if (broken != NULL)
		return refuse(conf, line, err, broken, entry.key);
	return conf_add_entry(conf, &entry, err);
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
		r = conf_index(conf, err);
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
