/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of the inventory.  Times are seconds since 1970 UTC; certificates
 * are DER; digests are 32 bytes; a UUID is its text in lower case.
 */
#include "inventory/schema.h"

#include <assert.h>

#include "inventory/db.h"

/* clang-format off */

/*
 * Version 1: what remedies did.  A run is open until closed_at is set, and a
 * device has one open run at most.  Steps are never changed afterwards.
 */
#define JOURNAL_TABLES                                                         \
	"CREATE TABLE run ("                                                   \
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"                               \
	" device_uuid TEXT NOT NULL,"                                          \
	" remedy TEXT NOT NULL,"                                               \
	" serial_number TEXT NOT NULL,"                                        \
	" started_at INTEGER NOT NULL,"                                        \
	" closed_at INTEGER,"                                                  \
	" outcome TEXT CHECK (outcome IN ('done', 'undone', 'refused')),"      \
	" text TEXT,"                                                          \
	" step TEXT NOT NULL DEFAULT '',"                                      \
	" step_done INTEGER NOT NULL DEFAULT 0 CHECK (step_done IN (0, 1)),"   \
	" old_fingerprint BLOB NOT NULL CHECK (length(old_fingerprint) = 32)," \
	" old_cert_instance_id TEXT NOT NULL DEFAULT '',"                      \
	" old_key_instance_id TEXT NOT NULL DEFAULT '',"                       \
	" new_cert_instance_id TEXT NOT NULL DEFAULT '',"                      \
	" new_key_instance_id TEXT NOT NULL DEFAULT '',"                       \
	" keys_before BLOB CHECK (length(keys_before) % 32 = 0),"              \
	" new_spki BLOB,"                                                      \
	" new_spki_sha256 BLOB CHECK (length(new_spki_sha256) = 32),"          \
	" csr BLOB,"                                                           \
	" signed_csr BLOB,"                                                    \
	" new_cert BLOB,"                                                      \
	" CHECK ((closed_at IS NULL) = (outcome IS NULL)),"                    \
	" CHECK ((new_spki IS NULL) = (new_spki_sha256 IS NULL))"              \
	") STRICT;"                                                            \
	"CREATE UNIQUE INDEX run_open ON run (device_uuid)"                    \
	" WHERE closed_at IS NULL;"                                            \
	"CREATE INDEX run_key ON run (device_uuid, new_spki_sha256);"          \
	"CREATE TABLE step ("                                                  \
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"                               \
	" run_id INTEGER NOT NULL REFERENCES run (id),"                        \
	" name TEXT NOT NULL,"                                                 \
	" event TEXT NOT NULL CHECK (event IN ('begin', 'end', 'close')),"     \
	" at INTEGER NOT NULL,"                                                \
	" text TEXT"                                                           \
	") STRICT;"                                                            \
	"CREATE INDEX step_run ON step (run_id, id);"                          \
	"CREATE TRIGGER step_stays BEFORE UPDATE ON step"                      \
	" BEGIN SELECT RAISE(ABORT, 'a step is never changed'); END;"          \
	"CREATE TABLE archive ("                                               \
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"                               \
	" run_id INTEGER NOT NULL REFERENCES run (id),"                        \
	" device_uuid TEXT NOT NULL,"                                          \
	" fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),"         \
	" serial_number TEXT NOT NULL,"                                        \
	" subject TEXT NOT NULL,"                                              \
	" issuer TEXT NOT NULL,"                                               \
	" not_before INTEGER NOT NULL,"                                        \
	" not_after INTEGER NOT NULL,"                                         \
	" der BLOB NOT NULL,"                                                  \
	" reason TEXT NOT NULL,"                                               \
	" archived_at INTEGER NOT NULL,"                                       \
	" UNIQUE (run_id, fingerprint)"                                        \
	") STRICT;"                                                            \
	"CREATE INDEX archive_device ON archive (device_uuid, archived_at);"

/*
 * Version 2: what a CA was asked, before the first byte is sent.  A remedy has one
 * open request per device at most; its row closes with the run that it is for.
 */
#define REQUEST_TABLES                                                         \
	"CREATE TABLE cert_request ("                                          \
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"                               \
	" device_uuid TEXT NOT NULL,"                                          \
	" remedy TEXT NOT NULL,"                                               \
	" ca TEXT NOT NULL,"                                                   \
	" csr_sha256 BLOB NOT NULL CHECK (length(csr_sha256) = 32),"           \
	" spki_sha256 BLOB NOT NULL CHECK (length(spki_sha256) = 32),"         \
	" created_at INTEGER NOT NULL,"                                        \
	" attempts INTEGER NOT NULL DEFAULT 0,"                                \
	" bad_answers INTEGER NOT NULL DEFAULT 0,"                             \
	" is_pending INTEGER NOT NULL DEFAULT 0 CHECK (is_pending IN (0, 1))," \
	" next_poll_at INTEGER NOT NULL DEFAULT 0,"                            \
	" cookie BLOB CHECK (length(cookie) <= 65536),"                        \
	" text TEXT NOT NULL DEFAULT '',"                                      \
	" closed_at INTEGER,"                                                  \
	" outcome TEXT CHECK (outcome IN ('issued', 'rejected', 'abandoned'))," \
	" CHECK ((closed_at IS NULL) = (outcome IS NULL))"                     \
	") STRICT;"                                                            \
	"CREATE UNIQUE INDEX cert_request_open ON cert_request (device_uuid, remedy)" \
	" WHERE closed_at IS NULL;"                                            \
	"CREATE INDEX cert_request_key ON cert_request (device_uuid, spki_sha256);"

/* clang-format on */

static const char *const migrations[] = {
	JOURNAL_TABLES,
	REQUEST_TABLES,
};

static_assert(sizeof(migrations) / sizeof(migrations[0]) == DB_SCHEMA_VERSION,
    "the last migration makes the version in db.h");

const struct schema schema_inventory = {
	.noun = "amtcert inventory",
	.application_id = DB_APPLICATION_ID,
	.migrations = migrations,
	.n_migrations = sizeof(migrations) / sizeof(migrations[0]),
};
