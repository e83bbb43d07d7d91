/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocks of "\tname=value" lines.  A line feed in a value is written as two
 * characters, so what a plugin said begins no line; the block of a service begins with
 * the names of its host and itself.
 */
#include "plugin/nagios_status.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/num.h"

enum {
	HEAD_MAX_BYTES = 2048,	 /* of a block's first lines: two names */
	BLOCK_MAX_BYTES = 65536, /* output and perfdata are 8 KiB at most */
};

/* len bytes of the file; NULL: nothing. */
struct part {
	const char *text;
	size_t len;
};

/* What stands behind the first "\n\tname=" up to the end of its line, if that is
 * short enough for the field. */
static bool
find_value(struct part block, const char *name, char field[NAGIOS_STATUS_VALUE_SIZE])
{
	char key[64];
	const char *value, *end;
	int n = snprintf(key, sizeof(key), "\n\t%s=", name);

	if (n < 0 || (size_t)n >= sizeof(key))
		return false;
	value = memmem(block.text, block.len, key, (size_t)n);
	if (value == NULL)
		return false;
	value += n;
	end = memchr(value, '\n', (size_t)(block.text + block.len - value));
	if (end == NULL || end - value >= NAGIOS_STATUS_VALUE_SIZE)
		return false;
	memcpy(field, value, (size_t)(end - value));
	field[end - value] = '\0';
	return true;
}

/* From head on to the line that closes the block. */
static struct part
find_block(const char *text, size_t len, const char *head, size_t head_len)
{
	struct part block = { memmem(text, len, head, head_len), 0 };
	size_t left;
	const char *end;

	if (block.text == NULL)
		return block;
	left = len - (size_t)(block.text - text);
	if (left > BLOCK_MAX_BYTES)
		left = BLOCK_MAX_BYTES;
	end = memmem(block.text, left, "\n\t}\n", 4);
	if (end == NULL)
		block.text = NULL;
	else
		block.len = (size_t)(end - block.text) + 1;
	return block;
}

static enum rc
check_age(const char *text, size_t len, int64_t now, struct err *err)
{
	static const char head[] = "info {\n";
	struct part info = find_block(text, len, head, sizeof(head) - 1);
	char created[NAGIOS_STATUS_VALUE_SIZE];
	int64_t at = 0;

	if (info.text == NULL || !find_value(info, "created", created) ||
	    num_parse(created, 0, INT64_MAX, &at, NULL) != RC_OK)
		return err_set(err, RC_FORMAT, "status file: does not say its age");
	if (num_difference(now, at) > NAGIOS_STATUS_MAX_AGE_S)
		return err_set(err, RC_STATE, "status file: %lld s old: who writes it?",
		    (long long)num_difference(now, at));
	return RC_OK;
}

enum rc
nagios_status_parse(const char *text, size_t len, const char *host, const char *service,
    int64_t now, struct nagios_status *ret_status, struct err *err)
{
	struct nagios_status status;
	struct part block;
	struct buf head;
	enum rc r = check_age(text, len, now, err);

	if (r != RC_OK)
		return r;
	buf_init(&head, HEAD_MAX_BYTES);
	r = buf_addf(&head,
	    "\nservicestatus {\n\thost_name=%s\n\tservice_description=%s\n", host,
	    service);
	if (r == RC_OK)
		block = find_block(text, len, head.data, head.len);
	buf_clear(&head);
	if (r != RC_OK)
		return err_set(err, r, "status file: names: %s", rc_text(r));
	if (block.text == NULL)
		return err_set(err, RC_NOTFOUND,
		    "status file: does not know %.80s %.80s", host, service);
	if (!find_value(block, "is_flapping", status.flapping) ||
	    !find_value(block, "problem_has_been_acknowledged", status.acknowledged))
		return err_set(err, RC_FORMAT,
		    "status file: does not say all of %.80s %.80s", host, service);
	*ret_status = status;
	return RC_OK;
}

/* The core puts a whole new file in its place, so this one stays as it is. */
enum rc
nagios_status_read(const char *path, const char *host, const char *service, int64_t now,
    struct nagios_status *ret_status, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st = { .st_size = 0 };
	void *text = MAP_FAILED;
	enum rc r = RC_OK;

	if (fd < 0)
		return err_system(err, "status file: %s", path);
	if (fstat(fd, &st) != 0)
		r = err_system(err, "status file: %s", path);
	else if (!S_ISREG(st.st_mode) || st.st_size == 0)
		r = err_set(err, RC_FORMAT, "status file: %s: no such file", path);
	else if (st.st_size > NAGIOS_STATUS_MAX_BYTES)
		r = err_set(err, RC_LIMIT, "status file: %s: too large", path);
	if (r == RC_OK)
		text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (r == RC_OK && text == MAP_FAILED)
		r = err_system(err, "status file: %s", path);
	(void)close(fd);
	if (r != RC_OK)
		return r;
	r = nagios_status_parse(text, (size_t)st.st_size, host, service, now,
	    ret_status, err);
	(void)munmap(text, (size_t)st.st_size);
	return r;
}
