/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * INI files, kept in order with file and line for messages.  Knows the shape
 * (sections, keys, values), not what a key means: a caller hands a table of the
 * sections and keys that exist.
 *
 * A line is blank, a comment (first character # or ;), "[kind]", "[kind NAME]",
 * or "key = value".  Blanks around each part do not count, so a line may be
 * indented.  A value is all that follows the first =: there are no comments
 * behind it, no quotes, no escapes and no continued lines, so that a path or a
 * distinguished name with # ; or quotes stands as it is.  Kinds and keys are
 * compared byte by byte, names of sections (most are host names) without ASCII
 * case.  The text is UTF-8; control characters but tab are refused.
 *
 * Not libinih: it cuts section names at 49 bytes and lines at 199 without a
 * word, shorter than host names and distinguished names may be.
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
	CONF_SECTION_ENTRIES_MAX = 256,
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
 * line longer than CONF_LINE_MAX_BYTES, a NUL; RC_LIMIT for a file, or a number
 * of entries, that is too large; RC_SYSTEM when it cannot be read. rules ends
 * with a NULL kind and must outlive the result. Caller frees with conf_free.
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
