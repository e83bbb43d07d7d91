/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of the schema of the inventory (inventory/schema.h) for what CAs say, as
 * SQL.
 */
#ifndef AMTCERT_INVENTORY_SCHEMA_CA_H
#define AMTCERT_INVENTORY_SCHEMA_CA_H

extern const char schema_offers[];
extern const char schema_ca_record[];

#endif
