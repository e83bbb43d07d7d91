/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/cmp_status.c and cmp_cookie.c: what the words of a CMP server mean, and
 * what is kept of them for another process.
 */
#include <stdlib.h>

#include <openssl/cmp.h>

#include "ca/cmp_cookie.h"
#include "ca/cmp_status.h"
#include "unit.h"

enum {
	BYTES_MAX = 256,
};

/* Every bit of PKIFailureInfo, in order. */
static const struct {
	const char *name;
	enum ca_outcome outcome;
} bits[] = {
	{ "badAlg", CA_CONFIG },
	{ "badMessageCheck", CA_AUTH },
	{ "badRequest", CA_CONFIG },
	{ "badTime", CA_CONFIG },
	{ "badCertId", CA_REJECTED },
	{ "badDataFormat", CA_CONFIG },
	{ "wrongAuthority", CA_AUTH },
	{ "incorrectData", CA_REJECTED },
	{ "missingTimeStamp", CA_REJECTED },
	{ "badPOP", CA_REJECTED },
	{ "certRevoked", CA_REJECTED },
	{ "certConfirmed", CA_REJECTED },
	{ "wrongIntegrity", CA_CONFIG },
	{ "badRecipientNonce", CA_REJECTED },
	{ "timeNotAvailable", CA_REJECTED },
	{ "unacceptedPolicy", CA_REJECTED },
	{ "unacceptedExtension", CA_REJECTED },
	{ "addInfoNotAvailable", CA_REJECTED },
	{ "badSenderNonce", CA_REJECTED },
	{ "badCertTemplate", CA_CONFIG },
	{ "signerNotTrusted", CA_AUTH },
	{ "transactionIdInUse", CA_REJECTED },
	{ "unsupportedVersion", CA_UNSUPPORTED },
	{ "notAuthorized", CA_AUTH },
	{ "systemUnavail", CA_RETRY },
	{ "systemFailure", CA_RETRY },
	{ "duplicateCertReq", CA_REJECTED },
};

static void
test_cmp_status_outcome__every_bit(void **state)
{
	char words[BYTES_MAX];
	char theirs[OSSL_CMP_PKISI_BUFLEN];

	(void)state;
	assert_int_equal(UNIT_COUNT(bits), CMP_FAIL_BITS);
	for (size_t i = 0; i < UNIT_COUNT(bits); i++) {
		const struct cmp_status status = { .status = CMP_REJECTION,
			.fail_bits = UINT32_C(1) << i };
		OSSL_CMP_PKISI *info =
		    OSSL_CMP_STATUSINFO_new(CMP_REJECTION, 1 << i, NULL);

		if (cmp_status_outcome(&status) != bits[i].outcome)
			fail_msg("%s: %s", bits[i].name,
			    ca_outcome_text(cmp_status_outcome(&status)));
		cmp_status_describe(&status, words, sizeof(words));
		assert_has(words, bits[i].name);
		/* OpenSSL knows the same names. */
		assert_non_null(
		    OSSL_CMP_snprint_PKIStatusInfo(info, theirs, sizeof(theirs)));
		assert_has(theirs, bits[i].name);
		OSSL_CMP_PKISI_free(info);
	}
}

static void
test_cmp_status_outcome__rows(void **state)
{
	static const struct {
		int64_t status;
		uint32_t fail_bits;
		enum ca_outcome outcome;
	} rows[] = {
		{ CMP_ACCEPTED, 0, CA_ISSUED },
		{ CMP_GRANTED_WITH_MODS, 0, CA_ISSUED },
		{ CMP_REJECTION, 0, CA_REJECTED },
		{ CMP_WAITING, 0, CA_PENDING },
		{ CMP_REVOCATION_WARNING, 0, CA_ISSUED },
		{ CMP_REVOCATION_NOTIFICATION, 0, CA_ISSUED },
		{ CMP_KEY_UPDATE_WARNING, 0, CA_REJECTED },
		{ CMP_STATUS_ABSENT, 0, CA_BADANSWER },
		{ 7, 0, CA_BADANSWER },
		{ 255, 0, CA_BADANSWER },
		/* Of several the one that calls for the most care. */
		{ CMP_REJECTION, 1 << 24 | 1 << 9, CA_REJECTED },
		{ CMP_REJECTION, 1 << 24 | 1 << 9 | 1 << 22, CA_UNSUPPORTED },
		{ CMP_REJECTION, 1 << 24 | 1 << 22 | 1 << 5, CA_CONFIG },
		{ CMP_REJECTION, (1 << 27) - 1, CA_AUTH },
		/* One that there is not is no reason. */
		{ CMP_REJECTION, UINT32_C(1) << 31, CA_REJECTED },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct cmp_status status = { .status = rows[i].status,
			.fail_bits = rows[i].fail_bits };

		if (cmp_status_outcome(&status) != rows[i].outcome)
			fail_msg("row %zu: %s", i,
			    ca_outcome_text(cmp_status_outcome(&status)));
	}
}

static void
test_cmp_status_describe__sentence(void **state)
{
	const struct cmp_status refused = { .status = CMP_REJECTION,
		.fail_bits = 1 << 9 | 1 << 26,
		.words = "no | more" };
	const struct cmp_status strange = { .status = 99, .fail_bits = UINT32_MAX };
	char words[BYTES_MAX];
	char small[16];

	(void)state;
	cmp_status_describe(&refused, words, sizeof(words));
	assert_string_equal(words,
	    "rejection: badPOP (the CA could not verify the request's signature), "
	    "duplicateCertReq: no | more");
	cmp_status_describe(&strange, words, sizeof(words));
	assert_has(words, "status 99: badAlg");
	cmp_status_describe(&refused, small, sizeof(small));
	assert_true(strlen(small) < sizeof(small));
}

/* DER of a message: SEQUENCE { SEQUENCE {}, [23] { SEQUENCE { info } } } around
 * what stands for PKIStatusInfo. */
static size_t
wrap(const char *info, size_t len, uint8_t message[BYTES_MAX])
{
	const uint8_t head[] = { 0x30, (uint8_t)(len + 6), 0x30, 0x00, 0xb7,
		(uint8_t)(len + 2), 0x30, (uint8_t)len };

	assert_true(len + sizeof(head) < 128);
	memcpy(message, head, sizeof(head));
	memcpy(message + sizeof(head), info, len);
	return len + sizeof(head);
}

#define INFO(text) (text), sizeof(text) - 1

static void
test_cmp_status_read_error__rows(void **state)
{
	static const struct {
		const char *info;
		size_t len;
		enum rc rc;
		int64_t status;
		uint32_t fail_bits;
		const char *words;
	} rows[] = {
		/* clang-format off */
		{ INFO("\x30\x03\x02\x01\x02"), RC_OK, 2, 0, "" },
		{ INFO("\x30\x07\x02\x01\x02\x03\x02\x06\x40"), RC_OK, 2, 1 << 1, "" },
		{ INFO("\x30\x0a\x02\x01\x02\x03\x05\x05\x00\x00\x00\x20"), RC_OK, 2, 1 << 26, "" },
		{ INFO("\x30\x0c\x02\x01\x02\x03\x07\x00\xff\xff\xff\xff\xff\xff"), RC_OK, 2, (1 << 27) - 1, "" },
		{ INFO("\x30\x05\x02\x01\x02\x03\x00"), RC_OK, 2, 0, "" },
		{ INFO("\x30\x09\x02\x01\x02\x30\x04\x0c\x02" "no"), RC_OK, 2, 0, "no" },
		{ INFO("\x30\x0d\x02\x01\x02\x30\x08\x0c\x02" "no\x0c\x02" "yo"), RC_OK, 2, 0, "no" },
		{ INFO("\x30\x09\x02\x01\x02\x30\x04\x0c\x02\x0a\xff"), RC_OK, 2, 0, "\\x0a\\xff" },
		{ INFO("\x30\x05\x02\x01\x02\x30\x00"), RC_OK, 2, 0, "" },
		{ INFO("\x30\x03\x02\x01\x7f"), RC_OK, 127, 0, "" },
		/* What follows the status is not looked at. */
		{ INFO("\x30\x03\x02\x01\x02\x02\x01\x05"), RC_OK, 2, 0, "" },
		{ INFO("\x30\x00"), RC_FORMAT, 0, 0, NULL },
		{ INFO("\x30\x04\x02\x02\x00\x02"), RC_FORMAT, 0, 0, NULL },
		{ INFO("\x30\x03\x04\x01\x02"), RC_FORMAT, 0, 0, NULL },
		{ INFO("\x30\x04\x02\x01\x02\x05"), RC_FORMAT, 0, 0, NULL },
		{ INFO("\x30\x05\x02\x01\x02\x05\x00"), RC_FORMAT, 0, 0, NULL },
		{ INFO("\x30\x06\x02\x01\x02\x03\x02\x00"), RC_FORMAT, 0, 0, NULL },
		{ INFO("\x30\x80\x02\x01\x02\x00\x00"), RC_FORMAT, 0, 0, NULL },
		{ INFO("\x02\x01\x02"), RC_FORMAT, 0, 0, NULL },
		{ INFO(""), RC_FORMAT, 0, 0, NULL },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct cmp_status status = { .status = -77 };
		uint8_t message[BYTES_MAX];
		size_t len = wrap(rows[i].info, rows[i].len, message);
		/* On the heap, where a byte read behind it is noticed. */
		uint8_t *copy = malloc(len);
		struct err err = { 0 };
		enum rc r;

		assert_non_null(copy);
		memcpy(copy, message, len);
		r = cmp_status_read_error(copy, len, &status, &err);
		if (r != rows[i].rc)
			fail_msg("row %zu: %s", i, rc_text(r));
		if (r != RC_OK) {
			assert_int_equal(status.status, -77);
		} else {
			assert_int_equal(status.status, rows[i].status);
			assert_int_equal(status.fail_bits, rows[i].fail_bits);
			assert_string_equal(status.words, rows[i].words);
		}
		free(copy);
	}
}

static void
test_cmp_status_read_error__other_messages(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum rc rc;
	} rows[] = {
		{ INFO(""), RC_FORMAT },
		{ INFO("\x30\x00"), RC_FORMAT },
		{ INFO("\x30\x02\x30\x00"), RC_NOTFOUND },
		{ INFO("\x30\x06\x30\x00\xa3\x02\x30\x00"), RC_NOTFOUND },
		{ INFO("\x30\x04\x30\x00\xb7\x00"), RC_FORMAT },
		{ INFO("\x30\x02\x30\x00\x00"), RC_FORMAT },
		{ INFO("\x30\x84\x7f\xff\xff\xff\x30\x00"), RC_FORMAT },
		{ INFO("\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff"), RC_FORMAT },
		{ INFO("<html>"), RC_FORMAT },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct cmp_status status = { 0 };
		enum rc r = cmp_status_read_error((const uint8_t *)rows[i].bytes,
		    rows[i].len, &status, NULL);

		if (r != rows[i].rc)
			fail_msg("row %zu: %s", i, rc_text(r));
	}
}

static void
test_cmp_cookie__there_and_back(void **state)
{
	static const uint8_t first[] = { 0x30, 0x01, 0xaa };
	static const uint8_t second[] = { 0x30, 0x81, 0x01, 0xbb };
	struct cmp_cookie cookie = { .messages = { { first, sizeof(first) },
					 { second, sizeof(second) } } };
	struct cmp_cookie got;
	struct err err = { 0 };
	struct buf bytes;

	(void)state;
	for (cookie.n = 1; cookie.n <= CMP_COOKIE_MESSAGES; cookie.n++) {
		buf_init(&bytes, BYTES_MAX);
		assert_int_equal(cmp_cookie_write(&cookie, &bytes), RC_OK);
		assert_rc(cmp_cookie_read((const uint8_t *)bytes.data, bytes.len, &got,
			      &err),
		    RC_OK, &err);
		assert_int_equal(got.n, cookie.n);
		for (size_t i = 0; i < got.n; i++) {
			assert_int_equal(got.messages[i].len, cookie.messages[i].len);
			assert_memory_equal(got.messages[i].der, cookie.messages[i].der,
			    got.messages[i].len);
		}
		buf_clear(&bytes);
	}
	buf_init(&bytes, 2);
	cookie.n = 1;
	assert_int_equal(cmp_cookie_write(&cookie, &bytes), RC_LIMIT);
	buf_clear(&bytes);
}

static void
test_cmp_cookie_read__refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} rows[] = {
		{ INFO("") },
		{ INFO("17") },
		{ INFO("\x30") },
		{ INFO("\x30\x01") },
		{ INFO("\x30\x00\x30") },
		{ INFO("\x30\x00\x31\x00") },
		{ INFO("\x30\x00\x30\x00\x30\x00") },
		{ INFO("\x30\x80\x00\x00") },
		{ INFO("\x30\x84\xff\xff\xff\xff\x00") },
		{ INFO("\x02\x01\x02") },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct cmp_cookie got = { .n = 77 };
		enum rc r = cmp_cookie_read((const uint8_t *)rows[i].bytes, rows[i].len,
		    &got, NULL);

		if (r != RC_FORMAT)
			fail_msg("row %zu: %s", i, rc_text(r));
		assert_int_equal(got.n, 77);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cmp_status_outcome__every_bit),
		cmocka_unit_test(test_cmp_status_outcome__rows),
		cmocka_unit_test(test_cmp_status_describe__sentence),
		cmocka_unit_test(test_cmp_status_read_error__rows),
		cmocka_unit_test(test_cmp_status_read_error__other_messages),
		cmocka_unit_test(test_cmp_cookie__there_and_back),
		cmocka_unit_test(test_cmp_cookie_read__refused),
	};

	return cmocka_run_group_tests_name("cmp_status", tests, NULL, NULL);
}
