/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Steps from "<" to "<", over comments and CDATA sections, and counts quoted
 * values.  XML 1.0 2.5 (comments), 2.7 (CDATA), 3.1 (tags).
 */
#include "wsman/prescan.h"

#include <string.h>

static const struct {
	const char *start;
	const char *end;
} constructs[] = {
	{ "<!--", "-->" },
	{ "<![CDATA[", "]]>" },
	{ "<?", "?>" },
	{ "<!", ">" },
};

/* The end of what starts with "<!" or "<?" at at; end when it is never closed (the
 * parser will say so), NULL when it is a tag. */
static const char *
skip_construct(const char *at, const char *end)
{
	for (size_t i = 0; i < sizeof(constructs) / sizeof(constructs[0]); i++) {
		size_t len = strlen(constructs[i].start);
		const char *close = NULL;

		if ((size_t)(end - at) < len ||
		    memcmp(at, constructs[i].start, len) != 0)
			continue;
		close = memmem(at + len, (size_t)(end - at) - len, constructs[i].end,
		    strlen(constructs[i].end));
		return close == NULL ? end : close;
	}
	return NULL;
}

/* The end of the tag at at; NULL when it has too many attributes. */
static const char *
skip_tag(const char *at, const char *end)
{
	int n = 0;

	while (at < end && *at != '>') {
		if (*at == '"' || *at == '\'') {
			n++;
			at = memchr(at + 1, *at, (size_t)(end - at) - 1);
			if (at == NULL)
				return end;
		}
		at++;
	}
	return n > PRESCAN_ATTRIBUTES_MAX ? NULL : at;
}

enum rc
prescan_check(const char *bytes, size_t len, struct err *err)
{
	const char *end = bytes + len;
	const char *at = NULL;

	if (len == 0)
		return err_set(err, RC_FORMAT, "XML 1.0: the document is empty");
	if (strchr("<\xef \t\r\n", bytes[0]) == NULL ||
	    memchr(bytes, '\0', len) != NULL)
		return err_set(err, RC_FORMAT, "XML 1.0: not a document in UTF-8");
	for (at = memchr(bytes, '<', len); at != NULL;
	     at = memchr(at, '<', (size_t)(end - at))) {
		const char *next = skip_construct(at, end);

		if (next == NULL)
			next = skip_tag(at, end);
		if (next == NULL)
			return err_set(err, RC_LIMIT,
			    "XML: a tag with more than %d attributes",
			    (int)PRESCAN_ATTRIBUTES_MAX);
		at = next;
	}
	return RC_OK;
}
