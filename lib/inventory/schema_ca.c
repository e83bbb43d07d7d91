/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of the inventory for what CAs say, and what they are known for.  What is
 * said in schema.c about values holds here.
 */
#include "inventory/schema_ca.h"

/* clang-format off */

/*
 * What their policy services offer.  ca is NAME of [ca NAME]; number is the place in
 * its answer.  A CA has all of one answer or nothing.  major_since: when that major
 * version was read first.
 */
const char schema_offers[] =
	"CREATE TABLE ca_policy ("
	" ca TEXT PRIMARY KEY NOT NULL,"
	" read_at INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE ca_template ("
	" ca TEXT NOT NULL REFERENCES ca_policy (ca) ON DELETE CASCADE,"
	" number INTEGER NOT NULL,"
	" name TEXT NOT NULL,"
	" oid TEXT NOT NULL,"
	" schema_version INTEGER NOT NULL,"
	" major INTEGER NOT NULL,"
	" minor INTEGER NOT NULL,"
	" major_since INTEGER NOT NULL,"
	" validity_s INTEGER NOT NULL,"
	" renewal_s INTEGER NOT NULL,"
	" enrolment_flags INTEGER NOT NULL,"
	" may_enrol INTEGER NOT NULL CHECK (may_enrol IN (0, 1)),"
	" is_wanted INTEGER NOT NULL CHECK (is_wanted IN (0, 1)),"
	" PRIMARY KEY (ca, number)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE ca_template_replaced ("
	" ca TEXT NOT NULL REFERENCES ca_policy (ca) ON DELETE CASCADE,"
	" number INTEGER NOT NULL,"
	" by_number INTEGER NOT NULL,"
	" name TEXT NOT NULL,"
	" PRIMARY KEY (ca, number)"
	") STRICT, WITHOUT ROWID;";

/*
 * What each CA is known for (inventory/ca_record.h), by numbers of its enum; issuer
 * and serial number are those of the certificate of a trial.
 */
const char schema_ca_record[] =
	"CREATE TABLE ca_record ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" ca TEXT NOT NULL,"
	" at INTEGER NOT NULL,"
	" standing INTEGER NOT NULL CHECK (standing BETWEEN 0 AND 3),"
	" is_trial INTEGER NOT NULL CHECK (is_trial IN (0, 1)),"
	" device_uuid TEXT NOT NULL,"
	" issuer TEXT NOT NULL DEFAULT '',"
	" serial_number TEXT NOT NULL DEFAULT '',"
	" ca_request_id TEXT NOT NULL DEFAULT '',"
	" text TEXT NOT NULL,"
	" CHECK (standing > 0 OR is_trial)"
	") STRICT;"
	"CREATE INDEX ca_record_newest ON ca_record (ca, id);";

/* clang-format on */
