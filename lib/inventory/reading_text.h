/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Settings of a device as the words that the table reading keeps, and back.
 * Private to this room.
 */
#ifndef AMTCERT_INVENTORY_READING_TEXT_H
#define AMTCERT_INVENTORY_READING_TEXT_H

#include "base/buf.h"
#include "policy/facts.h"

enum {
	READING_WORDS_SIZE = 96,
	READING_NAMES_MAX_BYTES = FACTS_TRUSTED_CN_MAX * FACTS_TEXT_SIZE,
};

/* "enabled mutual ..."; "" when the settings are not known. */
void reading_format_tls(const struct facts_tls *tls, char words[READING_WORDS_SIZE]);
void reading_parse_tls(const char *words, struct facts_tls *tls);

/* The names that a client certificate must bear, one a line. */
enum rc reading_format_names(const struct facts_tls *tls, struct buf *names);
void reading_parse_names(const char *names, struct facts_tls *tls);

#endif
