/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/base/whole_file.c: nobody sees the half of a file, whatever comes between.
 */
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/whole_file.h"
#include "folder.h"
#include "unit.h"

#define OLD "the old one"
#define NEW "the new one, which is longer"

/* Hidden ones, too. */
static size_t
count_all(const struct folder *folder)
{
	DIR *dir = opendir(folder->path);
	size_t n = 0;

	assert_non_null(dir);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): unit tests have one thread */
	for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir))
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	closedir(dir);
	return n;
}

static void
assert_holds(const char *path, const char *text)
{
	char bytes[100];

	assert_int_equal(folder_get(path, bytes, sizeof(bytes)), strlen(text));
	assert_memory_equal(bytes, text, strlen(text));
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

/* Write a file whole; what comes of it. */
static enum rc
write_new(const char *path, struct err *err)
{
	struct whole_file file;
	enum rc r = whole_file_begin(&file, path, err);

	if (r != RC_OK)
		return r;
	assert_int_equal(write(file.fd, NEW, strlen(NEW)), strlen(NEW));
	return whole_file_end(&file, RC_OK, err);
}

static void
is_there_when_it_is_whole(void **state)
{
	const char *path = folder_file(*state, "page.prom");
	struct whole_file file;
	struct err err = { 0 };
	const char *name;

	folder_put(path, OLD, strlen(OLD));
	assert_rc(whole_file_begin(&file, path, &err), RC_OK, &err);
	assert_int_equal(write(file.fd, NEW, strlen(NEW)), strlen(NEW));
	assert_holds(path, OLD);
	name = strrchr(file.fresh, '/') + 1;
	assert_int_equal(name[0], '.');
	assert_string_not_equal(name + strlen(name) - strlen(".prom"), ".prom");
	assert_rc(whole_file_end(&file, RC_OK, &err), RC_OK, &err);
	assert_holds(path, NEW);
	assert_int_equal(count_all(*state), 1);
}

static void
stays_as_it_was_when_something_went_wrong(void **state)
{
	const char *path = folder_file(*state, "page");
	struct whole_file file;
	struct err err = { 0 };

	assert_rc(whole_file_begin(&file, path, &err), RC_OK, &err);
	assert_rc(whole_file_end(&file, RC_LIMIT, &err), RC_LIMIT, &err);
	assert_int_equal(count_all(*state), 0);
	folder_put(path, OLD, strlen(OLD));
	assert_rc(whole_file_begin(&file, path, &err), RC_OK, &err);
	assert_int_equal(write(file.fd, NEW, 5), 5);
	assert_rc(whole_file_end(&file, RC_SYSTEM, &err), RC_SYSTEM, &err);
	assert_holds(path, OLD);
	assert_int_equal(count_all(*state), 1);
	assert_rc(whole_file_begin(&file, path, &err), RC_OK, &err);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_rc(whole_file_end(&file, RC_OK, &err), RC_SYSTEM, &err);
	assert_has(err.text, "page: cannot replace: ");
	assert_int_equal(count_all(*state), 1);
}

static void
has_the_rights_of_the_old_one(void **state)
{
	const char *path = folder_file(*state, "page");
	struct err err = { 0 };
	mode_t mask = umask(027);

	assert_rc(write_new(path, &err), RC_OK, &err);
	assert_int_equal(mode_of(path), 0640);
	assert_int_equal(umask(mask), 027);
	assert_int_equal(chmod(path, 0604), 0);
	assert_rc(write_new(path, &err), RC_OK, &err);
	assert_int_equal(mode_of(path), 0604);
}

static void
replaces_what_a_link_leads_to(void **state)
{
	const char *path = folder_file(*state, "page");
	const char *link = folder_file(*state, "link");
	struct err err = { 0 };
	struct stat st;

	folder_put(path, OLD, strlen(OLD));
	assert_int_equal(symlink("page", link), 0);
	assert_rc(write_new(link, &err), RC_OK, &err);
	assert_holds(path, NEW);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void
replaces_no_device(void **state)
{
	const struct folder *folder = *state;
	const char *fifo = folder_file(folder, "fifo");
	const char *const paths[] = { "/dev/null", "/dev/full", folder->path, fifo };
	struct err err;

	assert_int_equal(mkfifo(fifo, 0600), 0);
	for (size_t i = 0; i < UNIT_COUNT(paths); i++) {
		err = (struct err){ 0 };
		assert_rc(write_new(paths[i], &err), RC_CONFIG, &err);
		assert_has(err.text, paths[i]);
		assert_has(err.text, ": not a regular file, and would be replaced");
	}
	assert_int_equal(count_all(folder), 1);
}

static void
refuses_a_name_that_cannot_be(void **state)
{
	static char long_name[PATH_MAX + 2], longest[PATH_MAX];
	const char *nowhere = folder_file(*state, "no/page");
	struct err err = { 0 };

	memset(long_name, 'x', sizeof(long_name) - 1);
	assert_rc(write_new(long_name, &err), RC_CONFIG, &err);
	assert_has(err.text, "...: a name too long");
	memset(longest, 'x', sizeof(longest) - 1);
	err = (struct err){ 0 };
	assert_rc(write_new(longest, &err), RC_SYSTEM, &err);
	err = (struct err){ 0 };
	assert_rc(write_new(nowhere, &err), RC_SYSTEM, &err);
	assert_has(err.text, "no/page: cannot create: ");
}

static int
write_here(void *ctx)
{
	const struct folder *folder = ctx;
	struct err err = { 0 };

	return chdir(folder->path) == 0 && write_new("here", &err) == RC_OK
	    ? EXIT_SUCCESS
	    : EXIT_FAILURE;
}

static void
a_bare_name_is_of_this_folder(void **state)
{
	assert_int_equal(folder_run_child(*state, 0, write_here, *state), EXIT_SUCCESS);
	assert_holds(folder_file(*state, "here"), NEW);
}

#define FOLDER_TEST(test) \
	cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER_TEST(is_there_when_it_is_whole),
		FOLDER_TEST(stays_as_it_was_when_something_went_wrong),
		FOLDER_TEST(has_the_rights_of_the_old_one),
		FOLDER_TEST(replaces_what_a_link_leads_to),
		FOLDER_TEST(replaces_no_device),
		FOLDER_TEST(refuses_a_name_that_cannot_be),
		FOLDER_TEST(a_bare_name_is_of_this_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
