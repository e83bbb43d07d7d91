/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * References from and to XML, selectors that are references included.
 * DSP0226 5.1.2; WS-Addressing 2004/08 section 2.
 */
#include "wsman/epr.h"

#include <stdlib.h>
#include <string.h>

#include "wsman/ns.h"

/* What stands behind one selector that was read. */
struct owned_selector {
	char *name;
	char *text;
	struct epr *epr;
};

/* A reference that was read: the public part, and what it lends. */
struct owned_epr {
	struct epr epr; /* first, so that both have one address */
	char *resource_uri;
	struct selector lent[EPR_SELECTORS_MAX];
	struct owned_selector owned[EPR_SELECTORS_MAX];
	size_t n; /* in use; lent[] and owned[] run in step */
};

static enum rc parse(const struct xml_node *node, int depth, struct epr **ret_epr,
    struct err *err);

void
epr_free(struct epr *epr)
{
	struct owned_epr *whole = (void *)epr;

	if (whole == NULL)
		return;
	/* As deep as EPR_DEPTH_MAX. */
	for (size_t i = 0; i < whole->n; i++) {
		free(whole->owned[i].name);
		free(whole->owned[i].text);
		epr_free(whole->owned[i].epr);
	}
	free(whole->resource_uri);
	free(whole);
}

const char *
epr_selector(const struct epr *epr, const char *name)
{
	for (size_t i = 0; i < epr->n_selectors; i++)
		if (strcmp(epr->selectors[i].name, name) == 0)
			return epr->selectors[i].text;
	return NULL;
}

/* An own copy of an element's text. */
static enum rc
copy_text(const struct xml_node *node, const char *what, char **ret_text,
    struct err *err)
{
	size_t len = 0;
	const char *text = xml_text(node, &len);
	char *copy = NULL;

	if (text == NULL)
		return err_set(err, RC_FORMAT,
		    "reference: DSP0226 5.1.2: %s is no text", what);
	if (len > EPR_TEXT_MAX)
		return err_set(err, RC_LIMIT, "reference: %s has %zu bytes", what, len);
	copy = strndup(text, len);
	if (copy == NULL)
		return err_set(err, RC_NOMEM, "reference: out of memory");
	*ret_text = copy;
	return RC_OK;
}

static enum rc
parse_value(const struct xml_node *node, int depth, struct owned_selector *selector,
    struct err *err)
{
	const struct xml_node *nested =
	    xml_find(node, NS_ADDRESSING, "EndpointReference");

	if (nested != NULL)
		return parse(nested, depth + 1, &selector->epr, err);
	return copy_text(node, "selector", &selector->text, err);
}

static enum rc
parse_selector(const struct xml_node *node, int depth, struct owned_epr *whole,
    struct err *err)
{
	const char *name = xml_attribute(node, "Name");
	struct owned_selector *owned = NULL;
	struct selector *lent = NULL;
	enum rc r = RC_OK;

	if (whole->n >= EPR_SELECTORS_MAX)
		return err_set(err, RC_LIMIT, "reference: more than %d selectors",
		    (int)EPR_SELECTORS_MAX);
	if (name == NULL || name[0] == '\0')
		return err_set(err, RC_FORMAT,
		    "reference: DSP0226 5.1.2: selector without a name");
	if (strlen(name) > EPR_TEXT_MAX)
		return err_set(err, RC_LIMIT, "reference: selector name too long");
	for (size_t i = 0; i < whole->n; i++)
		if (strcmp(whole->owned[i].name, name) == 0)
			return err_set(err, RC_FORMAT,
			    "reference: DSP0226 5.1.2: selector %s given twice", name);
	owned = &whole->owned[whole->n];
	lent = &whole->lent[whole->n];
	owned->name = strdup(name);
	if (owned->name == NULL)
		return err_set(err, RC_NOMEM, "reference: out of memory");
	whole->n++;
	r = parse_value(node, depth, owned, err);
	lent->name = owned->name;
	lent->text = owned->text;
	lent->epr = owned->epr;
	return r;
}

static enum rc
parse(const struct xml_node *node, int depth, struct epr **ret_epr, struct err *err)
{
	const struct xml_node *inner = NULL;
	const struct xml_node *parameters = NULL;
	const struct xml_node *set = NULL;
	const struct xml_node *child = NULL;
	struct owned_epr *whole = NULL;
	enum rc r = RC_OK;

	if (depth > EPR_DEPTH_MAX)
		return err_set(err, RC_LIMIT, "reference: nested deeper than %d",
		    (int)EPR_DEPTH_MAX);
	inner = xml_find(node, NS_ADDRESSING, "EndpointReference");
	parameters = xml_find(inner == NULL ? node : inner, NS_ADDRESSING,
	    "ReferenceParameters");
	if (parameters == NULL)
		return err_set(err, RC_FORMAT,
		    "reference: DSP0226 5.1.2: no ReferenceParameters");
	whole = calloc(1, sizeof(*whole));
	if (whole == NULL)
		return err_set(err, RC_NOMEM, "reference: out of memory");
	r = copy_text(xml_find(parameters, NS_WSMAN, "ResourceURI"), "ResourceURI",
	    &whole->resource_uri, err);
	if (r != RC_OK)
		goto out;
	if (whole->resource_uri[0] == '\0') {
		r = err_set(err, RC_NOTFOUND,
		    "reference: DSP0226 5.1.2: it names no resource");
		goto out;
	}
	set = xml_find(parameters, NS_WSMAN, "SelectorSet");
	for (child = xml_first(set); child != NULL && r == RC_OK;
	     child = xml_next(child))
		if (xml_is(child, NS_WSMAN, "Selector"))
			r = parse_selector(child, depth, whole, err);
	if (r != RC_OK)
		goto out;
	whole->epr.resource_uri = whole->resource_uri;
	whole->epr.selectors = whole->lent;
	whole->epr.n_selectors = whole->n;
	*ret_epr = &whole->epr;
	whole = NULL;
out:
	epr_free((void *)whole);
	return r;
}

enum rc
epr_parse(const struct xml_node *node, struct epr **ret_epr, struct err *err)
{
	return parse(node, 1, ret_epr, err);
}

enum rc
epr_write_selectors(struct buf *out, const struct selector *selectors, size_t n)
{
	if (n == 0)
		return out->rc;
	(void)xml_write_open(out, "w:SelectorSet");
	for (size_t i = 0; i < n; i++) {
		(void)xml_write_open_attr(out, "w:Selector", "Name", selectors[i].name);
		if (selectors[i].epr == NULL) {
			(void)xml_write_text(out, selectors[i].text);
		} else {
			(void)xml_write_open(out, "a:EndpointReference");
			(void)epr_write(out, selectors[i].epr);
			(void)xml_write_close(out, "a:EndpointReference");
		}
		(void)xml_write_close(out, "w:Selector");
	}
	return xml_write_close(out, "w:SelectorSet");
}

enum rc
epr_write(struct buf *out, const struct epr *epr)
{
	/* The anonymous role stands for "the receiver of this message". */
	(void)xml_write_element(out, "a:Address", NS_ANONYMOUS);
	(void)xml_write_open(out, "a:ReferenceParameters");
	(void)xml_write_element(out, "w:ResourceURI", epr->resource_uri);
	(void)epr_write_selectors(out, epr->selectors, epr->n_selectors);
	return xml_write_close(out, "a:ReferenceParameters");
}
