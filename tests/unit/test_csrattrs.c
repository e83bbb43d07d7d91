/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/csrattrs.c: what an EST server wants of requests, and whether those of
 * either generation of firmware fit.
 */
#include <stdlib.h>

#include "base/codec.h"
#include "ca/csrattrs.h"
#include "unit.h"

#define CHALLENGE      "06092a864886f70d010907"
#define EXTENSIONS     "06092a864886f70d01090e"
#define ECDSA_SHA384   "06082a8648ce3d040303"
#define SHA512_RSA     "06092a864886f70d01010d"
#define SHA256	       "0609608648016503040201"
#define EC_PUBLIC_KEY  "06072a8648ce3d0201"
#define SECP384R1      "06052b81040022"
#define PRIME256V1     "06082a8648ce3d030107"
#define RSA_ENCRYPTION "06092a864886f70d010101"

enum {
	DER_MAX = 256
};

/* SEQUENCE { parts } in hexadecimal; parts of less than 128 bytes. */
static size_t
sequence(const char *parts, uint8_t der[DER_MAX])
{
	size_t len = strlen(parts) / 2;
	struct err err = { 0 };

	assert_true(len < 128);
	der[0] = 0x30;
	der[1] = (uint8_t)len;
	for (size_t i = 0; i < len; i++) {
		const char digits[] = { parts[2 * i], parts[2 * i + 1], '\0' };

		assert_rc(codec_hex_decode(digits, &der[2 + i], 1, &err), RC_OK, &err);
	}
	return len + 2;
}

struct fit {
	const char *parts;
	const char *rsa; /* why an RSA 2048 key with SHA-256 does not fit, or NULL */
	const char *ec;	 /* the same for P-384 with SHA-384 */
};

static const struct fit fits[] = {
	{ "", NULL, NULL },
	{ CHALLENGE EXTENSIONS, NULL, NULL },
	{ "06032a0304", NULL, NULL },
	{ EC_PUBLIC_KEY, "wants EC keys of 0 bits", NULL },
	{ RSA_ENCRYPTION, NULL, "wants RSA keys" },
	{ "3012" EC_PUBLIC_KEY "3107" SECP384R1, "wants EC keys of 384 bits", NULL },
	{ "3015" EC_PUBLIC_KEY "310a" PRIME256V1, "wants EC keys of 256 bits",
	    "wants EC keys of 256 bits (csrattrs), this firmware makes EC keys of 384" },
	{ "3011" RSA_ENCRYPTION "310402020800", NULL, "wants RSA keys of 2048 bits" },
	{ "3011" RSA_ENCRYPTION "310402021000", "wants RSA keys of 4096 bits",
	    "wants RSA keys" },
	{ ECDSA_SHA384, "signed by EC keys", NULL },
	{ SHA512_RSA, "another digest", "signed by RSA keys" },
	{ SHA256, NULL, "another digest in requests (csrattrs) than sha384" },
	{ SHA256 ECDSA_SHA384, "signed by EC keys", NULL },
};

static void
expect_fit(const struct csrattrs *attrs, enum cert_key_kind kind, int bits,
    const char *digest, const char *reason)
{
	char why[CSRATTRS_WHY_SIZE];
	bool is_fit = csrattrs_fit(attrs, kind, bits, digest, why);

	assert_int_equal(is_fit, reason == NULL);
	assert_has(why, reason == NULL ? "" : reason);
}

static void
judges_what_firmware_makes(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(fits); i++) {
		struct csrattrs attrs = { 0 };
		struct err err = { 0 };
		uint8_t der[DER_MAX];
		size_t len = sequence(fits[i].parts, der);

		assert_rc(csrattrs_parse(der, len, &attrs, &err), RC_OK, &err);
		expect_fit(&attrs, CERT_KEY_RSA, 2048, "sha256", fits[i].rsa);
		expect_fit(&attrs, CERT_KEY_EC, 384, "sha384", fits[i].ec);
		expect_fit(&attrs, CERT_KEY_OTHER, 0, "sha384", NULL);
	}
}

static void
notices_a_wish_for_channel_binding(void **state)
{
	struct csrattrs attrs = { 0 };
	struct err err = { 0 };
	uint8_t der[DER_MAX];
	size_t len = sequence(EXTENSIONS CHALLENGE, der);

	(void)state;
	assert_rc(csrattrs_parse(der, len, &attrs, &err), RC_OK, &err);
	assert_true(attrs.wants_challenge);
}

static const char *const bad_parts[] = {
	"0500",		      /* NULL */
	"0201ff",	      /* INTEGER */
	"3009" EC_PUBLIC_KEY, /* an attribute without values */
	"3000",
	CHALLENGE "06",
};

static void
refuses_what_is_no_list(void **state)
{
	struct csrattrs attrs = { 0 };
	uint8_t der[DER_MAX];
	uint8_t many[2 + 2 + 65 * 3];
	struct err err = { 0 };
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bad_parts); i++) {
		len = sequence(bad_parts[i], der);
		err_clear(&err);
		assert_rc(csrattrs_parse(der, len, &attrs, &err), RC_FORMAT, &err);
	}
	len = sequence("", der);
	err_clear(&err);
	assert_rc(csrattrs_parse(der, len - 1, &attrs, &err), RC_FORMAT, &err);
	err_clear(&err);
	assert_rc(csrattrs_parse(der, len + 1, &attrs, &err), RC_FORMAT, &err);
	/* 65 times 1.2 */
	memcpy(many, "\x30\x81\xc3", 3);
	for (size_t i = 0; i < 65; i++)
		memcpy(&many[3 + 3 * i], "\x06\x01\x2a", 3);
	err_clear(&err);
	assert_rc(csrattrs_parse(many, 3 + 65 * 3, &attrs, &err), RC_LIMIT, &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_what_firmware_makes),
		cmocka_unit_test(notices_a_wish_for_channel_binding),
		cmocka_unit_test(refuses_what_is_no_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
