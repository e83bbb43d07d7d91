/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes the header of a request, reads header and fault of a reply.
 * DSP0226 5 and 14; SOAP 1.2 part 1 section 5.4; WS-Addressing 2004/08.
 */
#include "wsman/envelope.h"

#include <ctype.h>
#include <string.h>

#include "base/num.h"
#include "wsman/ns.h"

enum {
	GATHERED_MAX_BYTES = 4096
};

static const char envelope_start[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
    "<s:Envelope xmlns:s=\"" NS_SOAP "\" xmlns:a=\"" NS_ADDRESSING
    "\" xmlns:w=\"" NS_WSMAN "\" xmlns:n=\"" NS_ENUMERATION "\"><s:Header>";

enum rc
envelope_open(struct buf *out, const struct envelope *envelope)
{
	(void)buf_add_str(out, envelope_start);
	(void)xml_write_element(out, "a:Action", envelope->action);
	(void)xml_write_element(out, "a:To", "/wsman");
	(void)xml_write_element(out, "w:ResourceURI", envelope->resource_uri);
	(void)xml_write_element(out, "a:MessageID", envelope->message_id);
	(void)xml_write_open(out, "a:ReplyTo");
	(void)xml_write_element(out, "a:Address", NS_ANONYMOUS);
	(void)xml_write_close(out, "a:ReplyTo");
	(void)xml_write_open(out, "w:OperationTimeout");
	(void)buf_addf(out, "PT%dS", (int)ENVELOPE_TIMEOUT_S);
	(void)xml_write_close(out, "w:OperationTimeout");
	(void)epr_write_selectors(out, envelope->selectors, envelope->n_selectors);
	(void)xml_write_close(out, "s:Header");
	return xml_write_open(out, "s:Body");
}

enum rc
envelope_close(struct buf *out)
{
	(void)xml_write_close(out, "s:Body");
	return xml_write_close(out, "s:Envelope");
}

/* Up to size - 1 bytes of text into a field. */
static void
cut(char *field, size_t size, const char *text, size_t len)
{
	size_t n = len < size ? len : size - 1;

	memcpy(field, text, n);
	field[n] = '\0';
}

static void
cut_node(char *field, size_t size, const struct xml_node *node)
{
	size_t len = 0;
	const char *text = xml_text(node, &len);

	if (text != NULL)
		cut(field, size, text, len);
}

/* The local part of the QName that a Value holds ("e:AlreadyExists"). */
static void
local_name(char *field, size_t size, const struct xml_node *value)
{
	size_t len = 0;
	const char *text = xml_text(value, &len);
	const char *colon = NULL;

	if (text == NULL)
		return;
	colon = memchr(text, ':', len);
	if (colon != NULL) {
		len -= (size_t)(colon + 1 - text);
		text = colon + 1;
	}
	cut(field, size, text, len);
}

/* "... AMT-STATUS 16 ..." anywhere in the detail.
 * Source: Intel AMT SDK, "Errors and Return Values". */
static void
find_status(struct fault *fault, const char *detail)
{
	static const char mark[] = "AMT-STATUS";
	const char *at = strstr(detail, mark);
	char digits[12] = "";
	size_t n = 0;
	int64_t value = 0;

	if (at == NULL)
		return;
	at += sizeof(mark) - 1;
	while (*at == ' ' || *at == ':' || *at == '=')
		at++;
	while (n + 1 < sizeof(digits) && isdigit((unsigned char)at[n]))
		n++;
	memcpy(digits, at, n);
	digits[n] = '\0';
	if (num_parse(digits, 0, INT32_MAX, &value, NULL) != RC_OK)
		return;
	fault->has_status = true;
	fault->status = (int)value;
}

static enum rc
parse_fault(const struct xml_node *node, struct fault *ret_fault, struct err *err)
{
	const struct xml_node *code = xml_find(node, NS_SOAP, "Code");
	const struct xml_node *subcode = xml_find(code, NS_SOAP, "Subcode");
	const struct xml_node *reason = xml_find(node, NS_SOAP, "Reason");
	const struct xml_node *detail = xml_find(node, NS_SOAP, "Detail");
	struct fault fault = { 0 };
	struct buf gathered;

	buf_init(&gathered, GATHERED_MAX_BYTES);
	local_name(fault.code, sizeof(fault.code), xml_find(code, NS_SOAP, "Value"));
	local_name(fault.subcode, sizeof(fault.subcode),
	    xml_find(subcode, NS_SOAP, "Value"));
	cut_node(fault.text, sizeof(fault.text), xml_find(reason, NS_SOAP, "Text"));
	/* What does not fit is of no use to anybody; what did fit is shown. */
	(void)xml_gather_text(&gathered, detail);
	cut(fault.detail, sizeof(fault.detail), buf_str(&gathered), gathered.len);
	find_status(&fault, buf_str(&gathered));
	buf_clear(&gathered);
	*ret_fault = fault;
	return err_set(err, RC_FAULT, "fault %s%s%s: %s%s%s",
	    fault.code[0] == '\0' ? "without code" : fault.code,
	    fault.subcode[0] == '\0' ? "" : " ", fault.subcode,
	    fault.text[0] == '\0' ? "no text" : fault.text,
	    fault.detail[0] == '\0' ? "" : ": ", fault.detail);
}

static enum rc
check_relates_to(const struct xml_node *header, const char *message_id, struct err *err)
{
	const struct xml_node *node = xml_find(header, NS_ADDRESSING, "RelatesTo");
	size_t len = 0;
	const char *text = xml_text(node, &len);

	if (text == NULL)
		return err_set(err, RC_FORMAT,
		    "reply: WS-Addressing section 3: no RelatesTo");
	if (!xml_text_is(node, message_id))
		return err_set(err, RC_FORMAT,
		    "reply: WS-Addressing section 3: RelatesTo is %.*s, asked was %s",
		    (int)(len < ENVELOPE_ID_SIZE ? len : ENVELOPE_ID_SIZE), text,
		    message_id);
	return RC_OK;
}

enum rc
reply_parse(const char *bytes, size_t len, const char *message_id,
    struct reply *ret_reply, struct fault *ret_fault, struct err *err)
{
	struct reply reply = { 0 };
	const struct xml_node *root = NULL;
	const struct xml_node *body = NULL;
	enum rc r = RC_OK;

	r = xml_read(bytes, len, &reply.xml, err);
	if (r != RC_OK)
		return r;
	root = xml_root(reply.xml);
	body = xml_find(root, NS_SOAP, "Body");
	if (!xml_is(root, NS_SOAP, "Envelope") || body == NULL) {
		r = err_set(err, RC_FORMAT,
		    "reply: SOAP 1.2 part 1 section 5.1: not an envelope with a body");
		goto out;
	}
	if (message_id != NULL)
		r = check_relates_to(xml_find(root, NS_SOAP, "Header"), message_id,
		    err);
	if (r != RC_OK)
		goto out;
	reply.body = xml_first(body);
	if (xml_is(reply.body, NS_SOAP, "Fault")) {
		r = parse_fault(reply.body, ret_fault, err);
		goto out;
	}
	*ret_reply = reply;
	reply.xml = NULL;
out:
	xml_free(reply.xml);
	return r;
}

void
reply_clear(struct reply *reply)
{
	xml_free(reply->xml);
	memset(reply, 0, sizeof(*reply));
}
