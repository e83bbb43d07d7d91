/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a password or a pass phrase from where others cannot see it.  What a
 * credential file of systemd looks like is in systemd.exec(5).
 */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

enum {
	LINE_SIZE = SECRET_MAX_BYTES + 3, /* CR, LF, and one to see it is longer */
	MODE_SYSTEMD = 0440,
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

/* The rule that a file breaks, or NULL. */
static const char *
broken_rule(const struct stat *st)
{
	bool is_credential =
	    st->st_uid == 0 && st->st_gid == 0 && (st->st_mode & 07777) == MODE_SYSTEMD;

	if (!S_ISREG(st->st_mode))
		return "not a regular file";
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return "belongs to another user";
	if ((st->st_mode & 077) != 0 && !is_credential)
		return "open to group or others, use chmod 600";
	return NULL;
}

enum rc
secret_read_file(struct secret *secret, const char *path, struct err *err)
{
	const char *broken;
	struct stat st;
	enum rc r;
	int fd;

	/* A FIFO would wait for its writer before it could be refused. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return err_system(err, "%s: cannot open", path);
	if (fstat(fd, &st) != 0) {
		r = err_system(err, "%s: cannot stat", path);
		goto out;
	}
	broken = broken_rule(&st);
	if (broken != NULL) {
		r = err_set(err, RC_CONFIG, "%s: secret file: %s", path, broken);
		goto out;
	}
	r = read_secret(secret, fd, path, err);
out:
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
