/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inventories for tests of their readers, made without reading a device.
 * usage: mkinv FILE fill DEVICES CERTS NOW   rows as a scan would leave them
 *        mkinv FILE sql STATEMENT            what a test wants to change
 *        mkinv FILE query STATEMENT          what it wants to know, | between columns
 *        mkinv FILE hold SECONDS             keep everyone else out for so long
 *        mkinv FILE write SECONDS            be in the middle of writing for so long
 * The file is made when it is not there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/num.h"
#include "inventory/db.h"

enum {
	DEVICES_MAX = 1000000,
	CERTS_MAX = 9,
};

/* ?1 devices, ?2 certificates of each, ?3 now. Device i ends in 0 to 399 days, the
 * first twenty of each 400 have ended. */
#define NUMBERS(max)                                                                    \
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " max \
	") "
#define END "(?3 + (((n.i * 7919) % 400) - 20) * 86400 + n.i % 86400)"

#define DEVICES                                                                        \
	NUMBERS("?1")                                                                  \
	"INSERT INTO device (id, uuid, name, device_group, address, port,"             \
	" first_seen, named_at) SELECT i, printf('00000000-0000-4000-8000-%012x', i)," \
	" printf('pc%06d.corp.example', i), '', printf('10.%d.%d.%d', i / 65536,"      \
	" i / 256 % 256, i % 256), 16993, ?3, ?3 FROM n WHERE ?2 + ?3 > 0"
#define STANDINGS                                                                     \
	NUMBERS("?1")                                                                 \
	"INSERT INTO standing (device_id, ok_at, tried_at, last_result,"              \
	" n_ok, n_slots, window_s, max_age_s, valid_from, due_at, warning_at,"        \
	" critical_at, ends_at, worse_at, is_unknown, state) SELECT i, ?3, ?3, 2, 1," \
	" ?2, 3628800, 1814400, 0, " END " - 3628800, " END " - 3628800, " END        \
	" - 1209600, " END ", min(" END " - 3628800, ?3 + 1814401), 0, 0 FROM n"
#define READINGS                                                         \
	NUMBERS("?1")                                                    \
	"INSERT INTO reading (device_id, policy) SELECT i, 'autoenroll'" \
	" FROM n WHERE ?2 + ?3 > 0"
#define CERTS                                                                          \
	NUMBERS("?1")                                                                  \
	", k(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM k WHERE k < ?2)"              \
	" INSERT INTO cert (id, fingerprint, spki_sha256, subject, issuer,"            \
	" serial_number, not_before, not_after, names, key_kind, key_bits, key_group," \
	" signature_digest, is_ca) SELECT (i - 1) * ?2 + k, randomblob(32),"           \
	" randomblob(32), printf('CN=pc%06d.corp.example', i),"                        \
	" 'CN=Corp Issuing CA 1,O=Corp,C=DE', lower(hex(randomblob(10))), " END        \
	" - 31536000, " END ", '', 1, 2048, '', 'sha256', 0"                           \
	" FROM n, k"
#define CERT_DERS                                                         \
	NUMBERS("?1")                                                     \
	", k(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM k WHERE k < ?2)" \
	" INSERT INTO cert_der (cert_id, der) SELECT (i - 1) * ?2 + k,"   \
	" randomblob(900) FROM n, k WHERE ?3 > 0"
#define SLOTS                                                                           \
	NUMBERS("?1")                                                                   \
	", k(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM k WHERE k < ?2)"               \
	" INSERT INTO slot (device_id, number, role, cert_id, sources, instance_id,"    \
	" since, not_before, not_after, fixed_state, fixed_reason, valid_from, due_at," \
	" warning_at, critical_at, window_s) SELECT i, k,"                              \
	" CASE k WHEN 1 THEN 1 WHEN 2 THEN 3 ELSE 4 END, (i - 1) * ?2 + k, 1, '', " END \
	" - 31536000, " END " - 31536000, " END ", 0, '', 0, " END " - 3628800, " END   \
	" - 3628800, " END " - 1209600, 3628800 FROM n, k"
#define SCANS                                                                \
	"INSERT INTO scan (depth, started_at, finished_at, n_targets, n_ok)" \
	" VALUES ('store', ?3 - 60, ?3, ?1, ?1 * (?2 > 0))"

static const char *const fill[] = { DEVICES, STANDINGS, READINGS, CERTS, CERT_DERS,
	SLOTS, SCANS };

static enum rc
fill_all(struct db *db, char **argv, struct err *err)
{
	int64_t devices = 0, certs = 0, now = 0;
	enum rc r;

	r = num_parse(argv[0], 0, DEVICES_MAX, &devices, err);
	if (r == RC_OK)
		r = num_parse(argv[1], 1, CERTS_MAX, &certs, err);
	if (r == RC_OK)
		r = num_parse(argv[2], 1, INT32_MAX, &now, err);
	if (r == RC_OK)
		r = db_begin(db, err);
	for (size_t i = 0; r == RC_OK && i < sizeof(fill) / sizeof(fill[0]); i++) {
		const struct db_value values[] = { db_int(devices), db_int(certs),
			db_int(now) };

		r = db_run(db, fill[i], values, 3, err);
	}
	return r == RC_OK ? db_commit(db, err) : r;
}

static enum rc
query(struct db *db, const char *sql, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db, sql, NULL, 0, &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	while (r == RC_OK && is_row) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++)
			(void)printf("%s%s", i == 0 ? "" : "|",
			    sqlite3_column_type(stmt, i) == SQLITE_NULL
				? ""
				: (const char *)sqlite3_column_text(stmt, i));
		(void)printf("\n");
		r = db_next(db, stmt, &is_row, err);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}

/* Readers of a WAL file are kept out by nothing less; nobody may have it open. */
#define HOLD                                                \
	"PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;" \
	" UPDATE scan SET n_ok = n_ok; COMMIT"
#define WRITE "BEGIN IMMEDIATE; UPDATE scan SET n_ok = n_ok"

static enum rc
stay_in(struct db *db, const char *sql, const char *text, struct err *err)
{
	int64_t seconds = 0;
	struct timespec wait = { 0 };
	enum rc r;

	r = num_parse(text, 0, 600, &seconds, err);
	if (r == RC_OK)
		r = db_exec(db, sql, err);
	if (r != RC_OK)
		return r;
	(void)printf("held\n");
	(void)fflush(stdout);
	wait.tv_sec = seconds;
	(void)nanosleep(&wait, NULL);
	return RC_OK;
}

static enum rc
run(int argc, char **argv, struct err *err)
{
	struct db db = { 0 };
	enum rc r;

	if (argc < 4)
		return err_set(err, RC_USAGE,
		    "usage: mkinv FILE fill|sql|query|hold|write ...");
	r = db_open(argv[1], &db, err);
	if (r != RC_OK)
		return r;
	if (strcmp(argv[2], "fill") == 0 && argc == 6)
		r = fill_all(&db, argv + 3, err);
	else if (strcmp(argv[2], "sql") == 0)
		r = db_exec(&db, argv[3], err);
	else if (strcmp(argv[2], "query") == 0)
		r = query(&db, argv[3], err);
	else if (strcmp(argv[2], "hold") == 0)
		r = stay_in(&db, HOLD, argv[3], err);
	else if (strcmp(argv[2], "write") == 0)
		r = stay_in(&db, WRITE, argv[3], err);
	else
		r = err_set(err, RC_USAGE, "%s: is none of them", argv[2]);
	db_close(&db);
	return r;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };

	if (run(argc, argv, &err) == RC_OK)
		return 0;
	(void)fprintf(stderr, "mkinv: %s\n", err.text);
	return 1;
}
