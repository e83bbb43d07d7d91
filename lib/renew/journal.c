/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs and steps in the inventory database.  Every call is one transaction that
 * is on disk when it returns (WAL with synchronous = FULL), or a part of its caller's.
 */
#include "renew/journal.h"

#include <string.h>

#include <openssl/sha.h>

#include "base/text.h"
#include "inventory/archive.h"
#include "inventory/chain.h"

enum {
	TEXT_SIZE = 1024,
	N_LEARNT = 16,
};

static const char *const outcomes[] = { "done", "undone", "refused" };

/* An empty blob is the same as none. */
static struct db_value
blob(const uint8_t *bytes, size_t len)
{
	return db_blob(len > 0 ? bytes : NULL, len);
}

/* The columns that a step may change, in the order of both statements below. */
static void
bind_learnt(const struct journal_run *run, uint8_t spki_sha256[SHA256_DIGEST_LENGTH],
    struct db_value values[N_LEARNT])
{
	bool has_key = run->new_spki_len > 0;
	size_t n = 0;

	if (has_key)
		SHA256(run->new_spki, run->new_spki_len, spki_sha256);
	values[n++] = db_text(run->step);
	values[n++] = db_int(run->step_done);
	values[n++] = db_blob(run->old_fingerprint, sizeof(run->old_fingerprint));
	values[n++] = db_text(run->old_cert_instance_id);
	values[n++] = db_text(run->old_key_instance_id);
	values[n++] = db_text(run->new_cert_instance_id);
	values[n++] = db_text(run->new_key_instance_id);
	values[n++] = blob(run->keys_before, run->keys_before_len);
	values[n++] = blob(run->new_spki, run->new_spki_len);
	values[n++] = db_blob(has_key ? spki_sha256 : NULL, SHA256_DIGEST_LENGTH);
	values[n++] = blob(run->csr, run->csr_len);
	values[n++] = blob(run->signed_csr, run->signed_csr_len);
	values[n++] = blob(run->new_cert, run->new_cert_len);
	values[n++] = blob(run->added, run->added_len);
	values[n++] = db_text(run->memo);
	values[n] = db_int(run->id);
}

static enum rc
insert_step(struct db *db, const struct journal_run *run, const char *name,
    const char *event, const char *text, int64_t now, struct err *err)
{
	const struct db_value values[] = { db_int(run->id), db_text(name),
		db_text(event), db_int(now), db_text(text) };

	enum rc r = db_run(db,
	    "INSERT INTO step (run_id, name, event, at, text) VALUES (?, ?, ?, ?, ?)",
	    values, sizeof(values) / sizeof(values[0]), err);

	if (r != RC_OK)
		return r;
	return chain_add(db, CHAIN_STEP, sqlite3_last_insert_rowid(db->sqlite), err);
}

static enum rc
update_run(struct db *db, const struct journal_run *run, struct err *err)
{
	uint8_t spki_sha256[SHA256_DIGEST_LENGTH];
	struct db_value values[N_LEARNT];
	enum rc r;

	bind_learnt(run, spki_sha256, values);
	r = db_run(db,
	    "UPDATE run SET step = ?, step_done = ?, old_fingerprint = ?,"
	    " old_cert_instance_id = ?, old_key_instance_id = ?,"
	    " new_cert_instance_id = ?, new_key_instance_id = ?, keys_before = ?,"
	    " new_spki = ?, new_spki_sha256 = ?, csr = ?, signed_csr = ?, new_cert = ?,"
	    " added = ?, memo = ?"
	    " WHERE id = ? AND closed_at IS NULL",
	    values, N_LEARNT, err);
	if (r == RC_OK && sqlite3_changes(db->sqlite) != 1)
		r = err_set(err, RC_STATE, "journal: run %lld of device %s: not open",
		    (long long)run->id, run->device_uuid);
	return r;
}

/* Both in one transaction. */
static enum rc
write_step(struct db *db, const struct journal_run *run, const char *event, int64_t now,
    struct err *err)
{
	bool is_part = false;
	enum rc r = db_enter(db, &is_part, err);

	if (r != RC_OK)
		return r;
	r = update_run(db, run, err);
	if (r == RC_OK)
		r = insert_step(db, run, run->step, event, NULL, now, err);
	return db_leave(db, is_part, r, err);
}

static enum rc
refuse_second(struct db *db, const char *device_uuid, struct err *err)
{
	const struct db_value uuid = db_text(device_uuid);
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db,
	    "SELECT id FROM run WHERE device_uuid = ? AND closed_at IS NULL", &uuid, 1,
	    &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row)
		r = err_set(err, RC_STATE, "journal: device %s: run %lld is still open",
		    device_uuid, (long long)sqlite3_column_int64(stmt, 0));
	(void)sqlite3_finalize(stmt);
	return r;
}

static enum rc
insert_run(struct db *db, struct journal_run *run, int64_t now, struct err *err)
{
	const struct db_value values[] = { db_text(run->device_uuid),
		db_text(run->remedy), db_text(run->serial_number), db_int(now),
		db_blob(run->old_fingerprint, sizeof(run->old_fingerprint)) };
	enum rc r;

	r = db_run(db,
	    "INSERT INTO run (device_uuid, remedy, serial_number, started_at,"
	    " old_fingerprint) VALUES (?, ?, ?, ?, ?)",
	    values, sizeof(values) / sizeof(values[0]), err);
	if (r != RC_OK)
		return r;
	run->id = sqlite3_last_insert_rowid(db->sqlite);
	run->started_at = now;
	run->open = true;
	run->step[0] = '\0';
	run->step_done = false;
	return update_run(db, run, err);
}

enum rc
journal_begin(struct db *db, struct journal_run *run, int64_t now, struct err *err)
{
	struct journal_run begun = *run;
	enum rc r;

	r = db_begin(db, err);
	if (r == RC_OK)
		r = refuse_second(db, run->device_uuid, err);
	if (r == RC_OK)
		r = insert_run(db, &begun, now, err);
	if (r == RC_OK)
		r = db_commit(db, err);
	if (r != RC_OK) {
		db_rollback(db);
		return r;
	}
	*run = begun;
	return RC_OK;
}

enum rc
journal_step_begin(struct db *db, struct journal_run *run, const char *step,
    int64_t now, struct err *err)
{
	struct journal_run next = *run;
	size_t len = strlen(step);
	enum rc r;

	if (len == 0 || len >= sizeof(next.step))
		return err_set(err, RC_INTERNAL, "journal: step %s: name too long",
		    step);
	memcpy(next.step, step, len + 1);
	next.step_done = false;
	r = write_step(db, &next, "begin", now, err);
	if (r != RC_OK)
		return r;
	*run = next;
	return RC_OK;
}

enum rc
journal_step_end(struct db *db, struct journal_run *run, int64_t now, struct err *err)
{
	struct journal_run next = *run;
	enum rc r;

	if (run->step[0] == '\0')
		return err_set(err, RC_INTERNAL, "journal: no step to end");
	next.step_done = true;
	r = write_step(db, &next, "end", now, err);
	if (r != RC_OK)
		return r;
	*run = next;
	return RC_OK;
}

static bool
is_outcome(const char *word)
{
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		if (strcmp(word, outcomes[i]) == 0)
			return true;
	}
	return false;
}

static enum rc
set_outcome(struct db *db, const struct journal_run *run, const char *outcome,
    const char *text, int64_t now, struct err *err)
{
	const struct db_value values[] = { db_int(now), db_text(outcome), db_text(text),
		db_int(run->id) };

	return db_run(db,
	    "UPDATE run SET closed_at = ?, outcome = ?, text = ? WHERE id = ?", values,
	    sizeof(values) / sizeof(values[0]), err);
}

enum rc
journal_close(struct db *db, struct journal_run *run, const char *outcome,
    const char *text, int64_t now, struct err *err)
{
	char line[TEXT_SIZE] = "";
	bool is_part = false;
	enum rc r;

	if (!is_outcome(outcome))
		return err_set(err, RC_INTERNAL, "journal: outcome %s", outcome);
	if (text != NULL)
		text_line_field(line, sizeof(line), text, strlen(text));
	r = db_enter(db, &is_part, err);
	if (r != RC_OK)
		return r;
	r = update_run(db, run, err);
	if (r == RC_OK)
		r = set_outcome(db, run, outcome, line, now, err);
	if (r == RC_OK)
		r = insert_step(db, run, outcome, "close", line, now, err);
	if (r == RC_OK)
		r = chain_add(db, CHAIN_RUN, run->id, err);
	r = db_leave(db, is_part, r, err);
	if (r == RC_OK)
		run->open = false;
	return r;
}

/* Is there a row for a device and a digest? */
static enum rc
has_row(struct db *db, const char *sql, const char *device_uuid,
    const uint8_t digest[CERT_FINGERPRINT_BYTES], bool *ret_has, struct err *err)
{
	const struct db_value values[] = { db_text(device_uuid),
		db_blob(digest, CERT_FINGERPRINT_BYTES) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db, sql, values, sizeof(values) / sizeof(values[0]), &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	(void)sqlite3_finalize(stmt);
	if (r == RC_OK)
		*ret_has = is_row;
	return r;
}

enum rc
journal_is_ours(struct db *db, const char *device_uuid,
    const uint8_t spki_sha256[CERT_FINGERPRINT_BYTES], bool *ret_ours, struct err *err)
{
	return has_row(db,
	    "SELECT 1 FROM run WHERE device_uuid = ? AND new_spki_sha256 = ? LIMIT 1",
	    device_uuid, spki_sha256, ret_ours, err);
}

enum rc
journal_was_added(struct db *db, const char *device_uuid,
    const uint8_t fingerprint[CERT_FINGERPRINT_BYTES], bool *ret_was, struct err *err)
{
	return has_row(db,
	    "SELECT 1 FROM run WHERE device_uuid = ? AND instr(added, ?) % 32 = 1"
	    " AND (outcome IS NULL OR outcome = 'done') LIMIT 1",
	    device_uuid, fingerprint, ret_was, err);
}

enum rc
journal_archive(struct db *db, const struct journal_run *run, const struct cert *cert,
    const struct journal_note *note, int64_t now, struct err *err)
{
	uint8_t next[SHA256_DIGEST_LENGTH];
	struct archive_entry entry = { .run_id = run->id,
		.device_uuid = run->device_uuid,
		.cert = cert,
		.reason = note->reason,
		.ca = note->ca,
		.actor = note->actor != NULL ? note->actor : run->remedy };
	enum rc r = RC_OK;

	if (run->new_cert_len > 0 &&
	    memcmp(cert->fingerprint, run->old_fingerprint, CERT_FINGERPRINT_BYTES) ==
		0) {
		SHA256(run->new_cert, run->new_cert_len, next);
		entry.next_fingerprint = next;
		entry.has_next_is_ours = true;
		entry.next_is_ours = true;
	}
	if (note->ca_request_id != NULL && note->ca_request_id[0] != '\0')
		entry.ca_request_id = note->ca_request_id;
	r = db_begin(db, err);
	if (r == RC_OK)
		r = archive_add(db, &entry, 0, now, err);
	/* Once per run: the second time nothing is added. */
	if (r == RC_OK && sqlite3_changes(db->sqlite) > 0)
		r = chain_add(db, CHAIN_ARCHIVE, sqlite3_last_insert_rowid(db->sqlite),
		    err);
	if (r == RC_OK)
		r = db_commit(db, err);
	if (r != RC_OK)
		db_rollback(db);
	return r;
}
