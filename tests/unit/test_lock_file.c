/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/base/lock_file.c: one holds it at a time, and whoever is gone holds nothing. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/lock_file.h"
#include "folder.h"
#include "unit.h"

static void
one_holds_it(void **state)
{
	const char *path = folder_file(*state, "a.lock");
	struct err err = { 0 };
	int first = -1;
	int second = -1;

	assert_rc(lock_file_take(path, &first, &err), RC_OK, &err);
	assert_int_not_equal(fcntl(first, F_GETFD) & FD_CLOEXEC, 0);
	assert_rc(lock_file_take(path, &second, &err), RC_LOCKED, &err);
	assert_int_equal(second, -1);
	assert_non_null(strstr(err.text, "a.lock: somebody is at work on it"));
	lock_file_free(path, first);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(errno, ENOENT);
}

static void
a_closed_one_stays_and_can_be_taken(void **state)
{
	const char *path = folder_file(*state, "b.lock");
	struct err err = { 0 };
	int fd = -1;

	assert_rc(lock_file_take(path, &fd, &err), RC_OK, &err);
	close(fd);
	assert_int_equal(access(path, F_OK), 0);
	assert_rc(lock_file_take(path, &fd, &err), RC_OK, &err);
	lock_file_free(path, fd);
}

static void
a_copy_holds_on(void **state)
{
	const char *path = folder_file(*state, "c.lock");
	struct err err = { 0 };
	int fd = -1;
	int copy;

	assert_rc(lock_file_take(path, &fd, &err), RC_OK, &err);
	copy = dup(fd);
	assert_true(copy >= 0);
	close(fd);
	assert_rc(lock_file_take(path, &fd, &err), RC_LOCKED, &err);
	close(copy);
	err = (struct err){ 0 };
	assert_rc(lock_file_take(path, &fd, &err), RC_OK, &err);
	lock_file_free(path, fd);
}

static void
what_it_cannot_open_is_told(void **state)
{
	const char *target = folder_file(*state, "target");
	const char *link = folder_file(*state, "d.lock");
	struct err err = { 0 };
	int fd = -1;

	assert_int_equal(symlink(target, link), 0);
	assert_rc(lock_file_take(link, &fd, &err), RC_SYSTEM, &err);
	assert_int_equal(access(target, F_OK), -1);
	err = (struct err){ 0 };
	assert_rc(lock_file_take("/nowhere/e.lock", &fd, &err), RC_SYSTEM, &err);
	assert_non_null(strstr(err.text, "/nowhere/e.lock: cannot open"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_holds_it, folder_setup,
		    folder_teardown),
		cmocka_unit_test_setup_teardown(a_closed_one_stays_and_can_be_taken,
		    folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(a_copy_holds_on, folder_setup,
		    folder_teardown),
		cmocka_unit_test_setup_teardown(what_it_cannot_open_is_told,
		    folder_setup, folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
