/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a password or a pass phrase from where others cannot see it.
 */
#include "base/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/private_file.h"

enum {
	LINE_SIZE = SECRET_MAX_BYTES + 3, /* CR, LF, and one to see it is longer */
};

/* Up to the first newline, the end, or size bytes; *ret_len is without it. */
static enum rc
read_line(int fd, char *line, size_t size, size_t *ret_len)
{
	size_t len = 0;
	const char *newline = NULL;
	ssize_t n;

	while (len < size && newline == NULL) {
		n = read(fd, line + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return RC_SYSTEM;
		if (n == 0)
			break;
		newline = memchr(line + len, '\n', (size_t)n);
		len += (size_t)n;
	}
	if (newline != NULL)
		len = (size_t)(newline - line);
	if (len > 0 && line[len - 1] == '\r')
		len--;
	*ret_len = len;
	return RC_OK;
}

static enum rc
hold(struct secret *secret, const char *line, size_t len, const char *object,
    struct err *err)
{
	char *text;

	if (len == 0)
		return err_set(err, RC_CONFIG, "%s: the first line is empty", object);
	if (len > SECRET_MAX_BYTES)
		return err_set(err, RC_CONFIG, "%s: longer than %d bytes", object,
		    SECRET_MAX_BYTES);
	if (memchr(line, '\0', len) != NULL)
		return err_set(err, RC_CONFIG, "%s: holds a NUL byte", object);
	text = malloc(len + 1);
	if (text == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory", object);
	memcpy(text, line, len);
	text[len] = '\0';
	secret_clear(secret);
	secret->text = text;
	secret->len = len;
	return RC_OK;
}

static enum rc
read_secret(struct secret *secret, int fd, const char *object, struct err *err)
{
	char line[LINE_SIZE];
	size_t len = 0;
	enum rc r;

	r = read_line(fd, line, sizeof(line), &len);
	if (r != RC_OK)
		err_system(err, "%s: cannot read", object);
	else
		r = hold(secret, line, len, object, err);
	OPENSSL_cleanse(line, sizeof(line));
	return r;
}

enum rc
secret_read_file(struct secret *secret, const char *path, struct err *err)
{
	enum rc r;
	int fd = -1;

	r = private_file_open(path, &fd, err);
	if (r != RC_OK)
		return r;
	r = read_secret(secret, fd, path, err);
	close(fd);
	return r;
}

enum rc
secret_read_fd(struct secret *secret, int fd, struct err *err)
{
	enum rc r;

	r = read_secret(secret, fd, "secret descriptor", err);
	close(fd);
	return r;
}

bool
secret_is_set(const struct secret *secret)
{
	return secret->text != NULL;
}

void
secret_clear(struct secret *secret)
{
	if (secret->text != NULL)
		OPENSSL_cleanse(secret->text, secret->len);
	free(secret->text);
	secret->text = NULL;
	secret->len = 0;
}
