/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/cert_request.c: what a CA was asked survives, once per device and
 * remedy, and protects the key pair that waits.
 */
#include <stdio.h>
#include <stdlib.h>

#include "folder.h"
#include "inventory/cert_request.h"
#include "torture.h"
#include "unit.h"

#define UUID_A "55e3ae13-bfd2-61bb-17a0-88aedd7037ea"
#define UUID_B "55e3ae13-bfd2-61bb-17a0-88aedd7037eb"
#define REMEDY "renew_amt_tls"

enum {
	NOW = 1760000000,
	COOKIE_LEN = 70,
};

static struct db
open_in(const struct folder *folder)
{
	struct db db = { 0 };
	struct err err = { 0 };

	assert_rc(db_open(folder_file(folder, "inventory.db"), &db, &err), RC_OK, &err);
	return db;
}

static struct cert_request
new_request(const char *uuid, const char *ca, int key)
{
	struct cert_request request = { .remedy = REMEDY };

	memcpy(request.device_uuid, uuid, sizeof(request.device_uuid));
	(void)snprintf(request.ca, sizeof(request.ca), "%s", ca);
	memset(request.csr_sha256, key + 1, sizeof(request.csr_sha256));
	memset(request.spki_sha256, key, sizeof(request.spki_sha256));
	return request;
}

static void
begins(struct db *db, struct cert_request *request, int64_t now)
{
	struct err err = { 0 };

	assert_rc(cert_request_begin(db, request, now, &err), RC_OK, &err);
	assert_true(request->id > 0);
	assert_int_equal(request->created_at, now);
}

static void
makes_pending(struct db *db, struct cert_request *request)
{
	struct err err = { 0 };

	request->attempts = 3;
	request->bad_answers = 1;
	request->is_pending = true;
	request->next_poll_at = NOW + 600;
	request->cookie = malloc(COOKIE_LEN);
	assert_non_null(request->cookie);
	for (int i = 0; i < COOKIE_LEN; i++)
		request->cookie[i] = (uint8_t)i; /* a NUL byte and a line feed too */
	request->cookie_len = COOKIE_LEN;
	(void)snprintf(request->text, sizeof(request->text), "Taken under submission");
	assert_rc(cert_request_update(db, request, &err), RC_OK, &err);
}

static void
finds_what_it_wrote_after_the_file_was_closed(void **state)
{
	struct cert_request request = new_request(UUID_A, "corp (est)", 7);
	struct cert_request found = { 0 };
	struct err err = { 0 };
	struct db db = open_in(*state);

	begins(&db, &request, NOW);
	makes_pending(&db, &request);
	db_close(&db);
	db = open_in(*state);
	assert_rc(cert_request_find(&db, UUID_A, REMEDY, &found, &err), RC_OK, &err);
	assert_int_equal(found.id, request.id);
	assert_string_equal(found.device_uuid, UUID_A);
	assert_string_equal(found.ca, "corp (est)");
	assert_memory_equal(found.csr_sha256, request.csr_sha256,
	    sizeof(found.csr_sha256));
	assert_memory_equal(found.spki_sha256, request.spki_sha256,
	    sizeof(found.spki_sha256));
	assert_int_equal(found.created_at, NOW);
	assert_int_equal(found.attempts, 3);
	assert_int_equal(found.bad_answers, 1);
	assert_true(found.is_pending);
	assert_int_equal(found.next_poll_at, NOW + 600);
	assert_int_equal(found.cookie_len, COOKIE_LEN);
	assert_memory_equal(found.cookie, request.cookie, COOKIE_LEN);
	assert_string_equal(found.text, "Taken under submission");
	cert_request_clear(&request);
	cert_request_clear(&found);
	db_close(&db);
}

static void
keeps_one_open_request_per_device_and_remedy(void **state)
{
	struct cert_request first = new_request(UUID_A, "local (default)", 7);
	struct cert_request second = new_request(UUID_A, "local (default)", 9);
	struct cert_request other = new_request(UUID_B, "local (default)", 7);
	struct err err = { 0 };
	struct db db = open_in(*state);

	begins(&db, &first, NOW);
	assert_rc(cert_request_begin(&db, &second, NOW, &err), RC_STATE, &err);
	assert_has(err.text, "has an open request");
	begins(&db, &other, NOW);
	memcpy(second.remedy, "renew_amt_8021x", sizeof("renew_amt_8021x"));
	begins(&db, &second, NOW);
	db_close(&db);
}

static void
finds_no_closed_request_and_changes_none(void **state)
{
	struct cert_request request = new_request(UUID_A, "local (default)", 7);
	struct cert_request found = { 0 };
	struct err err = { 0 };
	struct db db = open_in(*state);

	assert_rc(cert_request_find(&db, UUID_A, REMEDY, &found, &err), RC_NOTFOUND,
	    &err);
	begins(&db, &request, NOW);
	assert_rc(cert_request_close(&db, &request, "sold", NOW, &err), RC_DB, &err);
	err_clear(&err);
	assert_rc(cert_request_close(&db, &request, "issued", NOW, &err), RC_OK, &err);
	assert_rc(cert_request_find(&db, UUID_A, REMEDY, &found, &err), RC_NOTFOUND,
	    &err);
	assert_string_equal(err.text, "");
	assert_rc(cert_request_update(&db, &request, &err), RC_STATE, &err);
	err_clear(&err);
	assert_rc(cert_request_close(&db, &request, "issued", NOW, &err), RC_STATE,
	    &err);
	err_clear(&err);
	begins(&db, &request, NOW + 1);
	db_close(&db);
}

static bool
awaits(struct db *db, const char *uuid, int key, const char *except)
{
	uint8_t spki_sha256[CERT_REQUEST_DIGEST_BYTES];
	struct err err = { 0 };
	bool is_awaited = false;

	memset(spki_sha256, key, sizeof(spki_sha256));
	assert_rc(cert_request_awaits_key(db, uuid, spki_sha256, except, &is_awaited,
		      &err),
	    RC_OK, &err);
	return is_awaited;
}

static void
protects_the_key_of_an_open_request_on_its_device(void **state)
{
	struct cert_request request = new_request(UUID_A, "local (default)", 7);
	struct err err = { 0 };
	struct db db = open_in(*state);

	assert_false(awaits(&db, UUID_A, 7, NULL));
	begins(&db, &request, NOW);
	assert_true(awaits(&db, UUID_A, 7, NULL));
	assert_true(awaits(&db, UUID_A, 7, "renew_amt_8021x"));
	assert_false(awaits(&db, UUID_A, 7, REMEDY));
	assert_false(awaits(&db, UUID_A, 8, NULL));
	assert_false(awaits(&db, UUID_B, 7, NULL));
	assert_rc(cert_request_close(&db, &request, "abandoned", NOW, &err), RC_OK,
	    &err);
	assert_false(awaits(&db, UUID_A, 7, NULL));
	db_close(&db);
}

static void
tells_since_when_requests_wait_at_a_ca(void **state)
{
	struct cert_request old = new_request(UUID_A, "corp (certsrv)", 7);
	struct cert_request young = new_request(UUID_B, "corp (certsrv)", 8);
	struct cert_request sent = new_request(UUID_A, "corp (certsrv)", 9);
	struct cert_request_age age = { 0 };
	struct err err = { 0 };
	struct db db = open_in(*state);

	assert_rc(cert_request_read_age(&db, NULL, &age, &err), RC_OK, &err);
	assert_int_equal(age.n, 0);
	begins(&db, &young, NOW + 900);
	begins(&db, &old, NOW);
	memcpy(sent.remedy, "renew_amt_8021x", sizeof("renew_amt_8021x"));
	begins(&db, &sent, NOW - 900);
	makes_pending(&db, &young);
	makes_pending(&db, &old);
	assert_rc(cert_request_read_age(&db, "corp (certsrv)", &age, &err), RC_OK,
	    &err);
	assert_int_equal(age.n, 2);
	assert_int_equal(age.oldest_at, NOW);
	assert_string_equal(age.oldest_device_uuid, UUID_A);
	assert_string_equal(age.oldest_text, "Taken under submission");
	assert_rc(cert_request_read_age(&db, "other (est)", &age, &err), RC_OK, &err);
	assert_int_equal(age.n, 0);
	cert_request_clear(&old);
	cert_request_clear(&young);
	db_close(&db);
}

static enum rc
find_it(void *ctx)
{
	struct cert_request found = { 0 };
	struct err err = { 0 };
	enum rc r = cert_request_find(ctx, UUID_A, REMEDY, &found, &err);

	cert_request_clear(&found);
	return r;
}

static void
reports_lack_of_memory_when_reading(void **state)
{
	struct cert_request request = new_request(UUID_A, "corp (est)", 7);
	struct db db = open_in(*state);

	begins(&db, &request, NOW);
	makes_pending(&db, &request);
	torture(find_it, &db);
	cert_request_clear(&request);
	db_close(&db);
}

int
main(void)
{
#define IN_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(finds_what_it_wrote_after_the_file_was_closed),
		IN_FOLDER(keeps_one_open_request_per_device_and_remedy),
		IN_FOLDER(finds_no_closed_request_and_changes_none),
		IN_FOLDER(protects_the_key_of_an_open_request_on_its_device),
		IN_FOLDER(tells_since_when_requests_wait_at_a_ca),
		IN_FOLDER(reports_lack_of_memory_when_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
