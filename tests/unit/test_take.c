/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/queue/take.c, row_lock.c: a job has somebody, or it is taken back; nothing is
 * taken while the stop file is there.
 */
#include <stdio.h>
#include <unistd.h>

#include "folder.h"
#include "queue/row_lock.h"
#include "queue/take.h"
#include "torture.h"
#include "unit.h"

enum {
	NOW = 1760000000
};

struct queue {
	struct db db;
	struct pacing pacing;
};

static struct queue
open_in(const struct folder *folder, int n_jobs)
{
	struct queue queue = { 0 };
	struct err err = { 0 };
	char name[16];

	assert_rc(db_open(folder_file(folder, "inventory.db"), &queue.db, &err), RC_OK,
	    &err);
	assert_rc(pacing_read(NULL, &queue.pacing, &err), RC_OK, &err);
	queue.pacing.stop_file = folder_file(folder, "stop");
	for (int i = 0; i < n_jobs; i++) {
		const struct job_order order = { .device_name = name,
			.remedy = "renew_amt_tls",
			.reason = "due",
			.actor = "test" };
		enum job_answer answer = JOB_IS_OPEN;

		(void)snprintf(name, sizeof(name), "pc%d", i);
		assert_rc(job_enqueue(&queue.db, &order, NOW, &answer, NULL, &err),
		    RC_OK, &err);
	}
	return queue;
}

static struct taken
takes(struct queue *queue)
{
	struct taken taken = { .lock_fd = -1 };
	struct err err = { 0 };

	assert_rc(take_next(&queue->db, &queue->pacing, NOW, &taken, &err), RC_OK,
	    &err);
	assert_true(taken.lock_fd >= 0);
	return taken;
}

static void
takes_none(struct queue *queue)
{
	struct taken taken = { .lock_fd = -1 };
	struct err err = { 0 };

	assert_rc(take_next(&queue->db, &queue->pacing, NOW, &taken, &err), RC_NOTFOUND,
	    &err);
	assert_string_equal(err.text, "");
	assert_int_equal(taken.lock_fd, -1);
}

static enum rc
count(void *ctx, const struct job *job, struct err *err)
{
	int *n = ctx;

	(void)err;
	assert_int_equal(job->state, JOB_FAILED);
	(*n)++;
	return RC_OK;
}

static int
taken_back(struct queue *queue)
{
	struct err err = { 0 };
	int n = 0;

	assert_rc(take_back(&queue->db, &queue->pacing, NOW, count, &n, &err), RC_OK,
	    &err);
	return n;
}

static void
takes_back_what_nobody_is_at(void **state)
{
	struct queue queue = open_in(*state, 2);
	struct taken first = takes(&queue);
	struct taken second = takes(&queue);
	int copy;

	takes_none(&queue);
	assert_int_equal(taken_back(&queue), 0);
	close(first.lock_fd);
	assert_int_equal(taken_back(&queue), 1);
	assert_int_equal(takes(&queue).job.id, first.job.id);
	/* As an heir of the process holds it. */
	copy = dup(second.lock_fd);
	assert_true(copy >= 0);
	close(second.lock_fd);
	assert_int_equal(taken_back(&queue), 0);
	close(copy);
	assert_int_equal(taken_back(&queue), 1);
	db_close(&queue.db);
}

static void
a_lock_is_one_persons(void **state)
{
	const char *path = folder_file(*state, "x.db");
	struct err err = { 0 };
	int fd = -1;
	int other = -1;

	assert_rc(row_lock_take(path, "job", 7, &fd, &err), RC_OK, &err);
	assert_rc(row_lock_take(path, "job", 7, &other, &err), RC_LOCKED, &err);
	assert_has(err.text, "somebody is at work on it");
	assert_int_equal(other, -1);
	err_clear(&err);
	assert_rc(row_lock_take(path, "job", 8, &other, &err), RC_OK, &err);
	row_lock_free(path, "job", 8, other);
	row_lock_free(path, "job", 7, fd);
	assert_rc(row_lock_take(path, "job", 7, &fd, &err), RC_OK, &err);
	row_lock_free(path, "job", 7, fd);
	assert_rc(row_lock_take("/nowhere/x.db", "job", 7, &fd, &err), RC_SYSTEM, &err);
}

static void
nothing_is_taken_while_the_stop_file_is_there(void **state)
{
	struct queue queue = open_in(*state, 1);

	folder_put(queue.pacing.stop_file, "", 0);
	assert_true(take_is_stopped(&queue.pacing));
	takes_none(&queue);
	assert_int_equal(unlink(queue.pacing.stop_file), 0);
	assert_false(take_is_stopped(&queue.pacing));
	takes(&queue);
	db_close(&queue.db);
}

/* A folder that does not exist has no stop file; one that is none, neither. */
static void
a_stop_file_that_cannot_be_looked_at_is_there(void **state)
{
	static char long_path[5000];
	struct pacing pacing = { .stop_file = long_path };

	memset(long_path, 'x', sizeof(long_path) - 1);
	long_path[0] = '/';
	assert_true(take_is_stopped(&pacing));
	pacing.stop_file = folder_file(*state, "no/such/folder");
	assert_false(take_is_stopped(&pacing));
}

/* The remedy of an earlier attempt is still there: the job waits, and keeps its
 * attempt. */
static void
a_job_whose_lock_is_held_is_not_started(void **state)
{
	struct queue queue = open_in(*state, 1);
	struct err err = { 0 };
	struct job job = { 0 };
	int fd = -1;

	assert_rc(row_lock_take(queue.db.path, "job", 1, &fd, &err), RC_OK, &err);
	takes_none(&queue);
	assert_rc(job_find(&queue.db, 1, &job, &err), RC_OK, &err);
	assert_int_equal(job.state, JOB_QUEUED);
	assert_int_equal(job.n_attempts, 0);
	row_lock_free(queue.db.path, "job", 1, fd);
	assert_int_equal(takes(&queue).job.id, 1);
	db_close(&queue.db);
}

static enum rc
take_and_back(void *ctx)
{
	struct pacing pacing = { .budget = 1000,
		.ca_budget = 1000,
		.n_failures = 100000,
		.stop_file = folder_file(ctx, "stop") };
	struct taken taken = { .lock_fd = -1 };
	struct err err = { 0 };
	struct db db = { 0 };
	enum rc r = db_open(folder_file(ctx, "inventory.db"), &db, &err);

	/* Whatever the one before left. */
	if (r == RC_OK)
		r = db_exec(&db,
		    "UPDATE job SET state = 0, n_failed = 0,"
		    " not_before = 0; DELETE FROM job_attempt",
		    &err);
	if (r == RC_OK)
		r = take_next(&db, &pacing, NOW, &taken, &err);
	if (taken.lock_fd >= 0)
		close(taken.lock_fd);
	if (r == RC_OK)
		r = take_back(&db, &pacing, NOW, NULL, NULL, &err);
	db_close(&db);
	return r;
}

static void
survives_every_lack_of_memory(void **state)
{
	struct queue queue = open_in(*state, 1);

	db_close(&queue.db);
	torture(take_and_back, *state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(takes_back_what_nobody_is_at),
		TEST(a_lock_is_one_persons),
		TEST(nothing_is_taken_while_the_stop_file_is_there),
		TEST(a_stop_file_that_cannot_be_looked_at_is_there),
		TEST(a_job_whose_lock_is_held_is_not_started),
		TEST(survives_every_lack_of_memory),
	};

	return cmocka_run_group_tests_name("take", tests, NULL, NULL);
}
