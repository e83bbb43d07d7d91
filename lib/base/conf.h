/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * INI files, read by libinih, kept in order with file and line for messages.
 * Knows the shape (sections, keys, values), not what a key means: a caller
 * hands a table of the sections and keys that exist.
 */
#ifndef AMTCERT_BASE_CONF_H
#define AMTCERT_BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"

enum {
	CONF_FILE_MAX_BYTES = 16 * 1024 * 1024,
	CONF_LINE_MAX_BYTES = 2000,
	CONF_ENTRIES_MAX = 1000000,
};

/* A section kind: "[defaults]" (named = false) or "[device NAME]". */
struct conf_section_rule {
	const char *kind;
	bool named;
	const char *const *keys; /* allowed keys, NULL-terminated; NULL = any */
};

struct conf;

/*
 * Read a whole file. RC_CONFIG "path:line: rule: what" for an unknown section,
 * an unknown or repeated key, a repeated section, a line that is neither, a
 * line longer than CONF_LINE_MAX_BYTES, a NUL; RC_LIMIT for a file that is too
 * large; RC_SYSTEM when it cannot be read. rules ends with a NULL kind. Caller
 * frees with conf_free.
 */
enum rc conf_read(const char *path, const struct conf_section_rule *rules,
    struct conf **ret_conf, struct err *err);

/* The same from memory; name stands for the path in messages. */
enum rc conf_parse(const char *name, const char *text, size_t len,
    const struct conf_section_rule *rules, struct conf **ret_conf, struct err *err);

void conf_free(struct conf *conf);

/* Does [kind name] exist? name is NULL for a section without a name. */
bool conf_has_section(const struct conf *conf, const char *kind, const char *name);

/* The value, lent; NULL when absent. *ret_line (may be NULL) is its line. */
const char *conf_find(const struct conf *conf, const char *kind, const char *name,
    const char *key, size_t *ret_line);

/* Names of the n-th section of that kind in file order; NULL past the end. */
const char *conf_section_name(const struct conf *conf, const char *kind, size_t n);

/* The path or name given when it was read; lent. */
const char *conf_path(const struct conf *conf);

/* n-th key of a section in file order; false past the end. Lent. */
bool conf_entry(const struct conf *conf, const char *kind, const char *name, size_t n,
    const char **ret_key, const char **ret_value, size_t *ret_line);

#endif
