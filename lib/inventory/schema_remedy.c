/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of the inventory that remedies fill: journal, archive, requests at CAs,
 * the queue.  What is said in schema.c about values holds here.
 */
#include "inventory/schema_remedy.h"

/* clang-format off */

/*
 * What remedies did.  A run is open until closed_at is set, and a device has
 * one open run at most.  Steps are never changed afterwards; the chain tells
 * (inventory/chain.h).
 */
const char schema_journal[] =
	"CREATE TABLE run ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" device_uuid TEXT NOT NULL,"
	" remedy TEXT NOT NULL,"
	" serial_number TEXT NOT NULL,"
	" started_at INTEGER NOT NULL,"
	" closed_at INTEGER,"
	" outcome TEXT CHECK (outcome IN ('done', 'undone', 'refused')),"
	" text TEXT,"
	" step TEXT NOT NULL DEFAULT '',"
	" step_done INTEGER NOT NULL DEFAULT 0 CHECK (step_done IN (0, 1)),"
	" old_fingerprint BLOB NOT NULL CHECK (length(old_fingerprint) = 32),"
	" old_cert_instance_id TEXT NOT NULL DEFAULT '',"
	" old_key_instance_id TEXT NOT NULL DEFAULT '',"
	" new_cert_instance_id TEXT NOT NULL DEFAULT '',"
	" new_key_instance_id TEXT NOT NULL DEFAULT '',"
	" keys_before BLOB CHECK (length(keys_before) % 32 = 0),"
	" new_spki BLOB,"
	" new_spki_sha256 BLOB CHECK (length(new_spki_sha256) = 32),"
	" csr BLOB,"
	" signed_csr BLOB,"
	" new_cert BLOB,"
	" added BLOB CHECK (length(added) % 32 = 0),"
	" memo TEXT NOT NULL DEFAULT '',"
	" CHECK ((closed_at IS NULL) = (outcome IS NULL)),"
	" CHECK ((new_spki IS NULL) = (new_spki_sha256 IS NULL))"
	") STRICT;"
	"CREATE UNIQUE INDEX run_open ON run (device_uuid)"
	" WHERE closed_at IS NULL;"
	"CREATE INDEX run_device ON run (device_uuid);"
	"CREATE INDEX run_key ON run (new_spki_sha256);"
	"CREATE TABLE step ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" run_id INTEGER NOT NULL REFERENCES run (id),"
	" name TEXT NOT NULL,"
	" event TEXT NOT NULL CHECK (event IN ('begin', 'end', 'close')),"
	" at INTEGER NOT NULL,"
	" text TEXT"
	") STRICT;"
	"CREATE INDEX step_run ON step (run_id, id);"
	"CREATE TRIGGER step_stays BEFORE UPDATE ON step"
	" BEGIN SELECT RAISE(ABORT, 'a step is never changed'); END;"
	"CREATE TABLE chain ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),"
	" row_id INTEGER NOT NULL,"
	" digest BLOB NOT NULL CHECK (length(digest) = 32),"
	" UNIQUE (kind, row_id)"
	") STRICT;"
	"CREATE TRIGGER chain_stays BEFORE UPDATE ON chain"
	" BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;";

/*
 * Every certificate that was replaced, whoever did it: a run of ours (run_id),
 * or another, as a reading found (actor 'reading').  Stands for itself: it is
 * kept when its device is forgotten.
 */
const char schema_archive[] =
	"CREATE TABLE archive ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" run_id INTEGER REFERENCES run (id),"
	" device_id INTEGER,"
	" device_uuid TEXT NOT NULL DEFAULT '',"
	" device_name TEXT NOT NULL DEFAULT '',"
	" role INTEGER NOT NULL,"
	" fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),"
	" serial_number TEXT NOT NULL,"
	" subject TEXT NOT NULL,"
	" issuer TEXT NOT NULL,"
	" not_before INTEGER NOT NULL,"
	" not_after INTEGER NOT NULL,"
	" der BLOB NOT NULL,"
	" next_fingerprint BLOB CHECK (length(next_fingerprint) = 32),"
	" next_is_ours INTEGER CHECK (next_is_ours IN (0, 1)),"
	" reason TEXT NOT NULL,"
	" actor TEXT NOT NULL,"
	" ca TEXT,"
	" ca_request_id TEXT,"
	" archived_at INTEGER NOT NULL,"
	" UNIQUE (run_id, fingerprint)"
	") STRICT;"
	"CREATE INDEX archive_uuid ON archive (device_uuid, archived_at);"
	"CREATE INDEX archive_device ON archive (device_id, archived_at);";

/*
 * What a CA was asked, before the first byte is sent.  A remedy has one
 * open request per device at most; its row closes with the run that it is for.
 */
const char schema_requests[] =
	"CREATE TABLE cert_request ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" device_uuid TEXT NOT NULL,"
	" remedy TEXT NOT NULL,"
	" ca TEXT NOT NULL,"
	" csr_sha256 BLOB NOT NULL CHECK (length(csr_sha256) = 32),"
	" spki_sha256 BLOB NOT NULL CHECK (length(spki_sha256) = 32),"
	" created_at INTEGER NOT NULL,"
	" attempts INTEGER NOT NULL DEFAULT 0,"
	" bad_answers INTEGER NOT NULL DEFAULT 0,"
	" is_pending INTEGER NOT NULL DEFAULT 0 CHECK (is_pending IN (0, 1)),"
	" next_poll_at INTEGER NOT NULL DEFAULT 0,"
	" cookie BLOB CHECK (length(cookie) <= 65536),"
	" text TEXT NOT NULL DEFAULT '',"
	" ca_request_id TEXT NOT NULL DEFAULT '',"
	" closed_at INTEGER,"
	" outcome TEXT CHECK (outcome IN ('issued', 'rejected', 'abandoned')),"
	" CHECK ((closed_at IS NULL) = (outcome IS NULL))"
	") STRICT;"
	"CREATE UNIQUE INDEX cert_request_open ON cert_request (device_uuid, remedy)"
	" WHERE closed_at IS NULL;"
	"CREATE INDEX cert_request_key ON cert_request (device_uuid, spki_sha256);";

/*
 * Remedies that are to be run: a job is one certificate of one device that is due,
 * once while it is open, however often it is asked for.  What concerns no
 * certificate has no serial number and is once per remedy.  An attempt is one
 * start of a remedy; budgets are counted on them.  A breaker is shut while its
 * opened_at is 0.  Numbers that stand for words: inventory/job.h.
 */
const char schema_jobs[] =
	"CREATE TABLE job ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" device_uuid TEXT NOT NULL CHECK (length(device_uuid) IN (0, 36)),"
	" device_name TEXT NOT NULL,"
	" remedy TEXT NOT NULL,"
	" serial_number TEXT NOT NULL,"
	" reason TEXT NOT NULL,"
	" actor TEXT NOT NULL,"
	" ca TEXT NOT NULL,"
	" is_forced INTEGER NOT NULL CHECK (is_forced IN (0, 1)),"
	" due_at INTEGER NOT NULL,"
	" ends_at INTEGER NOT NULL,"
	" state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),"
	" n_attempts INTEGER NOT NULL DEFAULT 0,"
	" n_failed INTEGER NOT NULL DEFAULT 0,"
	" not_before INTEGER NOT NULL,"
	" created_at INTEGER NOT NULL,"
	" started_at INTEGER NOT NULL DEFAULT 0,"
	" ended_at INTEGER NOT NULL DEFAULT 0,"
	" runner_pid INTEGER NOT NULL DEFAULT 0,"
	" exit_status INTEGER,"
	" text TEXT NOT NULL DEFAULT ''"
	") STRICT;"
	"CREATE UNIQUE INDEX job_open ON job (device_uuid, serial_number,"
	" CASE device_uuid WHEN '' THEN device_name ELSE '' END,"
	" CASE serial_number WHEN '' THEN remedy ELSE '' END)"
	" WHERE state <= 2;"
	"CREATE INDEX job_name ON job (device_name, state);"
	"CREATE INDEX job_running ON job (device_uuid, device_name)"
	" WHERE state = 1;"
	"CREATE INDEX job_urgent ON job (ends_at, id) WHERE state IN (0, 2);"
	"CREATE INDEX job_ended ON job (ended_at) WHERE state > 2;"
	"CREATE INDEX job_device ON job (device_uuid, id);"
	"CREATE TABLE job_attempt ("
	" job_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,"
	" number INTEGER NOT NULL CHECK (number > 0),"
	" ca TEXT NOT NULL,"
	" started_at INTEGER NOT NULL,"
	" ended_at INTEGER,"
	" exit_status INTEGER,"
	" class TEXT NOT NULL DEFAULT '',"
	" text TEXT NOT NULL DEFAULT '',"
	" PRIMARY KEY (job_id, number)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX job_attempt_start ON job_attempt (started_at);"
	"CREATE INDEX job_attempt_ca ON job_attempt (ca, started_at);"
	"CREATE TABLE breaker ("
	" remedy TEXT NOT NULL,"
	" ca TEXT NOT NULL,"
	" class TEXT NOT NULL,"
	" n_failures INTEGER NOT NULL,"
	" opened_at INTEGER NOT NULL,"
	" n_probes INTEGER NOT NULL,"
	" probe_at INTEGER NOT NULL,"
	" probe_job_id INTEGER NOT NULL,"
	" text TEXT NOT NULL,"
	" PRIMARY KEY (remedy, ca)"
	") STRICT, WITHOUT ROWID;";

/*
 * Lines that wait for whoever is to be told of a certificate that took another's
 * place; written with the proof of that run.  Kept when they were taken.
 */
const char schema_outbox[] =
	"CREATE TABLE outbox ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" run_id INTEGER NOT NULL REFERENCES run (id),"
	" is_undone INTEGER NOT NULL CHECK (is_undone IN (0, 1)),"
	" device_uuid TEXT NOT NULL,"
	" device_name TEXT NOT NULL,"
	" line TEXT NOT NULL,"
	" created_at INTEGER NOT NULL,"
	" n_failed INTEGER NOT NULL DEFAULT 0,"
	" not_before INTEGER NOT NULL DEFAULT 0,"
	" taken_at INTEGER NOT NULL DEFAULT 0,"
	" text TEXT NOT NULL DEFAULT '',"
	" UNIQUE (run_id, is_undone)"
	") STRICT;"
	"CREATE INDEX outbox_waits ON outbox (device_uuid, id)"
	" WHERE taken_at = 0;";

/* clang-format on */
