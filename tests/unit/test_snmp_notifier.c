/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * snmp/notifier.c, notifier_told.c, told_db.c, notice.c, mailbox.c: what is told,
 * when, and what survives a restart.  Time is a number here: minutes pass at once.
 */
#include <stdlib.h>

#include "folder.h"
#include "hand_fleet.h"
#include "snmp/health.h"
#include "snmp/notifier.h"
#include "snmp/tables.h"

enum {
	SEEN_MAX = 20000,
};

/* One agent over its life, with a master that takes all, or is gone. */
struct bench {
	struct folder *folder;
	struct agent_settings settings;
	struct mailbox mailbox;
	struct db db;
	struct notifier notifier;
	struct mirror *mirror;
	struct notifier_now now;
	enum inventory_state inventory_state;
	struct notice *seen;
	size_t n_seen;
};

static void
start(struct bench *bench)
{
	struct err err = { 0 };

	assert_rc(mailbox_init(&bench->mailbox, &err), RC_OK, &err);
	atomic_store(&bench->mailbox.is_connected, true);
	assert_rc(told_db_open(bench->folder->path, &bench->db, &err), RC_OK, &err);
	memset(&bench->notifier, 0, sizeof(bench->notifier));
	assert_rc(notifier_init(&bench->notifier, &bench->settings, &bench->mailbox,
		      &bench->db, bench->now.mono_ms, &err),
	    RC_OK, &err);
}

static void
end(struct bench *bench)
{
	notifier_clear(&bench->notifier);
	db_close(&bench->db);
	mailbox_clear(&bench->mailbox);
}

static void
deliver(struct bench *bench, enum mail_fate fate)
{
	const struct notice *notice = mailbox_peek(&bench->mailbox);

	for (; notice != NULL; notice = mailbox_peek(&bench->mailbox)) {
		assert_true(bench->n_seen < SEEN_MAX);
		if (fate == MAIL_SENT)
			bench->seen[bench->n_seen++] = *notice;
		mailbox_tell_fate(&bench->mailbox, fate);
	}
}

/* Seconds pass; all that is put is sent. */
static void
pass(struct bench *bench, int64_t seconds)
{
	struct err err = { 0 };

	for (int64_t i = 0; i < seconds; i++) {
		assert_rc(notifier_tick(&bench->notifier, bench->mirror,
			      bench->inventory_state, &bench->now, &err),
		    RC_OK, &err);
		deliver(bench, MAIL_SENT);
		bench->now.now++;
		bench->now.mono_ms += 1000;
	}
	assert_rc(notifier_settle(&bench->notifier, &err), RC_OK, &err);
}

static void
restart(struct bench *bench)
{
	end(bench);
	bench->now.mono_ms = 5000; /* of another boot, as it were */
	start(bench);
}

/* n devices with one certificate each that is fine. */
static struct mirror *
many(size_t n)
{
	struct mirror *mirror = hand_new();

	for (size_t i = 0; i < n; i++) {
		struct mirror_device device =
		    hand_device(mirror, (uint32_t)(i + 1), "pc");

		hand_add_device(mirror, &device);
		hand_add_cert(mirror, hand_cert(mirror, 1, ROLE_TLS, 200 * HAND_DAY));
	}
	hand_seal(mirror);
	mirror->last_pass = HAND_NOW;
	return mirror;
}

static int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	void *folder = NULL;
	struct err err = { 0 };

	assert_non_null(bench);
	assert_int_equal(folder_setup(&folder), 0);
	bench->folder = folder;
	bench->seen = calloc(SEEN_MAX, sizeof(*bench->seen));
	assert_non_null(bench->seen);
	assert_rc(settings_read(NULL, &bench->settings, &err), RC_OK, &err);
	bench->settings.stall_s = 0;
	bench->now.now = HAND_NOW;
	bench->now.mono_ms = 100000;
	bench->inventory_state = INVENTORY_OK;
	bench->mirror = many(3);
	start(bench);
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;
	void *folder = bench->folder;

	end(bench);
	mirror_free(bench->mirror);
	free(bench->seen);
	free(bench);
	return folder_teardown(&folder);
}

static void
make_warning(struct bench *bench, size_t place)
{
	bench->mirror->certs[place].warning_at = mirror_moment(bench->now.now);
}

static void
make_critical(struct bench *bench, size_t place)
{
	bench->mirror->certs[place].critical_at = mirror_moment(bench->now.now);
}

static void
make_fine(struct bench *bench, size_t place)
{
	bench->mirror->certs[place].warning_at = MIRROR_NEVER;
	bench->mirror->certs[place].critical_at = MIRROR_NEVER;
}

static void
expect(const struct bench *bench, size_t at, enum notice_kind kind, uint32_t device)
{
	assert_true(at < bench->n_seen);
	assert_int_equal(bench->seen[at].kind, kind);
	assert_int_equal(bench->seen[at].device_index, device);
}

static void
tells_nothing_of_a_fleet_that_is_fine(void **state)
{
	struct bench *bench = *state;

	pass(bench, 200);
	assert_int_equal(bench->n_seen, 0);
}

static void
begins_with_one_summary_when_anything_is_wrong(void **state)
{
	struct bench *bench = *state;

	make_warning(bench, 0);
	make_critical(bench, 1);
	bench->mirror->totals = health_count(bench->mirror, bench->now.now);
	bench->mirror->totals.worst = STATE_CRITICAL;
	pass(bench, 200);
	assert_int_equal(bench->n_seen, 1);
	expect(bench, 0, NOTICE_BULK_CHANGE, 0);
	assert_int_equal(bench->seen[0].totals.certs[STATE_WARNING], 1);
	assert_int_equal(bench->seen[0].totals.certs[STATE_CRITICAL], 1);
	assert_int_equal(bench->seen[0].n_suppressed, 0);
}

static void
tells_each_change_once_raise_and_clear(void **state)
{
	struct bench *bench = *state;

	pass(bench, 1);
	make_warning(bench, 1);
	pass(bench, 70);
	assert_int_equal(bench->n_seen, 1);
	expect(bench, 0, NOTICE_STATE_CHANGE, 2);
	assert_int_equal(bench->seen[0].state, STATE_WARNING);
	assert_int_equal(bench->seen[0].previous_state, STATE_OK);
	make_fine(bench, 1);
	pass(bench, 70);
	assert_int_equal(bench->n_seen, 2);
	assert_int_equal(bench->seen[1].state, STATE_OK);
	assert_int_equal(bench->seen[1].previous_state, STATE_WARNING);
}

static void
tells_states_that_time_alone_brings(void **state)
{
	struct bench *bench = *state;

	bench->mirror->certs[0].warning_at = mirror_moment(HAND_NOW + 10);
	bench->mirror->certs[0].critical_at = mirror_moment(HAND_NOW + 100);
	bench->mirror->certs[0].not_after = HAND_NOW + 200;
	pass(bench, 9);
	assert_int_equal(bench->n_seen, 0);
	pass(bench, 300);
	assert_int_equal(bench->n_seen, 3);
	expect(bench, 0, NOTICE_STATE_CHANGE, 1);
	expect(bench, 1, NOTICE_STATE_CHANGE, 1);
	expect(bench, 2, NOTICE_EXPIRED, 1);
}

static void
tells_no_more_than_one_change_in_a_minute_net_of_what_changed_back(void **state)
{
	struct bench *bench = *state;

	pass(bench, 1);
	for (int i = 0; i < 20; i++) {
		make_warning(bench, 0);
		pass(bench, 1);
		make_fine(bench, 0);
		pass(bench, 1);
	}
	assert_int_equal(bench->n_seen, 1);
	pass(bench, 60);
	assert_int_equal(bench->n_seen, 2);
	assert_int_equal(bench->seen[1].state, STATE_OK);
}

/* At the fastest pace a large fleet is not gone through fifty times a second. */
static void
rests_until_a_second_or_a_reading_has_passed(void **state)
{
	struct bench *bench = *state;
	int64_t began_ms;

	pass(bench, 1);
	began_ms = bench->now.mono_ms - 1000;
	make_warning(bench, 0);
	bench->now.mono_ms = began_ms + 999;
	pass(bench, 1);
	assert_int_equal(bench->n_seen, 0);
	bench->now.mono_ms = began_ms + 1000;
	pass(bench, 1);
	assert_int_equal(bench->n_seen, 1);

	make_warning(bench, 1);
	bench->mirror->generation++;
	bench->now.mono_ms = began_ms + 1001;
	pass(bench, 1);
	assert_int_equal(bench->n_seen, 2);
}

static void
tells_renewals_and_ends(void **state)
{
	struct bench *bench = *state;
	struct mirror_cert *cert = &bench->mirror->certs[2];
	int64_t before = cert->not_after;

	pass(bench, 1);
	cert->not_after = before + 10 * HAND_DAY;
	pass(bench, 2);
	assert_int_equal(bench->n_seen, 1);
	expect(bench, 0, NOTICE_RENEWED, 3);
	assert_int_equal(bench->seen[0].previous_not_after, before);
	assert_int_equal(bench->seen[0].not_after, before + 10 * HAND_DAY);
	/* another one that ends earlier is no renewal */
	cert->not_after = before;
	pass(bench, 2);
	assert_int_equal(bench->n_seen, 1);
	cert->not_after = bench->now.now - 5;
	pass(bench, 100);
	assert_int_equal(bench->n_seen, 3);
	expect(bench, 1, NOTICE_STATE_CHANGE, 3);
	expect(bench, 2, NOTICE_EXPIRED, 3);
	/* renewed, and ended again */
	cert->not_after = bench->now.now + 50;
	pass(bench, 200);
	assert_int_equal(bench->n_seen, 7);
	expect(bench, 3, NOTICE_RENEWED, 3);
	expect(bench, 5, NOTICE_EXPIRED, 3);
	expect(bench, 6, NOTICE_STATE_CHANGE, 3); /* the minute was not over */
}

static void
repeats_nothing_when_the_clock_is_set_back(void **state)
{
	struct bench *bench = *state;

	bench->mirror->certs[0].not_after = HAND_NOW + 10;
	bench->mirror->certs[0].critical_at = mirror_moment(HAND_NOW + 10);
	pass(bench, 20);
	assert_int_equal(bench->n_seen, 2);
	bench->now.now -= 3600;
	pass(bench, 100);
	assert_int_equal(bench->n_seen, 3); /* it is not critical now */
	bench->now.now += 3600;
	pass(bench, 100);
	assert_int_equal(bench->n_seen, 4); /* its end is not told twice */
	assert_int_equal(bench->seen[3].kind, NOTICE_STATE_CHANGE);
}

static void
tells_jobs_that_failed_once_each(void **state)
{
	struct bench *bench = *state;
	struct mirror *old = bench->mirror;

	pass(bench, 1);
	bench->mirror = many(3);
	hand_add_job(bench->mirror, 1, JOB_FAILED, 77);
	bench->mirror->generation = 43;
	mirror_free(old);
	pass(bench, 100);
	assert_int_equal(bench->n_seen, 1);
	expect(bench, 0, NOTICE_RENEWAL_FAILED, 2);
	assert_int_equal(bench->seen[0].job_attempts, 3);
	assert_int_equal(bench->seen[0].message_len, strlen("CA refused"));
	bench->mirror->jobs[0].id = 78;
	pass(bench, 2);
	assert_int_equal(bench->n_seen, 2);
	restart(bench);
	pass(bench, 100);
	assert_int_equal(bench->n_seen, 2);
}

static void
survives_a_restart_without_repeating_or_swallowing(void **state)
{
	struct bench *bench = *state;

	pass(bench, 1);
	make_warning(bench, 0);
	pass(bench, 2);
	assert_int_equal(bench->n_seen, 1);
	make_critical(bench, 1);
	restart(bench);
	pass(bench, 100);
	assert_int_equal(bench->n_seen, 2);
	expect(bench, 1, NOTICE_STATE_CHANGE, 2);
	restart(bench);
	pass(bench, 100);
	assert_int_equal(bench->n_seen, 2);
}

static void
loses_nothing_while_the_master_is_gone(void **state)
{
	struct bench *bench = *state;
	struct err err = { 0 };

	pass(bench, 1);
	make_warning(bench, 0);
	make_critical(bench, 1);
	assert_rc(notifier_tick(&bench->notifier, bench->mirror, INVENTORY_OK,
		      &bench->now, &err),
	    RC_OK, &err);
	deliver(bench, MAIL_REFUSED); /* it went in that moment */
	atomic_store(&bench->mailbox.is_connected, false);
	pass(bench, 500);
	assert_int_equal(bench->n_seen, 0);
	make_fine(bench, 0); /* and this one is not worth telling any more */
	atomic_store(&bench->mailbox.is_connected, true);
	pass(bench, 100);
	assert_int_equal(bench->n_seen, 1);
	expect(bench, 0, NOTICE_STATE_CHANGE, 2);
	assert_int_equal(bench->seen[0].previous_state, STATE_OK);
}

static size_t
count_kind(const struct bench *bench, enum notice_kind kind, enum state state)
{
	size_t n = 0;

	for (size_t i = 0; i < bench->n_seen; i++)
		n += bench->seen[i].kind == kind && bench->seen[i].state == state;
	return n;
}

/* Idea: 10,000 changes in ten seconds, 200 of them to critical. */
static void
throttles_a_burst_and_leaves_out_nothing_critical(void **state)
{
	struct bench *bench = *state;
	size_t n = 10000, critical = 0;
	const struct notice *summary;

	mirror_free(bench->mirror);
	bench->mirror = many(n);
	pass(bench, 1);
	for (size_t second = 0; second < 10; second++) {
		size_t before = bench->n_seen;

		for (size_t i = second * n / 10; i < (second + 1) * n / 10; i++)
			if (i % 50 == 0)
				make_critical(bench, i);
			else
				make_warning(bench, i);
		pass(bench, 1);
		assert_true(bench->n_seen - before <= 20);
	}
	pass(bench, 60);
	critical = count_kind(bench, NOTICE_STATE_CHANGE, STATE_CRITICAL);
	assert_int_equal(critical, 200);
	assert_int_equal(count_kind(bench, NOTICE_BULK_CHANGE, STATE_OK), 1);
	summary = &bench->seen[bench->n_seen - 1];
	while (summary->kind != NOTICE_BULK_CHANGE)
		summary--;
	assert_int_equal(summary->totals.certs[STATE_WARNING], n - 200);
	assert_int_equal(summary->totals.certs[STATE_CRITICAL], 200);
	assert_int_equal(summary->n_suppressed,
	    n - 200 - count_kind(bench, NOTICE_STATE_CHANGE, STATE_WARNING));
	pass(bench, 200);
	restart(bench);
	pass(bench, 200);
	assert_int_equal(count_kind(bench, NOTICE_STATE_CHANGE, STATE_CRITICAL), 200);
	assert_int_equal(count_kind(bench, NOTICE_BULK_CHANGE, STATE_OK), 1);
}

/* A shorter window has its share of the minute's number, and its own summary. */
static void
sums_up_at_the_end_of_the_window(void **state)
{
	struct bench *bench = *state;

	mirror_free(bench->mirror);
	bench->mirror = many(200);
	bench->settings.notify_window_s = 10;
	restart(bench);
	pass(bench, 1);
	for (size_t i = 0; i < 200; i++)
		make_warning(bench, i);
	pass(bench, 9);
	assert_int_equal(count_kind(bench, NOTICE_STATE_CHANGE, STATE_WARNING), 10);
	assert_int_equal(bench->n_seen, 10);
	pass(bench, 1);
	assert_int_equal(bench->n_seen, 11);
	expect(bench, 10, NOTICE_BULK_CHANGE, 0);
	assert_int_equal(bench->seen[10].n_suppressed, 190);

	bench->settings.notify_window_s = 1; /* for which there is less than one */
	bench->settings.notify_per_minute = 30;
	restart(bench);
	pass(bench, 1);
	make_fine(bench, 0);
	make_fine(bench, 1);
	pass(bench, 1);
	assert_int_equal(bench->n_seen, 12);
	expect(bench, 11, NOTICE_STATE_CHANGE, 1);
}

static void
tells_that_scans_stall_daily_and_resume_once(void **state)
{
	struct bench *bench = *state;

	bench->settings.stall_s = 100;
	pass(bench, 101);
	assert_int_equal(bench->n_seen, 0);
	pass(bench, 10);
	assert_int_equal(bench->n_seen, 1);
	expect(bench, 0, NOTICE_SCAN_STALLED, 0);
	assert_int_equal(bench->seen[0].last_pass, HAND_NOW);
	restart(bench);
	pass(bench, 10);
	assert_int_equal(bench->n_seen, 1);
	bench->now.now += NOTIFIER_AGAIN_S;
	pass(bench, 10);
	assert_int_equal(bench->n_seen, 2);
}

static void
tells_that_the_inventory_fails(void **state)
{
	struct bench *bench = *state;

	bench->settings.stall_s = 100;
	bench->mirror->last_pass = HAND_NOW + 1000;
	pass(bench, 1);
	bench->inventory_state = INVENTORY_UNAVAILABLE;
	pass(bench, 100);
	assert_int_equal(bench->n_seen, 0);
	pass(bench, 5);
	assert_int_equal(bench->n_seen, 1);
	expect(bench, 0, NOTICE_SCAN_STALLED, 0);
	assert_int_equal(bench->seen[0].inventory_state, INVENTORY_UNAVAILABLE);
	bench->inventory_state = INVENTORY_OK;
	pass(bench, 5);
	assert_int_equal(bench->n_seen, 2);
	expect(bench, 1, NOTICE_SCAN_RESUMED, 0);
}

static void
follows_devices_that_come_and_go(void **state)
{
	struct bench *bench = *state;
	struct mirror *old = bench->mirror;

	make_warning(bench, 2);
	pass(bench, 1);
	bench->n_seen = 0;
	bench->mirror = many(5);
	bench->mirror->generation = 43;
	mirror_free(old);
	make_critical(bench, 4); /* new, and not fine */
	make_warning(bench, 2);
	pass(bench, 2);
	assert_int_equal(bench->n_seen, 1);
	expect(bench, 0, NOTICE_STATE_CHANGE, 5);
	assert_int_equal(bench->seen[0].previous_state, STATE_UNKNOWN);
	old = bench->mirror;
	bench->mirror = many(1);
	bench->mirror->generation = 44;
	mirror_free(old);
	pass(bench, 2);
	assert_int_equal(bench->notifier.told.n, 1);
	restart(bench);
	pass(bench, 2);
	assert_int_equal(bench->notifier.told.n, 1);
	assert_int_equal(bench->n_seen, 1);
}

/* What each notification of the MIB carries. */
static void
carries_the_objects_of_the_mib(void **state)
{
	static const struct {
		enum notice_kind kind;
		size_t n;
		uint32_t last[3]; /* table, column of the last binding; its parts */
	} rows[] = {
		{ NOTICE_STATE_CHANGE, 7, { 5, CERT_SECONDS_LEFT, 6 } },
		{ NOTICE_EXPIRED, 4, { 5, CERT_NOT_AFTER, 6 } },
		{ NOTICE_RENEWED, 6, { 3, NOTIFY_PREVIOUS_NOT_AFTER, 4 } },
		{ NOTICE_RENEWAL_FAILED, 8, { 9, JOB_MESSAGE, 6 } },
		{ NOTICE_SCAN_STALLED, 5, { 1, SUMMARY_DEVICE_STALE_COUNT, 4 } },
		{ NOTICE_SCAN_RESUMED, 3, { 1, SUMMARY_DEVICE_STALE_COUNT, 4 } },
		{ NOTICE_BULK_CHANGE, 7, { 3, NOTIFY_SUPPRESSED, 4 } },
	};

	struct bench *bench = *state;

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct binding bindings[NOTICE_BINDINGS_MAX], *last;
		struct notice notice;

		notice_of_cert(&notice, rows[i].kind, bench->mirror, 1, HAND_NOW);
		assert_int_equal(notice_bindings(&notice, 9, HAND_NOW, bindings),
		    rows[i].n);
		assert_int_equal(bindings[0].value.number, 9);
		last = &bindings[rows[i].n - 1];
		assert_int_equal(last->n, rows[i].last[2]);
		assert_int_equal(last->parts[1], rows[i].last[0]);
		assert_int_equal(last->parts[last->n == 4 ? 2 : 3], rows[i].last[1]);
	}
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(tells_nothing_of_a_fleet_that_is_fine),
		test(begins_with_one_summary_when_anything_is_wrong),
		test(tells_each_change_once_raise_and_clear),
		test(tells_states_that_time_alone_brings),
		test(
		    tells_no_more_than_one_change_in_a_minute_net_of_what_changed_back),
		test(rests_until_a_second_or_a_reading_has_passed),
		test(tells_renewals_and_ends),
		test(repeats_nothing_when_the_clock_is_set_back),
		test(tells_jobs_that_failed_once_each),
		test(survives_a_restart_without_repeating_or_swallowing),
		test(loses_nothing_while_the_master_is_gone),
		test(throttles_a_burst_and_leaves_out_nothing_critical),
		test(sums_up_at_the_end_of_the_window),
		test(tells_that_scans_stall_daily_and_resume_once),
		test(tells_that_the_inventory_fails),
		test(follows_devices_that_come_and_go),
		test(carries_the_objects_of_the_mib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
