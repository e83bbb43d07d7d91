/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XML in and out: a bounded reader that finds elements by namespace and name,
 * and a writer that escapes.  XML 1.0, Namespaces in XML 1.0; SOAP 1.2 part 1
 * section 5 forbids a document type declaration and processing instructions.
 */
#ifndef AMTCERT_WSMAN_XML_H
#define AMTCERT_WSMAN_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/rc.h"

enum {
	XML_BYTES_MAX = 512 * 1024, /* a Pull may ask for 99999 characters */
	XML_DEPTH_MAX = 48,	    /* a nested reference ends at 14 */
	XML_ELEMENTS_MAX = 40000,
};

struct xml;	 /* a whole document; opaque */
struct xml_node; /* an element in it; lent, lives as long as the document */

/*
 * Read one document from memory: no file, no network, no entity but the five of
 * XML itself, no encoding but UTF-8. RC_LIMIT for too many bytes, levels, elements
 * or attributes; RC_FORMAT for a document type declaration, a processing
 * instruction or anything that is not well formed. Comments are dropped. Caller frees with xml_free.
 */
enum rc xml_read(const char *bytes, size_t len, struct xml **ret_xml, struct err *err);

/* How much of a document is read at most, where it is not XML_BYTES_MAX. */
struct xml_limits {
	size_t bytes;
	size_t elements;
};

/* The same within other limits. */
enum rc xml_read_within(const char *bytes, size_t len, const struct xml_limits *limits,
    struct xml **ret_xml, struct err *err);
void xml_free(struct xml *xml);

/* The document's element; never NULL. */
const struct xml_node *xml_root(const struct xml *xml);

/* First child element, next sibling element; NULL when there is none. */
const struct xml_node *xml_first(const struct xml_node *parent);
const struct xml_node *xml_next(const struct xml_node *node);

/* First child element of that name, NULL when absent. parent may be NULL. */
const struct xml_node *xml_find(const struct xml_node *parent, const char *ns,
    const char *name);

bool xml_is(const struct xml_node *node, const char *ns, const char *name);

/* Local name, and namespace ("" when it has none). Lent. */
const char *xml_name(const struct xml_node *node);
const char *xml_ns(const struct xml_node *node);

/*
 * The text of an element without the white space around it: *ret_len bytes of
 * UTF-8, not terminated, lent. NULL when node is NULL or holds elements; an
 * empty element gives "" of length 0.
 */
const char *xml_text(const struct xml_node *node, size_t *ret_len);

/* Does the element hold exactly this text, white space around it aside? */
bool xml_text_is(const struct xml_node *node, const char *text);

/* Append the text of node and everything below it, pieces parted by a blank. */
enum rc xml_gather_text(struct buf *out, const struct xml_node *node);

/* The value of an attribute without namespace, lent; NULL when absent. */
const char *xml_attribute(const struct xml_node *node, const char *name);

/* Does it say of itself that it has no value, as xsi:nil? XML Schema part 1, 2.6.2. */
bool xml_is_nil(const struct xml_node *node);

/*
 * Writing. qname is one of our own names with its prefix; value and text are
 * escaped. RC_FORMAT for text XML cannot carry: control characters other than
 * tab, or bytes that are not UTF-8. Errors stick in out, so a caller may test
 * the last call only.
 */
enum rc xml_write_open(struct buf *out, const char *qname);
enum rc xml_write_open_attr(struct buf *out, const char *qname, const char *attribute,
    const char *value);
enum rc xml_write_close(struct buf *out, const char *qname);
enum rc xml_write_text(struct buf *out, const char *text);

/* <qname>text</qname> */
enum rc xml_write_element(struct buf *out, const char *qname, const char *text);

#endif
