/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libxml2 with its teeth pulled: the parser's own callbacks refuse what SOAP
 * forbids at the moment it is met, before an entity could be declared.
 * XML 1.0, Namespaces in XML 1.0, SOAP 1.2 part 1 section 5.
 */
#include "wsman/xml.h"

#include <stdlib.h>
#include <string.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>

#include "wsman/prescan.h"

#define SCHEMA_INSTANCE "http://www.w3.org/2001/XMLSchema-instance"

struct xml {
	xmlDoc *doc;
};

/* What the callbacks have seen; reached through the parser's _private. */
struct watch {
	size_t n_elements;
	size_t max_elements;
	enum rc rc; /* RC_OK, or why they stopped the parser */
	const char *why;
};

static void
stop(xmlParserCtxt *ctxt, enum rc rc, const char *why)
{
	struct watch *watch = ctxt->_private;

	if (watch->rc == RC_OK) {
		watch->rc = rc;
		watch->why = why;
	}
	xmlStopParser(ctxt);
}

static void
on_doctype(void *user, const xmlChar *name, const xmlChar *external_id,
    const xmlChar *system_id)
{
	(void)name;
	(void)external_id;
	(void)system_id;
	stop(user, RC_FORMAT, "SOAP 1.2 part 1 section 5: document type declaration");
}

static void
on_instruction(void *user, const xmlChar *target, const xmlChar *data)
{
	(void)target;
	(void)data;
	stop(user, RC_FORMAT, "SOAP 1.2 part 1 section 5: processing instruction");
}

static void
on_element(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
    int n_namespaces, const xmlChar **namespaces, int n_attributes, int n_defaulted,
    const xmlChar **attributes)
{
	xmlParserCtxt *ctxt = user;
	struct watch *watch = ctxt->_private;

	watch->n_elements++;
	if (ctxt->nodeNr >= XML_DEPTH_MAX)
		stop(ctxt, RC_LIMIT, "elements nested deeper than allowed");
	else if (watch->n_elements > watch->max_elements)
		stop(ctxt, RC_LIMIT, "more elements than allowed");
	else
		xmlSAX2StartElementNs(ctxt, name, prefix, uri, n_namespaces, namespaces,
		    n_attributes, n_defaulted, attributes);
}

/* Say why libxml2 made no document: our own reason first, then its own. */
static enum rc
refuse(xmlParserCtxt *ctxt, const struct watch *watch, struct err *err)
{
	const xmlError *error = xmlCtxtGetLastError(ctxt);

	if (watch->rc != RC_OK)
		return err_set(err, watch->rc, "XML: %s", watch->why);
	if (error != NULL && error->code == XML_ERR_NO_MEMORY)
		return err_set(err, RC_NOMEM, "XML: out of memory");
	if (error == NULL || error->message == NULL)
		return err_set(err, RC_FORMAT, "XML 1.0: not a document");
	return err_set(err, RC_FORMAT, "XML 1.0: line %d: %.*s", error->line,
	    (int)strcspn(error->message, "\n"), error->message);
}

enum rc
xml_read(const char *bytes, size_t len, struct xml **ret_xml, struct err *err)
{
	const struct xml_limits limits = { XML_BYTES_MAX, XML_ELEMENTS_MAX };

	return xml_read_within(bytes, len, &limits, ret_xml, err);
}

enum rc
xml_read_within(const char *bytes, size_t len, const struct xml_limits *limits,
    struct xml **ret_xml, struct err *err)
{
	const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
	    XML_PARSE_NOCDATA | XML_PARSE_COMPACT | XML_PARSE_IGNORE_ENC;
	struct watch watch = { .max_elements = limits->elements };
	xmlParserCtxt *ctxt = NULL;
	xmlDoc *doc = NULL;
	struct xml *xml = NULL;
	enum rc r = RC_OK;

	if (len > limits->bytes)
		return err_set(err, RC_LIMIT, "XML: %zu bytes, at most %zu are read",
		    len, limits->bytes);
	r = prescan_check(bytes, len, err);
	if (r != RC_OK)
		return r;
	xml = calloc(1, sizeof(*xml));
	ctxt = xmlNewParserCtxt();
	if (xml == NULL || ctxt == NULL || ctxt->sax == NULL) {
		r = err_set(err, RC_NOMEM, "XML: out of memory");
		goto out;
	}
	ctxt->_private = &watch;
	ctxt->sax->internalSubset = on_doctype;
	ctxt->sax->processingInstruction = on_instruction;
	ctxt->sax->startElementNs = on_element;
	ctxt->sax->comment = NULL;
	doc = xmlCtxtReadMemory(ctxt, bytes, (int)len, NULL, NULL, options);
	if (doc == NULL || watch.rc != RC_OK || ctxt->nsWellFormed == 0 ||
	    xmlGetIntSubset(doc) != NULL || xmlDocGetRootElement(doc) == NULL) {
		r = refuse(ctxt, &watch, err);
		goto out;
	}
	xml->doc = doc;
	doc = NULL;
	*ret_xml = xml;
	xml = NULL;
out:
	xmlFreeDoc(doc);
	xmlFreeParserCtxt(ctxt);
	xml_free(xml);
	return r;
}

void
xml_free(struct xml *xml)
{
	if (xml == NULL)
		return;
	xmlFreeDoc(xml->doc);
	free(xml);
}

/* struct xml_node is libxml2's node under a name of our own. */
static const xmlNode *
inside(const struct xml_node *node)
{
	return (const void *)node;
}

static const struct xml_node *
next_element(const xmlNode *node)
{
	while (node != NULL && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return (const void *)node;
}

const struct xml_node *
xml_root(const struct xml *xml)
{
	return (const void *)xmlDocGetRootElement(xml->doc);
}

const struct xml_node *
xml_first(const struct xml_node *parent)
{
	return parent == NULL ? NULL : next_element(inside(parent)->children);
}

const struct xml_node *
xml_next(const struct xml_node *node)
{
	return node == NULL ? NULL : next_element(inside(node)->next);
}

const struct xml_node *
xml_find(const struct xml_node *parent, const char *ns, const char *name)
{
	const struct xml_node *node = xml_first(parent);

	while (node != NULL && !xml_is(node, ns, name))
		node = xml_next(node);
	return node;
}

const char *
xml_name(const struct xml_node *node)
{
	return (const char *)inside(node)->name;
}

const char *
xml_ns(const struct xml_node *node)
{
	const xmlNs *ns = inside(node)->ns;

	return ns == NULL || ns->href == NULL ? "" : (const char *)ns->href;
}

bool
xml_is(const struct xml_node *node, const char *ns, const char *name)
{
	return node != NULL && strcmp(xml_name(node), name) == 0 &&
	    strcmp(xml_ns(node), ns) == 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

const char *
xml_text(const struct xml_node *node, size_t *ret_len)
{
	const xmlNode *child = NULL;
	const char *text = "";
	size_t len = 0;

	if (node == NULL)
		return NULL;
	child = inside(node)->children;
	if (child != NULL) {
		if (child->type != XML_TEXT_NODE || child->next != NULL)
			return NULL;
		text = child->content == NULL ? "" : (const char *)child->content;
	}
	while (is_blank(*text))
		text++;
	len = strlen(text);
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	*ret_len = len;
	return text;
}

bool
xml_text_is(const struct xml_node *node, const char *text)
{
	size_t len = 0;
	const char *found = xml_text(node, &len);

	return found != NULL && len == strlen(text) && memcmp(found, text, len) == 0;
}

enum rc
xml_gather_text(struct buf *out, const struct xml_node *node)
{
	size_t len = 0;
	const char *text = xml_text(node, &len);
	const struct xml_node *child = NULL;
	enum rc r = RC_OK;

	if (text != NULL && len > 0) {
		if (out->len > 0)
			r = buf_add_char(out, ' ');
		if (r == RC_OK)
			r = buf_add(out, text, len);
		return r;
	}
	/* As deep as the reader allows, so the recursion is bounded too. */
	for (child = xml_first(node); child != NULL && r == RC_OK;
	     child = xml_next(child))
		r = xml_gather_text(out, child);
	return r;
}

static const char *
attribute_value(const xmlAttr *attr)
{
	if (attr->children == NULL)
		return "";
	if (attr->children->type != XML_TEXT_NODE || attr->children->next != NULL)
		return NULL;
	return (const char *)attr->children->content;
}

const char *
xml_attribute(const struct xml_node *node, const char *name)
{
	const xmlAttr *attr = NULL;

	for (attr = inside(node)->properties; attr != NULL; attr = attr->next)
		if (attr->ns == NULL && strcmp((const char *)attr->name, name) == 0)
			return attribute_value(attr);
	return NULL;
}

bool
xml_is_nil(const struct xml_node *node)
{
	const xmlAttr *attr = NULL;
	const char *value = NULL;

	for (attr = inside(node)->properties; attr != NULL; attr = attr->next)
		if (attr->ns != NULL && strcmp((const char *)attr->name, "nil") == 0 &&
		    strcmp((const char *)attr->ns->href, SCHEMA_INSTANCE) == 0)
			value = attribute_value(attr);
	return value != NULL && (strcmp(value, "true") == 0 || strcmp(value, "1") == 0);
}

enum rc
xml_write_open(struct buf *out, const char *qname)
{
	return buf_addf(out, "<%s>", qname);
}

enum rc
xml_write_open_attr(struct buf *out, const char *qname, const char *attribute,
    const char *value)
{
	(void)buf_addf(out, "<%s %s=\"", qname, attribute);
	(void)xml_write_text(out, value);
	return buf_add_str(out, "\">");
}

enum rc
xml_write_close(struct buf *out, const char *qname)
{
	return buf_addf(out, "</%s>", qname);
}

/* The escaped form of a character, NULL when it needs none. */
static const char *
escape(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&apos;";
	default:
		return NULL;
	}
}

enum rc
xml_write_text(struct buf *out, const char *text)
{
	const char *plain = text; /* start of what needs no escape */
	const char *at = text;

	if (out->rc == RC_OK && xmlCheckUTF8((const xmlChar *)text) == 0)
		out->rc = RC_FORMAT;
	for (; *at != '\0'; at++) {
		const char *escaped = escape(*at);

		if (((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7f) {
			if (out->rc == RC_OK)
				out->rc = RC_FORMAT;
			return out->rc;
		}
		if (escaped == NULL)
			continue;
		(void)buf_add(out, plain, (size_t)(at - plain));
		(void)buf_add_str(out, escaped);
		plain = at + 1;
	}
	return buf_add(out, plain, (size_t)(at - plain));
}

enum rc
xml_write_element(struct buf *out, const char *qname, const char *text)
{
	(void)xml_write_open(out, qname);
	(void)xml_write_text(out, text);
	return xml_write_close(out, qname);
}
