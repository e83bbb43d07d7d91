/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A host's request instead of a device's: the same backends, the same judgement of
 * what they issue.  Exit statuses and output as certmonger's daemon reads them.
 */
#include "ca/certmonger.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/codec.h"
#include "base/text.h"
#include "ca/accept.h"
#include "ca/encode.h"
#include "ca/issue.h"
#include "x509/csr_read.h"
#include "x509/path.h"

enum {
	/* One variable of the environment: Linux has 128 KiB for it. */
	VARIABLE_MAX_BYTES = 128 * 1024,
};

/* A request of a host while it is worked on. */
struct errand {
	struct ca *ca;
	const struct certmonger_call *call;
	struct buf *out;
	enum certmonger_exit exit;
	struct csr_asked asked;
	uint8_t *csr;
	uint8_t *cookie;
	struct ca_request request;
};

/* One line for the caller, and how it ends. */
static void
refuse(struct errand *errand, enum certmonger_exit exit, const char *text)
{
	char line[CA_TEXT_SIZE];

	text_line_field(line, sizeof(line), text, strlen(text));
	(void)buf_addf(errand->out, "%s\n", line);
	errand->exit = exit;
}

/* Ours are errors; what is wrong with the request or what came for it is an answer. */
static enum rc
refuse_for(struct errand *errand, enum rc r, enum certmonger_exit exit,
    const struct err *why, struct err *err)
{
	if (r == RC_NOMEM || r == RC_INTERNAL)
		return err_set(err, r, "%s", why->text);
	refuse(errand, exit, why->text);
	return RC_OK;
}

static enum rc
decode_pem(const char *text, uint8_t **ret_der, size_t *ret_len, struct err *err)
{
	size_t text_len = text == NULL ? 0 : strlen(text);
	unsigned char *bytes = NULL;
	char *name = NULL, *header = NULL;
	enum rc r = RC_FORMAT;
	BIO *bio = NULL;
	long len = 0;

	(void)ERR_set_mark();
	if (text_len > 0 && text_len < VARIABLE_MAX_BYTES)
		bio = BIO_new_mem_buf(text, (int)text_len);
	if (bio != NULL && PEM_read_bio(bio, &name, &header, &bytes, &len) == 1 &&
	    (strcmp(name, PEM_STRING_X509_REQ) == 0 ||
		strcmp(name, PEM_STRING_X509_REQ_OLD) == 0) &&
	    len > 0 && len <= CSR_DER_MAX_BYTES) {
		*ret_der = malloc((size_t)len);
		r = *ret_der == NULL ? RC_NOMEM : RC_OK;
	}
	if (r == RC_OK) {
		memcpy(*ret_der, bytes, (size_t)len);
		*ret_len = (size_t)len;
	}
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(bytes);
	BIO_free(bio);
	(void)ERR_pop_to_mark();
	return r == RC_OK
	    ? r
	    : err_set(err, r, "CERTMONGER_CSR: RFC 7468 7: not one PKCS#10 in PEM");
}

/* What no signature can be added for any more. */
static const char *
find_missing(const struct ca *ca, struct ca_request *request)
{
	ca_prepare(ca, &request->profile);
	if (request->profile.challenge != NULL &&
	    !csr_has_challenge(request->csr, request->csr_len))
		return "request: no challenge password, which this CA wants: getcert "
		       "request -l FILE";
	if (request->profile.template_name != NULL &&
	    !csr_has_template(request->csr, request->csr_len))
		return "request: no template, which this CA wants: getcert request -T "
		       "NAME";
	return NULL;
}

static enum rc
read_request(struct errand *errand, struct err *err)
{
	const struct certmonger_call *call = errand->call;
	struct ca_request *request = &errand->request;
	struct issue_terms terms = { .profile = &request->profile };
	enum rc r = decode_pem(call->csr, &errand->csr, &terms.csr_len, err);

	if (r == RC_OK)
		r = csr_read(errand->csr, terms.csr_len, &errand->asked, err);
	if (r != RC_OK)
		return r;
	terms.csr = errand->csr;
	*request = (struct ca_request){ .profile = csr_asked_profile(&errand->asked),
		.csr = terms.csr,
		.csr_len = terms.csr_len,
		.digest = "sha256",
		.not_before_max = call->now,
		.now = call->now,
		.deadline_ms = call->deadline_ms };
	return issue_check_request(&terms, err);
}

/* The request of the environment, when it is one to ask a CA for. */
static enum rc
take_request(struct errand *errand, bool *ret_is_good, struct err *err)
{
	const char *missing = NULL;
	struct err why = { 0 };
	enum rc r = read_request(errand, &why);

	if (r != RC_OK)
		return refuse_for(errand, r, CERTMONGER_REJECTED, &why, err);
	missing = find_missing(errand->ca, &errand->request);
	if (missing != NULL)
		refuse(errand, CERTMONGER_UNCONFIGURED, missing);
	*ret_is_good = missing == NULL;
	return RC_OK;
}

/*
 * What it issued.
 */

static enum rc
judge(const struct errand *errand, const struct ca_answer *answer, struct err *err)
{
	const struct ca_request *request = &errand->request;
	const struct accept_input input = { .leaf = answer->leaf,
		.chain = answer->chain,
		.n_chain = answer->n_chain,
		.csr = request->csr,
		.csr_len = request->csr_len,
		.profile = &request->profile,
		.anchors = ca_anchors(errand->ca),
		.issuer_key = ca_issuer_key(errand->ca),
		.now = request->now,
		.device_now = request->now };

	return accept_judge(&input, NULL, err);
}

/* The certificate, and those between it and the anchor. */
static enum rc
put_path(const struct errand *errand, const struct ca_answer *answer, struct err *err)
{
	struct cert *list[CA_CHAIN_MAX + 1] = { answer->leaf };
	const struct anchors *anchors = ca_anchors(errand->ca);
	int64_t now = errand->call->now;
	size_t n = answer->n_chain + 1;
	struct path path = { 0 };
	enum rc r;

	for (size_t i = 1; i < n; i++)
		list[i] = answer->chain[i - 1];
	r = errand->asked.eku == CERT_EKU_CLIENT_AUTH
	    ? path_verify_client(anchors, list, n, now, 0, &path, err)
	    : path_verify(anchors, list, n, now, 0, &path, err);
	for (size_t i = 0; r == RC_OK && i < path.n_elements; i++)
		if (i == 0 || !path.elements[i]->is_self_issued)
			(void)encode_pem(errand->out, "CERTIFICATE",
			    path.elements[i]->der, path.elements[i]->der_len);
	path_clear(&path);
	return r;
}

static enum rc
give(struct errand *errand, const struct ca_answer *answer, struct err *err)
{
	struct err why = { 0 };
	enum rc r = judge(errand, answer, &why);

	if (r != RC_OK) {
		err_prefix(&why, "refused what the CA issued");
		return refuse_for(errand, r, CERTMONGER_REJECTED, &why, err);
	}
	errand->exit = CERTMONGER_ISSUED;
	return put_path(errand, answer, err);
}

/*
 * Cookies: base64 of the CA's, and behind a space the CA.
 */

static void
put_cookie(struct errand *errand, const struct ca_answer *answer)
{
	errand->exit = CERTMONGER_WAIT;
	if (answer->retry_after_s > 0) {
		errand->exit = CERTMONGER_WAIT_MORE;
		(void)buf_addf(errand->out, "%lld\n", (long long)answer->retry_after_s);
	}
	(void)codec_base64_encode(errand->out, answer->cookie, answer->cookie_len);
	(void)buf_addf(errand->out, " %s\n", ca_name(errand->ca));
}

/* False when it is none that this CA said; the caller was told. */
static bool
take_cookie(struct errand *errand)
{
	const char *text = errand->call->cookie == NULL ? "" : errand->call->cookie;
	const char *name = strchr(text, ' ');
	size_t name_len = name == NULL ? 0 : strcspn(name + 1, "\n");
	const char *wanted = ca_name(errand->ca);

	if (name != NULL && name_len == strlen(wanted) &&
	    strncmp(name + 1, wanted, name_len) == 0 &&
	    codec_base64_decode(text, (size_t)(name - text), CA_COOKIE_MAX_BYTES,
		&errand->cookie, &errand->request.cookie_len, NULL) == RC_OK) {
		errand->request.cookie = errand->cookie;
		return true;
	}
	refuse(errand, CERTMONGER_UNCONFIGURED,
	    "CERTMONGER_CA_COOKIE: not one that this CA gave out: getcert resubmit");
	return false;
}

/*
 * Operations.
 */

static const enum certmonger_exit exits[] = {
	[CA_ISSUED] = CERTMONGER_ISSUED,
	[CA_PENDING] = CERTMONGER_WAIT,
	[CA_REJECTED] = CERTMONGER_REJECTED,
	[CA_RETRY] = CERTMONGER_UNREACHABLE,
	[CA_AUTH] = CERTMONGER_UNCONFIGURED,
	[CA_CONFIG] = CERTMONGER_UNCONFIGURED,
	[CA_UNSUPPORTED] = CERTMONGER_UNCONFIGURED,
	[CA_BADANSWER] = CERTMONGER_REJECTED, /* nobody repeats it unasked */
};

static enum rc
submit_or_poll(struct errand *errand, struct err *err)
{
	bool is_poll = strcmp(errand->call->operation, "POLL") == 0;
	struct ca_answer answer = { .outcome = CA_ISSUED };
	bool is_good = false;
	enum rc r = take_request(errand, &is_good, err);

	if (r != RC_OK || !is_good || (is_poll && !take_cookie(errand)))
		return r;
	r = is_poll ? ca_poll(errand->ca, &errand->request, &answer, err)
		    : ca_submit(errand->ca, &errand->request, &answer, err);
	if (r == RC_OK && answer.outcome == CA_ISSUED)
		r = give(errand, &answer, err);
	else if (r == RC_OK && answer.outcome == CA_PENDING)
		put_cookie(errand, &answer);
	else if (r == RC_OK)
		refuse(errand, exits[answer.outcome], answer.text);
	ca_answer_clear(&answer);
	return r;
}

static enum rc
identify(struct errand *errand, struct err *err)
{
	(void)err;
	(void)buf_addf(errand->out, "amtcert %s, CA %s\n", AMTCERT_VERSION,
	    ca_name(errand->ca));
	errand->exit = CERTMONGER_ISSUED;
	return RC_OK;
}

/* Each after a line with a name, by which the caller keeps it. */
static void
put_certs(struct errand *errand, struct cert *const *certs, size_t n, const char *what)
{
	for (size_t i = 0; i < n; i++) {
		(void)buf_addf(errand->out, "%s %s %zu\n", ca_name(errand->ca), what,
		    i + 1);
		(void)encode_pem(errand->out, "CERTIFICATE", certs[i]->der,
		    certs[i]->der_len);
	}
}

/* Roots, an empty line, other certificates of the CA. */
static enum rc
fetch_roots(struct errand *errand, struct err *err)
{
	struct cert **anchors = NULL;
	size_t n_anchors = 0, n_chain = 0;
	struct cert *const *chain = ca_chain(errand->ca, &n_chain);
	enum rc r;

	r = anchors_to_certs(ca_anchors(errand->ca), &anchors, &n_anchors, err);
	if (r != RC_OK)
		return r;
	put_certs(errand, anchors, n_anchors, "anchor");
	(void)buf_add_char(errand->out, '\n');
	put_certs(errand, chain, n_chain, "issuer");
	errand->exit = CERTMONGER_ISSUED;
	cert_free_list(anchors, n_anchors);
	return RC_OK;
}

static enum rc
get_template(struct errand *errand, struct err *err)
{
	struct csr_profile profile = { .common_name = NULL };

	(void)err;
	ca_prepare(errand->ca, &profile);
	errand->exit = CERTMONGER_UNSUPPORTED;
	if (profile.template_name == NULL)
		return RC_OK;
	(void)buf_addf(errand->out, "%s\n", profile.template_name);
	errand->exit = CERTMONGER_ISSUED;
	return RC_OK;
}

static const struct {
	const char *name;
	enum rc (*run)(struct errand *errand, struct err *err);
} operations[] = {
	{ "SUBMIT", submit_or_poll },
	{ "POLL", submit_or_poll },
	{ "IDENTIFY", identify },
	{ "FETCH-ROOTS", fetch_roots },
	{ "GET-SUPPORTED-TEMPLATES", get_template },
	{ "GET-DEFAULT-TEMPLATE", get_template },
};

enum rc
certmonger_answer(struct ca *ca, const struct certmonger_call *call, struct buf *out,
    enum certmonger_exit *ret_exit, struct err *err)
{
	struct errand errand = { .ca = ca,
		.call = call,
		.out = out,
		.exit = CERTMONGER_UNSUPPORTED };
	enum rc r = RC_OK;

	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (strcmp(operations[i].name, call->operation) == 0)
			r = operations[i].run(&errand, err);
	if (r == RC_OK && out->rc != RC_OK)
		r = err_set(err, out->rc, "certmonger: more than %d bytes to say",
		    CERTMONGER_OUT_MAX_BYTES);
	if (r == RC_OK)
		*ret_exit = errand.exit;
	csr_asked_clear(&errand.asked);
	free(errand.csr);
	free(errand.cookie);
	return r;
}
