/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A folder for one test, removed with all that is in it; and what unit tests do
 * with files and with processes of their own.
 */
#ifndef AMTCERT_TESTS_FOLDER_H
#define AMTCERT_TESTS_FOLDER_H

#include <stddef.h>

struct folder {
	char path[64];
};

/* cmocka setup and teardown: *state is a struct folder. */
int folder_setup(void **state);
int folder_teardown(void **state);

/* "FOLDER/name"; dozens of such names live at the same time. */
const char *folder_file(const struct folder *folder, const char *name);

/* How many entries it has. */
size_t folder_count(const struct folder *folder);

/* Write a whole file, mode 0600. */
void folder_put(const char *path, const void *bytes, size_t len);

/* Read a whole file of at most size bytes. */
size_t folder_get(const char *path, void *bytes, size_t size);

/*
 * Run body in a child process and return its result; -1 when a signal ended
 * it. as_nobody: without the rights of root, the folder given to that user.
 */
int folder_run_child(const struct folder *folder, int as_nobody, int (*body)(void *),
    void *ctx);

#endif
