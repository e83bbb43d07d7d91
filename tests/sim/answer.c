/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Envelopes.  Source: captures of AMT 12 to 16 (answers), HTTP.400.fault.*
 * (faults); texts of faults that were never captured are those of DSP0226.
 */
#include "answer.h"

#include "device.h"
#include "inst.h"

#define FAULT_WSMAN "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
#define FAULT_WSA   NS_WSA "/fault"
#define FAULT_WSEN  NS_WSEN "/fault"

/* Prefixes in subcodes: e wsman, b addressing, c enumeration, a soap. */
static const struct {
	int status;
	const char *action;
	const char *code;
	const char *subcode; /* NULL: none */
	const char *text;
} faults[] = {
	[FAULT_NONE] = { 500, FAULT_WSMAN, "a:Receiver", "e:InternalError", "" },
	[FAULT_ALREADY_EXISTS] = { 400, FAULT_WSMAN, "a:Sender", "e:AlreadyExists",
	    "The sender attempted to create a resource which already exists." },
	[FAULT_DESTINATION_UNREACHABLE] = { 400, FAULT_WSA, "a:Sender",
	    "b:DestinationUnreachable",
	    "No route can be determined to reach the destination role defined by the "
	    "WSAddressing To." },
	[FAULT_SCHEMA] = { 400, FAULT_WSMAN, "a:Sender", "e:SchemaValidationError",
	    "The supplied SOAP violates the corresponding XML schema definition." },
	[FAULT_INVALID_CONTEXT] = { 500, FAULT_WSEN, "a:Receiver",
	    "c:InvalidEnumerationContext",
	    "The supplied enumeration context is invalid." },
	[FAULT_INTERNAL] = { 500, FAULT_WSMAN, "a:Receiver", "e:InternalError",
	    "The service cannot comply with the request due to internal processing "
	    "errors." },
	[FAULT_ACTION_NOT_SUPPORTED] = { 400, FAULT_WSA, "a:Sender",
	    "b:ActionNotSupported", "The action is not supported by the service." },
	[FAULT_INVALID_SELECTORS] = { 400, FAULT_WSMAN, "a:Sender",
	    "e:InvalidSelectors", "The Selectors for the resource were not valid." },
	[FAULT_ENCODING_LIMIT] = { 400, FAULT_WSMAN, "a:Sender", "e:EncodingLimit",
	    "An internal encoding limit was exceeded in a request or would be violated "
	    "if the message was processed." },
	[FAULT_MUST_UNDERSTAND] = { 400, FAULT_WSMAN, "a:MustUnderstand", NULL,
	    "One or more mandatory SOAP header blocks not understood." },
	[FAULT_INVALID_HEADER] = { 400, FAULT_WSA, "a:Sender",
	    "b:InvalidMessageInformationHeader",
	    "A message information header is not valid and the message cannot be "
	    "processed." },
};

static void
add_namespace(struct buf *out, char prefix, const char *name)
{
	if (name == NULL)
		return;
	buf_addf(out, " xmlns:%c=\"", prefix);
	if (name[0] == 'h')
		buf_add_str(out, name); /* a whole URI */
	else
		inst_class_uri(out, name);
	buf_add_char(out, '"');
}

static void
add_ids(struct buf *out, struct device *dev, const struct soap_request *request,
    const char *action)
{
	dev->count.message_id++;
	buf_add_str(out, "<a:Header><b:To>" WSA_ANONYMOUS "</b:To><b:RelatesTo>");
	inst_escape(out, request->message_id == NULL ? "" : request->message_id);
	buf_add_str(out, "</b:RelatesTo><b:Action a:mustUnderstand=\"true\">");
	inst_escape(out, action);
	buf_addf(out,
	    "</b:Action><b:MessageID>uuid:00000000-8086-8086-8086-%012llX"
	    "</b:MessageID>",
	    (unsigned long long)dev->count.message_id);
}

static void
begin(struct reply *reply, int status)
{
	buf_clear(&reply->body);
	buf_init(&reply->body, ANSWER_MAX_BYTES);
	reply->status = status;
	buf_add_str(&reply->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
}

void
answer_begin(struct reply *reply, struct device *dev,
    const struct soap_request *request, const char *action, const struct answer_ns *ns)
{
	struct buf *out = &reply->body;

	begin(reply, 200);
	reply->is_fault = false;
	buf_add_str(out,
	    "<a:Envelope xmlns:a=\"" NS_SOAP "\" xmlns:b=\"" NS_WSA
	    "\" xmlns:c=\"" NS_WSMAN
	    "\" xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/02/trust\""
	    " xmlns:e=\"http://docs.oasis-open.org/wss/2004/01/"
	    "oasis-200401-wss-wssecurity-secext-1.0.xsd\""
	    " xmlns:f=\"http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd\"");
	add_namespace(out, 'g', ns->g);
	add_namespace(out, 'h', ns->h);
	add_namespace(out, 'i', ns->i);
	buf_add_str(out, " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">");
	add_ids(out, dev, request, action);
	buf_add_str(out, "<c:ResourceURI>");
	inst_escape(out, request->resource_uri);
	buf_add_str(out, "</c:ResourceURI></a:Header><a:Body>");
}

void
answer_end(struct reply *reply)
{
	buf_add_str(&reply->body, "</a:Body></a:Envelope>");
}

void
answer_fault(struct reply *reply, struct device *dev,
    const struct soap_request *request, enum fault fault, int64_t amt_status)
{
	struct buf *out = &reply->body;

	begin(reply, faults[fault].status);
	reply->is_fault = true;
	buf_add_str(out,
	    "<a:Envelope xmlns:g=\"http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd\""
	    " xmlns:f=\"http://schemas.xmlsoap.org/ws/2004/08/eventing\""
	    " xmlns:e=\"" NS_WSMAN "\" xmlns:d=\"" NS_WXF "\" xmlns:c=\"" NS_WSEN
	    "\" xmlns:b=\"" NS_WSA "\" xmlns:a=\"" NS_SOAP
	    "\" xmlns:h=\"http://schemas.xmlsoap.org/ws/2005/02/trust\""
	    " xmlns:i=\"http://docs.oasis-open.org/wss/2004/01/"
	    "oasis-200401-wss-wssecurity-secext-1.0.xsd\""
	    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">");
	add_ids(out, dev, request, faults[fault].action);
	buf_addf(out, "</a:Header><a:Body><a:Fault><a:Code><a:Value>%s</a:Value>",
	    faults[fault].code);
	if (faults[fault].subcode != NULL)
		buf_addf(out, "<a:Subcode><a:Value>%s</a:Value></a:Subcode>",
		    faults[fault].subcode);
	buf_addf(out,
	    "</a:Code><a:Reason><a:Text xml:lang=\"en-US\">%s</a:Text></a:Reason>"
	    "<a:Detail>",
	    faults[fault].text);
	if (amt_status >= 0)
		buf_addf(out, "<a:Text xml:lang=\"en-US\">AMT-STATUS %lld</a:Text>",
		    (long long)amt_status);
	buf_add_str(out, "</a:Detail></a:Fault></a:Body></a:Envelope>");
}

void
answer_identify(struct reply *reply, struct device *dev)
{
	struct buf *out = &reply->body;
	const char *version = dev->version;
	int major_minor = 0;

	/* "16.1.25.2124" is announced as "AMT 16.1". */
	for (int dots = 0; version[major_minor] != '\0'; major_minor++) {
		if (version[major_minor] == '.')
			dots++;
		if (dots == 2)
			break;
	}
	begin(reply, 200);
	buf_addf(out,
	    "<a:Envelope xmlns:a=\"" NS_SOAP "\" xmlns:b=\"" NS_WSMID "\""
	    " xmlns:c=\"http://schemas.dmtf.org/wbem/dash/1/dash.xsd\">"
	    "<a:Header></a:Header><a:Body><b:IdentifyResponse>"
	    "<b:ProtocolVersion>" NS_WSMAN "</b:ProtocolVersion>"
	    "<b:ProductVendor>Intel(r)</b:ProductVendor>"
	    "<b:ProductVersion>AMT %.*s</b:ProductVersion>"
	    "<c:DASHVersion>1.0.0</c:DASHVersion><b:SecurityProfiles>"
	    "<b:SecurityProfileName>http://schemas.dmtf.org/wbem/wsman/1/wsman/"
	    "secprofile/http/digest</b:SecurityProfileName>"
	    "<b:SecurityProfileName>http://schemas.dmtf.org/wbem/wsman/1/wsman/"
	    "secprofile/https/digest</b:SecurityProfileName>"
	    "</b:SecurityProfiles></b:IdentifyResponse>",
	    major_minor, version);
	answer_end(reply);
}
