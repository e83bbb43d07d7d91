/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/signer_work.c: what the signing process answers, without a process.
 */
#include <stdlib.h>

#include "ca/issuer.h"
#include "ca/signer.h"
#include "folder.h"
#include "made.h"
#include "unit.h"

#define DAY  INT64_C(86400)
#define NOW  INT64_C(1760000000)
#define NAME "pc01.example"

/* A CA in a folder, opened. */
struct ca_room {
	struct signer_settings settings;
	struct issuer issuer;
	struct cert *cert;
	struct anchors *anchors;
};

static struct ca_room
open_room(const struct folder *folder, const char *name)
{
	const struct made_recipe recipe =
	    made_ca(name, MADE_P384, NOW - DAY, NOW + 900 * DAY);
	struct ca_room room = { .settings = { .cert_file =
						  folder_file(folder, "ca.pem"),
				    .key_file = folder_file(folder, "ca.key"),
				    .issued_file = folder_file(folder, "issued.db"),
				    .lifetime_s = 365 * DAY,
				    .backdate_s = DAY } };
	X509 *x = made_x509(&recipe);
	struct err err = { 0 };

	made_put_cert(room.settings.cert_file, x);
	made_put_key(room.settings.key_file, made_key(MADE_P384), NULL);
	room.cert = made_parse(x);
	X509_free(x);
	assert_rc(issuer_open(room.settings.cert_file, room.settings.key_file, NULL,
		      &room.issuer, &err),
	    RC_OK, &err);
	assert_rc(anchors_from_certs(&room.cert, 1, &room.anchors, &err), RC_OK, &err);
	room.settings.anchors = room.anchors;
	return room;
}

static void
close_room(struct ca_room *room)
{
	issuer_clear(&room->issuer);
	anchors_free(room->anchors);
	cert_free(room->cert);
}

static void
fill(struct signer_request *request, enum made_kind key)
{
	const struct made_request wanted = { .subject = NAME,
		.san = "DNS:" NAME,
		.key = key,
		.signing_key = key };
	size_t len = 0;
	uint8_t *csr = made_csr(&wanted, &len);

	memset(request, 0, sizeof(*request));
	assert_true(len <= sizeof(request->csr));
	memcpy(request->csr, csr, len);
	free(csr);
	request->csr_len = len;
	request->task = SIGNER_SUBMIT;
	request->eku = CERT_EKU_SERVER_AUTH;
	request->now = NOW;
	request->not_before_max = NOW;
	memcpy(request->digest, "sha256", sizeof("sha256"));
	memcpy(request->common_name, NAME, sizeof(NAME));
}

static struct signer_answer
answer_to(const struct ca_room *room, const struct signer_request *request)
{
	struct signer_answer answer;

	signer_answer_request(&room->settings, &room->issuer, request, &answer);
	return answer;
}

static bool
is_same(const struct signer_answer *a, const struct signer_answer *b)
{
	assert_int_equal(a->outcome, CA_ISSUED);
	assert_int_equal(b->outcome, CA_ISSUED);
	return a->cert_len == b->cert_len && memcmp(a->cert, b->cert, a->cert_len) == 0;
}

static void
the_same_request_gets_the_same_certificate_within_the_hour(void **state)
{
	struct ca_room room = open_room(*state, "Lab CA");
	struct signer_request request;
	struct signer_answer first;
	struct signer_answer next;

	fill(&request, MADE_RSA2048);
	first = answer_to(&room, &request);
	request.now = NOW + 3600;
	next = answer_to(&room, &request);
	assert_true(is_same(&first, &next));
	request.now = NOW + 3601;
	next = answer_to(&room, &request);
	assert_false(is_same(&first, &next));
	close_room(&room);
}

static void
what_differs_gets_another_certificate(void **state)
{
	struct ca_room room = open_room(*state, "Lab CA");
	struct signer_request request;
	struct signer_answer first;
	struct signer_answer next;

	fill(&request, MADE_RSA2048);
	first = answer_to(&room, &request);
	request.lifetime_s = 90 * DAY;
	next = answer_to(&room, &request);
	assert_false(is_same(&first, &next));
	fill(&request, MADE_RSA2048_OTHER);
	next = answer_to(&room, &request);
	assert_false(is_same(&first, &next));
	close_room(&room);
}

/* Its files were replaced: the table beside them still knows the old one's work. */
static void
another_authority_issues_anew(void **state)
{
	struct ca_room room = open_room(*state, "Old CA");
	struct signer_request request;
	struct signer_answer first;
	struct signer_answer next;
	struct cert *cert = NULL;
	struct err err = { 0 };

	fill(&request, MADE_RSA2048);
	first = answer_to(&room, &request);
	close_room(&room);
	room = open_room(*state, "New CA");
	next = answer_to(&room, &request);
	assert_false(is_same(&first, &next));
	assert_rc(cert_parse(next.cert, next.cert_len, &cert, &err), RC_OK, &err);
	assert_string_equal(cert->issuer, "CN=New CA");
	cert_free(cert);
	close_room(&room);
}

static void
a_preflight_issues_nothing(void **state)
{
	struct ca_room room = open_room(*state, "Lab CA");
	struct signer_request request;
	struct signer_answer answer;

	fill(&request, MADE_RSA2048);
	request.task = SIGNER_PROBE;
	answer = answer_to(&room, &request);
	assert_int_equal(answer.outcome, CA_ISSUED);
	assert_int_equal(answer.cert_len, 0);
	assert_int_equal(answer.lifetime_s, 365 * DAY);
	request.not_before_max = NOW - 31 * DAY;
	answer = answer_to(&room, &request);
	assert_int_equal(answer.outcome, CA_CONFIG);
	assert_has(answer.text, "clock is 31 d behind");
	request.now = NOW + 890 * DAY;
	request.not_before_max = request.now;
	answer = answer_to(&room, &request);
	assert_int_equal(answer.outcome, CA_CONFIG);
	assert_has(answer.text, "too early to issue from it");
	close_room(&room);
}

#define IN_A_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(the_same_request_gets_the_same_certificate_within_the_hour),
		IN_A_FOLDER(what_differs_gets_another_certificate),
		IN_A_FOLDER(another_authority_issues_anew),
		IN_A_FOLDER(a_preflight_issues_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, made_forget_keys);
}
