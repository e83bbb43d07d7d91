/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A look at the bytes of a document before the parser has them: what would cost
 * it seconds is refused in one pass.  XML 1.0 2.3 to 2.7 and 3.1.
 */
#ifndef AMTCERT_WSMAN_PRESCAN_H
#define AMTCERT_WSMAN_PRESCAN_H

#include <stddef.h>

#include "base/rc.h"

enum {
	PRESCAN_ATTRIBUTES_MAX = 64 /* of one tag, namespaces included */
};

/*
 * RC_LIMIT for a tag with more attributes: libxml2 compares each with every other,
 * four seconds of work for an answer of the largest size. RC_FORMAT for an empty
 * document and for one that cannot be UTF-8, which the parser must then be told to
 * take it for, whatever it declares: only so do both see the same tags.
 */
enum rc prescan_check(const char *bytes, size_t len, struct err *err);

#endif
