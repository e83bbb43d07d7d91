/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The settings of one [ca NAME] as backends read them, and what all of them are
 * told: which anchors to verify to, which certificates stand between.
 */
#ifndef AMTCERT_CA_SECTION_H
#define AMTCERT_CA_SECTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/rc.h"
#include "ca/ca.h"

/* Lent. conf and name are NULL when there is no section: nothing is found then. */
struct section {
	const struct conf *conf;
	const char *name;
};

/* The value of a key; other when it is not there. Lent. */
const char *section_text(const struct section *section, const char *key,
    const char *other);

/* The same; RC_CONFIG when it is not there. */
enum rc section_require(const struct section *section, const char *key,
    const char **ret_text, struct err *err);

/* A duration in (0, max_s], *value left alone when the key is not there. RC_CONFIG
 * with file and line. zero_ok allows 0. */
enum rc section_duration(const struct section *section, const char *key, int64_t max_s,
    bool zero_ok, int64_t *value, struct err *err);

/* Record what is wrong with the value of a key: RC_CONFIG with file and line. */
enum rc section_refuse(const struct section *section, const char *key, const char *why,
    struct err *err);

/* What trust-anchor and chain-file hold; clear with section_trust_clear. */
struct section_trust {
	struct anchors *anchors;
	struct cert **chain;
	size_t n_chain;
};

/* trust-anchor must be there, chain-file need not. RC_CONFIG, RC_SYSTEM. */
enum rc section_trust_read(const struct section *section, struct section_trust *trust,
    struct err *err);
void section_trust_clear(struct section_trust *trust);

#endif
