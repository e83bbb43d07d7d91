/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Circuit breakers (policy/breaker.h) in the inventory database, one per remedy
 * and CA.
 */
#ifndef AMTCERT_INVENTORY_BREAKER_ROW_H
#define AMTCERT_INVENTORY_BREAKER_ROW_H

#include "inventory/db.h"
#include "policy/breaker.h"

/* A zeroed one when none was ever kept. */
enum rc breaker_row_read(struct db *db, const char *remedy, const char *ca,
    struct breaker *ret_breaker, struct err *err);

/* text: the last words of the last failure. */
enum rc breaker_row_write(struct db *db, const char *remedy, const char *ca,
    const struct breaker *breaker, const char *text, struct err *err);

/* Lent. */
struct breaker_row {
	const char *remedy;
	const char *ca;
	const char *text;
	struct breaker breaker;
};

typedef enum rc (
    *breaker_row_visit)(void *ctx, const struct breaker_row *row, struct err *err);

/* Those that are open, the longest first. */
enum rc breaker_row_each_open(struct db *db, breaker_row_visit visit, void *ctx,
    struct err *err);

#endif
