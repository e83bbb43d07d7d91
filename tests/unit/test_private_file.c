/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/base/private_file.c: files that others can read are not read, others are
 * read whole.  The rule for single files is tested with those it is for, too.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/private_file.h"
#include "folder.h"
#include "torture.h"
#include "unit.h"

enum {
	LIMIT = 10000
};

static void
reads_the_whole_of_it(void **state)
{
	const char *path = folder_file(*state, "key");
	static const size_t sizes[] = { 0, 1, 4096, 4097, LIMIT };
	static char bytes[LIMIT];
	struct err err = { 0 };
	struct buf buf;

	memset(bytes, 'k', sizeof(bytes));
	for (size_t i = 0; i < UNIT_COUNT(sizes); i++) {
		folder_put(path, bytes, sizes[i]);
		buf_init(&buf, LIMIT);
		assert_rc(private_file_read(path, &buf, &err), RC_OK, &err);
		assert_int_equal(buf.len, sizes[i]);
		assert_memory_equal(buf_str(&buf), bytes, sizes[i]);
		buf_wipe(&buf);
	}
}

static void
stops_at_the_limit(void **state)
{
	const char *path = folder_file(*state, "key");
	static const char bytes[LIMIT + 1];
	struct err err = { 0 };
	struct buf buf;

	folder_put(path, bytes, sizeof(bytes));
	buf_init(&buf, LIMIT);
	assert_rc(private_file_read(path, &buf, &err), RC_LIMIT, &err);
	assert_has(err.text, "key: more than 10000 bytes");
	buf_wipe(&buf);
}

static void
refuses_what_others_can_read(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0660, 0644, 0620 };
	const char *path = folder_file(*state, "key");
	struct err err;
	struct buf buf;
	int fd = -1;

	buf_init(&buf, LIMIT);
	folder_put(path, "x", 1);
	for (size_t i = 0; i < UNIT_COUNT(modes); i++) {
		err = (struct err){ 0 };
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_rc(private_file_read(path, &buf, &err), RC_CONFIG, &err);
		assert_has(err.text,
		    "key: secret file: open to group or others, use chmod 600");
		assert_int_equal(private_file_open(path, &fd, NULL), RC_CONFIG);
		assert_int_equal(fd, -1);
	}
	assert_int_equal(buf.len, 0);
	assert_int_equal(private_file_read(folder_file(*state, "no"), &buf, NULL),
	    RC_SYSTEM);
	buf_wipe(&buf);
}

static void
what_it_opens_is_not_inherited(void **state)
{
	const char *path = folder_file(*state, "key");
	int fd = -1;

	folder_put(path, "x", 1);
	assert_int_equal(private_file_open(path, &fd, NULL), RC_OK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
}

static enum rc
read_once(void *ctx)
{
	struct buf buf;
	enum rc r;

	buf_init(&buf, LIMIT);
	r = private_file_read(folder_file(ctx, "key"), &buf, NULL);
	buf_wipe(&buf);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	folder_put(folder_file(*state, "key"), "xyz", 3);
	assert_true(torture(read_once, *state) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_whole_of_it),
		cmocka_unit_test(stops_at_the_limit),
		cmocka_unit_test(refuses_what_others_can_read),
		cmocka_unit_test(what_it_opens_is_not_inherited),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
