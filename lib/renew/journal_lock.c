/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One remedy at a time per device, one trial at a time per CA: a lock file named by
 * the UUID, or by a digest of the name, in a folder beside the database.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/sha.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/lock_file.h"
#include "renew/journal.h"

enum {
	LOCK_PATH_MAX_BYTES = 8192,
	LOCK_TEXT_MAX_BYTES = 64,
	UUID_LEN = 36,
};

struct journal_lock {
	char *path;
	int fd;
};

/* Its text becomes a file name, so nothing but a UUID gets that far. */
static bool
is_uuid(const char *text)
{
	if (strlen(text) != UUID_LEN)
		return false;
	for (size_t i = 0; i < UUID_LEN; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (is_dash ? text[i] != '-'
			    : strchr("0123456789abcdef", text[i]) == NULL)
			return false;
	}
	return true;
}

static enum rc
make_path(const struct db *db, const char *file, char **ret_path, struct err *err)
{
	struct buf buf;
	char *path = NULL;
	enum rc r;

	buf_init(&buf, LOCK_PATH_MAX_BYTES);
	r = buf_addf(&buf, "%s.lock", db->path);
	if (r == RC_OK && mkdir(buf_str(&buf), 0700) != 0 && errno != EEXIST) {
		r = err_system(err, "%s: cannot create the folder", buf_str(&buf));
		goto out;
	}
	if (r == RC_OK)
		r = buf_addf(&buf, "/%s", file);
	if (r != RC_OK) {
		r = err_set(err, r, "%s: lock file name", db->path);
		goto out;
	}
	path = buf_take(&buf);
	if (path == NULL)
		r = err_set(err, RC_NOMEM, "%s: out of memory", db->path);
	else
		*ret_path = path;
out:
	buf_clear(&buf);
	return r;
}

/* "another remedy is at work: held by process 1234", as its holder wrote it. */
static enum rc
name_holder(const char *path, const char *what, struct err *err)
{
	char text[LOCK_TEXT_MAX_BYTES];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 ? 0 : pread(fd, text, sizeof(text) - 1, 0);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? (size_t)n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return err_set(err, RC_LOCKED, "%s: another remedy is at work: %s", what,
	    text[0] != '\0' ? text : "held by another process");
}

/* Only words for the one who has to wait: the lock is what counts. */
static void
write_holder(int fd)
{
	char text[LOCK_TEXT_MAX_BYTES];
	int n;

	n = snprintf(text, sizeof(text), "held by process %ld\n", (long)getpid());
	if (n > 0 && (size_t)n < sizeof(text) && ftruncate(fd, 0) == 0)
		(void)!pwrite(fd, text, (size_t)n, 0);
}

/* what is what the file stands for, to people. */
static enum rc
take(const struct db *db, const char *file, const char *what,
    struct journal_lock **ret_lock, struct err *err)
{
	struct journal_lock *lock = calloc(1, sizeof(*lock));
	struct err why = { 0 };
	enum rc r;

	if (lock == NULL)
		return err_set(err, RC_NOMEM, "lock: out of memory");
	lock->fd = -1;
	r = make_path(db, file, &lock->path, err);
	if (r == RC_OK) {
		r = lock_file_take(lock->path, &lock->fd, &why);
		if (r == RC_LOCKED)
			r = name_holder(lock->path, what, err);
		else if (r != RC_OK)
			r = err_set(err, r, "%s", why.text);
	}
	if (r != RC_OK) {
		free(lock->path);
		free(lock);
		return r;
	}
	write_holder(lock->fd);
	*ret_lock = lock;
	return RC_OK;
}

enum rc
journal_lock(const struct db *db, const char *device_uuid,
    struct journal_lock **ret_lock, struct err *err)
{
	char what[LOCK_TEXT_MAX_BYTES];

	if (!is_uuid(device_uuid))
		return err_set(err, RC_FORMAT, "device UUID %s: not a UUID",
		    device_uuid);
	(void)snprintf(what, sizeof(what), "device %s", device_uuid);
	return take(db, device_uuid, what, ret_lock, err);
}

enum rc
journal_lock_ca(const struct db *db, const char *ca, struct journal_lock **ret_lock,
    struct err *err)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	struct buf file;
	enum rc r;

	SHA256((const unsigned char *)ca, strlen(ca), digest);
	buf_init(&file, LOCK_PATH_MAX_BYTES);
	(void)buf_add_str(&file, "ca-");
	r = codec_hex_encode(&file, digest, sizeof(digest));
	r = r == RC_OK ? take(db, buf_str(&file), ca, ret_lock, err)
		       : err_set(err, r, "lock: out of memory");
	buf_clear(&file);
	return r;
}

void
journal_unlock(struct journal_lock *lock)
{
	if (lock == NULL)
		return;
	lock_file_free(lock->path, lock->fd);
	free(lock->path);
	free(lock);
}
