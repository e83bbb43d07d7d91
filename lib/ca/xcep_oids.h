/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The OIDs of a policy answer, to which the rest of it refers by number.  Private to
 * xcep.c.  Source: MS-XCEP 3.1.4.1.3.16.
 */
#ifndef AMTCERT_CA_XCEP_OIDS_H
#define AMTCERT_CA_XCEP_OIDS_H

#include "ca/xcep.h"

/* In the order of their numbers: hundreds of templates use several each. Clear with
 * xcep_oids_clear. */
struct xcep_oids {
	struct xcep_oid *rows;
	size_t n;
};

/* RC_FORMAT for one without a number, RC_NOMEM; the list may be cleared either way. */
enum rc xcep_oids_list(const struct xml_node *oids, struct xcep_oids *list,
    struct err *err);
void xcep_oids_clear(struct xcep_oids *list);

/*
 * The OID that the child called name of parent refers to into field, "" when there is
 * no such child; its element into *ret_oid unless that is NULL, and left alone
 * likewise. RC_FORMAT when it refers to nothing.
 */
enum rc xcep_oids_read(const struct xml_node *parent, const char *name,
    const struct xcep_oids *oids, const struct xml_node **ret_oid,
    char field[XCEP_OID_SIZE], struct err *err);

#endif
