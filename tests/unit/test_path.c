/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/x509/path.c: paths that hold, paths that do not, and the time.
 */
#include <stdlib.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "make_cert.h"
#include "torture.h"
#include "unit.h"
#include "x509/path.h"

#define NOW (MAKE_NB + 10 * MAKE_DAY)

enum {
	KEY_LEAF,
	KEY_ISSUER,
	KEY_ROOT,
	KEY_STRANGER
};

/* Root, issuer below it, leaf below that. */
struct lab {
	X509 *root, *issuer, *leaf;
};

static const struct make_cert root_spec = {
	.cn = "Root",
	.is_ca = true,
	.usage = "critical,keyCertSign",
	.key_number = KEY_ROOT,
	.not_after = MAKE_NB + 3650 * MAKE_DAY,
};

static void
make_lab(struct lab *lab, const struct make_cert *leaf, int64_t issuer_end)
{
	struct make_cert spec = {
		.cn = "Issuer",
		.is_ca = true,
		.usage = "critical,keyCertSign",
		.key_number = KEY_ISSUER,
		.not_after = issuer_end,
		.issuer_key_number = KEY_ROOT,
	};

	lab->root = make_x509(&root_spec);
	spec.issuer = lab->root;
	lab->issuer = make_x509(&spec);
	spec = *leaf;
	spec.issuer = lab->issuer;
	spec.issuer_key_number = KEY_ISSUER;
	if (spec.san == NULL)
		spec.san = "DNS:pc1.example";
	lab->leaf = make_x509(&spec);
}

static void
free_lab(struct lab *lab)
{
	X509_free(lab->root);
	X509_free(lab->issuer);
	X509_free(lab->leaf);
}

static struct anchors *
anchors_of(X509 *a, X509 *b)
{
	struct cert *certs[2] = { NULL, NULL };
	struct anchors *anchors = NULL;
	struct err err = { 0 };

	assert_rc(cert_from_x509(a, &certs[0], &err), RC_OK, &err);
	if (b != NULL)
		assert_rc(cert_from_x509(b, &certs[1], &err), RC_OK, &err);
	assert_rc(anchors_from_certs(certs, b != NULL ? 2 : 1, &anchors, &err), RC_OK,
	    &err);
	cert_free(certs[0]);
	cert_free(certs[1]);
	return anchors;
}

static void
verify_at(const struct anchors *anchors, X509 *const *chain, size_t n, int64_t now,
    int level, struct path *path)
{
	struct cert *certs[4] = { NULL };
	struct err err = { 0 };

	for (size_t i = 0; i < n; i++)
		assert_rc(cert_from_x509(chain[i], &certs[i], &err), RC_OK, &err);
	assert_rc(path_verify(anchors, certs, n, now, level, path, &err), RC_OK, &err);
	for (size_t i = 0; i < n; i++)
		cert_free(certs[i]);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
assert_path(const struct path *path, enum path_state ignoring_time,
    enum path_state at_time, size_t n)
{
	if (path->ignoring_time != ignoring_time || path->at_time != at_time ||
	    path->n_elements != n)
		fail_msg("%s, %s, %zu elements, \"%s\"",
		    path_state_text(path->ignoring_time),
		    path_state_text(path->at_time), path->n_elements, path->text);
}

static void
finds_the_path_from_leaf_to_root(void **state)
{
	struct make_cert leaf = { 0 };
	struct anchors *anchors;
	struct path path = { 0 };
	struct lab lab;

	(void)state;
	make_lab(&lab, &leaf, 0);
	anchors = anchors_of(lab.root, NULL);
	verify_at(anchors, (X509 *[]){ lab.leaf, lab.issuer }, 2, NOW, 0, &path);
	assert_path(&path, PATH_OK, PATH_OK, 3);
	assert_string_equal(path.elements[0]->common_name, "pc1.example");
	assert_string_equal(path.elements[1]->common_name, "Issuer");
	assert_string_equal(path.elements[2]->common_name, "Root");
	assert_string_equal(path.text, "");
	path_clear(&path);
	assert_null(path.elements);
	anchors_free(anchors);
	free_lab(&lab);
}

static void
an_intermediate_may_be_the_anchor(void **state)
{
	struct make_cert leaf = { 0 };
	struct anchors *anchors;
	struct path path = { 0 };
	struct lab lab;

	(void)state;
	make_lab(&lab, &leaf, 0);
	anchors = anchors_of(lab.issuer, NULL);
	verify_at(anchors, &lab.leaf, 1, NOW, 0, &path);
	assert_path(&path, PATH_OK, PATH_OK, 2);
	path_clear(&path);
	anchors_free(anchors);
	free_lab(&lab);
}

static void
a_self_signed_leaf_may_be_the_anchor(void **state)
{
	struct make_cert spec = { .san = "DNS:pc1.example" };
	X509 *leaf = make_x509(&spec);
	struct anchors *anchors = anchors_of(leaf, NULL);
	struct path path = { 0 };

	(void)state;
	verify_at(anchors, &leaf, 1, NOW, 0, &path);
	assert_path(&path, PATH_OK, PATH_OK, 1);
	path_clear(&path);
	anchors_free(anchors);
	X509_free(leaf);
}

static void
states_have_words_of_their_own(void **state)
{
	(void)state;
	for (int i = PATH_UNCHECKED; i <= PATH_OTHER; i++)
		for (int j = PATH_UNCHECKED; j < i; j++)
			assert_string_not_equal(path_state_text((enum path_state)i),
			    path_state_text((enum path_state)j));
}

struct end_case {
	int64_t now;
	enum path_state at_time;
};

static const struct end_case ends[] = {
	{ MAKE_NB - 1, PATH_TIME },
	{ MAKE_NB, PATH_OK },
	{ MAKE_NB + 100 * MAKE_DAY, PATH_OK }, /* notAfter itself is valid */
	{ MAKE_NB + 100 * MAKE_DAY + 1, PATH_TIME },
};

static void
the_time_is_told_apart_from_the_rest(void **state)
{
	struct make_cert leaf = { .not_after = MAKE_NB + 100 * MAKE_DAY };
	struct make_cert later = { 0 };
	struct anchors *anchors;
	struct path path = { 0 };
	struct lab lab;

	(void)state;
	make_lab(&lab, &leaf, 0);
	anchors = anchors_of(lab.root, NULL);
	for (size_t i = 0; i < UNIT_COUNT(ends); i++) {
		verify_at(anchors, (X509 *[]){ lab.leaf, lab.issuer }, 2, ends[i].now,
		    0, &path);
		assert_path(&path, PATH_OK, ends[i].at_time, 3);
		path_clear(&path);
	}
	anchors_free(anchors);
	free_lab(&lab);

	/* An issuer that ends first ends the path. */
	make_lab(&lab, &later, MAKE_NB + 50 * MAKE_DAY);
	anchors = anchors_of(lab.root, NULL);
	verify_at(anchors, (X509 *[]){ lab.leaf, lab.issuer }, 2,
	    MAKE_NB + 50 * MAKE_DAY + 1, 0, &path);
	assert_path(&path, PATH_OK, PATH_TIME, 3);
	assert_has(path.text, "expired");
	path_clear(&path);
	anchors_free(anchors);
	free_lab(&lab);
}

static void
a_renewed_anchor_takes_over_from_the_expired_one(void **state)
{
	struct make_cert leaf = { .not_after = MAKE_NB + 5000 * MAKE_DAY };
	struct make_cert renewed = root_spec;
	struct anchors *anchors;
	struct path path = { 0 };
	struct lab lab;
	X509 *root;

	(void)state;
	make_lab(&lab, &leaf, MAKE_NB + 5000 * MAKE_DAY);
	renewed.not_after = MAKE_NB + 7000 * MAKE_DAY;
	renewed.serial = 2;
	root = make_x509(&renewed);
	for (int i = 0; i < 2; i++) {
		anchors =
		    anchors_of(i == 0 ? lab.root : root, i == 0 ? root : lab.root);
		verify_at(anchors, (X509 *[]){ lab.leaf, lab.issuer }, 2,
		    MAKE_NB + 4000 * MAKE_DAY, 0, &path);
		assert_path(&path, PATH_OK, PATH_OK, 3);
		assert_int_equal(path.elements[2]->not_after,
		    MAKE_NB + 7000 * MAKE_DAY);
		path_clear(&path);
		anchors_free(anchors);
	}
	X509_free(root);
	free_lab(&lab);
}

static void
a_path_that_ends_elsewhere_is_unknown(void **state)
{
	struct make_cert leaf = { 0 };
	struct make_cert other = root_spec;
	struct anchors *anchors;
	struct path path = { 0 };
	struct lab lab;
	X509 *stranger;

	(void)state;
	make_lab(&lab, &leaf, 0);
	other.key_number = KEY_STRANGER; /* our root's name, another key */
	stranger = make_x509(&other);
	anchors = anchors_of(stranger, NULL);
	verify_at(anchors, (X509 *[]){ lab.leaf, lab.issuer }, 2, NOW, 0, &path);
	assert_path(&path, PATH_UNKNOWN_ISSUER, PATH_UNKNOWN_ISSUER, 0);
	assert_has(path.text, "unable to get");
	path_clear(&path);
	verify_at(anchors, (X509 *[]){ lab.leaf, lab.issuer, lab.root }, 3, NOW, 0,
	    &path);
	assert_path(&path, PATH_UNKNOWN_ISSUER, PATH_UNKNOWN_ISSUER, 0);
	path_clear(&path);
	anchors_free(anchors);
	X509_free(stranger);
	free_lab(&lab);
}

static void
a_self_signed_leaf_is_told(void **state)
{
	struct make_cert spec = { .san = "DNS:pc1.example" };
	X509 *root = make_x509(&root_spec), *leaf = make_x509(&spec);
	struct anchors *anchors = anchors_of(root, NULL);
	struct path path = { 0 };

	(void)state;
	verify_at(anchors, &leaf, 1, NOW, 0, &path);
	assert_path(&path, PATH_SELF_SIGNED, PATH_SELF_SIGNED, 0);
	path_clear(&path);
	anchors_free(anchors);
	X509_free(root);
	X509_free(leaf);
}

static void
a_forged_signature_is_told_even_when_expired(void **state)
{
	struct make_cert leaf = { .san = "DNS:pc1.example",
		.issuer_key_number = KEY_STRANGER };
	struct anchors *anchors;
	struct path path = { 0 };
	struct lab lab;
	X509 *forged;

	(void)state;
	make_lab(&lab, &leaf, 0);
	leaf.issuer = lab.issuer;
	forged = make_x509(&leaf);
	anchors = anchors_of(lab.root, NULL);
	for (int i = 0; i < 2; i++) {
		verify_at(anchors, (X509 *[]){ forged, lab.issuer }, 2,
		    NOW + i * (1000 * MAKE_DAY), 0, &path);
		assert_path(&path, PATH_BAD_SIGNATURE, PATH_BAD_SIGNATURE, 0);
		assert_string_equal(path.text, "certificate signature failure");
		path_clear(&path);
	}
	anchors_free(anchors);
	X509_free(forged);
	free_lab(&lab);
}

static void
verify_client(const struct anchors *anchors, X509 *leaf, X509 *issuer,
    struct path *path)
{
	struct cert *certs[2] = { NULL };
	struct err err = { 0 };

	assert_rc(cert_from_x509(leaf, &certs[0], &err), RC_OK, &err);
	assert_rc(cert_from_x509(issuer, &certs[1], &err), RC_OK, &err);
	assert_rc(path_verify_client(anchors, certs, 2, NOW, 0, path, &err), RC_OK,
	    &err);
	cert_free(certs[0]);
	cert_free(certs[1]);
}

static void
a_certificate_for_a_server_is_not_for_clients(void **state)
{
	struct make_cert leaf = { .eku = "serverAuth" };
	struct anchors *anchors;
	struct path path = { 0 };
	struct lab lab;

	(void)state;
	make_lab(&lab, &leaf, 0);
	anchors = anchors_of(lab.root, NULL);
	verify_client(anchors, lab.leaf, lab.issuer, &path);
	assert_path(&path, PATH_PURPOSE, PATH_PURPOSE, 0);
	path_clear(&path);
	anchors_free(anchors);
	free_lab(&lab);
}

static void
a_certificate_for_clients_is_not_for_a_server(void **state)
{
	struct make_cert leaf = { .eku = "clientAuth" };
	struct anchors *anchors;
	struct path path = { 0 };
	struct lab lab;

	(void)state;
	make_lab(&lab, &leaf, 0);
	anchors = anchors_of(lab.root, NULL);
	verify_at(anchors, (X509 *[]){ lab.leaf, lab.issuer }, 2, NOW, 0, &path);
	assert_path(&path, PATH_PURPOSE, PATH_PURPOSE, 0);
	path_clear(&path);
	verify_client(anchors, lab.leaf, lab.issuer, &path);
	assert_path(&path, PATH_OK, PATH_OK, 3);
	path_clear(&path);
	anchors_free(anchors);
	free_lab(&lab);
}

static void
a_leaf_is_not_an_issuer(void **state)
{
	struct make_cert leaf = { .cn = "below", .san = "DNS:below.example" };
	struct make_cert parent = { 0 };
	struct anchors *anchors;
	struct path path = { 0 };
	struct lab lab;
	X509 *below;

	(void)state;
	make_lab(&lab, &parent, 0);
	leaf.issuer = lab.leaf;
	leaf.issuer_key_number = KEY_LEAF;
	below = make_x509(&leaf);
	anchors = anchors_of(lab.root, NULL);
	verify_at(anchors, (X509 *[]){ below, lab.leaf, lab.issuer }, 3, NOW, 0, &path);
	assert_path(&path, PATH_PURPOSE, PATH_PURPOSE, 0);
	path_clear(&path);
	anchors_free(anchors);
	X509_free(below);
	free_lab(&lab);
}

static void
weak_elements_verify_unless_a_level_is_asked(void **state)
{
	struct make_cert leaf = { .key = "rsa1024" };
	struct anchors *anchors;
	struct path path = { 0 };
	struct lab lab;

	(void)state;
	make_lab(&lab, &leaf, 0);
	anchors = anchors_of(lab.root, NULL);
	verify_at(anchors, (X509 *[]){ lab.leaf, lab.issuer }, 2, NOW, 0, &path);
	assert_path(&path, PATH_OK, PATH_OK, 3);
	path_clear(&path);
	verify_at(anchors, (X509 *[]){ lab.leaf, lab.issuer }, 2, NOW, 2, &path);
	assert_path(&path, PATH_WEAK, PATH_WEAK, 0);
	path_clear(&path);
	anchors_free(anchors);
	free_lab(&lab);
}

static void
without_anchors_nothing_is_checked(void **state)
{
	X509 *root = make_x509(&root_spec);
	struct anchors *anchors = anchors_of(root, NULL);
	struct path path = { 0 };

	(void)state;
	verify_at(NULL, &root, 1, NOW, 0, &path);
	assert_path(&path, PATH_UNCHECKED, PATH_UNCHECKED, 0);
	verify_at(anchors, NULL, 0, NOW, 0, &path);
	assert_path(&path, PATH_UNCHECKED, PATH_UNCHECKED, 0);
	anchors_free(anchors);
	anchors_free(NULL);
	X509_free(root);
}

static void
reads_anchors_from_a_file(void **state)
{
	char path_name[] = "/tmp/test_path.XXXXXX";
	struct make_cert leaf = { 0 };
	struct anchors *anchors = NULL;
	struct path path = { 0 };
	struct err err = { 0 };
	struct lab lab;
	FILE *f;
	int fd;

	(void)state;
	make_lab(&lab, &leaf, 0);
	fd = mkstemp(path_name);
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_X509(f, lab.issuer), 1);
	assert_int_equal(PEM_write_X509(f, lab.root), 1);
	assert_int_equal(fclose(f), 0);
	assert_rc(anchors_read_file(path_name, &anchors, &err), RC_OK, &err);
	verify_at(anchors, &lab.leaf, 1, NOW, 0, &path);
	assert_int_equal(path.at_time, PATH_OK);
	path_clear(&path);
	anchors_free(anchors);
	anchors = NULL;
	assert_int_equal(unlink(path_name), 0);
	assert_rc(anchors_read_file(path_name, &anchors, &err), RC_SYSTEM, &err);
	assert_null(anchors);
	free_lab(&lab);
}

static enum rc
verify_all(void *ctx)
{
	const struct lab *lab = ctx;
	struct cert *chain[2] = { NULL, NULL }, *root = NULL;
	struct anchors *anchors = NULL;
	struct path path = { 0 };
	enum rc r;

	r = cert_from_x509(lab->leaf, &chain[0], NULL);
	if (r == RC_OK)
		r = cert_from_x509(lab->issuer, &chain[1], NULL);
	if (r == RC_OK)
		r = cert_from_x509(lab->root, &root, NULL);
	if (r == RC_OK)
		r = anchors_from_certs(&root, 1, &anchors, NULL);
	if (r == RC_OK)
		r = path_verify(anchors, chain, 2, NOW, 0, &path, NULL);
	path_clear(&path);
	anchors_free(anchors);
	cert_free(root);
	cert_free(chain[0]);
	cert_free(chain[1]);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	struct make_cert leaf = { 0 };
	struct lab lab;

	(void)state;
	make_lab(&lab, &leaf, 0);
	assert_true(torture(verify_all, &lab) > 20);
	free_lab(&lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_path_from_leaf_to_root),
		cmocka_unit_test(an_intermediate_may_be_the_anchor),
		cmocka_unit_test(a_self_signed_leaf_may_be_the_anchor),
		cmocka_unit_test(states_have_words_of_their_own),
		cmocka_unit_test(the_time_is_told_apart_from_the_rest),
		cmocka_unit_test(a_renewed_anchor_takes_over_from_the_expired_one),
		cmocka_unit_test(a_path_that_ends_elsewhere_is_unknown),
		cmocka_unit_test(a_self_signed_leaf_is_told),
		cmocka_unit_test(a_forged_signature_is_told_even_when_expired),
		cmocka_unit_test(a_certificate_for_a_server_is_not_for_clients),
		cmocka_unit_test(a_certificate_for_clients_is_not_for_a_server),
		cmocka_unit_test(a_leaf_is_not_an_issuer),
		cmocka_unit_test(weak_elements_verify_unless_a_level_is_asked),
		cmocka_unit_test(without_anchors_nothing_is_checked),
		cmocka_unit_test(reads_anchors_from_a_file),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
