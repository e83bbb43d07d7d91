/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Envelopes out, and answers in.  SOAP 1.2 part 1 section 5; WS-Addressing 1.0 SOAP
 * binding; WSS UsernameToken profile 1.0; MS-WSTEP 3.1.4.1.2.8 (fault detail).
 */
#include "ca/soap.h"

#include <stdio.h>
#include <string.h>

#include <openssl/rand.h>

#include "base/text.h"
#include "ca/hresult.h"
#include "wsman/value.h"

#define SCHEMA_INSTANCE "http://www.w3.org/2001/XMLSchema-instance"
#define WSU                                                                             \
	"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1." \
	"0.xsd"
#define PASSWORD_TEXT                                                             \
	"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-" \
	"profile-1.0#PasswordText"
#define ANONYMOUS SOAP_ADDRESSING "/anonymous"

enum {
	UUID_BYTES = 16
};

enum rc
soap_make_id(char id[SOAP_ID_SIZE], struct err *err)
{
	unsigned char b[UUID_BYTES];
	size_t len = 0;

	if (RAND_bytes(b, (int)sizeof(b)) != 1)
		return err_set(err, RC_INTERNAL, "no random bytes");
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	len = (size_t)snprintf(id, SOAP_ID_SIZE, "urn:uuid:");
	for (size_t i = 0; i < sizeof(b); i++)
		len += (size_t)snprintf(id + len, SOAP_ID_SIZE - len, "%s%02x",
		    i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", b[i]);
	return RC_OK;
}

static void
write_token(struct buf *out, const struct soap_head *head)
{
	(void)buf_add_str(out,
	    "<wsse:Security s:mustUnderstand=\"1\"><wsse:UsernameToken "
	    "wsu:Id=\"login\">");
	(void)xml_write_element(out, "wsse:Username", head->logname);
	(void)xml_write_open_attr(out, "wsse:Password", "Type", PASSWORD_TEXT);
	(void)xml_write_text(out, head->secret->text);
	(void)xml_write_close(out, "wsse:Password");
	(void)buf_add_str(out, "</wsse:UsernameToken></wsse:Security>");
}

void
soap_write_head(struct buf *out, const struct soap_head *head)
{
	(void)buf_addf(out,
	    "<s:Envelope xmlns:s=\"%s\" xmlns:a=\"%s\" xmlns:xsi=\"%s\" xmlns:wsse=\"%s\" "
	    "xmlns:wsu=\"%s\"><s:Header>",
	    SOAP_NS, SOAP_ADDRESSING, SCHEMA_INSTANCE, SOAP_WSSE, WSU);
	(void)xml_write_open_attr(out, "a:Action", "s:mustUnderstand", "1");
	(void)xml_write_text(out, head->action);
	(void)xml_write_close(out, "a:Action");
	(void)xml_write_element(out, "a:MessageID", head->id);
	(void)xml_write_open(out, "a:ReplyTo");
	(void)xml_write_element(out, "a:Address", ANONYMOUS);
	(void)xml_write_close(out, "a:ReplyTo");
	(void)xml_write_open_attr(out, "a:To", "s:mustUnderstand", "1");
	(void)xml_write_text(out, head->to);
	(void)xml_write_close(out, "a:To");
	if (head->logname != NULL)
		write_token(out, head);
	(void)buf_add_str(out, "</s:Header><s:Body>");
}

void
soap_write_end(struct buf *out)
{
	(void)buf_add_str(out, "</s:Body></s:Envelope>");
}

static void
read_words(const struct xml_node *node, char *field, size_t size)
{
	size_t len = 0;
	const char *text = xml_text(node, &len);

	if (text != NULL)
		text_line_field(field, size, text, len);
}

/* The innermost subcode, without its prefix. */
static void
read_subcode(const struct xml_node *code, struct soap_fault *fault)
{
	const struct xml_node *sub = NULL;
	char name[SOAP_CODE_SIZE] = "";
	const char *colon = NULL;

	for (sub = xml_find(code, SOAP_NS, "Subcode"); sub != NULL;
	     sub = xml_find(sub, SOAP_NS, "Subcode"))
		read_words(xml_find(sub, SOAP_NS, "Value"), name, sizeof(name));
	colon = strrchr(name, ':');
	(void)snprintf(fault->subcode, sizeof(fault->subcode), "%s",
	    colon == NULL ? name : colon + 1);
}

/* A detail that does not say what it should says nothing. */
static void
read_detail(const struct xml_node *fault_node, struct soap_fault *fault)
{
	const struct xml_node *detail =
	    xml_find(xml_find(fault_node, SOAP_NS, "Detail"), SOAP_ENROLL,
		"CertificateEnrollmentWSDetail");
	int64_t code = 0;
	bool is_invalid = false;

	if (detail == NULL)
		return;
	if (value_int(detail, "ErrorCode", INT32_MIN, UINT32_MAX, &code, NULL) ==
		RC_OK &&
	    code != 0) {
		fault->has_error_code = true;
		fault->error_code = (uint32_t)code;
	}
	if (value_bool(detail, "InvalidRequest", &is_invalid, NULL) == RC_OK)
		fault->is_invalid_request = is_invalid;
}

static void
read_fault(const struct xml_node *node, struct soap_fault *fault)
{
	read_subcode(xml_find(node, SOAP_NS, "Code"), fault);
	read_words(xml_find(xml_find(node, SOAP_NS, "Reason"), SOAP_NS, "Text"),
	    fault->reason, sizeof(fault->reason));
	read_detail(node, fault);
}

/* A fault may have been made before our message was read; anything else names it. */
static enum rc
check_relation(const struct xml_node *root, const char *id, bool is_fault,
    struct err *err)
{
	const struct xml_node *relates =
	    xml_find(xml_find(root, SOAP_NS, "Header"), SOAP_ADDRESSING, "RelatesTo");

	if (relates == NULL && is_fault)
		return RC_OK;
	if (relates == NULL)
		return err_set(err, RC_FORMAT,
		    "WS-Addressing 1.0: an answer without RelatesTo");
	if (!xml_text_is(relates, id))
		return err_set(err, RC_FORMAT,
		    "WS-Addressing 1.0: RelatesTo: an answer to another message");
	return RC_OK;
}

enum rc
soap_read(const char *bytes, size_t len, const struct xml_limits *limits,
    const char *id, struct soap_answer *ret_answer, struct err *err)
{
	struct soap_answer answer = { .xml = NULL };
	const struct xml_node *root = NULL;
	const struct xml_node *content = NULL;
	bool is_fault = false;
	enum rc r = xml_read_within(bytes, len, limits, &answer.xml, err);

	if (r != RC_OK)
		return r;
	root = xml_root(answer.xml);
	content = xml_first(xml_find(root, SOAP_NS, "Body"));
	is_fault = xml_is(content, SOAP_NS, "Fault");
	if (!xml_is(root, SOAP_NS, "Envelope") || content == NULL)
		r = err_set(err, RC_FORMAT, "SOAP 1.2: no envelope with a body");
	if (r == RC_OK)
		r = check_relation(root, id, is_fault, err);
	if (r != RC_OK) {
		xml_free(answer.xml);
		return r;
	}
	if (is_fault)
		read_fault(content, &answer.fault);
	else
		answer.body = content;
	*ret_answer = answer;
	return RC_OK;
}

void
soap_answer_clear(struct soap_answer *answer)
{
	xml_free(answer->xml);
	memset(answer, 0, sizeof(*answer));
}

bool
soap_is_login_refused(const struct soap_fault *fault)
{
	return !fault->has_error_code &&
	    (strcmp(fault->subcode, "FailedAuthentication") == 0 ||
		strcmp(fault->subcode, "FailedCheck") == 0);
}

void
soap_explain_fault(const struct soap_fault *fault, struct ca_answer *answer)
{
	const char *colon = fault->reason[0] == '\0' ? "" : ": ";

	if (fault->has_error_code)
		hresult_explain(fault->error_code, fault->reason,
		    fault->is_invalid_request ? CA_REJECTED : CA_RETRY, answer);
	else
		ca_answer_set(answer,
		    soap_is_login_refused(fault) ? CA_AUTH : CA_CONFIG, "%s%s%s",
		    fault->subcode[0] == '\0' ? "a SOAP fault" : fault->subcode, colon,
		    fault->reason);
}
