/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request as the simulator understands it: operation, class, selectors and
 * the element in the body.  Reads any prefix and the forms of all known
 * clients.  Source: DSP0226; SOAP 1.2; WS-Addressing 2004/08.
 */
#ifndef AMTSIM_SOAP_H
#define AMTSIM_SOAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libxml/tree.h>

/* Namespaces of requests and answers. */
#define NS_SOAP	      "http://www.w3.org/2003/05/soap-envelope"
#define NS_WSA	      "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define NS_WSMAN      "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define NS_WSEN	      "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
#define NS_WXF	      "http://schemas.xmlsoap.org/ws/2004/09/transfer"
#define NS_WSMID      "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
#define NS_COMMON     "http://schemas.dmtf.org/wbem/wscim/1/common"
#define WSA_ANONYMOUS NS_WSA "/role/anonymous"

enum soap_op {
	OP_IDENTIFY,
	OP_GET,
	OP_PUT,
	OP_CREATE,
	OP_DELETE,
	OP_ENUMERATE,
	OP_PULL,
	OP_RELEASE,
	OP_INVOKE,
	OP_UNKNOWN
};

/* What is wrong with a request, or with its execution; see fault.h. */
enum fault {
	FAULT_NONE,
	FAULT_ALREADY_EXISTS,
	FAULT_DESTINATION_UNREACHABLE,
	FAULT_SCHEMA,
	FAULT_INVALID_CONTEXT,
	FAULT_INTERNAL, /* with an AMT-STATUS */
	FAULT_ACTION_NOT_SUPPORTED,
	FAULT_INVALID_SELECTORS,
	FAULT_ENCODING_LIMIT,
	FAULT_MUST_UNDERSTAND,
	FAULT_INVALID_HEADER
};

enum {
	SOAP_SELECTORS_MAX = 8,
	SOAP_NAME_SIZE = 128,
	SOAP_VALUE_SIZE = 256,
};

/* A reference: the class it names and its first selector; the others by
 * soap_epr_selector. */
struct soap_epr {
	const xmlNode *node; /* lent: lives as long as the request */
	char class[SOAP_NAME_SIZE];
	char selector[SOAP_NAME_SIZE];
	char value[SOAP_VALUE_SIZE];
};

struct soap_selector {
	char name[SOAP_NAME_SIZE];
	char value[SOAP_VALUE_SIZE]; /* "" when it holds a reference */
	bool is_epr;
	struct soap_epr epr;
};

struct soap_request {
	xmlDoc *doc;
	enum soap_op op;
	char *action;
	char *resource_uri;
	char *message_id;
	const char *class;  /* last part of resource_uri; lent; NULL: none */
	const char *method; /* of an Invoke; lent */
	struct soap_selector selectors[SOAP_SELECTORS_MAX];
	size_t selectors_n;
	const xmlNode *body; /* first element of the body, or NULL */
};

/*
 * Read a request. False when it is no SOAP envelope at all; else *ret_fault
 * says what is wrong with its header, FAULT_NONE mostly. soap_clear either way.
 */
bool soap_read(const char *bytes, size_t len, struct soap_request *ret_request,
    enum fault *ret_fault);

void soap_clear(struct soap_request *request);

/* "Get", "Invoke", ... */
const char *soap_op_word(enum soap_op op);

/* Is the body this element, in the namespace of the class? */
bool soap_body_is(const struct soap_request *request, const char *name);

/* The first child element of that name and namespace (NULL: any), or NULL. */
const xmlNode *soap_find(const xmlNode *parent, const char *ns, const char *name);

/* An attribute into field; false when it is missing or too long. */
bool soap_attribute(const xmlNode *node, const char *name, char *field, size_t size);

/* What follows the last slash: the class a URI names. NULL stays NULL. */
const char *soap_last_part(const char *uri);

/* The n-th child element with this local name (from 0), any namespace. */
const xmlNode *soap_child(const xmlNode *parent, const char *name, size_t n);

/* Its text, cut and trimmed, into field; false when the child is missing. */
bool soap_child_text(const xmlNode *parent, const char *name, char *field, size_t size);

/* The text or number of an element itself, in the same way. */
bool soap_text(const xmlNode *node, char *field, size_t size);
bool soap_int(const xmlNode *node, int64_t *ret_value);

/* Text of a child of any length; NULL when missing. Caller frees with free(). */
char *soap_child_dup(const xmlNode *parent, const char *name);

/* What is inside an EndpointReference or a property or parameter of that type;
 * false when it holds no class or no selector. */
bool soap_epr_read(const xmlNode *node, struct soap_epr *ret_epr);

/* The same of a child; false also when it is missing. */
bool soap_child_epr(const xmlNode *parent, const char *name, struct soap_epr *ret_epr);

/* One selector of a reference by name; false when it has none of that name. */
bool soap_epr_selector(const xmlNode *epr, const char *name, char *field, size_t size);

/* How many selectors a reference has. */
size_t soap_epr_selectors(const xmlNode *epr);

/* xs:boolean and numbers of a child; false when missing or not well formed. */
bool soap_child_bool(const xmlNode *parent, const char *name, bool *ret_value);
bool soap_child_int(const xmlNode *parent, const char *name, int64_t *ret_value);

#endif
