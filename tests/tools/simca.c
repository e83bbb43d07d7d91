/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simca: a lab CA for tests.  Makes keys, CA and device certificates with
 * exact dates, requests for a device's public key, and signs requests.
 * Source: RFC 5280, RFC 2986; see tests/sim/README.md for its use.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/opt.h"

enum {
	SANS_MAX = 16,
	TIME_MAX_S = 2000000000,
	DER_MAX_BYTES = 65536,
};

struct options {
	const char *make;
	const char *out;
	const char *key_out;
	const char *key;
	const char *ca;
	const char *ca_key;
	const char *request;
	const char *public_key;
	const char *subject;
	const char *sans[SANS_MAX];
	size_t sans_n;
	const char *eku;
	const char *key_usage;
	const char *not_before;
	const char *not_after;
	const char *digest;
	const char *key_type;
	const char *serial;
	const char *count;
	const char *extra;
};

static const struct opt option_table[] = {
	{ "make", 'm', "WHAT",
	    "ca: a self-signed CA, or with --ca one below it. cert: an end entity. "
	    "request: PKCS#10 for --public-key, signed by a key nobody keeps. sign: a "
	    "certificate for --request. keys: --count private keys." },
	{ "out", 'o', "FILE", "PEM file to write." },
	{ "key-out", 0, "FILE", "Where the new private key goes." },
	{ "key", 0, "FILE", "Use this private key instead of a new one." },
	{ "ca", 0, "FILE", "Certificate of the issuer." },
	{ "ca-key", 0, "FILE", "Its private key." },
	{ "request", 0, "FILE", "PKCS#10, PEM or DER." },
	{ "public-key", 0, "FILE",
	    "DER: PKCS#1 RSAPublicKey or SubjectPublicKeyInfo." },
	{ "subject", 's', "NAME", "Common name; empty: an empty subject." },
	{ "san", 0, "NAME", "DNS name, or IP:ADDRESS. May be repeated." },
	{ "eku", 0, "LIST",
	    "Extended key usage; default serverAuth; none: leave out." },
	{ "key-usage", 0, "LIST", "Default: by kind and key." },
	{ "not-before", 0, "TIME", "-5d, +1h, 2026-01-31T00:00:00Z; default -1d." },
	{ "not-after", 0, "TIME", "Default +365d." },
	{ "digest", 0, "NAME", "sha256 (default), sha384, sha1 ..." },
	{ "key-type", 0, "TYPE", "rsa:2048 (default), rsa:1024, p256, p384." },
	{ "serial", 0, "N", "Default: random." },
	{ "count", 0, "N", "Number of keys." },
	{ "extra", 0, "OID=DER-HEX", "One more extension, such as a template." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const option_tables[] = { option_table, NULL };

static enum rc
take_option(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct options *o = ctx;
	const struct {
		const char *name;
		const char **field;
	} texts[] = {
		{ "make", &o->make },
		{ "out", &o->out },
		{ "key-out", &o->key_out },
		{ "key", &o->key },
		{ "ca", &o->ca },
		{ "ca-key", &o->ca_key },
		{ "request", &o->request },
		{ "public-key", &o->public_key },
		{ "subject", &o->subject },
		{ "eku", &o->eku },
		{ "key-usage", &o->key_usage },
		{ "not-before", &o->not_before },
		{ "not-after", &o->not_after },
		{ "digest", &o->digest },
		{ "key-type", &o->key_type },
		{ "serial", &o->serial },
		{ "count", &o->count },
		{ "extra", &o->extra },
	};

	if (strcmp(opt->long_name, "san") == 0) {
		if (o->sans_n == SANS_MAX)
			return err_set(err, RC_USAGE, "--san: too many");
		o->sans[o->sans_n++] = value;
		return RC_OK;
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].name, opt->long_name) == 0)
			*texts[i].field = value;
	return RC_OK;
}

/* "-5d", "+1h" from now, or a date. */
static enum rc
parse_time(const char *text, int64_t *ret_s, struct err *err)
{
	int64_t span_s = 0;
	enum rc r = RC_OK;

	if (text[0] != '+' && text[0] != '-')
		return clock_parse_datetime(text, ret_s, err);
	r = num_parse_duration(text + 1, TIME_MAX_S, &span_s, err);
	if (r == RC_OK)
		*ret_s = clock_now() + (text[0] == '-' ? -span_s : span_s);
	return r;
}

static enum rc
ossl_failed(struct err *err, const char *what)
{
	return err_set(err, RC_INTERNAL, "%s: OpenSSL failed", what);
}

static enum rc
make_key(const char *type, EVP_PKEY **ret_key, struct err *err)
{
	int64_t bits = 0;
	EVP_PKEY *key = NULL;

	if (strncmp(type, "rsa:", 4) == 0) {
		if (num_parse(type + 4, 512, 16384, &bits, err) != RC_OK)
			return RC_USAGE;
		key = EVP_RSA_gen((unsigned)bits);
	} else if (strcmp(type, "p256") == 0) {
		key = EVP_EC_gen("P-256");
	} else if (strcmp(type, "p384") == 0) {
		key = EVP_EC_gen("P-384");
	} else {
		return err_set(err, RC_USAGE, "--key-type: no such type: %s", type);
	}
	if (key == NULL)
		return ossl_failed(err, type);
	*ret_key = key;
	return RC_OK;
}

static enum rc
read_key(const char *path, EVP_PKEY **ret_key, struct err *err)
{
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return err_system(err, "%s", path);
	*ret_key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	(void)fclose(file);
	return *ret_key != NULL ? RC_OK : ossl_failed(err, path);
}

static enum rc
read_cert(const char *path, X509 **ret_cert, struct err *err)
{
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return err_system(err, "%s", path);
	*ret_cert = PEM_read_X509(file, NULL, NULL, NULL);
	(void)fclose(file);
	return *ret_cert != NULL ? RC_OK : ossl_failed(err, path);
}

static enum rc
read_file(const char *path, uint8_t bytes[DER_MAX_BYTES], long *ret_len,
    struct err *err)
{
	FILE *file = fopen(path, "re");
	size_t len = 0;

	if (file == NULL)
		return err_system(err, "%s", path);
	len = fread(bytes, 1, DER_MAX_BYTES, file);
	(void)fclose(file);
	*ret_len = (long)len;
	return RC_OK;
}

static enum rc
read_request(const char *path, X509_REQ **ret_request, struct err *err)
{
	static uint8_t bytes[DER_MAX_BYTES];
	const uint8_t *p = bytes;
	long len = 0;
	BIO *bio = NULL;
	enum rc r = read_file(path, bytes, &len, err);

	if (r != RC_OK)
		return r;
	*ret_request = d2i_X509_REQ(NULL, &p, len);
	if (*ret_request == NULL) {
		bio = BIO_new_mem_buf(bytes, (int)len);
		*ret_request = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
		BIO_free(bio);
	}
	return *ret_request != NULL ? RC_OK : ossl_failed(err, path);
}

static enum rc
read_public_key(const char *path, EVP_PKEY **ret_key, struct err *err)
{
	static uint8_t bytes[DER_MAX_BYTES];
	const uint8_t *p = bytes;
	long len = 0;
	enum rc r = read_file(path, bytes, &len, err);

	if (r != RC_OK)
		return r;
	*ret_key = d2i_PUBKEY(NULL, &p, len);
	if (*ret_key == NULL) {
		p = bytes;
		*ret_key = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, len);
	}
	return *ret_key != NULL ? RC_OK : ossl_failed(err, path);
}

static bool
add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx = { 0 };
	X509_EXTENSION *extension = NULL;
	bool good = false;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	good = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return good;
}

/* "OID=3003020101": the value as it stands. */
static bool
add_extra(X509 *cert, const char *text)
{
	const char *equals = strchr(text, '=');
	char oid[128] = "";
	long len = 0;
	unsigned char *der = NULL;
	ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
	ASN1_OBJECT *object = NULL;
	X509_EXTENSION *extension = NULL;
	bool good = false;

	if (equals != NULL && (size_t)(equals - text) < sizeof(oid)) {
		memcpy(oid, text, (size_t)(equals - text));
		der = OPENSSL_hexstr2buf(equals + 1, &len);
		object = OBJ_txt2obj(oid, 1);
	}
	if (der != NULL && object != NULL && octets != NULL &&
	    ASN1_OCTET_STRING_set(octets, der, (int)len) == 1)
		extension = X509_EXTENSION_create_by_OBJ(NULL, object, 0, octets);
	good = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(octets);
	ASN1_OBJECT_free(object);
	OPENSSL_free(der);
	return good;
}

static bool
add_sans(X509 *cert, X509 *issuer, const struct options *o)
{
	struct buf list = { 0 };
	bool good = true;

	if (o->sans_n == 0)
		return true;
	buf_init(&list, 4096);
	for (size_t i = 0; i < o->sans_n; i++)
		buf_addf(&list, "%s%s%s", i == 0 ? "" : ",",
		    strncmp(o->sans[i], "IP:", 3) == 0 ? "" : "DNS:", o->sans[i]);
	good = add_extension(cert, issuer, NID_subject_alt_name, buf_str(&list));
	buf_clear(&list);
	return good;
}

static bool
add_extensions(X509 *cert, X509 *issuer, const struct options *o, bool is_ca)
{
	const char *usage = o->key_usage;
	const char *eku = o->eku != NULL ? o->eku : is_ca ? "none" : "serverAuth";

	if (usage == NULL)
		usage = is_ca ? "critical,keyCertSign,cRLSign"
			      : "critical,digitalSignature,keyEncipherment";
	if (!add_extension(cert, issuer, NID_basic_constraints,
		is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE") ||
	    !add_extension(cert, issuer, NID_subject_key_identifier, "hash") ||
	    !add_extension(cert, issuer, NID_authority_key_identifier, "keyid"))
		return false;
	if (strcmp(usage, "none") != 0 &&
	    !add_extension(cert, issuer, NID_key_usage, usage))
		return false;
	if (strcmp(eku, "none") != 0 &&
	    !add_extension(cert, issuer, NID_ext_key_usage, eku))
		return false;
	if (o->extra != NULL && !add_extra(cert, o->extra))
		return false;
	return add_sans(cert, issuer, o);
}

static bool
set_serial(X509 *cert, const struct options *o)
{
	uint64_t serial = 0;
	int64_t given = 0;

	if (o->serial != NULL) {
		if (num_parse(o->serial, 0, INT64_MAX, &given, NULL) != RC_OK)
			return false;
		serial = (uint64_t)given;
	} else if (RAND_bytes((unsigned char *)&serial, sizeof(serial)) != 1) {
		return false;
	}
	return ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial >> 1) == 1;
}

static bool
set_name(X509_NAME *name, const char *common_name)
{
	if (common_name == NULL || common_name[0] == '\0')
		return true;
	/* A longer name than RFC 5280 allows is what some tests want. */
	return X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING,
		   (const unsigned char *)common_name, -1, -1, 0) == 1;
}

static enum rc
set_times(X509 *cert, const struct options *o, struct err *err)
{
	int64_t not_before = 0;
	int64_t not_after = 0;
	enum rc r = parse_time(o->not_before, &not_before, err);

	if (r == RC_OK)
		r = parse_time(o->not_after, &not_after, err);
	if (r != RC_OK)
		return r;
	if (ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)not_before) == NULL ||
	    ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)not_after) == NULL)
		return ossl_failed(err, "dates");
	return RC_OK;
}

static enum rc
sign_cert(const struct options *o, EVP_PKEY *subject_key, X509_NAME *subject,
    EVP_PKEY *self_key, bool is_ca, X509 **ret_cert, struct err *err)
{
	X509 *cert = X509_new();
	X509 *issuer = NULL;
	EVP_PKEY *issuer_key = NULL;
	const EVP_MD *md = EVP_get_digestbyname(o->digest);
	enum rc r = RC_OK;

	if (o->ca != NULL) {
		r = read_cert(o->ca, &issuer, err);
		if (r == RC_OK)
			r = read_key(o->ca_key, &issuer_key, err);
	}
	if (r == RC_OK)
		r = set_times(cert, o, err);
	if (r != RC_OK)
		goto out;
	r = ossl_failed(err, "certificate");
	if (md == NULL || X509_set_version(cert, X509_VERSION_3) != 1 ||
	    !set_serial(cert, o) || X509_set_pubkey(cert, subject_key) != 1)
		goto out;
	if (subject != NULL && X509_set_subject_name(cert, subject) != 1)
		goto out;
	if (subject == NULL && !set_name(X509_get_subject_name(cert), o->subject))
		goto out;
	if (X509_set_issuer_name(cert,
		X509_get_subject_name(issuer == NULL ? cert : issuer)) != 1 ||
	    !add_extensions(cert, issuer == NULL ? cert : issuer, o, is_ca) ||
	    X509_sign(cert, issuer == NULL ? self_key : issuer_key, md) <= 0)
		goto out;
	err_clear(err);
	r = RC_OK;
	*ret_cert = cert;
	cert = NULL;
out:
	X509_free(cert);
	X509_free(issuer);
	EVP_PKEY_free(issuer_key);
	return r;
}

static enum rc
write_pem(const char *path, const char *mode, X509 *cert, EVP_PKEY *key,
    X509_REQ *request, struct err *err)
{
	FILE *file = strcmp(path, "-") == 0 ? stdout : fopen(path, mode);
	bool good = true;

	if (file == NULL)
		return err_system(err, "%s", path);
	if (cert != NULL)
		good = PEM_write_X509(file, cert) == 1;
	if (key != NULL)
		good = PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1;
	if (request != NULL)
		good = PEM_write_X509_REQ(file, request) == 1;
	if (file == stdout)
		good = fflush(file) == 0 && good;
	else
		good = fclose(file) == 0 && good;
	return good ? RC_OK : ossl_failed(err, path);
}

static enum rc
make_cert(const struct options *o, bool is_ca, struct err *err)
{
	EVP_PKEY *key = NULL;
	X509 *cert = NULL;
	enum rc r = RC_OK;

	if (o->key != NULL)
		r = read_key(o->key, &key, err);
	else
		r = make_key(o->key_type, &key, err);
	if (r == RC_OK)
		r = sign_cert(o, key, NULL, key, is_ca, &cert, err);
	if (r == RC_OK)
		r = write_pem(o->out, "we", cert, NULL, NULL, err);
	if (r == RC_OK && o->key_out != NULL)
		r = write_pem(o->key_out, "we", NULL, key, NULL, err);
	X509_free(cert);
	EVP_PKEY_free(key);
	return r;
}

static enum rc
sign_request(const struct options *o, struct err *err)
{
	X509_REQ *request = NULL;
	X509 *cert = NULL;
	EVP_PKEY *key = NULL;
	enum rc r = read_request(o->request, &request, err);

	if (r != RC_OK)
		return r;
	key = X509_REQ_get0_pubkey(request);
	if (key == NULL || X509_REQ_verify(request, key) != 1)
		r = err_set(err, RC_FORMAT, "%s: signature does not verify",
		    o->request);
	if (r == RC_OK)
		r = sign_cert(o, key, X509_REQ_get_subject_name(request), NULL, false,
		    &cert, err);
	if (r == RC_OK)
		r = write_pem(o->out, "we", cert, NULL, NULL, err);
	X509_free(cert);
	X509_REQ_free(request);
	return r;
}

/* The "null-signed" request of GeneratePKCS10RequestEx. */
static enum rc
make_request(const struct options *o, struct err *err)
{
	X509_REQ *request = X509_REQ_new();
	EVP_PKEY *public_key = NULL;
	EVP_PKEY *throw_away = NULL;
	bool is_rsa;
	enum rc r = read_public_key(o->public_key, &public_key, err);

	if (r == RC_OK) {
		is_rsa = EVP_PKEY_is_a(public_key, "RSA") == 1;
		r = make_key(is_rsa ? "rsa:2048" : "p384", &throw_away, err);
	}
	if (r == RC_OK &&
	    (X509_REQ_set_pubkey(request, public_key) != 1 ||
		!set_name(X509_REQ_get_subject_name(request), o->subject) ||
		X509_REQ_sign(request, throw_away, EVP_get_digestbyname(o->digest)) <=
		    0))
		r = ossl_failed(err, "request");
	if (r == RC_OK)
		r = write_pem(o->out, "we", NULL, NULL, request, err);
	EVP_PKEY_free(public_key);
	EVP_PKEY_free(throw_away);
	X509_REQ_free(request);
	return r;
}

static enum rc
make_keys(const struct options *o, struct err *err)
{
	int64_t count = 0;
	enum rc r = num_parse(o->count, 1, 100000, &count, err);

	for (int64_t i = 0; i < count && r == RC_OK; i++) {
		EVP_PKEY *key = NULL;

		r = make_key(o->key_type, &key, err);
		if (r == RC_OK)
			r = write_pem(o->out, i == 0 ? "we" : "ae", NULL, key, NULL,
			    err);
		EVP_PKEY_free(key);
	}
	return r;
}

static enum rc
run(const struct options *o, struct err *err)
{
	if (o->make == NULL || o->out == NULL)
		return err_set(err, RC_USAGE, "--make and --out are needed");
	if ((o->ca == NULL) != (o->ca_key == NULL))
		return err_set(err, RC_USAGE, "--ca and --ca-key go together");
	if (strcmp(o->make, "ca") == 0)
		return make_cert(o, true, err);
	if (strcmp(o->make, "cert") == 0)
		return make_cert(o, false, err);
	if (strcmp(o->make, "keys") == 0)
		return make_keys(o, err);
	if (strcmp(o->make, "request") == 0 && o->public_key != NULL)
		return make_request(o, err);
	if (strcmp(o->make, "sign") == 0 && o->request != NULL && o->ca != NULL)
		return sign_request(o, err);
	return err_set(err, RC_USAGE, "--make %s: unknown, or a file is missing",
	    o->make);
}

int
main(int argc, char **argv)
{
	struct options options = {
		.not_before = "-1d",
		.not_after = "+365d",
		.digest = "sha256",
		.key_type = "rsa:2048",
		.count = "1",
	};
	struct err err = { 0 };
	enum rc r = opt_parse(option_tables, argc, argv, take_option, &options, &err);

	if (r == RC_OK)
		r = run(&options, &err);
	if (r == RC_OK)
		return EXIT_SUCCESS;
	(void)fprintf(stderr, "simca: %s\n", err.text);
	if (r == RC_USAGE) {
		struct buf help = { 0 };

		buf_init(&help, 65536);
		opt_help(&help, option_tables);
		(void)fputs(buf_str(&help), stderr);
		buf_clear(&help);
	}
	return r == RC_USAGE ? 3 : EXIT_FAILURE;
}
