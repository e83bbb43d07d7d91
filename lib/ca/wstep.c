/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RequestSecurityToken and its answer.  MS-WSTEP 3.1.4.1.1 and 3.1.4.1.2.
 */
#include "ca/wstep.h"

#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "ca/encode.h"
#include "ca/https.h"
#include "ca/soap.h"
#include "wsman/value.h"

#define TRUST "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
#define X509_TOKEN                                                            \
	"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-" \
	"profile-1.0#X509v3"

static void
write_start(struct buf *out, const char *type)
{
	(void)buf_addf(out,
	    "<wst:RequestSecurityToken xmlns:wst=\"%s\" xmlns:e=\"%s\">", TRUST,
	    SOAP_ENROLL);
	(void)xml_write_element(out, "wst:TokenType", X509_TOKEN);
	(void)xml_write_element(out, "wst:RequestType", type);
}

void
wstep_write_issue(struct buf *out, const uint8_t *csr, size_t len)
{
	write_start(out, TRUST "/Issue");
	(void)buf_addf(out,
	    "<wsse:BinarySecurityToken ValueType=\"%s#PKCS10\" "
	    "EncodingType=\"%s#base64binary\" wsu:Id=\"\">",
	    SOAP_ENROLL, SOAP_WSSE);
	(void)encode_base64_lines(out, csr, len);
	(void)xml_write_close(out, "wsse:BinarySecurityToken");
	(void)buf_add_str(out, "<e:RequestID xsi:nil=\"true\"/>");
	(void)xml_write_close(out, "wst:RequestSecurityToken");
}

void
wstep_write_query(struct buf *out, const char *request_id)
{
	write_start(out, SOAP_ENROLL "/QueryTokenStatus");
	(void)xml_write_element(out, "e:RequestID", request_id);
	(void)xml_write_close(out, "wst:RequestSecurityToken");
}

/* Base64 that an element holds; nothing when there is no such element. */
static enum rc
read_bytes(const struct xml_node *node, uint8_t **ret_bytes, size_t *ret_len,
    struct err *err)
{
	size_t len = 0;
	const char *text = xml_text(node, &len);
	enum rc r;

	if (node == NULL || xml_is_nil(node))
		return RC_OK;
	if (text == NULL || len == 0)
		return err_set(err, RC_FORMAT, "BinarySecurityToken: it is empty");
	r = codec_base64_decode(text, len, HTTPS_ANSWER_MAX_BYTES, ret_bytes, ret_len,
	    err);
	if (r != RC_OK)
		err_prefix(err, "BinarySecurityToken");
	return r;
}

/* Where the certificate is, or where to ask for it. */
static enum rc
read_requested(const struct xml_node *requested, struct wstep_answer *answer,
    struct err *err)
{
	const struct xml_node *token =
	    xml_find(requested, SOAP_WSSE, "BinarySecurityToken");
	const struct xml_node *reference =
	    xml_find(requested, SOAP_WSSE, "SecurityTokenReference");
	const struct xml_node *place = xml_find(reference, SOAP_WSSE, "Reference");
	const char *uri = place == NULL ? NULL : xml_attribute(place, "URI");

	if (token != NULL)
		return read_bytes(token, &answer->leaf, &answer->leaf_len, err);
	if (reference == NULL)
		return RC_OK;
	answer->is_pending = true;
	if (uri == NULL)
		return RC_OK;
	if (strlen(uri) >= sizeof(answer->uri))
		return err_set(err, RC_LIMIT, "Reference: URI of %zu bytes",
		    strlen(uri));
	(void)stpcpy(answer->uri, uri);
	return RC_OK;
}

static bool
has_control(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ')
			return true;
	return false;
}

static enum rc
read_id(const struct xml_node *response, struct wstep_answer *answer, struct err *err)
{
	const struct xml_node *node = xml_find(response, SOAP_ENROLL, "RequestID");
	size_t len = 0;
	const char *text = xml_text(node, &len);

	if (node == NULL || xml_is_nil(node))
		return RC_OK;
	if (text == NULL || len >= sizeof(answer->request_id) || has_control(text, len))
		return err_set(err, RC_FORMAT,
		    "RequestID: MS-WSTEP 3.1.4.1.2: not a short text");
	memcpy(answer->request_id, text, len);
	answer->request_id[len] = '\0';
	return RC_OK;
}

static enum rc
read_response(const struct xml_node *response, struct wstep_answer *answer,
    struct err *err)
{
	enum rc r = read_id(response, answer, err);

	if (r == RC_OK)
		r = read_requested(xml_find(response, TRUST, "RequestedSecurityToken"),
		    answer, err);
	if (r == RC_OK && !answer->is_pending)
		r = read_bytes(xml_find(response, SOAP_WSSE, "BinarySecurityToken"),
		    &answer->bag, &answer->bag_len, err);
	if (r == RC_OK && answer->is_pending && answer->request_id[0] == '\0')
		r = err_set(err, RC_FORMAT,
		    "RequestID: MS-WSTEP 3.1.4.1.2: pending, but without a number");
	if (r == RC_OK && !answer->is_pending && answer->leaf == NULL &&
	    answer->bag == NULL)
		r = err_set(err, RC_FORMAT,
		    "RequestedSecurityToken: WS-Trust 4.4: neither a certificate nor a "
		    "place to ask");
	return r;
}

enum rc
wstep_read(const struct xml_node *body, struct wstep_answer *ret_answer,
    struct err *err)
{
	struct wstep_answer answer = { .is_pending = false };
	const struct xml_node *response =
	    xml_find(body, TRUST, "RequestSecurityTokenResponse");
	enum rc r;

	if (!xml_is(body, TRUST, "RequestSecurityTokenResponseCollection") ||
	    response == NULL)
		return err_set(err, RC_FORMAT,
		    "WS-Trust 1.3 4.3: not a collection of responses");
	if (value_next(response) != NULL)
		return err_set(err, RC_FORMAT,
		    "MS-WSTEP 3.1.4.1.2: more than one response");
	r = read_response(response, &answer, err);
	if (r != RC_OK) {
		wstep_answer_clear(&answer);
		return r;
	}
	*ret_answer = answer;
	return RC_OK;
}

void
wstep_answer_clear(struct wstep_answer *answer)
{
	free(answer->leaf);
	free(answer->bag);
	memset(answer, 0, sizeof(*answer));
}
