/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever a CMP server answers, and whatever stands in a cookie: there is an outcome,
 * nothing is issued that was not protected for our message, and what is kept of a
 * request that waits can be read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ca/cmp_cookie.h"
#include "ca/cmp_session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	DO_SUBMIT,
	DO_POLL,
	DO_PROBE,
	DO_KINDS,
	ONE_OF = 64,	   /* inputs is worth a transaction, which takes milliseconds */
	LIMIT_MS = 600000, /* nothing is waited for */
};

static char reference[] = "ref-1";
static char secret[] = "s3cret-w0rd";
static uint8_t *csr;
static size_t csr_len;

/* A request, made once. */
static void
make_csr(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509_REQ *req = X509_REQ_new();
	unsigned char *der = NULL;
	int len;

	if (key == NULL || req == NULL || X509_REQ_set_pubkey(req, key) != 1 ||
	    X509_REQ_sign(req, key, EVP_sha256()) <= 0)
		abort();
	len = i2d_X509_REQ(req, &der);
	if (len <= 0)
		abort();
	csr = der; /* for as long as the program runs */
	csr_len = (size_t)len;
	X509_REQ_free(req);
	EVP_PKEY_free(key);
}

/* Answers are parted by their own length. */
struct script {
	const uint8_t *bytes;
	size_t len;
	char *answer;
};

static enum rc
play(void *carrier, const struct https_request *request,
    struct https_answer *ret_answer, struct err *err)
{
	struct script *script = carrier;
	struct cmp_cookie cookie = { .n = 0 };
	size_t len = script->len;

	if (request->len == 0)
		abort();
	if (len == 0)
		return err_set(err, RC_CONNECT, "no more answers");
	if (cmp_cookie_read(script->bytes, script->len, &cookie, NULL) == RC_OK)
		len = cookie.messages[0].len;
	/* On the heap, where a byte read behind it is noticed. */
	free(script->answer);
	script->answer = malloc(len);
	if (script->answer == NULL)
		abort();
	memcpy(script->answer, script->bytes, len);
	script->bytes += len;
	script->len -= len;
	*ret_answer = (struct https_answer){ .status = 200,
		.type = "application/pkixcmp",
		.body = script->answer,
		.len = len };
	return RC_OK;
}

static void
check(enum rc r, const struct ca_answer *answer)
{
	struct cmp_cookie cookie = { .n = 0 };

	if (r != RC_OK && r != RC_FORMAT)
		abort();
	if (answer->outcome == CA_PENDING &&
	    cmp_cookie_read(answer->cookie, answer->cookie_len, &cookie, NULL) != RC_OK)
		abort();
	for (const char *p = answer->text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ')
			abort();
}

static void
run(int kind, const uint8_t *data, size_t size)
{
	struct cmp_keys keys = { .reference = reference,
		.secret = { secret, sizeof(secret) - 1 },
		.recipient = X509_new(),
		.helpers = sk_X509_new_null() };
	struct script script = { data, kind == DO_POLL ? 0 : size, NULL };
	const struct cmp_peer peer = { .exchange = play,
		.carrier = &script,
		.keys = &keys };
	struct ca_request request = { .profile = { .common_name = "pc1.example",
					  .eku = CERT_EKU_SERVER_AUTH },
		.csr = csr,
		.csr_len = csr_len,
		.deadline_ms = clock_monotonic_ms() + LIMIT_MS };
	struct ca_answer answer = { .outcome = CA_BADANSWER };
	struct bag bag = { 0 };

	if (kind == DO_POLL) {
		request.cookie = data;
		request.cookie_len = size;
	}
	if (kind == DO_PROBE)
		check(cmp_talk_ask(&peer, &request, &bag, &answer, NULL), &answer);
	else
		check(cmp_talk_enrol(&peer, &request, &answer, NULL), &answer);
	if (answer.outcome == CA_ISSUED)
		abort();
	ca_answer_clear(&answer);
	bag_clear(&bag);
	free(script.answer);
	X509_free(keys.recipient);
	sk_X509_free(keys.helpers);
}

/* The same inputs are chosen every time. */
static bool
is_chosen(const uint8_t *data, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = sum * 31 + data[i];
	return sum % ONE_OF == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cmp_status status = { .status = CMP_STATUS_ABSENT };
	struct cmp_cookie cookie = { .n = 0 };

	if (csr == NULL)
		make_csr();
	if (size == 0)
		return 0;
	if (cmp_status_read_error(data + 1, size - 1, &status, NULL) == RC_OK &&
	    strlen(status.words) >= sizeof(status.words))
		abort();
	if (cmp_cookie_read(data + 1, size - 1, &cookie, NULL) == RC_OK &&
	    cookie.messages[0].len + cookie.messages[1].len != size - 1)
		abort();
	if (is_chosen(data, size))
		run(data[0] % DO_KINDS, data + 1, size - 1);
	return 0;
}
