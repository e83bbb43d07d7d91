/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the schema of the inventory (inventory/schema.h) that remedies fill, as
 * SQL.
 */
#ifndef AMTCERT_INVENTORY_SCHEMA_REMEDY_H
#define AMTCERT_INVENTORY_SCHEMA_REMEDY_H

extern const char schema_journal[];
extern const char schema_archive[];
extern const char schema_requests[];
extern const char schema_jobs[];
extern const char schema_outbox[];

#endif
