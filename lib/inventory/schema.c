/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of the inventory.  Times are seconds since 1970 UTC and 0 for
 * "never"; a certificate is DER; digests are 32 bytes; a UUID is its text in
 * lower case.  Numbers that stand for words: inventory/role.h,
 * inventory/snapshot.h and the enums of policy/facts.h and x509.
 */
#include "inventory/schema.h"

#include <assert.h>

#include "inventory/db.h"
#include "inventory/schema_ca.h"
#include "inventory/schema_remedy.h"

/* clang-format off */

/*
 * Who there is.  A device has its uuid once a login has shown it; until then
 * it is known by its name alone.  Ids are never used twice.  named_at: when it
 * was last reached under its name.
 */
#define DEVICE_TABLES                                                          \
	"CREATE TABLE device ("                                                \
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"                               \
	" uuid TEXT UNIQUE CHECK (length(uuid) = 36),"                         \
	" name TEXT NOT NULL,"                                                 \
	" device_group TEXT NOT NULL,"                                         \
	" address TEXT NOT NULL,"                                              \
	" port INTEGER NOT NULL,"                                              \
	" first_seen INTEGER NOT NULL,"                                        \
	" named_at INTEGER NOT NULL,"                                          \
	" retired_at INTEGER,"                                                 \
	" replaced_by INTEGER,"                                                \
	" next_slot INTEGER NOT NULL DEFAULT 1"                                \
	") STRICT;"                                                            \
	"CREATE INDEX device_name ON device (name);"                           \
	"CREATE INDEX device_in_group ON device (device_group);"               \
	"CREATE INDEX device_address ON device (address, port);"               \
	"CREATE TABLE address ("                                               \
	" device_id INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE," \
	" address TEXT NOT NULL,"                                              \
	" port INTEGER NOT NULL,"                                              \
	" first_seen INTEGER NOT NULL,"                                        \
	" last_seen INTEGER NOT NULL,"                                         \
	" PRIMARY KEY (device_id, address, port)"                              \
	") STRICT, WITHOUT ROWID;"

/*
 * How each device stands, one narrow row: what a verdict folds to, as moments
 * from which on it is in a state, so that states age by arithmetic alone
 * (inventory/standing.h).  The indices answer check_amt_fleet.  A device that is
 * retired has no row.
 */
#define STANDING_TABLES                                                        \
	"CREATE TABLE standing ("                                              \
	" device_id INTEGER PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE," \
	" state INTEGER NOT NULL DEFAULT 3 CHECK (state BETWEEN 0 AND 3),"     \
	" judged_at INTEGER NOT NULL DEFAULT 0,"                               \
	" tls_read_at INTEGER NOT NULL DEFAULT 0,"                             \
	" store_read_at INTEGER NOT NULL DEFAULT 0,"                           \
	" ok_at INTEGER NOT NULL DEFAULT 0,"                                   \
	" tried_at INTEGER NOT NULL DEFAULT 0,"                                \
	" last_result INTEGER NOT NULL DEFAULT 1,"                             \
	" n_ok INTEGER NOT NULL DEFAULT 0,"                                    \
	" n_failed INTEGER NOT NULL DEFAULT 0,"                                \
	" n_failed_in_a_row INTEGER NOT NULL DEFAULT 0,"                       \
	" n_contacts INTEGER NOT NULL DEFAULT 0,"                              \
	" gap_p95_s INTEGER NOT NULL DEFAULT 0,"                               \
	" n_slots INTEGER NOT NULL DEFAULT 0,"                                 \
	" window_s INTEGER NOT NULL DEFAULT 0,"                                \
	" max_age_s INTEGER NOT NULL DEFAULT 0,"                               \
	" tls_state INTEGER NOT NULL DEFAULT 0,"                               \
	" tls_reason TEXT NOT NULL DEFAULT '',"                                \
	" store_state INTEGER NOT NULL DEFAULT 0,"                             \
	" store_reason TEXT NOT NULL DEFAULT '',"                              \
	" history_state INTEGER NOT NULL DEFAULT 0,"                           \
	" history_reason TEXT NOT NULL DEFAULT '',"                            \
	" fixed_state INTEGER NOT NULL DEFAULT 0,"                             \
	" fixed_reason TEXT NOT NULL DEFAULT '',"                              \
	" is_unknown INTEGER NOT NULL DEFAULT 1,"                              \
	" valid_from INTEGER NOT NULL DEFAULT 0,"                              \
	" due_at INTEGER NOT NULL DEFAULT 9223372036854775807,"                \
	" warning_at INTEGER NOT NULL DEFAULT 9223372036854775807,"            \
	" critical_at INTEGER NOT NULL DEFAULT 9223372036854775807,"           \
	" worse_at INTEGER NOT NULL DEFAULT 9223372036854775807,"              \
	" miss_at INTEGER NOT NULL DEFAULT 9223372036854775807,"               \
	" ends_at INTEGER NOT NULL DEFAULT 9223372036854775807,"               \
	" error TEXT NOT NULL DEFAULT ''"                                      \
	") STRICT;"                                                            \
	"CREATE INDEX standing_valid ON standing (valid_from)"                 \
	" WHERE valid_from > 0;"                                               \
	"CREATE INDEX standing_due ON standing (due_at);"                      \
	"CREATE INDEX standing_critical ON standing (critical_at);"            \
	"CREATE INDEX standing_worse ON standing"                              \
	" (worse_at, critical_at, valid_from, ends_at);"                       \
	"CREATE INDEX standing_miss ON standing (miss_at);"                    \
	"CREATE INDEX standing_ends ON standing"                               \
	" (ends_at, device_id, critical_at, worse_at, valid_from);"            \
	"CREATE INDEX standing_ok ON standing (ok_at);"                        \
	"CREATE INDEX standing_unknown ON standing"                            \
	" (is_unknown, worse_at, valid_from)"                                  \
	" WHERE is_unknown = 1;"                                               \
	"CREATE INDEX standing_failed ON standing (last_result)"               \
	" WHERE last_result <> 2;"

/*
 * Certificates, each once however many devices hold it, with their bytes apart: who
 * lists a fleet needs none of them, and reads a quarter of the pages. And the uses that
 * devices make of them.  A slot is the use: a renewal changes its certificate
 * and keeps its number.  since: when this certificate was first seen in it.
 */
#define CERT_TABLES                                                            \
	"CREATE TABLE cert ("                                                  \
	" id INTEGER PRIMARY KEY,"                                             \
	" fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 32),"  \
	" spki_sha256 BLOB NOT NULL CHECK (length(spki_sha256) = 32),"         \
	" subject TEXT NOT NULL,"                                              \
	" issuer TEXT NOT NULL,"                                               \
	" serial_number TEXT NOT NULL,"                                        \
	" not_before INTEGER NOT NULL,"                                        \
	" not_after INTEGER NOT NULL,"                                         \
	" names TEXT NOT NULL,"                                                \
	" key_kind INTEGER NOT NULL,"                                          \
	" key_bits INTEGER NOT NULL,"                                          \
	" key_group TEXT NOT NULL,"                                            \
	" signature_digest TEXT NOT NULL,"                                     \
	" is_ca INTEGER NOT NULL CHECK (is_ca IN (0, 1)),"                     \
	" template_oid TEXT,"                                                  \
	" template_major INTEGER,"                                             \
	" template_minor INTEGER,"                                             \
	" template_name TEXT"                                                  \
	") STRICT;"                                                            \
	"CREATE TABLE cert_der ("                                              \
	" cert_id INTEGER PRIMARY KEY REFERENCES cert (id) ON DELETE CASCADE," \
	" der BLOB NOT NULL"                                                   \
	") STRICT;"                                                            \
	"CREATE TABLE slot ("                                                  \
	" device_id INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE," \
	" number INTEGER NOT NULL CHECK (number > 0),"                         \
	" role INTEGER NOT NULL,"                                              \
	" cert_id INTEGER NOT NULL REFERENCES cert (id),"                      \
	" sources INTEGER NOT NULL,"                                           \
	" instance_id TEXT NOT NULL,"                                          \
	" since INTEGER NOT NULL,"                                             \
	" gone_at INTEGER,"                                                    \
	" not_before INTEGER NOT NULL,"                                        \
	" not_after INTEGER NOT NULL,"                                         \
	" fixed_state INTEGER NOT NULL CHECK (fixed_state BETWEEN 0 AND 3),"   \
	" fixed_reason TEXT NOT NULL,"                                         \
	" valid_from INTEGER NOT NULL,"                                        \
	" due_at INTEGER NOT NULL,"                                            \
	" warning_at INTEGER NOT NULL,"                                        \
	" critical_at INTEGER NOT NULL,"                                       \
	" window_s INTEGER NOT NULL,"                                          \
	" PRIMARY KEY (device_id, number)"                                     \
	") STRICT, WITHOUT ROWID;"                                             \
	"CREATE INDEX slot_cert ON slot (cert_id);"

/*
 * The last reading of a device as it was, for judging it again.  list: 0 what
 * the port presented, 1 the verified path, 2 the store.
 */
#define READING_TABLES                                                         \
	"CREATE TABLE reading ("                                               \
	" device_id INTEGER PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE," \
	" policy TEXT NOT NULL DEFAULT '',"                                    \
	" protocol TEXT NOT NULL DEFAULT '',"                                  \
	" cipher TEXT NOT NULL DEFAULT '',"                                    \
	" secure_renegotiation INTEGER NOT NULL DEFAULT 0,"                    \
	" wants_client_cert INTEGER NOT NULL DEFAULT 0,"                       \
	" path_ignoring_time INTEGER NOT NULL DEFAULT 0,"                      \
	" path_at_time INTEGER NOT NULL DEFAULT 0,"                            \
	" path_text TEXT NOT NULL DEFAULT '',"                                 \
	" name_match INTEGER NOT NULL DEFAULT 0,"                              \
	" has_pin INTEGER NOT NULL DEFAULT 0,"                                 \
	" pin_matches INTEGER NOT NULL DEFAULT 0,"                             \
	" presented_digest BLOB,"                                              \
	" version TEXT NOT NULL DEFAULT '',"                                   \
	" version_major INTEGER NOT NULL DEFAULT 0,"                           \
	" version_minor INTEGER NOT NULL DEFAULT 0,"                           \
	" control_mode INTEGER NOT NULL DEFAULT 3,"                            \
	" provisioning_state INTEGER NOT NULL DEFAULT -1,"                     \
	" realm TEXT NOT NULL DEFAULT '',"                                     \
	" host_name TEXT NOT NULL DEFAULT '',"                                 \
	" domain_name TEXT NOT NULL DEFAULT '',"                               \
	" clock_offset_s INTEGER,"                                             \
	" clock_uncertainty_s INTEGER,"                                        \
	" date_offset_s INTEGER,"                                              \
	" tls_network TEXT NOT NULL DEFAULT '',"                               \
	" tls_local TEXT NOT NULL DEFAULT '',"                                 \
	" trusted_cn_network TEXT NOT NULL DEFAULT '',"                        \
	" trusted_cn_local TEXT NOT NULL DEFAULT '',"                          \
	" root_max_bytes INTEGER NOT NULL DEFAULT 0,"                          \
	" root_max_count INTEGER NOT NULL DEFAULT 0,"                          \
	" common_name_max_bytes INTEGER NOT NULL DEFAULT 0,"                   \
	" common_name_max_count INTEGER NOT NULL DEFAULT 0,"                   \
	" chain_max_bytes INTEGER NOT NULL DEFAULT 0,"                         \
	" n_certs INTEGER NOT NULL DEFAULT 0,"                                 \
	" n_keys INTEGER NOT NULL DEFAULT 0,"                                  \
	" n_orphan_certs INTEGER NOT NULL DEFAULT 0,"                          \
	" n_orphan_keys INTEGER NOT NULL DEFAULT 0,"                           \
	" n_unreadable INTEGER NOT NULL DEFAULT 0,"                            \
	" unreadable TEXT NOT NULL DEFAULT '',"                                \
	" tls_context_cert TEXT,"                                              \
	" store_digest BLOB"                                                   \
	") STRICT;"                                                            \
	"CREATE TABLE reading_cert ("                                          \
	" device_id INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE," \
	" list INTEGER NOT NULL CHECK (list BETWEEN 0 AND 2),"                 \
	" position INTEGER NOT NULL,"                                          \
	" cert_id INTEGER NOT NULL REFERENCES cert (id),"                      \
	" instance_id TEXT,"                                                   \
	" handle INTEGER,"                                                     \
	" is_trusted_root INTEGER,"                                            \
	" is_read_only INTEGER,"                                               \
	" usage INTEGER,"                                                      \
	" PRIMARY KEY (device_id, list, position)"                             \
	") STRICT, WITHOUT ROWID;"                                             \
	"CREATE INDEX reading_cert_cert ON reading_cert (cert_id);"            \
	"CREATE TABLE reading_key ("                                           \
	" device_id INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE," \
	" position INTEGER NOT NULL,"                                          \
	" instance_id TEXT NOT NULL,"                                          \
	" handle INTEGER NOT NULL,"                                            \
	" spki_sha256 BLOB NOT NULL CHECK (length(spki_sha256) = 32),"         \
	" kind INTEGER NOT NULL,"                                              \
	" bits INTEGER NOT NULL,"                                              \
	" PRIMARY KEY (device_id, position)"                                   \
	") STRICT, WITHOUT ROWID;"

/*
 * Contact days, keys to know a device by, logins that were refused, and what
 * happened.  The digests of logins are keyed and cut: see inventory/login.h.
 */
#define HISTORY_TABLES                                                         \
	"CREATE TABLE contact ("                                               \
	" device_id INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE," \
	" day INTEGER NOT NULL,"                                               \
	" at INTEGER NOT NULL,"                                                \
	" PRIMARY KEY (device_id, day)"                                        \
	") STRICT, WITHOUT ROWID;"                                             \
	"CREATE TABLE pin ("                                                   \
	" device_id INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE," \
	" origin TEXT NOT NULL CHECK (origin IN ('seen', 'set')),"             \
	" spki_sha256 BLOB NOT NULL CHECK (length(spki_sha256) = 32),"         \
	" at INTEGER NOT NULL,"                                                \
	" PRIMARY KEY (device_id, origin)"                                     \
	") STRICT, WITHOUT ROWID;"                                             \
	"CREATE TABLE salt (bytes BLOB NOT NULL CHECK (length(bytes) = 32)) STRICT;" \
	"INSERT INTO salt VALUES (randomblob(32));"                            \
	"CREATE TABLE login ("                                                 \
	" device_id INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE," \
	" account TEXT NOT NULL,"                                              \
	" digest BLOB NOT NULL,"                                               \
	" ok_at INTEGER NOT NULL,"                                             \
	" refused_at INTEGER NOT NULL,"                                        \
	" n_refused INTEGER NOT NULL,"                                         \
	" tried_at INTEGER NOT NULL,"                                          \
	" PRIMARY KEY (device_id, account, digest)"                            \
	") STRICT, WITHOUT ROWID;"                                             \
	"CREATE TABLE ca_login ("                                              \
	" service TEXT NOT NULL,"                                              \
	" account TEXT NOT NULL,"                                              \
	" digest BLOB NOT NULL,"                                               \
	" ok_at INTEGER NOT NULL DEFAULT 0,"                                   \
	" refused_at INTEGER NOT NULL DEFAULT 0,"                              \
	" tried_at INTEGER NOT NULL DEFAULT 0,"                                \
	" PRIMARY KEY (service, account, digest)"                              \
	") STRICT, WITHOUT ROWID;"                                             \
	"CREATE TABLE scan ("                                                  \
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"                               \
	" depth TEXT NOT NULL CHECK (depth IN ('tls', 'store')),"              \
	" started_at INTEGER NOT NULL,"                                        \
	" finished_at INTEGER,"                                                \
	" n_targets INTEGER NOT NULL,"                                         \
	" n_ok INTEGER NOT NULL DEFAULT 0,"                                    \
	" n_failed INTEGER NOT NULL DEFAULT 0,"                                \
	" n_skipped INTEGER NOT NULL DEFAULT 0"                                \
	") STRICT;"                                                            \
	"CREATE INDEX scan_finished ON scan (finished_at);"                    \
	"CREATE TABLE event ("                                                 \
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"                               \
	" at INTEGER NOT NULL,"                                                \
	" device_id INTEGER NOT NULL,"                                         \
	" number INTEGER NOT NULL,"                                            \
	" role INTEGER NOT NULL,"                                              \
	" kind TEXT NOT NULL,"                                                 \
	" old_state INTEGER,"                                                  \
	" new_state INTEGER,"                                                  \
	" old_not_after INTEGER,"                                              \
	" new_not_after INTEGER,"                                              \
	" old_text TEXT,"                                                      \
	" new_text TEXT,"                                                      \
	" old_is_ours INTEGER,"                                                \
	" new_is_ours INTEGER"                                                 \
	") STRICT;"                                                            \
	"CREATE INDEX event_device ON event (device_id, id);"                  \
	"CREATE INDEX event_news ON event (device_id, id) WHERE kind IN"       \
	" ('realm_changed', 'device_replaced', 'misdirected', 'address_reused'," \
	" 'issuer_changed', 'accepted');"

/* clang-format on */

/* None is released yet: until then they may still grow. */
static const char *const version_1[] = { schema_journal, schema_archive,
	schema_requests, DEVICE_TABLES, STANDING_TABLES, CERT_TABLES, READING_TABLES,
	HISTORY_TABLES };

static const char *const version_2[] = { schema_jobs, schema_outbox };

static const char *const version_3[] = { schema_offers, schema_ca_record };

static const struct migration migrations[] = {
	{ version_1, sizeof(version_1) / sizeof(version_1[0]) },
	{ version_2, sizeof(version_2) / sizeof(version_2[0]) },
	{ version_3, sizeof(version_3) / sizeof(version_3[0]) },
};

static_assert(sizeof(migrations) / sizeof(migrations[0]) == DB_SCHEMA_VERSION,
    "the last migration makes the version in db.h");

const struct schema schema_inventory = {
	.noun = "amtcert inventory",
	.application_id = DB_APPLICATION_ID,
	.migrations = migrations,
	.n_migrations = sizeof(migrations) / sizeof(migrations[0]),
};
