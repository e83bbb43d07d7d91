/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests are read with libxml2 by namespace and local name, so that prefixes
 * and order do not matter.  Source: DSP0226 5 to 9; protocol notes 1.5, 2.3.
 */
#include "soap.h"

#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>

#include "base/num.h"
#include "mem.h"

enum {
	MAX_ENVELOPE_LOWEST = 50000
};

static const struct {
	enum soap_op op;
	const char *word;
	const char *action; /* NULL: told by the body or by the rest */
} ops[] = {
	{ OP_IDENTIFY, "Identify", NULL },
	{ OP_GET, "Get", NS_WXF "/Get" },
	{ OP_PUT, "Put", NS_WXF "/Put" },
	{ OP_CREATE, "Create", NS_WXF "/Create" },
	{ OP_DELETE, "Delete", NS_WXF "/Delete" },
	{ OP_ENUMERATE, "Enumerate", NS_WSEN "/Enumerate" },
	{ OP_PULL, "Pull", NS_WSEN "/Pull" },
	{ OP_RELEASE, "Release", NS_WSEN "/Release" },
	{ OP_INVOKE, "Invoke", NULL },
	{ OP_UNKNOWN, "-", NULL },
};

const char *
soap_op_word(enum soap_op op)
{
	return ops[op].word;
}

static bool
is_element(const xmlNode *node, const char *ns, const char *name)
{
	if (node->type != XML_ELEMENT_NODE ||
	    strcmp((const char *)node->name, name) != 0)
		return false;
	return ns == NULL ||
	    (node->ns != NULL && node->ns->href != NULL &&
		strcmp((const char *)node->ns->href, ns) == 0);
}

const xmlNode *
soap_find(const xmlNode *parent, const char *ns, const char *name)
{
	if (parent == NULL)
		return NULL;
	for (const xmlNode *node = parent->children; node != NULL; node = node->next)
		if (is_element(node, ns, name))
			return node;
	return NULL;
}

static const xmlNode *
first_element(const xmlNode *parent)
{
	if (parent == NULL)
		return NULL;
	for (const xmlNode *node = parent->children; node != NULL; node = node->next)
		if (node->type == XML_ELEMENT_NODE)
			return node;
	return NULL;
}

/* The text of an element without white space around it; caller frees. */
static char *
text_of(const xmlNode *node)
{
	xmlChar *content = NULL;
	char *start = NULL;
	char *text = NULL;
	size_t len = 0;

	if (node == NULL)
		return NULL;
	content = xmlNodeGetContent(node);
	if (content == NULL)
		return mem_dup("");
	start = (char *)content + strspn((char *)content, " \t\r\n");
	len = strlen(start);
	while (len > 0 && strchr(" \t\r\n", start[len - 1]) != NULL)
		len--;
	text = mem_new(len + 1, 1);
	memcpy(text, start, len);
	xmlFree(content);
	return text;
}

static bool
text_into(const xmlNode *node, char *field, size_t size)
{
	char *text = text_of(node);
	bool fits = text != NULL && strlen(text) < size;

	if (fits)
		memcpy(field, text, strlen(text) + 1);
	free(text);
	return fits;
}

const char *
soap_last_part(const char *uri)
{
	const char *slash = uri == NULL ? NULL : strrchr(uri, '/');

	return slash == NULL ? uri : slash + 1;
}

bool
soap_attribute(const xmlNode *node, const char *name, char *field, size_t size)
{
	xmlChar *value = xmlGetNoNsProp(node, (const xmlChar *)name);
	bool fits = value != NULL && strlen((const char *)value) < size;

	if (fits)
		memcpy(field, value, strlen((const char *)value) + 1);
	xmlFree(value);
	return fits;
}

static bool
read_selector(const xmlNode *node, struct soap_selector *selector)
{
	const xmlNode *epr = soap_find(node, NS_WSA, "EndpointReference");

	if (!soap_attribute(node, "Name", selector->name, sizeof(selector->name)))
		return false;
	if (epr == NULL)
		return text_into(node, selector->value, sizeof(selector->value));
	selector->is_epr = true;
	return soap_epr_read(epr, &selector->epr);
}

static bool
read_selectors(const xmlNode *header, struct soap_request *request)
{
	const xmlNode *set = soap_find(header, NS_WSMAN, "SelectorSet");

	if (set == NULL)
		return true;
	for (const xmlNode *node = set->children; node != NULL; node = node->next) {
		if (!is_element(node, NS_WSMAN, "Selector"))
			continue;
		if (request->selectors_n == SOAP_SELECTORS_MAX ||
		    !read_selector(node, &request->selectors[request->selectors_n]))
			return false;
		request->selectors_n++;
	}
	return true;
}

static bool
must_understand(const xmlNode *node)
{
	xmlChar *value = xmlGetNsProp(node, (const xmlChar *)"mustUnderstand",
	    (const xmlChar *)NS_SOAP);
	bool must = value != NULL &&
	    (strcmp((const char *)value, "true") == 0 ||
		strcmp((const char *)value, "1") == 0);

	xmlFree(value);
	return must;
}

/* A header block we must understand and do not; OptionSet is one. */
static bool
has_foreign_block(const xmlNode *header)
{
	static const char *const known[] = { "To", "Action", "MessageID", "ReplyTo",
		"FaultTo", "From", "RelatesTo", "ResourceURI", "SelectorSet",
		"OperationTimeout", "MaxEnvelopeSize", "Locale", NULL };

	if (header == NULL)
		return false;
	for (const xmlNode *node = header->children; node != NULL; node = node->next) {
		bool is_known = false;

		if (node->type != XML_ELEMENT_NODE || !must_understand(node))
			continue;
		for (size_t i = 0; known[i] != NULL; i++)
			if (strcmp((const char *)node->name, known[i]) == 0)
				is_known = true;
		if (!is_known)
			return true;
	}
	return false;
}

static bool
envelope_size_too_small(const xmlNode *header)
{
	char text[32] = "";
	int64_t size = 0;

	if (!text_into(soap_find(header, NS_WSMAN, "MaxEnvelopeSize"), text,
		sizeof(text)))
		return false;
	return num_parse(text, 0, INT64_MAX, &size, NULL) != RC_OK ||
	    size < MAX_ENVELOPE_LOWEST;
}

static void
find_op(struct soap_request *request)
{
	size_t uri_len =
	    request->resource_uri == NULL ? 0 : strlen(request->resource_uri);

	request->op = OP_UNKNOWN;
	if (request->body != NULL && is_element(request->body, NS_WSMID, "Identify")) {
		request->op = OP_IDENTIFY;
		return;
	}
	if (request->action == NULL)
		return;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (ops[i].action != NULL &&
		    strcmp(ops[i].action, request->action) == 0)
			request->op = ops[i].op;
	if (request->op == OP_UNKNOWN && uri_len > 0 &&
	    strncmp(request->action, request->resource_uri, uri_len) == 0 &&
	    request->action[uri_len] == '/') {
		request->op = OP_INVOKE;
		request->method = request->action + uri_len + 1;
	}
}

static enum fault
check_header(const xmlNode *header, struct soap_request *request)
{
	if (request->op == OP_IDENTIFY)
		return FAULT_NONE;
	if (has_foreign_block(header))
		return FAULT_MUST_UNDERSTAND;
	if (request->message_id == NULL || request->action == NULL ||
	    soap_find(header, NS_WSA, "To") == NULL)
		return FAULT_INVALID_HEADER;
	if (request->op == OP_UNKNOWN)
		return request->resource_uri == NULL ? FAULT_DESTINATION_UNREACHABLE
						     : FAULT_ACTION_NOT_SUPPORTED;
	if (request->class == NULL)
		return FAULT_DESTINATION_UNREACHABLE;
	if (envelope_size_too_small(header))
		return FAULT_ENCODING_LIMIT;
	if (!read_selectors(header, request))
		return FAULT_SCHEMA;
	return FAULT_NONE;
}

bool
soap_read(const char *bytes, size_t len, struct soap_request *ret_request,
    enum fault *ret_fault)
{
	const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
	    XML_PARSE_NOCDATA;
	struct soap_request request = { 0 };
	const xmlNode *root = NULL;
	const xmlNode *header = NULL;

	request.op = OP_UNKNOWN;
	*ret_request = request;
	*ret_fault = FAULT_NONE;
	if (len == 0 || len > INT32_MAX)
		return false;
	request.doc = xmlReadMemory(bytes, (int)len, "request.xml", NULL, options);
	if (request.doc == NULL)
		return false;
	root = xmlDocGetRootElement(request.doc);
	if (root == NULL || !is_element(root, NS_SOAP, "Envelope") ||
	    soap_find(root, NS_SOAP, "Body") == NULL ||
	    xmlGetIntSubset(request.doc) != NULL) {
		xmlFreeDoc(request.doc);
		return false;
	}
	header = soap_find(root, NS_SOAP, "Header");
	request.body = first_element(soap_find(root, NS_SOAP, "Body"));
	request.action = text_of(soap_find(header, NS_WSA, "Action"));
	request.resource_uri = text_of(soap_find(header, NS_WSMAN, "ResourceURI"));
	request.message_id = text_of(soap_find(header, NS_WSA, "MessageID"));
	request.class = soap_last_part(request.resource_uri);
	find_op(&request);
	*ret_fault = check_header(header, &request);
	*ret_request = request;
	return true;
}

void
soap_clear(struct soap_request *request)
{
	free(request->action);
	free(request->resource_uri);
	free(request->message_id);
	xmlFreeDoc(request->doc);
	*request = (struct soap_request){ 0 };
}

const xmlNode *
soap_child(const xmlNode *parent, const char *name, size_t n)
{
	if (parent == NULL)
		return NULL;
	for (const xmlNode *node = parent->children; node != NULL; node = node->next)
		if (is_element(node, NULL, name) && n-- == 0)
			return node;
	return NULL;
}

bool
soap_child_text(const xmlNode *parent, const char *name, char *field, size_t size)
{
	return text_into(soap_child(parent, name, 0), field, size);
}

bool
soap_text(const xmlNode *node, char *field, size_t size)
{
	return text_into(node, field, size);
}

char *
soap_child_dup(const xmlNode *parent, const char *name)
{
	return text_of(soap_child(parent, name, 0));
}

bool
soap_child_bool(const xmlNode *parent, const char *name, bool *ret_value)
{
	char text[16] = "";

	if (!soap_child_text(parent, name, text, sizeof(text)))
		return false;
	if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0)
		*ret_value = true;
	else if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0)
		*ret_value = false;
	else
		return false;
	return true;
}

bool
soap_int(const xmlNode *node, int64_t *ret_value)
{
	char text[32] = "";

	return text_into(node, text, sizeof(text)) &&
	    num_parse(text, INT64_MIN, INT64_MAX, ret_value, NULL) == RC_OK;
}

bool
soap_child_int(const xmlNode *parent, const char *name, int64_t *ret_value)
{
	return soap_int(soap_child(parent, name, 0), ret_value);
}

bool
soap_body_is(const struct soap_request *request, const char *name)
{
	const xmlNode *body = request->body;

	return body != NULL && strcmp((const char *)body->name, name) == 0 &&
	    body->ns != NULL && body->ns->href != NULL &&
	    strcmp((const char *)body->ns->href, request->resource_uri) == 0;
}
