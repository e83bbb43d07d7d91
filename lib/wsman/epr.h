/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Endpoint references: which instance of which class.  A selector's value is a
 * text or, for an association's key, another reference.
 * Source: DSP0226 5.1.2 (default addressing model).
 */
#ifndef AMTCERT_WSMAN_EPR_H
#define AMTCERT_WSMAN_EPR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/rc.h"
#include "wsman/xml.h"

enum {
	EPR_SELECTORS_MAX = 16,
	EPR_DEPTH_MAX = 4, /* references inside references */
	EPR_TEXT_MAX = 1024,
};

struct epr;

/* One selector to send. Exactly one of text and epr is set; all lent. */
struct selector {
	const char *name;
	const char *text;
	const struct epr *epr;
};

/* A reference to send may be built on the stack from lent parts. */
struct epr {
	const char *resource_uri;
	const struct selector *selectors;
	size_t n_selectors;
};

/*
 * Read the reference that node holds (Address and ReferenceParameters, or an
 * EndpointReference around them). RC_NOTFOUND for the placeholder that stands for
 * an unset reference, whose ResourceURI is empty (observed, IPS_HTTPProxyService
 * AddProxyAccessPoint 2058). RC_FORMAT when parts are missing or a selector has
 * no name or is repeated; RC_LIMIT past EPR_..._MAX. node may be NULL:
 * RC_FORMAT. Caller frees with epr_free.
 */
enum rc epr_parse(const struct xml_node *node, struct epr **ret_epr, struct err *err);

/* Free what epr_parse made; never one built on the stack. */
void epr_free(struct epr *epr);

/* Text of the selector of that name; NULL when absent or itself a reference. */
const char *epr_selector(const struct epr *epr, const char *name);

/* <w:SelectorSet>...</w:SelectorSet>; nothing for n == 0. Prefixes a
 * (addressing) and w (wsman) must be declared around it. */
enum rc epr_write_selectors(struct buf *out, const struct selector *selectors,
    size_t n);

/* <a:Address> and <a:ReferenceParameters>, the content of a reference. */
enum rc epr_write(struct buf *out, const struct epr *epr);

#endif
