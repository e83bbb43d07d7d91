/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts, asks and ends the process that signs.  What keeps its memory to
 * itself: prctl(2) PR_SET_DUMPABLE; what makes it end with us: PR_SET_PDEATHSIG
 * and the end of its socket.
 */
#include "ca/signer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "ca/issuer.h"

enum {
	CHILD_FD = 3
};

static bool
send_all(int fd, const void *message, size_t size)
{
	ssize_t n;

	do
		n = send(fd, message, size, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)size;
}

/* A message of exactly this size; false at the end or for any other. */
static bool
receive_all(int fd, void *message, size_t size)
{
	ssize_t n;

	do
		n = recv(fd, message, size, MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)size;
}

/*
 * Nothing of the parent's but the one socket and standard error: no device, no
 * database, no lock, no handler.
 */
static bool
shed_parent(pid_t parent, int fd)
{
	const struct rlimit no_core = { 0 };
	int null;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		return false;
	if (prctl(PR_SET_DUMPABLE, 0) != 0 || setrlimit(RLIMIT_CORE, &no_core) != 0)
		return false;
	child_reset_signals();
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return false;
	if (fd != CHILD_FD && dup2(fd, CHILD_FD) < 0)
		return false;
	closefrom(CHILD_FD + 1);
	return true;
}

static bool
say_hello(enum rc r, const struct err *err)
{
	struct signer_answer hello;

	memset(&hello, 0, sizeof(hello));
	hello.outcome = r == RC_OK ? CA_ISSUED : CA_CONFIG;
	memcpy(hello.text, err->text, strnlen(err->text, sizeof(hello.text) - 1));
	return send_all(CHILD_FD, &hello, sizeof(hello)) && r == RC_OK;
}

static void
serve(const struct signer_settings *settings)
{
	struct issuer issuer = { 0 };
	struct err err = { 0 };
	struct signer_request request;
	struct signer_answer answer;
	enum rc r;

	r = issuer_open(settings->cert_file, settings->key_file, settings->secret_file,
	    &issuer, &err);
	if (!say_hello(r, &err))
		goto out;
	while (receive_all(CHILD_FD, &request, sizeof(request))) {
		signer_answer_request(settings, &issuer, &request, &answer);
		if (!send_all(CHILD_FD, &answer, sizeof(answer)))
			break;
	}
out:
	issuer_clear(&issuer);
}

/* Wait for one message until the deadline. */
static enum rc
receive_answer(const struct signer *signer, int64_t deadline_ms,
    struct signer_answer *answer, struct err *err)
{
	struct pollfd wait = { .fd = signer->fd, .events = POLLIN };
	int64_t left_ms;
	int n;

	do {
		left_ms = deadline_ms - clock_monotonic_ms();
		if (left_ms <= 0)
			return err_set(err, RC_TIMEOUT,
			    "signing process: no answer in time");
		n = poll(&wait, 1, left_ms < INT_MAX ? (int)left_ms : INT_MAX);
	} while (n == 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		return err_system(err, "signing process: cannot wait");
	if (!receive_all(signer->fd, answer, sizeof(*answer)))
		return err_set(err, RC_SYSTEM, "signing process: it has ended");
	answer->text[sizeof(answer->text) - 1] = '\0';
	answer->key[sizeof(answer->key) - 1] = '\0';
	if (answer->outcome < CA_ISSUED || answer->outcome > CA_BADANSWER ||
	    answer->cert_len > sizeof(answer->cert))
		return err_set(err, RC_SYSTEM, "signing process: a senseless answer");
	return RC_OK;
}

static enum rc
hear_hello(const struct signer *signer, struct err *err)
{
	struct signer_answer hello;
	enum rc r;

	r = receive_answer(signer, clock_monotonic_ms() + SIGNER_START_MS, &hello, err);
	if (r == RC_OK && hello.outcome != CA_ISSUED)
		r = err_set(err, RC_CONFIG, "%s", hello.text);
	return r;
}

enum rc
signer_start(const struct signer_settings *settings, struct signer *ret_signer,
    struct err *err)
{
	struct signer signer = { .fd = -1 };
	pid_t parent = getpid();
	int ends[2];
	enum rc r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return err_system(err, "signing process: cannot make a socket");
	signer.pid = fork();
	if (signer.pid == 0) {
		if (shed_parent(parent, ends[1]))
			serve(settings);
		_exit(EXIT_SUCCESS);
	}
	close(ends[1]);
	signer.fd = ends[0];
	if (signer.pid < 0) {
		r = err_system(err, "signing process: cannot start");
		close(signer.fd);
		return r;
	}
	r = hear_hello(&signer, err);
	if (r != RC_OK) {
		signer_stop(&signer);
		return r;
	}
	*ret_signer = signer;
	return RC_OK;
}

enum rc
signer_call(struct signer *signer, const struct signer_request *request,
    int64_t deadline_ms, struct signer_answer *ret_answer, struct err *err)
{
	if (signer->pid == 0 || !send_all(signer->fd, request, sizeof(*request)))
		return err_set(err, RC_SYSTEM, "signing process: it has ended");
	return receive_answer(signer, deadline_ms, ret_answer, err);
}

void
signer_stop(struct signer *signer)
{
	pid_t ended;

	if (signer->pid > 0) {
		close(signer->fd);
		/* What it had issued is in its table: it has nothing left to do. */
		(void)kill(signer->pid, SIGKILL);
		do
			ended = waitpid(signer->pid, NULL, 0);
		while (ended < 0 && errno == EINTR);
	}
	memset(signer, 0, sizeof(*signer));
}
