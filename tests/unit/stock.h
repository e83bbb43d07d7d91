/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An inventory for one test, and questions to it in plain SQL.
 */
#ifndef AMTCERT_TESTS_STOCK_H
#define AMTCERT_TESTS_STOCK_H

#include <stdint.h>

#include "folder.h"
#include "inventory/db.h"

/* A test that has a folder: *state is a struct folder. */
#define STOCK_TEST(test) \
	cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

/* The inventory of the folder, made when it is not there. Caller closes. */
struct db stock_open(const struct folder *folder);
struct db stock_open_read_only(const struct folder *folder);

/* The number, and the text (lent until the next call, "" for NULL), that the
 * first column of the only row holds. */
int64_t stock_number(struct db *db, const char *sql);
const char *stock_text(struct db *db, const char *sql);

/* Statements that must succeed. */
void stock_exec(struct db *db, const char *sql);

#endif
