/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/snapshot.c, snapshot_read.c, settle.c, reading.c: what goes in comes
 * out, all of it or nothing, and is judged as it was.
 */
#include "inventory/archive.h"
#include "inventory/fleet.h"
#include "inventory/pin.h"
#include "inventory/snapshot.h"
#include "made_device.h"
#include "stock.h"
#include "torture.h"
#include "unit.h"

#define DAY MAKE_DAY
#define NB  MAKE_NB
#define T0  (NB + 100 * DAY)

static struct facts
read_part(struct db *db, int64_t id, enum snapshot_part part, int64_t now)
{
	struct facts facts = { 0 };
	struct err err = { 0 };

	assert_rc(snapshot_read(db, id, part, now, &facts, &err), RC_OK, &err);
	return facts;
}

/* Every finding of a is in b, word for word. */
static void
expect_findings(const struct verdict *a, const struct verdict *b)
{
	assert_int_equal(a->n_findings, b->n_findings);
	assert_int_equal(a->state, b->state);
	for (size_t i = 0; i < a->n_findings; i++) {
		assert_string_equal(a->findings[i].text, b->findings[i].text);
		assert_string_equal(a->findings[i].slot, b->findings[i].slot);
		assert_int_equal(a->findings[i].reason, b->findings[i].reason);
		assert_int_equal(a->findings[i].left_s, b->findings[i].left_s);
	}
}

static void
what_is_read_back_is_judged_word_for_word_the_same(void **state)
{
	const struct made_device device = { .uuid = MADE_UUID_A,
		.n_wireless = 2,
		.has_orphan = true,
		.clock_is_off = true };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &device);
	struct verdict before = { 0 }, after = { 0 };
	struct facts fresh = { 0 }, kept;
	struct policy policy;

	policy_init(&policy);
	made_device_read(&device, &fresh);
	made_device_judge(&fresh, &policy, &before);
	kept = read_part(&db, id, SNAPSHOT_STORE, T0);
	assert_int_equal(kept.read_at, T0);
	made_device_judge(&kept, &policy, &after);
	expect_findings(&before, &after);
	assert_string_equal(kept.name, "pc1.example");
	assert_string_equal(kept.address, "192.0.2.1");
	assert_int_equal(kept.port, 16993);
	assert_string_equal(kept.uuid, MADE_UUID_A);
	assert_string_equal(kept.realm, "Digest:A");
	assert_string_equal(kept.version, "16.1.25");
	assert_int_equal(kept.control_mode, CONTROL_ADMIN);
	assert_int_equal(kept.clock.offset_s, 600);
	assert_true(kept.tls_network.accepts_non_secure);
	assert_false(kept.tls_local.known);
	assert_int_equal(kept.tls_network.n_trusted_cn, 2);
	assert_string_equal(kept.tls_network.trusted_cn[1], "b.example");
	assert_int_equal(kept.n_keys, 1);
	assert_true(kept.keys[0].has_cert);
	assert_int_equal(kept.certs[4].handle, 5);
	assert_string_equal(kept.presented.protocol, "TLSv1.2");
	assert_int_equal(kept.presented.path.n_elements, 2);
	assert_true(kept.history.known);
	assert_int_equal(kept.history.ok_at, T0);
	verdict_clear(&before);
	verdict_clear(&after);
	facts_clear(&fresh);
	facts_clear(&kept);
	db_close(&db);
}

static void
a_handshake_says_nothing_of_the_store(void **state)
{
	const struct made_device full = { .uuid = MADE_UUID_A };
	const struct made_device later = { .read_at = T0 + 9 * DAY };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &full);
	struct facts facts;

	assert_int_equal(made_device_put(&db, &later), id);
	facts = read_part(&db, id, SNAPSHOT_STORE, T0 + 9 * DAY);
	assert_int_equal(facts.read_at, T0);
	assert_true(facts.has_store);
	assert_int_equal(facts.n_certs, 2);
	assert_true(facts.presented.known); /* the same certificate still */
	facts_clear(&facts);
	facts = read_part(&db, id, SNAPSHOT_PRESENTED, T0 + 9 * DAY);
	assert_int_equal(facts.read_at, T0 + 9 * DAY);
	assert_false(facts.has_store);
	facts_clear(&facts);
	db_close(&db);
}

static void
another_certificate_makes_the_store_old(void **state)
{
	/* Bound and served differ; then the device serves a third one. */
	const struct made_device full = { .uuid = MADE_UUID_A, .bound_serial = 7 };
	const struct made_device later = { .read_at = T0 + DAY, .serial = 8 };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &full);
	struct facts facts;

	assert_int_equal(stock_number(&db, "SELECT state FROM standing"),
	    STATE_CRITICAL);
	assert_string_equal(stock_text(&db, "SELECT store_reason FROM standing"),
	    "not_served");
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM slot WHERE role IN (1, 2)"),
	    2);
	(void)made_device_put(&db, &later);
	assert_int_equal(stock_number(&db, "SELECT state FROM standing"), STATE_OK);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM slot WHERE role IN (1, 2)"),
	    1);
	facts = read_part(&db, id, SNAPSHOT_STORE, T0 + DAY);
	assert_false(facts.presented.known);
	facts_clear(&facts);
	db_close(&db);
}

static void
a_failure_is_counted_and_changes_no_verdict(void **state)
{
	const struct made_device device = { .read_at = 0 };
	const struct made_device later = { .read_at = T0 + 3 * DAY };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &device);
	struct facts facts;

	assert_int_equal(made_device_fail(&db, &later, RC_TIMEOUT), id);
	assert_int_equal(made_device_fail(&db, &later, RC_CONNECT), id);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM standing WHERE n_ok = 1 AND"
			     " n_failed = 2 AND n_failed_in_a_row = 2 AND"
			     " last_result = 3 AND state = 0"),
	    1);
	facts = read_part(&db, id, SNAPSHOT_PRESENTED, T0 + 3 * DAY);
	assert_true(facts.history.has_failed);
	assert_string_equal(facts.history.error, "pc1: no answer\\x0a|x");
	assert_int_equal(facts.history.tried_at, T0 + 3 * DAY);
	assert_int_equal(facts.read_at, T0);
	facts_clear(&facts);
	(void)made_device_put(&db, &later);
	assert_int_equal(stock_number(&db, "SELECT n_failed_in_a_row FROM standing"),
	    0);
	assert_string_equal(stock_text(&db, "SELECT error FROM standing"), "");
	db_close(&db);
}

static void
a_device_that_never_answered_is_not_forgotten(void **state)
{
	const struct made_device device = { .read_at = T0 };
	struct db db = stock_open(*state);
	int64_t id = made_device_fail(&db, &device, RC_RESOLVE);
	struct verdict verdict = { 0 };
	struct facts facts;
	struct policy policy;
	struct err err = { 0 };

	assert_int_equal(stock_number(&db, "SELECT state FROM standing"),
	    STATE_UNKNOWN);
	assert_string_equal(stock_text(&db, "SELECT address FROM device"), "192.0.2.1");
	facts = read_part(&db, id, SNAPSHOT_PRESENTED, T0);
	assert_int_equal(facts.read_at, 0);
	assert_false(facts.presented.known);
	policy_init(&policy);
	assert_rc(verdict_judge_history(&facts, &policy, T0, &verdict, &err), RC_OK,
	    &err);
	assert_int_equal(verdict.findings[0].reason, REASON_NEVER_READ);
	verdict_clear(&verdict);
	facts_clear(&facts);
	assert_int_equal(made_device_put(&db, &device), id);
	assert_int_equal(stock_number(&db, "SELECT state FROM standing"), STATE_OK);
	db_close(&db);
}

static void
what_does_not_exist_is_not_found(void **state)
{
	struct db db = stock_open(*state);
	struct facts facts = { 0 };
	struct policy policy;
	struct err err = { 0 };
	int64_t id = -1;

	policy_init(&policy);
	assert_rc(snapshot_find(&db, "pc1.example", &id, &err), RC_NOTFOUND, &err);
	assert_rc(snapshot_find_uuid(&db, MADE_UUID_A, &id, &err), RC_NOTFOUND, &err);
	assert_rc(snapshot_read(&db, 1, SNAPSHOT_STORE, T0, &facts, &err), RC_NOTFOUND,
	    &err);
	assert_rc(snapshot_judge(&db, 1, &policy, T0, &err), RC_NOTFOUND, &err);
	assert_string_equal(err.text, "");
	assert_int_equal(id, -1);
	db_close(&db);
}

/* A write that fails at its very end leaves nothing behind. */
static void
expect_nothing(struct db *db, const char *where)
{
	const struct made_device device = { .uuid = MADE_UUID_A, .n_wireless = 1 };
	struct verdict verdict = { 0 };
	struct facts facts = { 0 };
	struct policy policy;
	struct err err = { 0 };
	int64_t id = -1;

	stock_exec(db, where);
	policy_init(&policy);
	made_device_read(&device, &facts);
	made_device_judge(&facts, &policy, &verdict);
	assert_rc(snapshot_write(db, &facts, NULL, &policy, &verdict, &id, &err), RC_DB,
	    &err);
	assert_has(err.text, "boom");
	assert_int_equal(id, -1);
	verdict_clear(&verdict);
	facts_clear(&facts);
	stock_exec(db, "DROP TRIGGER boom");
}

static void
a_reading_is_written_whole_or_not_at_all(void **state)
{
	static const char *const triggers[] = {
		"CREATE TRIGGER boom BEFORE UPDATE ON standing"
		" BEGIN SELECT RAISE(ABORT, 'boom'); END",
		"CREATE TRIGGER boom BEFORE INSERT ON slot"
		" BEGIN SELECT RAISE(ABORT, 'boom'); END",
		"CREATE TRIGGER boom BEFORE INSERT ON reading_key"
		" BEGIN SELECT RAISE(ABORT, 'boom'); END",
		"CREATE TRIGGER boom BEFORE INSERT ON contact"
		" BEGIN SELECT RAISE(ROLLBACK, 'boom'); END",
	};
	const struct made_device other = { .name = "other.example" };
	struct db db = stock_open(*state);
	struct err err = { 0 };

	for (size_t i = 0; i < UNIT_COUNT(triggers); i++) {
		expect_nothing(&db, triggers[i]);
		assert_int_equal(stock_number(&db, "SELECT count(*) FROM device"), 0);
		assert_int_equal(stock_number(&db, "SELECT count(*) FROM cert"), 0);
		assert_int_equal(stock_number(&db, "SELECT count(*) FROM event"), 0);
	}
	/* As a part of a larger transaction, which goes on. */
	assert_rc(db_begin(&db, &err), RC_OK, &err);
	(void)made_device_put(&db, &other);
	expect_nothing(&db, triggers[0]);
	assert_rc(db_commit(&db, &err), RC_OK, &err);
	assert_string_equal(stock_text(&db, "SELECT name FROM device"),
	    "other.example");
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM device"), 1);
	db_close(&db);
}

static void
a_reader_sees_a_whole_reading_or_the_one_before(void **state)
{
	const struct made_device first = { .serial = 1 };
	const struct made_device second = { .serial = 2, .read_at = T0 + 1 };
	struct db writer = stock_open(*state);
	int64_t id = made_device_put(&writer, &first);
	struct db reader = stock_open_read_only(*state);
	struct err err = { 0 };
	struct facts facts;

	assert_rc(db_begin(&writer, &err), RC_OK, &err);
	(void)made_device_put(&writer, &second);
	facts = read_part(&reader, id, SNAPSHOT_PRESENTED, T0);
	assert_string_equal(facts.presented.certs[0]->serial_number, "01");
	facts_clear(&facts);
	assert_rc(db_commit(&writer, &err), RC_OK, &err);
	facts = read_part(&reader, id, SNAPSHOT_PRESENTED, T0);
	assert_string_equal(facts.presented.certs[0]->serial_number, "02");
	facts_clear(&facts);
	db_close(&reader);
	db_close(&writer);
}

static void
finding_the_same_again_writes_little(void **state)
{
	struct made_device device = { .uuid = MADE_UUID_A, .n_wireless = 2 };
	struct db db = stock_open(*state);
	int before;

	(void)made_device_put(&db, &device);
	before = sqlite3_total_changes(db.sqlite);
	device.read_at = T0 + 60;
	(void)made_device_put(&db, &device);
	/* How it stands, and the settings. */
	assert_int_equal(sqlite3_total_changes(db.sqlite) - before, 2);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM event"), 1);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM archive"), 0);
	assert_int_equal(stock_number(&db, "SELECT n_ok FROM standing"), 2);
	db_close(&db);
}

static void
a_certificate_that_many_hold_is_kept_once(void **state)
{
	const struct made_device a = { .name = "a.example", .address = "a" };
	const struct made_device b = { .name = "b.example", .address = "b" };
	struct made_device c = { .name = "a.example",
		.address = "a",
		.serial = 2,
		.read_at = T0 + 1 };
	struct db db = stock_open(*state);

	(void)made_device_put(&db, &a);
	(void)made_device_put(&db, &b);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM cert"), 3);
	(void)made_device_put(&db, &c);
	/* The old leaf is in the archive, and nowhere else. */
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM cert"), 3);
	c.ca = 1;
	(void)made_device_put(&db, &c);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM cert"), 4);
	db_close(&db);
}

static void
a_policy_that_changed_counts_when_judged_again(void **state)
{
	const struct made_device device = { .uuid = MADE_UUID_A };
	const struct made_device off = { .read_at = T0 + DAY };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &device);
	struct policy policy;
	struct err err = { 0 };

	(void)made_device_fail(&db, &off, RC_TIMEOUT);
	policy_init(&policy);
	policy.renew_before_s = 300 * DAY;
	assert_rc(policy_set_rule(&policy, "fraction", &err), RC_OK, &err);
	policy.fraction_num = 3;
	policy.fraction_den = 4;
	assert_rc(snapshot_judge(&db, id, &policy, T0 + 2 * DAY, &err), RC_OK, &err);
	assert_int_equal(stock_number(&db, "SELECT state FROM standing"),
	    STATE_WARNING);
	assert_int_equal(stock_number(&db, "SELECT due_at FROM standing"),
	    NB + 365 * DAY - 365 * DAY / 4 * 3);
	assert_int_equal(stock_number(&db, "SELECT tried_at FROM standing"), T0 + DAY);
	assert_int_equal(stock_number(&db, "SELECT ok_at FROM standing"), T0);
	policy_init(&policy);
	assert_rc(snapshot_judge(&db, id, &policy, T0 + 2 * DAY, &err), RC_OK, &err);
	assert_int_equal(stock_number(&db, "SELECT state FROM standing"), STATE_OK);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM event WHERE kind = 'state'"
			     " AND number = 0"),
	    2);
	db_close(&db);
}

static void
judging_again_does_not_mix_what_was_read_at_two_times(void **state)
{
	const struct made_device full = { .uuid = MADE_UUID_A, .clock_is_off = true };
	const struct made_device later = { .read_at = T0 + DAY, .serial = 8 };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &full);
	struct policy policy;
	struct err err = { 0 };

	(void)made_device_put(&db, &later);
	policy_init(&policy);
	assert_rc(snapshot_judge(&db, id, &policy, T0 + 2 * DAY, &err), RC_OK, &err);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM slot JOIN cert ON cert.id = cert_id"
			     " WHERE role = 1 AND serial_number = '08'"),
	    1);
	assert_string_equal(stock_text(&db, "SELECT store_reason FROM standing"),
	    "clock_off");
	db_close(&db);
}

/* Somebody answers, of whom nobody knows whether it is the device. */
static int64_t
put_stranger(struct db *db)
{
	const struct made_device device = { .read_at = T0 };
	struct verdict verdict = { 0 };
	struct facts facts = { 0 };
	struct policy policy;
	struct err err = { 0 };
	int64_t id = 0;

	policy_init(&policy);
	made_device_read(&device, &facts);
	facts.presented.name_match = NAME_MISMATCH;
	made_device_judge(&facts, &policy, &verdict);
	assert_rc(snapshot_write(db, &facts, NULL, &policy, &verdict, &id, &err), RC_OK,
	    &err);
	verdict_clear(&verdict);
	facts_clear(&facts);
	return id;
}

static void
only_who_proved_to_be_the_device_is_remembered_by_key(void **state)
{
	const struct made_device device = { .read_at = T0 };
	struct db db = stock_open(*state);
	int64_t id = put_stranger(&db);
	struct pin pin = { .at = 0 };
	struct err err = { 0 };

	assert_rc(pin_find(&db, id, &pin, &err), RC_NOTFOUND, &err);
	assert_int_equal(made_device_put(&db, &device), id);
	assert_rc(pin_find(&db, id, &pin, &err), RC_OK, &err);
	assert_false(pin.is_set);
	assert_int_equal(pin.at, T0);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM pin JOIN cert USING (spki_sha256)"
			     " JOIN slot ON slot.cert_id = cert.id WHERE role = 1"),
	    1);
	db_close(&db);
}

/* Nor is a clone: who holds the key of an expired certificate may be anybody. */
static void
an_expired_certificate_brings_no_key(void **state)
{
	const struct made_device device = { .read_at = T0 };
	const struct made_device clone = { .read_at = MAKE_NB + 400 * MAKE_DAY,
		.key_number = 4,
		.serial = 2 };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &device);
	struct pin before = { .at = 0 };
	struct pin after = { .at = 0 };
	struct err err = { 0 };

	assert_rc(pin_find(&db, id, &before, &err), RC_OK, &err);
	assert_int_equal(made_device_put(&db, &clone), id);
	assert_rc(pin_find(&db, id, &after, &err), RC_OK, &err);
	assert_memory_equal(after.spki_sha256, before.spki_sha256,
	    sizeof(before.spki_sha256));
	assert_int_equal(after.at, before.at);
	db_close(&db);
}

static void
a_key_set_by_hand_goes_before_the_one_seen(void **state)
{
	const uint8_t key[CERT_FINGERPRINT_BYTES] = { 9 };
	const struct made_device device = { .read_at = T0 };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &device);
	struct pin pin = { .at = 0 };
	struct err err = { 0 };

	assert_rc(pin_set(&db, id, key, T0 + 5, &err), RC_OK, &err);
	assert_rc(pin_find(&db, id, &pin, &err), RC_OK, &err);
	assert_true(pin.is_set);
	assert_int_equal(pin.spki_sha256[0], 9);
	assert_rc(pin_unset(&db, id, &err), RC_OK, &err);
	assert_rc(pin_find(&db, id, &pin, &err), RC_OK, &err);
	assert_false(pin.is_set);
	db_close(&db);
}

struct job {
	struct db db;
	struct facts facts;
	struct verdict verdict;
	struct policy policy;
};

static enum rc
write_and_read(void *ctx)
{
	struct job *job = ctx;
	struct facts kept = { 0 };
	size_t n = job->verdict.n_findings;
	int64_t id = 0;
	enum rc r;

	r = snapshot_write(&job->db, &job->facts, "g", &job->policy, &job->verdict, &id,
	    NULL);
	if (r == RC_OK)
		r = snapshot_read(&job->db, id, SNAPSHOT_STORE, T0, &kept, NULL);
	facts_clear(&kept);
	if (r == RC_OK)
		r = snapshot_judge(&job->db, id, &job->policy, T0, NULL);
	stock_exec(&job->db, "DELETE FROM device; DELETE FROM cert");
	job->verdict.n_findings = n;
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	const struct made_device device = { .uuid = MADE_UUID_A, .has_orphan = true };
	struct job job = { .db = stock_open(*state) };

	policy_init(&job.policy);
	made_device_read(&device, &job.facts);
	made_device_judge(&job.facts, &job.policy, &job.verdict);
	assert_true(torture(write_and_read, &job) > 40);
	assert_int_equal(stock_number(&job.db, "SELECT count(*) FROM device"), 0);
	verdict_clear(&job.verdict);
	facts_clear(&job.facts);
	db_close(&job.db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(what_is_read_back_is_judged_word_for_word_the_same),
		STOCK_TEST(a_handshake_says_nothing_of_the_store),
		STOCK_TEST(another_certificate_makes_the_store_old),
		STOCK_TEST(a_failure_is_counted_and_changes_no_verdict),
		STOCK_TEST(a_device_that_never_answered_is_not_forgotten),
		STOCK_TEST(what_does_not_exist_is_not_found),
		STOCK_TEST(a_reading_is_written_whole_or_not_at_all),
		STOCK_TEST(a_reader_sees_a_whole_reading_or_the_one_before),
		STOCK_TEST(finding_the_same_again_writes_little),
		STOCK_TEST(a_certificate_that_many_hold_is_kept_once),
		STOCK_TEST(a_policy_that_changed_counts_when_judged_again),
		STOCK_TEST(judging_again_does_not_mix_what_was_read_at_two_times),
		STOCK_TEST(only_who_proved_to_be_the_device_is_remembered_by_key),
		STOCK_TEST(an_expired_certificate_brings_no_key),
		STOCK_TEST(a_key_set_by_hand_goes_before_the_one_seen),
		STOCK_TEST(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
