/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/accept.c and the rules it runs: one certificate per rule
 * that breaks that rule alone, wherever that is possible.
 */
#include <stdio.h>
#include <stdlib.h>

#include <openssl/x509v3.h>

#include "ca/accept.h"
#include "made.h"
#include "torture.h"
#include "unit.h"

#define NOW INT64_C(1760000000)

#define DAY	 INT64_C(86400)
#define LIFETIME (365 * DAY)
#define SLACK	 INT64_C(300)

enum {
	WARNINGS_MAX = 8192
};

#define HOST "pc01.example"

/* Everything that a row may spoil before the certificate is made. */
struct scene {
	struct made_recipe leaf;
	struct made_request request;
	struct made_recipe root;
	struct made_recipe issuing;
	struct made_recipe old;
	int has_old;
	int has_other_anchor;
	int has_no_anchor;
	struct made_list list; /* of the issuing CA */
	int has_list;
	int is_of_root; /* the list, instead */
	struct csr_profile profile;
	struct accept_input input;
};

static struct scene
good_scene(void)
{
	struct scene s = {
		.leaf = { .subject = HOST,
		    .san = "DNS:" HOST,
		    .eku = "serverAuth",
		    .key_usage = "critical,digitalSignature,keyEncipherment",
		    .constraints = "critical,CA:FALSE",
		    .key = MADE_RSA2048,
		    .issuer_key = MADE_P384_OTHER,
		    .digest = "sha384",
		    .version = X509_VERSION_3,
		    .serial = 77,
		    .not_before = NOW - DAY,
		    .not_after = NOW + LIFETIME },
		.request = { .subject = HOST,
		    .san = "DNS:" HOST,
		    .key = MADE_RSA2048,
		    .signing_key = MADE_RSA2048 },
		.root =
		    made_ca("Lab Root", MADE_P384, NOW - 100 * DAY, NOW + 9000 * DAY),
		.issuing = made_ca("Lab Issuing", MADE_P384_OTHER, NOW - 50 * DAY,
		    NOW + 3000 * DAY),
		.profile = { .common_name = HOST, .eku = CERT_EKU_SERVER_AUTH },
		.input = { .version_major = 16,
		    .now = NOW,
		    .device_now = NOW,
		    .window_s = 42 * DAY,
		    .lifetime_s = LIFETIME,
		    .max_lifetime_s = 3 * LIFETIME },
	};

	s.issuing.issuer_key = MADE_P384;
	s.issuing.serial = 5;
	s.list = (struct made_list){ .key = MADE_P384_OTHER,
		.serial = s.leaf.serial - 1,
		.this_update = NOW - DAY,
		.next_update = NOW + DAY };
	s.old = s.leaf;
	s.old.serial = 76;
	s.old.not_after = NOW + 20 * DAY;
	s.has_old = 1;
	return s;
}

/* What is made for one judgement, and freed after it. */
struct made {
	X509 *root;
	X509 *issuing;
	struct cert *root_cert;
	struct cert *chain[1];
	struct cert *leaf;
	struct cert *old;
	uint8_t *csr;
	struct anchors *anchors;
	struct revocation_lists *lists;
};

static void
make_lists(struct scene *s, struct made *made)
{
	struct err err = { 0 };
	uint8_t *der;
	size_t len = 0;

	s->list.issuer = s->is_of_root ? made->root : made->issuing;
	der = made_list(&s->list, &len);
	assert_rc(revocation_lists_parse("lab.crl", der, len, &made->lists, &err),
	    RC_OK, &err);
	s->input.lists = made->lists;
	free(der);
}

static void
make(struct scene *s, struct made *made)
{
	struct made_recipe other =
	    made_ca("Other Root", MADE_P256, NOW - DAY, NOW + 9000 * DAY);
	struct err err = { 0 };

	made->root = made_x509(&s->root);
	s->issuing.issuer = made->root;
	made->issuing = made_x509(&s->issuing);
	s->leaf.issuer = made->issuing;
	s->old.issuer = made->issuing;
	made->leaf = made_cert(&s->leaf);
	made->old = s->has_old ? made_cert(&s->old) : NULL;
	made->chain[0] = made_parse(made->issuing);
	made->root_cert =
	    s->has_other_anchor ? made_cert(&other) : made_parse(made->root);
	if (!s->has_no_anchor)
		assert_rc(anchors_from_certs(&made->root_cert, 1, &made->anchors, &err),
		    RC_OK, &err);
	made->csr = made_csr(&s->request, &s->input.csr_len);
	s->input.csr = made->csr;
	s->input.leaf = made->leaf;
	s->input.old = made->old;
	s->input.chain = made->chain;
	s->input.n_chain = 1;
	s->input.profile = &s->profile;
	s->input.anchors = made->anchors;
	if (s->has_list)
		make_lists(s, made);
}

static void
clear(struct made *made)
{
	revocation_lists_free(made->lists);
	anchors_free(made->anchors);
	free(made->csr);
	cert_free(made->old);
	cert_free(made->leaf);
	cert_free(made->chain[0]);
	cert_free(made->root_cert);
	X509_free(made->issuing);
	X509_free(made->root);
}

static void
nothing(struct scene *s)
{
	(void)s;
}

static void
first_certificate(struct scene *s)
{
	s->has_old = 0;
}

static void
two_names(struct scene *s)
{
	static const char *const more[] = { "pc01" };

	s->profile.dns_names = more;
	s->profile.n_dns_names = 1;
	s->leaf.san = "DNS:PC01.example, DNS:pc01";
}

static void
use_p384(struct scene *s)
{
	s->input.version_major = 22;
	s->leaf.key = MADE_P384;
	s->leaf.key_usage = "critical,digitalSignature";
	s->request.key = MADE_P384;
	s->request.signing_key = MADE_P384;
}

static void
unknown_version(struct scene *s)
{
	use_p384(s);
	s->input.version_major = 0;
}

static void
issuer_lasts(struct scene *s)
{
	s->issuing.not_after = s->leaf.not_after + s->input.window_s + 1;
}

/* The clock of the CA is a little ahead of ours. */
static void
begins_in_a_moment(struct scene *s)
{
	s->leaf.not_before = NOW + SLACK;
}

static void by_template(struct scene *s);

static void (*const good[])(struct scene *) = {
	by_template,
	nothing,
	first_certificate,
	two_names,
	use_p384,
	unknown_version,
	issuer_lasts,
	begins_in_a_moment,
};

static void
takes_what_is_right_without_a_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(good); i++) {
		struct scene s = good_scene();
		struct made made = { 0 };
		struct err err = { 0 };
		struct buf warnings;

		good[i](&s);
		make(&s, &made);
		buf_init(&warnings, WARNINGS_MAX);
		assert_rc(accept_judge(&s.input, &warnings, &err), RC_OK, &err);
		assert_string_equal(buf_str(&warnings), "");
		buf_clear(&warnings);
		clear(&made);
	}
}

static void
too_large(struct scene *s)
{
	s->leaf.padding = 4000;
}

static void
other_key(struct scene *s)
{
	s->leaf.key = MADE_RSA2048_OTHER;
}

/* EVP_PKEY_eq says -1 here, which is neither 0 nor 1. */
static void
other_kind_of_key(struct scene *s)
{
	s->request.key = MADE_P384;
	s->request.signing_key = MADE_P384;
}

static void
same_serial(struct scene *s)
{
	s->old.serial = 77;
}

static void
same_end(struct scene *s)
{
	s->old.not_after = s->leaf.not_after;
}

static void
earlier_end(struct scene *s)
{
	s->old.not_after = s->leaf.not_after + 1;
}

static void
other_subject(struct scene *s)
{
	s->leaf.subject = "pc02.example|\n\x1b[31m";
}

static void
no_subject(struct scene *s)
{
	s->leaf.subject = "";
}

static void
one_name_more(struct scene *s)
{
	s->leaf.san = "DNS:" HOST ", DNS:*.example";
}

static void
an_address_more(struct scene *s)
{
	s->leaf.san = "DNS:" HOST ", IP:192.0.2.1";
}

static void
one_name_less(struct scene *s)
{
	two_names(s);
	s->leaf.san = "DNS:" HOST;
}

static void
other_name(struct scene *s)
{
	s->leaf.san = "DNS:pc02.example";
}

static void
no_names(struct scene *s)
{
	s->leaf.san = NULL;
}

static void
no_purpose(struct scene *s)
{
	s->leaf.eku = NULL;
}

static void
any_purpose(struct scene *s)
{
	s->leaf.eku = "serverAuth,anyExtendedKeyUsage";
}

static void
client_purpose(struct scene *s)
{
	s->leaf.eku = "clientAuth";
}

static void
no_signature(struct scene *s)
{
	s->leaf.key_usage = "critical,keyEncipherment";
}

static void
no_encipherment(struct scene *s)
{
	s->leaf.key_usage = "critical,digitalSignature";
}

static void
a_ca(struct scene *s)
{
	s->leaf.constraints = "critical,CA:TRUE";
}

static void
to_come(struct scene *s)
{
	s->leaf.not_before = NOW + SLACK + 1;
}

static void
to_come_for_the_device(struct scene *s)
{
	s->input.device_now = s->leaf.not_before - SLACK - 1;
}

static void
ended(struct scene *s)
{
	s->leaf.not_after = NOW - 1;
	s->has_old = 0;
}

static void
due_at_once(struct scene *s)
{
	s->leaf.not_after = NOW + s->input.window_s;
}

static void
much_too_short(struct scene *s)
{
	s->input.window_s = DAY;
	s->leaf.not_after = NOW + 30 * DAY - 1;
}

static void
too_long(struct scene *s)
{
	s->leaf.not_after = NOW + s->input.max_lifetime_s + 1;
}

static void
short_digest_for_amt_22(struct scene *s)
{
	use_p384(s);
	s->leaf.digest = "sha256";
}

static void
sha1(struct scene *s)
{
	s->leaf.digest = "sha1";
}

static void
p256(struct scene *s)
{
	s->leaf.key = MADE_P256;
	s->request.key = MADE_P256;
	s->request.signing_key = MADE_P256;
	s->input.version_major = 0;
}

static void
rsa_for_amt_22(struct scene *s)
{
	s->input.version_major = 22;
}

static void
p384_for_amt_21(struct scene *s)
{
	use_p384(s);
	s->input.version_major = 21;
}

static void
rsa_1024(struct scene *s)
{
	s->leaf.key = MADE_RSA1024;
	s->request.key = MADE_RSA1024;
	s->request.signing_key = MADE_RSA1024;
}

static void
other_anchor(struct scene *s)
{
	s->has_other_anchor = 1;
}

static void
no_anchor(struct scene *s)
{
	s->has_no_anchor = 1;
}

static void
wrong_issuer_key(struct scene *s)
{
	s->leaf.issuer_key = MADE_P384;
}

static void
ended_issuer(struct scene *s)
{
	s->issuing.not_after = NOW - 1;
}

static void
outlives_its_issuer(struct scene *s)
{
	s->issuing.not_after = s->leaf.not_after - 1;
}

static void
unknown_critical(struct scene *s)
{
	s->leaf.unknown = "x";
}

static void
no_identifiers(struct scene *s)
{
	s->leaf.no_identifiers = 1;
	s->issuing.no_identifiers = 1;
	s->old.no_identifiers = 1;
}

static void
other_issuer(struct scene *s)
{
	s->input.issuer_key = "00:11:22";
}

static void
unknown_issuer(struct scene *s)
{
	no_identifiers(s);
	s->input.issuer_key = "00:11:22";
}

/* Version 101.4 of template 1.3.6.1.4.1.311.21.8.1.2.3.4. */
#define TEMPLATE_DER \
	"DER:30:15:06:0D:2B:06:01:04:01:82:37:15:08:01:02:03:04:02:01:65:02:01:04"

static void
by_template(struct scene *s)
{
	s->leaf.template_id = TEMPLATE_DER;
	s->input.template_oid = "1.3.6.1.4.1.311.21.8.1.2.3.4";
	s->input.template_major = 101;
}

static void
other_template(struct scene *s)
{
	by_template(s);
	s->input.template_oid = "1.3.6.1.4.1.311.21.8.1.2.3.5";
}

struct row {
	void (*spoil)(struct scene *);
	const char *words;
	const char *also; /* rules that cannot but fail with it, in order */
};

#define PATH_FAILS "C12 path: does not verify to an anchor of this CA: "

static const struct row rows[] = {
	{ too_large, "C1 form: ", "" },
	{ other_key, "C2 key: for another key than requested", "" },
	{ other_kind_of_key, "C2 key: for another key than requested", "" },
	{ same_serial, "C3 new: issuer and serial number", "" },
	{ same_end, "C3 new: ends on 2026-10-09, not later", "" },
	{ earlier_end, "C3 new: ends on 2026-10-09, not later", "" },
	{ other_subject, "C4 subject: CN=pc02.example", "" },
	{ no_subject, "C4 subject: ", "C15 strict: " },
	{ one_name_more, "C5 names: dNSName *.example was not requested", "" },
	{ an_address_more, "C5 names: a name that is no dNSName", "" },
	{ one_name_less, "C5 names: dNSName pc01 is missing", "" },
	{ other_name, "C5 names: dNSName pc02.example was not", "C13 host: " },
	{ no_names, "C5 names: no subjectAltName", "C13 host: " },
	{ no_purpose, "C6 purpose: no extKeyUsage", "" },
	{ any_purpose, "C6 purpose: anyExtendedKeyUsage", "" },
	{ client_purpose, "C6 purpose: extKeyUsage lacks serverAuth", PATH_FAILS },
	{ no_signature, "C7 key usage: keyUsage lacks digitalSignature", "" },
	{ no_encipherment, "C7 key usage: keyUsage lacks keyEncipherment", "" },
	{ a_ca, "C8 not a CA: this is a CA certificate", "" },
	{ to_come, "C9 time: not valid before 2025-10-09T08:58:21Z", PATH_FAILS },
	{ to_come_for_the_device,
	    "C9 time: not valid before 2025-10-08T08:53:20Z, "
	    "which by the device's clock is to come",
	    "" },
	{ ended, "C9 time: ended on 2025-10-09", PATH_FAILS },
	{ due_at_once, "C9 time: ends on 2025-11-20, in 42 d: it would be due", "" },
	{ much_too_short, "in 29 d: much less than was wanted", "" },
	{ too_long, "C9 time: ends on 2028-10-08, in 1095 d: later than", "" },
	{ short_digest_for_amt_22, "C10 signature: signed with sha256; AMT 22", "" },
	{ sha1, "C10 signature: signed with sha1: SHA-256 or better", PATH_FAILS },
	{ p256, "C11 key kind: neither RSA from 2048 bits nor P-384", "" },
	{ rsa_for_amt_22, "C11 key kind: AMT 22 and later take keys on P-384", "" },
	{ p384_for_amt_21, "C11 key kind: AMT before 22 takes RSA keys", "" },
	{ rsa_1024, "C11 key kind: AMT before 22 takes RSA keys", PATH_FAILS },
	{ unknown_critical, "C18 critical: ", PATH_FAILS },
	{ other_issuer, "C14 issuer: its issuer has the key ", "" },
	{ unknown_issuer, "C14 issuer: no authorityKeyIdentifier", "C15 strict: " },
	{ other_template,
	    "C16 template: by template 1.3.6.1.4.1.311.21.8.1.2.3.4, not 1.3.", "" },
	{ other_anchor, PATH_FAILS, "" },
	{ no_anchor, PATH_FAILS, "" },
	{ wrong_issuer_key, PATH_FAILS, "" },
	{ ended_issuer, PATH_FAILS, "" },
	{ outlives_its_issuer, "C17 issuer's end: outlives its issuer, which ends on ",
	    "" },
};

/* Exactly these lines: one, or none for "". */
static void
expect_lines(const char *lines, const char *wanted)
{
	const char *newline = strchr(lines, '\n');

	if (wanted[0] == '\0') {
		assert_string_equal(lines, "");
		return;
	}
	if (strncmp(lines, wanted, strlen(wanted)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", lines, wanted);
	assert_non_null(newline);
	if (newline[1] != '\0')
		fail_msg("more than one line: %s", lines);
}

static void
refuses_what_breaks_a_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct scene s = good_scene();
		struct made made = { 0 };
		struct err err = { 0 };
		struct buf warnings;

		rows[i].spoil(&s);
		make(&s, &made);
		buf_init(&warnings, WARNINGS_MAX);
		if (accept_judge(&s.input, &warnings, &err) != RC_CA)
			fail_msg("not refused: %s", rows[i].words);
		assert_has(err.text, rows[i].words);
		assert_null(strpbrk(err.text, "\n|\x1b"));
		expect_lines(buf_str(&warnings), rows[i].also);
		buf_clear(&warnings);
		clear(&made);
	}
}

static void
more_purposes(struct scene *s)
{
	s->leaf.eku = "serverAuth,clientAuth";
}

static void
no_key_usage(struct scene *s)
{
	s->leaf.key_usage = NULL;
}

static void
somewhat_short(struct scene *s)
{
	s->leaf.not_after = NOW + LIFETIME * 9 / 10 - DAY;
}

/* 366 days are nine tenths of that, to the second. */
static void
as_long_as_the_template_says(struct scene *s)
{
	s->input.template_validity_s = 35136000;
}

static void
shorter_than_the_template_says(struct scene *s)
{
	s->input.template_validity_s = 35136001;
}

static void
template_without_sense(struct scene *s)
{
	s->input.template_validity_s = INT64_MAX;
}

static void
outlives_the_root(struct scene *s)
{
	s->issuing.not_after = s->leaf.not_after + 2 * s->input.window_s;
	s->root.not_after = s->leaf.not_after - 1;
}

static void
ends_with_its_issuer(struct scene *s)
{
	s->issuing.not_after = s->leaf.not_after;
	s->old.not_after = s->leaf.not_after;
}

static void
issuer_ends_soon_after(struct scene *s)
{
	s->issuing.not_after = s->leaf.not_after + s->input.window_s;
}

/* With an RSA key: a client signs with it, nobody encrypts for it. */
static void
a_client_that_only_signs(struct scene *s)
{
	s->profile.eku = CERT_EKU_CLIENT_AUTH;
	s->leaf.eku = "clientAuth";
	s->leaf.key_usage = "critical,digitalSignature";
}

static void
no_template(struct scene *s)
{
	by_template(s);
	s->leaf.template_id = NULL;
}

static void
older_template(struct scene *s)
{
	by_template(s);
	s->input.template_major = 102;
}

static void
listed_another(struct scene *s)
{
	s->has_list = 1;
}

static void
revoked(struct scene *s)
{
	s->has_list = 1;
	s->list.serial = s->leaf.serial;
}

static void
revoked_long_ago(struct scene *s)
{
	revoked(s);
	s->list.next_update = NOW - 1;
}

static void
stale_list(struct scene *s)
{
	s->has_list = 1;
	s->list.next_update = NOW - 1;
}

static void
list_of_the_future(struct scene *s)
{
	s->has_list = 1;
	s->list.this_update = NOW + SLACK + 1;
}

static void
forged_list(struct scene *s)
{
	s->has_list = 1;
	s->list.key = MADE_P256;
}

static void
list_of_the_root_only(struct scene *s)
{
	s->has_list = 1;
	s->is_of_root = 1;
	s->list.key = MADE_P384;
	s->list.serial = 6;
}

static const struct row warning_rows[] = {
	{ listed_another, NULL, "" },
	{ revoked, NULL,
	    "C19 revocation: CN=pc01.example: it is on the revocation list of its" },
	{ revoked_long_ago, NULL,
	    "C19 revocation: CN=pc01.example: it is on the revocation list of its" },
	{ stale_list, NULL,
	    "C19 revocation: CN=pc01.example: the revocation list of its issuer is "
	    "not of today" },
	{ list_of_the_future, NULL,
	    "C19 revocation: CN=pc01.example: the revocation list of its issuer is "
	    "not of today" },
	{ forged_list, NULL,
	    "C19 revocation: CN=pc01.example: the revocation list in its issuer's "
	    "name was signed by somebody else" },
	{ list_of_the_root_only, NULL,
	    "C19 revocation: CN=pc01.example: there is no list of its issuer" },
	{ a_client_that_only_signs, NULL, "" },
	{ more_purposes, NULL, "C6 purpose: extKeyUsage has more purposes" },
	{ no_key_usage, NULL, "C7 key usage: no keyUsage" },
	{ somewhat_short, NULL, "C9 time: ends on 2026-09-01, in 327 d: less than" },
	{ as_long_as_the_template_says, NULL, "" },
	{ shorter_than_the_template_says, NULL,
	    "C9 time: issued for 366 d, the template says 406 d: the CA has a limit" },
	{ template_without_sense, NULL,
	    "C9 time: issued for 366 d, the template says" },
	{ no_identifiers, NULL, "C15 strict: by the letter of RFC 5280" },
	{ no_template, NULL, "C16 template: it names no template" },
	{ older_template, NULL,
	    "C16 template: by version 101 of its template, not 102" },
	{ outlives_the_root, NULL, "C17 issuer's end: outlives a CA of its path" },
	{ ends_with_its_issuer, NULL, "C17 issuer's end: cut to the end of a CA" },
	{ issuer_ends_soon_after, NULL,
	    "C17 issuer's end: a CA of its path ends soon" },
};

static void
warns_of_what_is_no_reason_to_refuse(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(warning_rows); i++) {
		struct scene s = good_scene();
		struct made made = { 0 };
		struct err err = { 0 };
		struct buf warnings;

		warning_rows[i].spoil(&s);
		make(&s, &made);
		buf_init(&warnings, WARNINGS_MAX);
		assert_rc(accept_judge(&s.input, &warnings, &err), RC_OK, &err);
		expect_lines(buf_str(&warnings), warning_rows[i].also);
		buf_clear(&warnings);
		clear(&made);
	}
}

static void
says_all_that_is_wrong_and_needs_no_place_for_it(void **state)
{
	struct scene s = good_scene();
	struct made made = { 0 };
	struct err err = { 0 };
	struct buf warnings;

	(void)state;
	other_key(&s);
	no_purpose(&s);
	no_key_usage(&s);
	make(&s, &made);
	buf_init(&warnings, WARNINGS_MAX);
	assert_rc(accept_judge(&s.input, &warnings, &err), RC_CA, &err);
	assert_has(err.text, "C2 key: ");
	assert_string_equal(buf_str(&warnings),
	    "C6 purpose: no extKeyUsage\nC7 key usage: no keyUsage\n");
	buf_clear(&warnings);
	err_clear(&err);
	assert_rc(accept_judge(&s.input, NULL, &err), RC_CA, &err);
	assert_has(err.text, "C2 key: ");
	clear(&made);
}

static void
the_certificate_it_replaces_is_not_new(void **state)
{
	struct scene s = good_scene();
	struct made made = { 0 };
	struct err err = { 0 };

	(void)state;
	make(&s, &made);
	s.input.old = s.input.leaf;
	assert_rc(accept_judge(&s.input, NULL, &err), RC_CA, &err);
	assert_has(err.text, "C3 new: the certificate it replaces");
	clear(&made);
}

static void
the_key_of_the_issuer_may_be_written_with_colons(void **state)
{
	struct scene s = good_scene();
	struct made made = { 0 };
	struct err err = { 0 };
	char *text;

	(void)state;
	make(&s, &made);
	text = i2s_ASN1_OCTET_STRING(NULL, X509_get0_subject_key_id(made.issuing));
	assert_non_null(text);
	assert_non_null(strchr(text, ':'));
	s.input.issuer_key = text;
	assert_rc(accept_judge(&s.input, NULL, &err), RC_OK, &err);
	text[strlen(text) - 1] = '\0';
	assert_rc(accept_judge(&s.input, NULL, &err), RC_CA, &err);
	OPENSSL_free(text);
	clear(&made);
}

/* Bytes that are changed after signing: the name is looked at first. */
static void
a_name_with_a_nul_byte_is_another_name(void **state)
{
	struct scene s = good_scene();
	struct made made = { 0 };
	struct err err = { 0 };
	uint8_t *at;

	(void)state;
	s.leaf.san = "DNS:" HOST "Xevil.test";
	make(&s, &made);
	at = memmem(made.leaf->der, made.leaf->der_len, HOST "X", sizeof(HOST));
	assert_non_null(at);
	at[sizeof(HOST) - 1] = '\0';
	assert_rc(accept_judge(&s.input, NULL, &err), RC_CA, &err);
	assert_has(err.text, "C5 names: dNSName pc01.example\\x00evil.test was not");
	clear(&made);
}

static void
an_old_version_has_no_form(void **state)
{
	struct scene s = good_scene();
	struct made made = { 0 };
	struct err err = { 0 };

	(void)state;
	s.leaf.version = X509_VERSION_1;
	make(&s, &made);
	assert_rc(accept_judge(&s.input, NULL, &err), RC_CA, &err);
	assert_has(err.text, "C1 form: version 1, not 3");
	clear(&made);
}

static void
a_broken_request_is_our_own_fault(void **state)
{
	struct scene s = good_scene();
	struct made made = { 0 };
	struct err err = { 0 };

	(void)state;
	make(&s, &made);
	s.input.csr_len--;
	assert_rc(accept_judge(&s.input, NULL, &err), RC_INTERNAL, &err);
	clear(&made);
}

static enum rc
judge_once(void *ctx)
{
	const struct accept_input *input = ctx;

	return accept_judge(input, NULL, NULL);
}

static void
survives_every_failed_allocation(void **state)
{
	struct scene s = good_scene();
	struct made made = { 0 };

	(void)state;
	make(&s, &made);
	assert_true(torture(judge_once, &s.input) > 0);
	clear(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_is_right_without_a_word),
		cmocka_unit_test(refuses_what_breaks_a_rule),
		cmocka_unit_test(warns_of_what_is_no_reason_to_refuse),
		cmocka_unit_test(says_all_that_is_wrong_and_needs_no_place_for_it),
		cmocka_unit_test(the_certificate_it_replaces_is_not_new),
		cmocka_unit_test(the_key_of_the_issuer_may_be_written_with_colons),
		cmocka_unit_test(a_name_with_a_nul_byte_is_another_name),
		cmocka_unit_test(an_old_version_has_no_form),
		cmocka_unit_test(a_broken_request_is_our_own_fault),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, made_forget_keys);
}
