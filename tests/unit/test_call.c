/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/queue/call.c: what a remedy is told, and that nothing else is.
 */
#include <stdio.h>

#include "queue/call.h"
#include "torture.h"
#include "unit.h"

static const struct call_setup setup = { .program_dir = "/usr/local/sbin",
	.inventory_file = "/var/lib/amtcert/inventory.db",
	.config_file = "/etc/amtcert/other.conf" };

static char *no_environment[] = { NULL };

static struct job
job_for(const char *remedy)
{
	struct job job = { .device_name = "pc01.example", .actor = "nagios" };

	(void)snprintf(job.remedy, sizeof(job.remedy), "%s", remedy);
	return job;
}

static void
expect_list(char *const *list, const char *const *wanted)
{
	size_t i = 0;

	for (; wanted[i] != NULL; i++) {
		assert_non_null(list[i]);
		assert_string_equal(list[i], wanted[i]);
	}
	assert_null(list[i]);
}

static void
names_the_device_and_the_files(void **state)
{
	static const char *const wanted[] = { "/usr/local/sbin/renew_amt_tls",
		"--apply", "--hostname=pc01.example",
		"--inventory=/var/lib/amtcert/inventory.db", "--actor=nagios",
		"--config=/etc/amtcert/other.conf", "--force=not-due", NULL };
	struct job job = job_for("renew_amt_tls");
	struct call call = { 0 };
	struct err err = { 0 };

	(void)state;
	job.is_forced = true;
	assert_rc(call_make(&setup, &job, no_environment, &call, &err), RC_OK, &err);
	expect_list(call.args, wanted);
	call_clear(&call);
}

static void
leaves_out_what_is_not_set(void **state)
{
	static const char *const wanted[] = { "/opt/renew_amt_tls", "--apply",
		"--hostname=-pc|01", "--inventory=x.db", "--actor=nagios", NULL };
	const struct call_setup plain = { .program_dir = "/opt",
		.inventory_file = "x.db" };
	struct job job = job_for("renew_amt_tls");
	struct call call = { 0 };
	struct err err = { 0 };

	(void)state;
	(void)snprintf(job.device_name, sizeof(job.device_name), "-pc|01");
	assert_rc(call_make(&plain, &job, no_environment, &call, &err), RC_OK, &err);
	expect_list(call.args, wanted);
	call_clear(&call);
}

static void
hands_on_where_things_are_and_nothing_else(void **state)
{
	char *environment[] = { (char[]){ "PATH=/bin" }, (char[]){ "SECRET=1" },
		(char[]){ "PATH=/evil" }, (char[]){ "NAGIOS_HOSTNAME=pc" },
		(char[]){ "LD_PRELOAD=/evil.so" }, (char[]){ "HOMER=doh" },
		(char[]){ "HOME=/var/lib/amtcert" }, (char[]){ "KRB5CCNAME=x=y" },
		(char[]){ "HOME" }, (char[]){ "=" }, (char[]){ "" }, NULL };
	static const char *const wanted[] = { "LC_ALL=C", "AMTCERT_RESULT_FD=4",
		"PATH=/bin", "HOME=/var/lib/amtcert", "KRB5CCNAME=x=y", NULL };
	struct job job = job_for("renew_amt_tls");
	struct call call = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_rc(call_make(&setup, &job, environment, &call, &err), RC_OK, &err);
	expect_list(call.env, wanted);
	call_clear(&call);
}

static void
runs_remedies_only(void **state)
{
	static const char *const names[] = { "", "sh", "/bin/sh", "../renew_amt_tls",
		"check_amt_tls", "work_amt_queue", "renew_amt_tls " };
	struct call call = { 0 };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		struct job job = job_for(names[i]);
		struct err err = { 0 };

		assert_rc(call_make(&setup, &job, no_environment, &call, &err),
		    RC_NOTFOUND, &err);
		assert_has(err.text, "no remedy of that name");
		assert_null(call.args[0]);
	}
}

/* sync_amt_clock has no such word; install_amt_root needs to be told which root. */
static void
knows_what_each_takes(void **state)
{
	struct job clock = job_for("sync_amt_clock");
	struct job root = job_for("install_amt_root");
	struct call call = { 0 };
	struct err err = { 0 };

	(void)state;
	clock.is_forced = true;
	assert_rc(call_make(&setup, &clock, no_environment, &call, &err), RC_OK, &err);
	assert_string_equal(call.args[5], "--config=/etc/amtcert/other.conf");
	assert_null(call.args[6]);
	call_clear(&call);
	assert_rc(call_make(&setup, &root, no_environment, &call, &err), RC_NOTFOUND,
	    &err);
	assert_has(err.text, "needs a person");
}

static enum rc
make_once(void *ctx)
{
	char *environment[] = { (char[]){ "PATH=/bin" }, NULL };
	struct job job = job_for("renew_amt_tls");
	struct call call = { 0 };
	struct err err = { 0 };
	enum rc r = call_make(&setup, &job, environment, &call, &err);

	(void)ctx;
	call_clear(&call);
	return r;
}

static void
survives_every_lack_of_memory(void **state)
{
	(void)state;
	torture(make_once, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_device_and_the_files),
		cmocka_unit_test(leaves_out_what_is_not_set),
		cmocka_unit_test(hands_on_where_things_are_and_nothing_else),
		cmocka_unit_test(runs_remedies_only),
		cmocka_unit_test(knows_what_each_takes),
		cmocka_unit_test(survives_every_lack_of_memory),
	};

	return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
