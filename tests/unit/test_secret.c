/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/base/secret.c: which files are believed, and what is taken from them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "torture.h"
#include "unit.h"

/* A folder of its own, and one file in it. */
struct place {
	char folder[64];
	char file[96];
};

static int
setup(void **state)
{
	static struct place place;

	if (snprintf(place.folder, sizeof(place.folder), "/tmp/amtcert-secret-XXXXXX") <
		0 ||
	    mkdtemp(place.folder) == NULL)
		return -1;
	if (snprintf(place.file, sizeof(place.file), "%s/secret", place.folder) < 0)
		return -1;
	*state = &place;
	return 0;
}

static int
teardown(void **state)
{
	const struct place *place = *state;

	if (unlink(place->file) != 0 && errno != ENOENT)
		return -1;
	return rmdir(place->folder);
}

static void
put(const struct place *place, const char *bytes, size_t len, mode_t mode)
{
	int fd;

	/* The one before may be open to nobody, its owner included. */
	assert_true(unlink(place->file) == 0 || errno == ENOENT);
	fd = open(place->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

struct content {
	const char *bytes;
	size_t len;
	const char *text; /* NULL: refused */
};

#define BYTES(text) text, sizeof(text) - 1

static const struct content contents[] = {
	{ BYTES("P@ssw0rd"), "P@ssw0rd" },
	{ BYTES("P@ssw0rd\n"), "P@ssw0rd" },
	{ BYTES("P@ssw0rd\r\n"), "P@ssw0rd" },
	{ BYTES("first\nsecond\n"), "first" },
	{ BYTES(" blanks stay "), " blanks stay " },
	{ BYTES("first\nsec\0ond"), "first" },
	{ BYTES(""), NULL },
	{ BYTES("\n"), NULL },
	{ BYTES("\r\n"), NULL },
	{ BYTES("\nsecond"), NULL },
	{ BYTES("nul\0byte"), NULL },
	{ BYTES("\0"), NULL },
};

static void
takes_the_first_line(void **state)
{
	const struct place *place = *state;

	for (size_t i = 0; i < UNIT_COUNT(contents); i++) {
		const struct content *c = &contents[i];
		struct secret secret = { 0 };
		struct err err = { 0 };

		put(place, c->bytes, c->len, 0600);
		assert_rc(secret_read_file(&secret, place->file, &err),
		    c->text != NULL ? RC_OK : RC_CONFIG, &err);
		assert_int_equal(secret_is_set(&secret), c->text != NULL);
		if (c->text != NULL) {
			assert_string_equal(secret.text, c->text);
			assert_int_equal(secret.len, strlen(c->text));
		}
		secret_clear(&secret);
		assert_false(secret_is_set(&secret));
	}
}

static void
knows_its_greatest_length(void **state)
{
	const struct place *place = *state;
	char text[SECRET_MAX_BYTES + 3];
	struct secret secret = { 0 };
	struct err err = { 0 };

	memset(text, 'x', sizeof(text));
	text[SECRET_MAX_BYTES] = '\r';
	text[SECRET_MAX_BYTES + 1] = '\n';
	put(place, text, SECRET_MAX_BYTES + 2, 0600);
	assert_rc(secret_read_file(&secret, place->file, &err), RC_OK, &err);
	assert_int_equal(secret.len, SECRET_MAX_BYTES);
	memset(text, 'x', sizeof(text));
	for (size_t n = SECRET_MAX_BYTES + 1; n <= sizeof(text); n++) {
		err_clear(&err);
		put(place, text, n, 0600);
		assert_rc(secret_read_file(&secret, place->file, &err), RC_CONFIG,
		    &err);
	}
	assert_int_equal(secret.len, SECRET_MAX_BYTES); /* untouched on failure */
	secret_clear(&secret);
}

static const mode_t open_modes[] = { 0640, 0604, 0610, 0601, 0660, 0666, 0644 };

static void
refuses_a_file_that_others_can_open(void **state)
{
	const struct place *place = *state;
	struct secret secret = { 0 };

	for (size_t i = 0; i < UNIT_COUNT(open_modes); i++) {
		struct err err = { 0 };

		put(place, "x", 1, open_modes[i]);
		assert_rc(secret_read_file(&secret, place->file, &err), RC_CONFIG,
		    &err);
		assert_has(err.text, "open to group or others");
	}
	put(place, "x", 1, 0400);
	assert_int_equal(secret_read_file(&secret, place->file, NULL), RC_OK);
	secret_clear(&secret);
}

static void
believes_a_credential_of_systemd(void **state)
{
	const struct place *place = *state;
	struct secret secret = { 0 };

	put(place, "x", 1, 0440);
	if (geteuid() != 0) {
		assert_int_equal(secret_read_file(&secret, place->file, NULL),
		    RC_CONFIG);
		return;
	}
	assert_int_equal(chown(place->file, 0, 0), 0);
	assert_int_equal(secret_read_file(&secret, place->file, NULL), RC_OK);
	secret_clear(&secret);
	assert_int_equal(chown(place->file, 0, 12345), 0);
	assert_int_equal(secret_read_file(&secret, place->file, NULL), RC_CONFIG);
	assert_int_equal(chown(place->file, 12345, 0), 0);
	assert_int_equal(secret_read_file(&secret, place->file, NULL), RC_CONFIG);
}

static void
refuses_what_is_no_file_and_does_not_wait_for_it(void **state)
{
	const struct place *place = *state;
	struct secret secret = { 0 };
	struct err err = { 0 };

	assert_rc(secret_read_file(&secret, place->folder, &err), RC_CONFIG, &err);
	assert_has(err.text, "not a regular file");
	err_clear(&err);
	unlink(place->file);
	assert_int_equal(mkfifo(place->file, 0600), 0);
	assert_rc(secret_read_file(&secret, place->file, &err), RC_CONFIG, &err);
	assert_has(err.text, "not a regular file");
	assert_int_equal(unlink(place->file), 0);
}

static void
a_missing_file_is_a_system_error(void **state)
{
	struct secret secret = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_rc(secret_read_file(&secret, "/nonexistent/x", &err), RC_SYSTEM, &err);
	assert_has(err.text, "No such file");
}

static void
reads_a_pipe_in_pieces_and_closes_it(void **state)
{
	struct secret secret = { 0 };
	struct err err = { 0 };
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "pass\nrest", 9), 9);
	close(ends[1]);
	assert_rc(secret_read_fd(&secret, ends[0], &err), RC_OK, &err);
	assert_string_equal(secret.text, "pass");
	assert_int_equal(fcntl(ends[0], F_GETFD), -1);
	assert_rc(secret_read_fd(&secret, ends[0], &err), RC_SYSTEM, &err);
	assert_string_equal(secret.text, "pass");
	secret_clear(&secret);
}

static void
a_new_secret_replaces_the_old_one(void **state)
{
	const struct place *place = *state;
	struct secret secret = { 0 };

	put(place, "old", 3, 0600);
	assert_int_equal(secret_read_file(&secret, place->file, NULL), RC_OK);
	put(place, "new", 3, 0600);
	assert_int_equal(secret_read_file(&secret, place->file, NULL), RC_OK);
	assert_string_equal(secret.text, "new");
	secret_clear(&secret);
	secret_clear(&secret);
}

static enum rc
read_once(void *ctx)
{
	struct secret secret = { 0 };
	enum rc r;

	r = secret_read_file(&secret, ctx, NULL);
	secret_clear(&secret);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	struct place *place = *state;

	put(place, "x", 1, 0600);
	assert_int_equal(torture(read_once, place->file), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_first_line),
		cmocka_unit_test(knows_its_greatest_length),
		cmocka_unit_test(refuses_a_file_that_others_can_open),
		cmocka_unit_test(believes_a_credential_of_systemd),
		cmocka_unit_test(refuses_what_is_no_file_and_does_not_wait_for_it),
		cmocka_unit_test(a_missing_file_is_a_system_error),
		cmocka_unit_test(reads_a_pipe_in_pieces_and_closes_it),
		cmocka_unit_test(a_new_secret_replaces_the_old_one),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
