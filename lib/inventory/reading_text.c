/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AMT_TLSSettingData as words.
 */
#include "inventory/reading_text.h"

#include <stdio.h>
#include <string.h>

static const char known[] = "known";
static const char enabled[] = "enabled";
static const char mutual[] = "mutual";
static const char plain[] = "accepts_plain";
static const char has_plain[] = "plain_is_a_setting";
static const char supports_plain[] = "plain_supported";

void
reading_format_tls(const struct facts_tls *tls, char words[READING_WORDS_SIZE])
{
	words[0] = '\0';
	if (!tls->known)
		return;
	(void)snprintf(words, READING_WORDS_SIZE, "%s %s %s %s %s %s", known,
	    tls->is_enabled ? enabled : "-", tls->is_mutual ? mutual : "-",
	    tls->accepts_non_secure ? plain : "-",
	    tls->has_non_secure_supported ? has_plain : "-",
	    tls->is_non_secure_supported ? supports_plain : "-");
}

/* Is the word among those separated by single spaces? */
static bool
has(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = words; *p != '\0'; p++) {
		if (strncmp(p, word, len) == 0 && (p[len] == ' ' || p[len] == '\0'))
			return true;
		p += strcspn(p, " ");
		if (*p == '\0')
			break;
	}
	return false;
}

void
reading_parse_tls(const char *words, struct facts_tls *tls)
{
	tls->known = has(words, known);
	tls->is_enabled = has(words, enabled);
	tls->is_mutual = has(words, mutual);
	tls->accepts_non_secure = has(words, plain);
	tls->has_non_secure_supported = has(words, has_plain);
	tls->is_non_secure_supported = has(words, supports_plain);
}

enum rc
reading_format_names(const struct facts_tls *tls, struct buf *names)
{
	for (size_t i = 0; i < tls->n_trusted_cn; i++) {
		if (i > 0)
			(void)buf_add_char(names, '\n');
		(void)buf_add_str(names, tls->trusted_cn[i]);
	}
	return names->rc;
}

void
reading_parse_names(const char *names, struct facts_tls *tls)
{
	const char *p = names;

	tls->n_trusted_cn = 0;
	while (*p != '\0' && tls->n_trusted_cn < FACTS_TRUSTED_CN_MAX) {
		size_t len = strcspn(p, "\n");

		(void)snprintf(tls->trusted_cn[tls->n_trusted_cn++], FACTS_TEXT_SIZE,
		    "%.*s", (int)(len < FACTS_TEXT_SIZE ? len : FACTS_TEXT_SIZE - 1),
		    p);
		p += len;
		if (*p == '\n')
			p++;
	}
}
