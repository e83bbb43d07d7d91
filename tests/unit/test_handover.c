/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/handover.c: what is told of a certificate that took another's place, and
 * that it is kept with the proof, once, and when it is no longer true.
 */
#include "base/codec.h"
#include "base/num.h"
#include "folder.h"
#include "hand_renewal.h"
#include "inventory/outbox.h"
#include "json_read.h"
#include "policy/config.h"
#include "renew/handover.h"
#include "renew/renew_8021x.h"
#include "renew/resume.h"
#include "unit.h"

#define NOW (MAKE_NB + 400 * MAKE_DAY)

enum {
	TEXT_MAX_BYTES = 8192
};

#define WITH_COMMAND "[defaults]\nhandover-command = /bin/true\n"

/* A renewal that is going to be proved, in a journal in the folder. */
struct bench {
	struct hand_renewal *hand;
	struct renewal *rn;
	struct conf *conf;
};

static struct bench
bench_new(const struct folder *folder, const char *text)
{
	struct bench bench = { .hand = hand_renewal_new(NOW) };
	struct err err = { 0 };

	bench.rn = &bench.hand->renewal;
	bench.hand->options.inventory_file = folder_file(folder, "inventory.db");
	assert_rc(conf_parse("x.conf", text, strlen(text), config_rules, &bench.conf,
		      &err),
	    RC_OK, &err);
	bench.hand->options.conf = bench.conf;
	assert_rc(resume_open(bench.rn, &err), RC_OK, &err);
	assert_rc(resume_begin(bench.rn, &err), RC_OK, &err);
	hand_finish(bench.rn);
	memcpy(bench.rn->run.serial_number, "0a", sizeof("0a"));
	memcpy(bench.rn->due, "due|<b>", sizeof("due|<b>"));
	return bench;
}

static void
bench_free(struct bench *bench)
{
	hand_renewal_free(bench->hand);
	conf_free(bench->conf);
}

/* Journal a step from its begin to its end. */
static enum rc
steps(struct renewal *rn, const char *name, struct err *err)
{
	enum rc r = resume_step_begin(rn, name, err);

	return r == RC_OK ? resume_step_end(rn, err) : r;
}

static int64_t
number(struct renewal *rn, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	struct err err = { 0 };
	bool is_row = false;
	int64_t n;

	assert_rc(db_query(&rn->db, sql, NULL, 0, &stmt, &err), RC_OK, &err);
	assert_rc(db_next(&rn->db, stmt, &is_row, &err), RC_OK, &err);
	assert_true(is_row);
	n = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return n;
}

#define N_LINES "SELECT count(*) FROM outbox"

/* The line that waits of that direction. */
static void
read_line(struct renewal *rn, struct outbox_entry *entry)
{
	struct err err = { 0 };

	assert_rc(outbox_find_due(&rn->db, HAND_NAME, 0, NOW + 3600, entry, &err),
	    RC_OK, &err);
}

static void
side(const char *key, const struct cert *cert, const char *serial, struct buf *out)
{
	buf_addf(out, ",\"%s\":{\"fingerprint\":\"sha256:", key);
	(void)codec_hex_encode(out, cert->fingerprint, CERT_FINGERPRINT_BYTES);
	buf_addf(out, "\",\"serial_number\":\"%s\"}", serial);
}

/* What the line has to be, but for its time, which goes on. */
static const char *
wanted(const struct renewal *rn, const char *line, bool is_undone, struct buf *out)
{
	int64_t at = 0;
	const char *found = strstr(line, "\"at\":");
	char digits[16] = "";

	const struct cert *old = renewal_find_old_cert(rn)->cert;

	assert_non_null(found);
	found += strlen("\"at\":");
	memcpy(digits, found, strspn(found, "0123456789") % sizeof(digits));
	assert_int_equal(num_parse(digits, NOW, NOW + 3600, &at, NULL), RC_OK);
	buf_init(out, OUTBOX_LINE_MAX_BYTES);
	buf_add_str(out,
	    "{\"uuid\":\"" HAND_UUID "\",\"device\":\"" HAND_NAME
	    "\",\"roles\":[\"tls\"]");
	side("old", is_undone ? rn->new_cert : old,
	    is_undone ? rn->new_cert->serial_number : "0a", out);
	side("new", is_undone ? old : rn->new_cert,
	    is_undone ? "0a" : rn->new_cert->serial_number, out);
	buf_addf(out, ",\"at\":%lld,\"program\":\"renew_amt_tls\",\"reason\":\"%s\"}\n",
	    (long long)at, is_undone ? "undone" : "due|\\u003cb\\u003e");
	return buf_str(out);
}

static void
keeps_a_line_with_the_proof_and_only_once(void **state)
{
	struct bench bench = bench_new(*state, WITH_COMMAND);
	struct outbox_entry entry;
	struct err err = { 0 };
	struct buf line;

	bench.rn->proved = false;
	assert_rc(steps(bench.rn, "commit", &err), RC_OK, &err);
	assert_int_equal(number(bench.rn, N_LINES), 0);
	bench.rn->proved = true;
	assert_rc(steps(bench.rn, "prove", &err), RC_OK, &err);
	read_line(bench.rn, &entry);
	assert_string_equal(entry.line, wanted(bench.rn, entry.line, false, &line));
	assert_true(json_is_valid(entry.line));
	/* As a run that was taken up proves once more. */
	assert_rc(outbox_note_taken(&bench.rn->db, entry.id, NOW, &err), RC_OK, &err);
	assert_rc(steps(bench.rn, "prove", &err), RC_OK, &err);
	assert_rc(steps(bench.rn, "remove-key", &err), RC_OK, &err);
	assert_rc(resume_close(bench.rn, "done", NULL, &err), RC_OK, &err);
	assert_int_equal(number(bench.rn, N_LINES), 1);
	buf_clear(&line);
	bench_free(&bench);
}

/* Neither without the other. */
static void
ends_no_step_whose_line_cannot_be_kept(void **state)
{
	struct bench bench = bench_new(*state, WITH_COMMAND);
	struct err err = { 0 };

	assert_rc(db_exec(&bench.rn->db,
		      "CREATE TRIGGER no BEFORE INSERT ON outbox"
		      " BEGIN SELECT RAISE(ABORT, 'no room'); END",
		      &err),
	    RC_OK, &err);
	assert_rc(steps(bench.rn, "prove", &err), RC_DB, &err);
	assert_int_equal(number(bench.rn,
			     "SELECT count(*) FROM step WHERE event = 'end'"),
	    0);
	bench_free(&bench);
}

static void
keeps_nothing_when_nobody_is_to_be_told_or_nothing_changed(void **state)
{
	struct bench bench =
	    bench_new(*state, "[device pc2.example]\nhandover-command = /bin/true\n");
	struct err err = { 0 };

	assert_rc(steps(bench.rn, "prove", &err), RC_OK, &err);
	assert_int_equal(number(bench.rn, N_LINES), 0);
	assert_rc(resume_close(bench.rn, "done", NULL, &err), RC_OK, &err);
	bench_free(&bench);
	bench = bench_new(*state, WITH_COMMAND);
	memcpy(bench.rn->run.old_fingerprint, bench.rn->new_cert->fingerprint,
	    CERT_FINGERPRINT_BYTES);
	assert_rc(steps(bench.rn, "prove", &err), RC_OK, &err);
	assert_int_equal(number(bench.rn, N_LINES), 0);
	bench_free(&bench);
}

static void
tells_that_what_it_told_was_undone(void **state)
{
	struct bench bench = bench_new(*state, WITH_COMMAND);
	struct outbox_entry entry;
	struct err err = { 0 };
	struct buf line;

	assert_rc(steps(bench.rn, "prove", &err), RC_OK, &err);
	assert_rc(resume_close(bench.rn, "undone", "why", &err), RC_OK, &err);
	assert_int_equal(number(bench.rn, N_LINES), 2);
	read_line(bench.rn, &entry);
	assert_rc(outbox_note_taken(&bench.rn->db, entry.id, NOW, &err), RC_OK, &err);
	read_line(bench.rn, &entry);
	assert_string_equal(entry.line, wanted(bench.rn, entry.line, true, &line));
	buf_clear(&line);
	bench_free(&bench);
}

static void
tells_nothing_of_a_way_back_without_a_proof(void **state)
{
	struct bench bench = bench_new(*state, WITH_COMMAND);
	struct err err = { 0 };

	bench.rn->proved = false;
	assert_rc(steps(bench.rn, "bind", &err), RC_OK, &err);
	assert_rc(resume_close(bench.rn, "undone", "why", &err), RC_OK, &err);
	assert_int_equal(number(bench.rn, N_LINES), 0);
	bench_free(&bench);
}

static void
knows_a_device_that_had_none(void **state)
{
	struct bench bench = bench_new(*state, WITH_COMMAND);
	struct buf out;

	memset(bench.rn->run.old_fingerprint, 0, CERT_FINGERPRINT_BYTES);
	buf_init(&out, TEXT_MAX_BYTES);
	handover_tell(bench.rn, &out);
	assert_has(buf_str(&out), ",\"old\":null,\"new\":{\"fingerprint\":\"sha256:");
	assert_has(buf_str(&out), "}\nfingerprint none -> sha256:");
	buf_clear(&out);
	bench_free(&bench);
}

static void
names_every_use_of_a_client_certificate(void **state)
{
	struct bench bench = bench_new(*state, WITH_COMMAND);
	struct buf out;

	bench.rn->procedure = &renew_8021x;
	bench.rn->facts.certs[1].usage =
	    USAGE_TLS | USAGE_8021X_WIRED | USAGE_8021X_WIRELESS;
	buf_init(&out, TEXT_MAX_BYTES);
	handover_format(bench.rn, false, &out);
	assert_has(buf_str(&out),
	    "\"roles\":[\"8021x_wired\",\"8021x_wireless\"],\"old\":");
	buf_clear(&out);
	bench_free(&bench);
}

#define WITH_FOLDER(f) cmocka_unit_test_setup_teardown(f, folder_setup, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(keeps_a_line_with_the_proof_and_only_once),
		WITH_FOLDER(ends_no_step_whose_line_cannot_be_kept),
		WITH_FOLDER(keeps_nothing_when_nobody_is_to_be_told_or_nothing_changed),
		WITH_FOLDER(tells_that_what_it_told_was_undone),
		WITH_FOLDER(tells_nothing_of_a_way_back_without_a_proof),
		WITH_FOLDER(knows_a_device_that_had_none),
		WITH_FOLDER(names_every_use_of_a_client_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
