/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of a row into fields.  A file may have been written by others: what does
 * not fit is refused or cut, never believed.  Private to this room.
 */
#ifndef AMTCERT_INVENTORY_COLUMN_H
#define AMTCERT_INVENTORY_COLUMN_H

#include <stddef.h>
#include <stdint.h>

#include "inventory/db.h"
#include "policy/state.h"

/* Text, cut to the field; "" for NULL. It is as hostile as it came in. */
void column_text(sqlite3_stmt *stmt, int at, char *field, size_t size);

/* A number from 0 to most; what is none becomes other. */
int column_choice(sqlite3_stmt *stmt, int at, int most, int other);

/* A state; STATE_UNKNOWN for what is none. */
enum state column_state(sqlite3_stmt *stmt, int at);

/* Exactly size bytes, or RC_DB. */
enum rc column_digest(struct db *db, sqlite3_stmt *stmt, int at, uint8_t *field,
    size_t size, struct err *err);

#endif
