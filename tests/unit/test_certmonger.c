/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/certmonger.c: every outcome as the exit status and the text that certmonger
 * reads, with a CA that does what the test says.
 */
#include <stdlib.h>

#include <openssl/err.h>

#include "ca/certmonger.h"
#include "ca/encode.h"
#include "made.h"
#include "torture.h"
#include "unit.h"

#define HOST "mon1.example.test"
#define NOW  INT64_C(1790000000)

/* What the CA does next, and what it saw. */
static struct {
	enum ca_outcome outcome;
	struct cert *leaf;
	struct anchors *anchors;
	struct cert *root;
	const char *template_name;
	const char *challenge;
	const char *cookie;
	int64_t after_s;
	int n_submits;
	int n_polls;
	char polled_with[32];
} lab;

static enum rc
lab_open(const struct conf *conf, const char *name, void **ret_state, struct err *err)
{
	(void)conf;
	(void)name;
	(void)err;
	*ret_state = &lab;
	return RC_OK;
}

static void
lab_close(void *state)
{
	(void)state;
}

static const struct anchors *
lab_anchors(const void *state)
{
	(void)state;
	return lab.anchors;
}

static struct cert *const *
lab_chain(const void *state, size_t *ret_n)
{
	(void)state;
	*ret_n = 1;
	return &lab.root;
}

static void
lab_prepare(const void *state, struct csr_profile *profile)
{
	(void)state;
	profile->template_name = lab.template_name;
	profile->challenge = lab.challenge;
}

static enum rc
lab_answer(struct ca_answer *answer, struct err *err)
{
	if (lab.outcome == CA_ISSUED)
		return ca_answer_issue(answer, lab.leaf->der, lab.leaf->der_len, err);
	if (lab.outcome == CA_PENDING)
		return ca_answer_pend(answer, lab.cookie, strlen(lab.cookie),
		    lab.after_s, err);
	ca_answer_set(answer, lab.outcome, "says\nthe CA \x1b[1m");
	return RC_OK;
}

static enum rc
lab_submit(void *state, const struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	(void)state;
	assert_string_equal(request->profile.common_name, HOST);
	lab.n_submits++;
	return lab_answer(ret_answer, err);
}

static enum rc
lab_poll(void *state, const struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	(void)state;
	assert_true(request->cookie_len < sizeof(lab.polled_with));
	memset(lab.polled_with, 0, sizeof(lab.polled_with));
	memcpy(lab.polled_with, request->cookie, request->cookie_len);
	lab.n_polls++;
	return lab_answer(ret_answer, err);
}

static const char *const no_keys[] = { NULL };

static const struct ca_ops lab_ops = {
	.name = "lab",
	.keys = no_keys,
	.open = lab_open,
	.close = lab_close,
	.anchors = lab_anchors,
	.chain = lab_chain,
	.prepare = lab_prepare,
	.submit = lab_submit,
	.poll = lab_poll,
};

/*
 * One call.
 */

struct told {
	enum certmonger_exit exit;
	struct buf out;
};

static enum rc
ask(const char *operation, const char *csr, const char *cookie, struct told *told)
{
	const struct certmonger_call call = { .operation = operation,
		.csr = csr,
		.cookie = cookie,
		.now = NOW,
		.deadline_ms = INT64_MAX };
	struct ca *ca = NULL;
	enum rc r;

	buf_init(&told->out, CERTMONGER_OUT_MAX_BYTES);
	r = ca_open_with(&lab_ops, NULL, NULL, &ca, NULL);
	if (r == RC_OK)
		r = certmonger_answer(ca, &call, &told->out, &told->exit, NULL);
	ca_close(ca);
	return r;
}

static void
expect(const char *operation, const char *csr, const char *cookie,
    enum certmonger_exit exit, const char *words)
{
	struct told told = { .exit = CERTMONGER_ISSUED };

	assert_int_equal(ask(operation, csr, cookie, &told), RC_OK);
	assert_has(buf_str(&told.out), words);
	assert_int_equal(told.exit, exit);
	assert_int_equal(ERR_peek_error(), 0);
	buf_clear(&told.out);
}

static char *
pem_of(const struct made_request *request, const struct made_extra *extra)
{
	size_t len = 0;
	uint8_t *der = made_csr_with(request, extra, &len);
	struct buf pem;

	buf_init(&pem, CERTMONGER_OUT_MAX_BYTES);
	assert_int_equal(encode_pem(&pem, "CERTIFICATE REQUEST", der, len), RC_OK);
	free(der);
	return buf_take(&pem);
}

static const struct made_request host = { .subject = HOST,
	.san = "DNS:" HOST,
	.key = MADE_P384,
	.signing_key = MADE_P384 };
static const struct made_extra server = { .eku = "serverAuth" };

static int
set_up(void **state)
{
	struct made_recipe root =
	    made_ca("Lab Root", MADE_P384, NOW - 1000, NOW + 90000000);
	struct made_recipe leaf = { .subject = HOST,
		.san = "DNS:" HOST,
		.eku = "serverAuth",
		.key_usage = "critical,digitalSignature",
		.constraints = "critical,CA:FALSE",
		.key = MADE_P384,
		.digest = "sha384",
		.version = 2,
		.serial = 77,
		.not_before = NOW - 100,
		.not_after = NOW + 30000000,
		.issuer_key = MADE_P384_OTHER };
	X509 *x;

	root.key = root.issuer_key = MADE_P384_OTHER;
	root.digest = "sha384";
	x = made_x509(&root);
	memset(&lab, 0, sizeof(lab));
	leaf.issuer = x;
	lab.leaf = made_cert(&leaf);
	lab.root = made_parse(x);
	X509_free(x);
	lab.cookie = "id,17\nmore";
	assert_int_equal(anchors_from_certs(&lab.root, 1, &lab.anchors, NULL), RC_OK);
	*state = pem_of(&host, &server);
	return 0;
}

static int
tear_down(void **state)
{
	cert_free(lab.leaf);
	cert_free(lab.root);
	anchors_free(lab.anchors);
	free(*state);
	return 0;
}

static void
issues_what_was_judged(void **state)
{
	struct told told = { .exit = CERTMONGER_WAIT };
	struct made_recipe other = made_ca(HOST, MADE_P384, NOW - 100, NOW + 1000);

	assert_int_equal(ask("SUBMIT", *state, NULL, &told), RC_OK);
	assert_int_equal(told.exit, CERTMONGER_ISSUED);
	assert_int_equal(strncmp(buf_str(&told.out), "-----BEGIN CERTIFICATE-----\n",
			     28),
	    0);
	/* The anchor the host has already. */
	assert_null(strstr(buf_str(&told.out) + 28, "BEGIN"));
	buf_clear(&told.out);
	cert_free(lab.leaf);
	lab.leaf = made_cert(&other);
	expect("SUBMIT", *state, NULL, CERTMONGER_REJECTED,
	    "refused what the CA issued: ");
	assert_int_equal(lab.n_submits, 2);
}

static void
every_outcome_has_an_exit_status(void **state)
{
	static const struct {
		enum ca_outcome outcome;
		enum certmonger_exit exit;
	} rows[] = {
		{ CA_REJECTED, CERTMONGER_REJECTED },
		{ CA_RETRY, CERTMONGER_UNREACHABLE },
		{ CA_AUTH, CERTMONGER_UNCONFIGURED },
		{ CA_CONFIG, CERTMONGER_UNCONFIGURED },
		{ CA_UNSUPPORTED, CERTMONGER_UNCONFIGURED },
		{ CA_BADANSWER, CERTMONGER_REJECTED },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		lab.outcome = rows[i].outcome;
		expect("SUBMIT", *state, NULL, rows[i].exit, "the CA ");
	}
	assert_int_equal(lab.n_submits, UNIT_COUNT(rows));
}

static void
a_cookie_is_for_the_ca_that_said_it(void **state)
{
	struct told told = { .exit = CERTMONGER_ISSUED };

	lab.outcome = CA_PENDING;
	expect("SUBMIT", *state, NULL, CERTMONGER_WAIT,
	    "aWQsMTcKbW9yZQ== lab (default)\n");
	lab.after_s = 30;
	assert_int_equal(ask("SUBMIT", *state, NULL, &told), RC_OK);
	assert_int_equal(told.exit, CERTMONGER_WAIT_MORE);
	assert_string_equal(buf_str(&told.out), "30\naWQsMTcKbW9yZQ== lab (default)\n");
	buf_clear(&told.out);
	expect("POLL", *state, "aWQsMTcKbW9yZQ== lab (default)\n", CERTMONGER_WAIT_MORE,
	    "30\n");
	assert_string_equal(lab.polled_with, "id,17\nmore");
	lab.outcome = CA_ISSUED;
	expect("POLL", *state, "aWQsMTcKbW9yZQ== lab (default)", CERTMONGER_ISSUED,
	    "BEGIN CERT");
	assert_int_equal(lab.n_polls, 2);
	/* None of these gets there. */
	expect("POLL", *state, NULL, CERTMONGER_UNCONFIGURED, "COOKIE");
	expect("POLL", *state, "aWQsMTcKbW9yZQ== corp (est)", CERTMONGER_UNCONFIGURED,
	    "COOKIE");
	expect("POLL", *state, "aWQs*Tc= lab (default)", CERTMONGER_UNCONFIGURED,
	    "COOKIE");
	expect("POLL", *state, "aWQs lab (default)x", CERTMONGER_UNCONFIGURED,
	    "COOKIE");
	assert_int_equal(lab.n_polls, 2);
}

static void
no_bad_request_gets_to_the_ca(void **state)
{
	static const struct {
		struct made_request request;
		struct made_extra extra;
		const char *words;
	} rows[] = {
		{ { HOST, "DNS:" HOST, NULL, MADE_P384, MADE_P384_OTHER },
		    { .eku = "serverAuth" }, "not signed by its own key" },
		{ { HOST, "DNS:" HOST, NULL, MADE_RSA1024, MADE_RSA1024 },
		    { .eku = "serverAuth" }, "RSA key of 1024 bits" },
		{ { HOST, "DNS:" HOST, NULL, MADE_P521, MADE_P521 },
		    { .eku = "serverAuth" }, "EC key on another group" },
		{ { HOST, NULL, NULL, MADE_P384, MADE_P384 }, { .eku = "serverAuth" },
		    "no subjectAltName" },
		{ { HOST, "DNS:" HOST, NULL, MADE_P384, MADE_P384 }, { .eku = NULL },
		    "extKeyUsage" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char *pem = pem_of(&rows[i].request, &rows[i].extra);

		expect("SUBMIT", pem, NULL, CERTMONGER_REJECTED, rows[i].words);
		free(pem);
	}
	expect("SUBMIT", NULL, NULL, CERTMONGER_REJECTED, "not one PKCS#10");
	expect("SUBMIT", "garbage", NULL, CERTMONGER_REJECTED, "not one PKCS#10");
	(void)state;
	assert_int_equal(lab.n_submits, 0);
}

static void
names_what_cannot_be_added_any_more(void **state)
{
	const struct made_extra all = { .eku = "serverAuth",
		.challenge = "s3cret",
		.template_name = "AMTTLS" };
	char *pem = pem_of(&host, &all);

	lab.template_name = "AMTTLS";
	expect("GET-DEFAULT-TEMPLATE", NULL, NULL, CERTMONGER_ISSUED, "AMTTLS\n");
	expect("GET-SUPPORTED-TEMPLATES", NULL, NULL, CERTMONGER_ISSUED, "AMTTLS\n");
	expect("SUBMIT", *state, NULL, CERTMONGER_UNCONFIGURED, "getcert request -T");
	expect("SUBMIT", pem, NULL, CERTMONGER_ISSUED, "BEGIN");
	lab.template_name = NULL;
	lab.challenge = "s3cret";
	expect("SUBMIT", *state, NULL, CERTMONGER_UNCONFIGURED, "getcert request -l");
	expect("SUBMIT", pem, NULL, CERTMONGER_ISSUED, "BEGIN");
	assert_int_equal(lab.n_submits, 2);
	free(pem);
}

static void
other_operations(void **state)
{
	static const char *const unknown[] = { "GET-DEFAULT-TEMPLATE",
		"GET-SUPPORTED-TEMPLATES", "GET-NEW-REQUEST-REQUIREMENTS",
		"GET-RENEW-REQUEST-REQUIREMENTS", "FETCH-SCEP-CA-CAPS",
		"FETCH-SCEP-CA-CERTS", "submit", "" };

	(void)state;
	expect("IDENTIFY", NULL, NULL, CERTMONGER_ISSUED, "CA lab (default)\n");
	expect("FETCH-ROOTS", NULL, NULL, CERTMONGER_ISSUED,
	    "lab (default) anchor 1\n-----BEGIN");
	expect("FETCH-ROOTS", NULL, NULL, CERTMONGER_ISSUED,
	    "-----END CERTIFICATE-----\n\nlab (default) issuer 1\n-----BEGIN");
	for (size_t i = 0; i < UNIT_COUNT(unknown); i++)
		expect(unknown[i], NULL, NULL, CERTMONGER_UNSUPPORTED, "");
}

static enum rc
submit_once(void *ctx)
{
	struct told told = { .exit = CERTMONGER_ISSUED };
	enum rc r = ask("SUBMIT", ctx, NULL, &told);

	buf_clear(&told.out);
	return r;
}

static void
out_of_memory(void **state)
{
	(void)torture(submit_once, *state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(issues_what_was_judged),
		TEST(every_outcome_has_an_exit_status),
		TEST(a_cookie_is_for_the_ca_that_said_it),
		TEST(no_bad_request_gets_to_the_ca),
		TEST(names_what_cannot_be_added_any_more),
		TEST(other_operations),
		TEST(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, made_forget_keys);
}
