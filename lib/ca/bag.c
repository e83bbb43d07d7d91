/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads what a CA sent with OpenSSL's decoders, each told where its input ends.
 */
#include "ca/bag.h"

#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/text.h"

enum {
	SUBJECT_SIZE = 160,
	BYTES_MAX = 16 * 1024 * 1024,
};

void
bag_clear(struct bag *bag)
{
	for (size_t i = 0; i < bag->n; i++)
		cert_free(bag->certs[i]);
	memset(bag, 0, sizeof(*bag));
}

/* Takes cert, whatever it returns. */
static enum rc
take(struct bag *bag, struct cert *cert, struct err *err)
{
	for (size_t i = 0; i < bag->n; i++) {
		if (cert_equals(bag->certs[i], cert)) {
			cert_free(cert);
			return RC_OK;
		}
	}
	if (bag->n == BAG_CERTS_MAX) {
		cert_free(cert);
		return err_set(err, RC_LIMIT, "answer: more than %d certificates",
		    BAG_CERTS_MAX);
	}
	bag->certs[bag->n++] = cert;
	return RC_OK;
}

enum rc
bag_add_der(struct bag *bag, const uint8_t *der, size_t len, struct err *err)
{
	struct cert *cert = NULL;
	enum rc r;

	if (len > CA_CERT_MAX_BYTES)
		return err_set(err, RC_LIMIT, "answer: a certificate of %zu bytes",
		    len);
	r = cert_parse(der, len, &cert, err);
	return r == RC_OK ? take(bag, cert, err) : r;
}

static enum rc
take_list(struct bag *bag, STACK_OF(X509) *list, struct err *err)
{
	enum rc r = RC_OK;

	if (sk_X509_num(list) <= 0)
		return err_set(err, RC_FORMAT, "PKCS#7: it holds no certificate");
	for (int i = 0; i < sk_X509_num(list) && r == RC_OK; i++) {
		struct cert *cert = NULL;

		r = cert_from_x509(sk_X509_value(list, i), &cert, err);
		if (r == RC_OK)
			r = take(bag, cert, err);
	}
	return r;
}

enum rc
bag_add_pkcs7(struct bag *bag, const uint8_t *der, size_t len, struct err *err)
{
	const unsigned char *p = der;
	STACK_OF(X509) *list = NULL;
	CMS_ContentInfo *cms = NULL;
	enum rc r;

	if (len > BYTES_MAX)
		return err_set(err, RC_LIMIT, "PKCS#7: %zu bytes", len);
	cms = d2i_CMS_ContentInfo(NULL, &p, (long)len);
	if (cms == NULL || p != der + len) {
		r = err_set(err, RC_FORMAT,
		    "PKCS#7: not one ContentInfo to the last byte (RFC 5652 3)");
	} else if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed) {
		r = err_set(err, RC_FORMAT, "PKCS#7: not SignedData (RFC 5652 5.1)");
	} else {
		list = CMS_get1_certs(cms);
		r = take_list(bag, list, err);
	}
	sk_X509_pop_free(list, X509_free);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return r;
}

static enum rc
add_block(struct bag *bag, const char *label, const uint8_t *der, size_t len,
    struct err *err)
{
	struct err why = { 0 };

	if (strcmp(label, PEM_STRING_X509) == 0 ||
	    strcmp(label, PEM_STRING_X509_OLD) == 0) {
		enum rc r = bag_add_der(bag, der, len, &why);

		/* Web Enrolment calls PKCS#7 a certificate, too. */
		if (r == RC_FORMAT && bag_add_pkcs7(bag, der, len, NULL) == RC_OK)
			return RC_OK;
		return r == RC_OK ? r : err_set(err, r, "%s", why.text);
	}
	if (strcmp(label, PEM_STRING_PKCS7) == 0 ||
	    strcmp(label, PEM_STRING_CMS) == 0 ||
	    strcmp(label, PEM_STRING_PKCS7_SIGNED) == 0)
		return bag_add_pkcs7(bag, der, len, err);
	return RC_OK;
}

enum rc
bag_add_pem(struct bag *bag, const char *text, size_t len, struct err *err)
{
	size_t before = bag->n;
	BIO *bio = NULL;
	enum rc r = RC_OK;
	int n_read = 1;

	if (len > BYTES_MAX)
		return err_set(err, RC_LIMIT, "PEM: %zu bytes", len);
	bio = BIO_new_mem_buf(text, (int)len);
	if (bio == NULL)
		return err_set(err, RC_NOMEM, "PEM: out of memory");
	while (r == RC_OK && n_read == 1) {
		char *label = NULL;
		char *header = NULL;
		unsigned char *der = NULL;
		long der_len = 0;

		n_read = PEM_read_bio(bio, &label, &header, &der, &der_len);
		if (n_read == 1)
			r = add_block(bag, label, der, (size_t)der_len, err);
		else if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
			r = err_set(err, RC_FORMAT,
			    "PEM: a block is broken (RFC 7468 2)");
		OPENSSL_free(label);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	BIO_free(bio);
	ERR_clear_error();
	if (r == RC_OK && bag->n == before)
		r = err_set(err, RC_FORMAT, "PEM: no certificate in it");
	return r;
}

static bool
has_armour(const void *bytes, size_t len)
{
	static const char mark[] = "-----BEGIN ";

	return memmem(bytes, len, mark, sizeof(mark) - 1) != NULL;
}

enum rc
bag_add_any(struct bag *bag, const void *bytes, size_t len, struct err *err)
{
	struct err as_pkcs7 = { 0 };
	struct err as_cert = { 0 };
	enum rc r;

	if (has_armour(bytes, len))
		return bag_add_pem(bag, bytes, len, err);
	r = bag_add_der(bag, bytes, len, &as_cert);
	if (r == RC_FORMAT)
		r = bag_add_pkcs7(bag, bytes, len, &as_pkcs7);
	if (r == RC_FORMAT)
		return err_set(err, r, "answer: neither PEM, nor DER, nor PKCS#7");
	if (r != RC_OK)
		return err_set(err, r, "%s",
		    as_pkcs7.rc != RC_OK ? as_pkcs7.text : as_cert.text);
	return RC_OK;
}

static bool
has_key(const struct cert *cert, const EVP_PKEY *key)
{
	X509 *x = NULL;
	bool is_same = false;

	if (cert_get_x509(cert, &x, NULL) != RC_OK)
		return false;
	/* 0 differs, -1 differs in kind, -2 cannot be compared. */
	is_same = EVP_PKEY_eq(X509_get0_pubkey(x), key) == 1;
	X509_free(x);
	return is_same;
}

/* The leaf's place; more than BAG_CERTS_MAX when it is none or several. */
static size_t
find_leaf(const struct bag *bag, const EVP_PKEY *key, size_t *ret_found)
{
	size_t leaf = 0;

	*ret_found = 0;
	for (size_t i = 0; i < bag->n; i++) {
		if (!has_key(bag->certs[i], key))
			continue;
		leaf = i;
		(*ret_found)++;
	}
	return leaf;
}

static enum rc
give(const struct bag *bag, size_t leaf, struct ca_answer *answer, struct err *err)
{
	enum rc r = ca_answer_issue(answer, bag->certs[leaf]->der,
	    bag->certs[leaf]->der_len, err);

	for (size_t i = 0; i < bag->n && r == RC_OK; i++) {
		if (i == leaf || answer->outcome != CA_ISSUED)
			continue;
		if (answer->n_chain == CA_CHAIN_MAX)
			ca_answer_set(answer, CA_BADANSWER,
			    "issued, with a chain of more than %d certificates",
			    CA_CHAIN_MAX);
		else
			r = ca_answer_add_chain(answer, bag->certs[i], err);
	}
	return r;
}

enum rc
bag_answer(const struct bag *bag, const uint8_t *csr, size_t csr_len,
    struct ca_answer *answer, struct err *err)
{
	const unsigned char *p = csr;
	X509_REQ *req = d2i_X509_REQ(NULL, &p, (long)csr_len);
	EVP_PKEY *key = req == NULL ? NULL : X509_REQ_get0_pubkey(req);
	size_t n_found = 0;
	size_t leaf = 0;
	enum rc r = RC_OK;

	if (key == NULL) {
		X509_REQ_free(req);
		ERR_clear_error();
		return err_set(err, RC_INTERNAL, "the request is not one PKCS#10");
	}
	leaf = find_leaf(bag, key, &n_found);
	if (n_found == 1)
		r = give(bag, leaf, answer, err);
	else
		ca_answer_set(answer, CA_BADANSWER,
		    "issued, but %s certificate has the key of the request",
		    n_found == 0 ? "no" : "more than one");
	X509_REQ_free(req);
	ERR_clear_error();
	return r;
}

enum rc
bag_answer_read(const struct bag *bag, enum rc r, const struct err *why,
    const struct ca_request *request, struct ca_answer *answer, struct err *err)
{
	if (r == RC_OK)
		return bag_answer(bag, request->csr, request->csr_len, answer, err);
	if (r != RC_FORMAT && r != RC_LIMIT)
		return err_set(err, r, "%s", why->text);
	ca_answer_set(answer, CA_BADANSWER, "%s", why->text);
	return RC_OK;
}

/* A CA certificate for which there is no path to what the operator trusts. */
static bool
is_stranger(struct cert *cert, const struct anchors *anchors, int64_t now)
{
	struct path path = { 0 };
	bool is_one = false;

	if (path_verify(anchors, &cert, 1, now, 0, &path, NULL) != RC_OK)
		return false;
	is_one = path.ignoring_time == PATH_UNKNOWN_ISSUER ||
	    path.ignoring_time == PATH_SELF_SIGNED ||
	    path.ignoring_time == PATH_BAD_SIGNATURE;
	path_clear(&path);
	return is_one;
}

static bool
is_issuer_of_current(const struct cert *cert, const struct ca_request *request)
{
	return request->current != NULL &&
	    strcmp(cert->subject, request->current->issuer) == 0;
}

/* When the CA ends: the issuer of the current certificate, while it has not
 * ended; else the first of those that have not; else the last that has. */
static int64_t
find_end(const struct bag *bag, const struct ca_request *request)
{
	int64_t first = 0;
	int64_t last = 0;

	for (size_t i = 0; i < bag->n; i++) {
		const struct cert *cert = bag->certs[i];

		if (!cert->is_ca)
			continue;
		if (cert->not_after > last)
			last = cert->not_after;
		if (cert->not_after < request->now)
			continue;
		if (is_issuer_of_current(cert, request))
			return cert->not_after;
		if (first == 0 || cert->not_after < first)
			first = cert->not_after;
	}
	return first != 0 ? first : last;
}

void
bag_note_facts(const struct bag *bag, const struct anchors *anchors,
    const struct ca_request *request, struct ca_facts *facts)
{
	char subject[SUBJECT_SIZE];

	facts->not_after = find_end(bag, request);
	for (size_t i = 0; i < bag->n && facts->text[0] == '\0'; i++) {
		struct cert *cert = bag->certs[i];

		if (!cert->is_ca || !is_stranger(cert, anchors, request->now))
			continue;
		text_line_field(subject, sizeof(subject), cert->subject,
		    strlen(cert->subject));
		ca_facts_set(facts, facts->outcome,
		    "note: the CA announces a certificate that leads to none of the "
		    "configured trust anchors: %s",
		    subject);
	}
}
