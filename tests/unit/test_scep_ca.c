/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/scep_ca.c: what a server can do, and whom of those that it shows we believe.
 */
#include <openssl/err.h>

#include "ca/scep_ca.h"
#include "made.h"
#include "unit.h"

#define NOW INT64_C(1760000000)
#define DAY INT64_C(86400)

static const struct {
	const char *text;
	const char *missing;
} capability_rows[] = {
	{ "POSTPKIOperation\nAES\nSHA-256\n", "" },
	{ "POSTPKIOperation\r\nAES\r\nSHA-256\r\nRenewal", "" },
	{ "SCEPStandard", "" },
	{ "scepstandard\n", "" },
	{ "  postpkioperation  \n\n aes\nsha-256", "" },
	{ "AES\nSHA-256\nSHA-512\nDES3", "POSTPKIOperation" },
	{ "DES3\nSHA-1\nPOSTPKIOperation\nRenewal\n", "AES, SHA-256" },
	{ "", "POSTPKIOperation, AES, SHA-256" },
	{ "AESX\nXSHA-256\nPOSTPKIOperationPOSTPKIOperationPOSTPKIOperation",
	    "POSTPKIOperation, AES, SHA-256" },
};

static void
capabilities_are_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(capability_rows); i++) {
		const char *text = capability_rows[i].text;
		char missing[SCEP_CAPS_SIZE];

		scep_ca_name_missing(scep_ca_read_caps(text, strlen(text)), missing);
		assert_string_equal(missing, capability_rows[i].missing);
	}
}

/* The certificates of one server, by what they are. */
enum shown {
	ROOT,
	SUB, /* issued by ROOT; an EC key */
	RSA_CA,
	ENDED_CA,
	RA,	    /* encrypts and signs, of SUB */
	RA_ENCRYPT, /* of SUB */
	RA_SIGN,    /* of SUB */
	DEVICE,	    /* what SUB issues to anybody */
	ENDED_RA,
	OTHERS_RA, /* of a CA with the name of SUB */
	N_SHOWN
};

static struct cert *shown[N_SHOWN];

static void
show(enum shown which, struct made_recipe recipe)
{
	shown[which] = made_cert(&recipe);
}

static int
shown_setup(void **state)
{
	struct made_recipe root =
	    made_ca("Root", MADE_P384, NOW - DAY, NOW + 900 * DAY);
	struct made_recipe sub = made_ca("Sub", MADE_P256, NOW - DAY, NOW + 800 * DAY);
	struct made_recipe other = made_ca("Sub", MADE_P521, NOW - DAY, NOW + DAY);
	struct made_recipe ra = { .subject = "RA",
		.key_usage = "critical,digitalSignature,keyEncipherment",
		.key = MADE_RSA2048,
		.issuer_key = MADE_P256,
		.version = 2,
		.not_before = NOW - DAY,
		.not_after = NOW + DAY };
	X509 *root_x = made_x509(&root);
	X509 *other_x = made_x509(&other);
	X509 *sub_x = NULL;

	(void)state;
	sub.issuer = root_x;
	sub.issuer_key = MADE_P384;
	sub_x = made_x509(&sub);
	ra.issuer = sub_x;
	show(ROOT, root);
	show(SUB, sub);
	show(RSA_CA, made_ca("RSA", MADE_RSA3072, NOW - DAY, NOW + DAY));
	show(ENDED_CA, made_ca("Ended", MADE_RSA3072, NOW - DAY, NOW - 1));
	show(RA, ra);
	ra.key_usage = "keyEncipherment";
	show(RA_ENCRYPT, ra);
	ra.key_usage = "digitalSignature";
	ra.key = MADE_P384_OTHER;
	show(RA_SIGN, ra);
	ra.key = MADE_RSA2048;
	ra.key_usage = NULL;
	ra.eku = "serverAuth";
	show(DEVICE, ra);
	ra.eku = NULL;
	ra.not_after = NOW - 1;
	show(ENDED_RA, ra);
	ra.not_after = NOW + DAY;
	ra.issuer = other_x;
	ra.issuer_key = MADE_P521;
	show(OTHERS_RA, ra);
	X509_free(root_x);
	X509_free(sub_x);
	X509_free(other_x);
	return 0;
}

static int
shown_teardown(void **state)
{
	for (size_t i = 0; i < N_SHOWN; i++)
		cert_free(shown[i]);
	return made_forget_keys(state);
}

#define BIT(which) (1U << (which))

struct choice_row {
	unsigned int shown;
	unsigned int known;
	int issuer;
	int recipient; /* negative: refused */
	unsigned int signers;
	const char *words;
};

static const struct choice_row choice_rows[] = {
	{ BIT(RSA_CA), BIT(RSA_CA), RSA_CA, RSA_CA, BIT(RSA_CA), NULL },
	{ BIT(ROOT) | BIT(SUB) | BIT(RA), BIT(ROOT) | BIT(SUB), SUB, RA,
	    BIT(SUB) | BIT(RA), NULL },
	{ BIT(SUB) | BIT(RA_ENCRYPT) | BIT(RA_SIGN), BIT(SUB), SUB, RA_ENCRYPT,
	    BIT(SUB) | BIT(RA_SIGN), NULL },
	/* Any holder of a certificate could read the challenge. */
	{ BIT(SUB) | BIT(DEVICE), BIT(SUB), SUB, -1, 0, "has an RSA key" },
	{ BIT(SUB) | BIT(DEVICE), BIT(SUB) | BIT(DEVICE), SUB, DEVICE,
	    BIT(SUB) | BIT(DEVICE), NULL },
	{ BIT(SUB) | BIT(ENDED_RA), BIT(SUB), SUB, -1, 0, "has an RSA key" },
	{ BIT(SUB) | BIT(OTHERS_RA), BIT(SUB), SUB, -1, 0, "has an RSA key" },
	{ BIT(SUB), BIT(SUB), SUB, -1, 0, "nothing can be encrypted for it" },
	{ BIT(RSA_CA), BIT(ROOT), 0, -1, 0, "CN=RSA, sha256:" },
	{ BIT(SUB) | BIT(RA), BIT(ROOT), 0, -1, 0, "CN=Sub, sha256:" },
	{ BIT(ENDED_CA), BIT(ENDED_CA), 0, -1, 0, "or has ended" },
	{ BIT(RA), BIT(RA), 0, -1, 0, "no certificate of a CA in it" },
};

static bool
is_signer(const struct scep_ca *ca, const struct cert *cert)
{
	X509 *x = NULL;
	bool is_one = false;

	assert_int_equal(cert_get_x509(cert, &x, NULL), RC_OK);
	for (int i = 0; i < sk_X509_num(ca->signers); i++)
		is_one |= X509_cmp(sk_X509_value(ca->signers, i), x) == 0;
	X509_free(x);
	return is_one;
}

static void
assert_choice(const struct choice_row *row, const struct scep_ca *ca)
{
	struct cert *recipient = made_parse(ca->recipient);

	assert_true(cert_equals(ca->issuer, shown[row->issuer]));
	assert_true(cert_equals(recipient, shown[row->recipient]));
	for (size_t i = 0; i < N_SHOWN; i++)
		assert_int_equal(is_signer(ca, shown[i]), (row->signers & BIT(i)) != 0);
	cert_free(recipient);
}

/* What the operator wrote down: certificates, or their fingerprints. */
static void
know(const struct choice_row *row, bool by_print, struct cert *certs[N_SHOWN],
    struct scep_known *known)
{
	size_t n = 0;

	for (size_t i = 0; i < N_SHOWN; i++) {
		if ((row->known & BIT(i)) == 0)
			continue;
		memcpy(known->prints[n], shown[i]->fingerprint, CERT_FINGERPRINT_BYTES);
		certs[n++] = shown[i];
	}
	if (by_print) {
		known->n_prints = n;
	} else {
		known->certs[1] = certs;
		known->n_certs[1] = n;
	}
}

static void
fill(unsigned int bits, struct bag *bag)
{
	struct err err = { 0 };

	for (size_t i = 0; i < N_SHOWN; i++)
		if ((bits & BIT(i)) != 0)
			assert_rc(bag_add_der(bag, shown[i]->der, shown[i]->der_len,
				      &err),
			    RC_OK, &err);
}

static void
believes_whom_the_operator_knows(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * UNIT_COUNT(choice_rows); i++) {
		const struct choice_row *row = &choice_rows[i / 2];
		struct scep_known known = { 0 };
		struct cert *certs[N_SHOWN];
		struct scep_ca ca = { 0 };
		struct err err = { 0 };

		fill(row->shown, &ca.bag);
		know(row, i % 2 == 1, certs, &known);
		assert_rc(scep_ca_choose(&ca, &known, NOW, &err),
		    row->words == NULL ? RC_OK : RC_CA, &err);
		if (row->words == NULL)
			assert_choice(row, &ca);
		else
			assert_has(err.text, row->words);
		assert_int_equal(ERR_peek_error(), 0);
		scep_ca_clear(&ca);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capabilities_are_words),
		cmocka_unit_test(believes_whom_the_operator_knows),
	};

	return cmocka_run_group_tests(tests, shown_setup, shown_teardown);
}
