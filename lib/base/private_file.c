/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening and reading files that hold secrets.  The rule is ssh's, with
 * systemd's exception (systemd.exec(5), LoadCredential=).
 */
#include "base/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

enum {
	MODE_SYSTEMD = 0440,
	READ_SIZE = 4096,
};

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
private_file_open(const char *path, int *ret_fd, struct err *err)
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
	*ret_fd = fd;
	return RC_OK;
out:
	(void)close(fd);
	return r;
}

static enum rc
read_all(int fd, const char *path, struct buf *bytes, struct err *err)
{
	char part[READ_SIZE];
	enum rc r = RC_OK;
	ssize_t n;

	do {
		n = read(fd, part, sizeof(part));
		if (n > 0)
			r = buf_add(bytes, part, (size_t)n);
	} while (r == RC_OK && (n > 0 || (n < 0 && errno == EINTR)));
	if (n < 0)
		r = err_system(err, "%s: cannot read", path);
	else if (r == RC_LIMIT)
		r = err_set(err, r, "%s: more than %zu bytes", path, bytes->max_bytes);
	else if (r != RC_OK)
		r = err_set(err, r, "%s: out of memory", path);
	OPENSSL_cleanse(part, sizeof(part));
	return r;
}

enum rc
private_file_read(const char *path, struct buf *bytes, struct err *err)
{
	enum rc r;
	int fd = -1;

	r = private_file_open(path, &fd, err);
	if (r != RC_OK)
		return r;
	r = read_all(fd, path, bytes, err);
	(void)close(fd);
	return r;
}
