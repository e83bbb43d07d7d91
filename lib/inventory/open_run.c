/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One question to the tables run and job.  A device that no login of a survey has shown
 * is found by what it presents: the certificate that the run replaces, or the key that
 * the run made.
 */
#include "inventory/open_run.h"

#include "inventory/column.h"
#include "policy/remedy.h"

#define OPEN_RUN                                                                   \
	"SELECT remedy, serial_number, EXISTS (SELECT 1 FROM job WHERE state <= 2" \
	" AND job.remedy = run.remedy AND (job.device_uuid = run.device_uuid OR"   \
	" job.device_name = (SELECT name FROM device WHERE id = ?2))) FROM run WHERE"
#define SHOWN                                             \
	" FROM slot JOIN cert ON cert.id = cert_id WHERE" \
	" slot.device_id = ?2 AND slot.gone_at IS NULL)"

/* ret_open_run->remedy is REMEDY_NONE for a program that nobody knows any more. */
static enum rc
find(struct db *db, int64_t device_id, const char *device_uuid,
    char program[JOB_WORD_SIZE], struct open_run *ret_open_run, struct err *err)
{
	static const char by_uuid[] =
	    OPEN_RUN " device_uuid = ?1 AND closed_at IS NULL";
	static const char by_cert[] =
	    OPEN_RUN " ?1 = '' AND closed_at IS NULL AND"
		     " (old_fingerprint IN (SELECT fingerprint" SHOWN
		     " OR new_spki_sha256 IN (SELECT spki_sha256" SHOWN ")";
	const struct db_value values[] = { db_text(device_uuid), db_int(device_id) };
	struct open_run run = { .remedy = REMEDY_NONE };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query_kept(db, device_uuid[0] != '\0' ? by_uuid : by_cert, values, 2,
	    &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		column_text(stmt, 0, program, JOB_WORD_SIZE);
		column_text(stmt, 1, run.serial_number, sizeof(run.serial_number));
		run.has_job = sqlite3_column_int64(stmt, 2) != 0;
		run.remedy = remedy_find(program);
		*ret_open_run = run;
	}
	db_done(stmt);
	return r == RC_OK && !is_row ? RC_NOTFOUND : r;
}

enum rc
open_run_find(struct db *db, int64_t device_id, const char *device_uuid,
    struct open_run *ret_open_run, struct err *err)
{
	struct open_run run = { .remedy = REMEDY_NONE };
	char program[JOB_WORD_SIZE];
	enum rc r = find(db, device_id, device_uuid, program, &run, err);

	if (r == RC_OK && !remedy_is_unattended(run.remedy))
		r = RC_NOTFOUND;
	if (r == RC_OK)
		*ret_open_run = run;
	return r;
}

enum rc
open_run_program(struct db *db, int64_t device_id, const char *device_uuid,
    char ret_program[JOB_WORD_SIZE], struct err *err)
{
	struct open_run run = { .remedy = REMEDY_NONE };

	return find(db, device_id, device_uuid, ret_program, &run, err);
}
