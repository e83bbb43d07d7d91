/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The certificates that runs of ours replaced, for people and for other programs.
 */
#ifndef AMTCERT_INVENTORY_ARCHIVE_LIST_H
#define AMTCERT_INVENTORY_ARCHIVE_LIST_H

#include "base/buf.h"
#include "inventory/db.h"

/*
 * Append each as PEM (RFC 7468), oldest first, with a line before it: when, which
 * device, why, who asked, by which run and CA. What came from devices is made
 * printable.
 */
enum rc archive_list_pem(struct db *db, struct buf *out, struct err *err);

#endif
