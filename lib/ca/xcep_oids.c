/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sorted list, and a search in it.  MS-XCEP 3.1.4.1.3.16.
 */
#include "ca/xcep_oids.h"

#include <stdlib.h>

#include "wsman/value.h"

struct xcep_oid {
	int64_t reference;
	const struct xml_node *node;
};

static int
compare_rows(const void *a, const void *b)
{
	const struct xcep_oid *left = a;
	const struct xcep_oid *right = b;

	return (left->reference > right->reference) -
	    (left->reference < right->reference);
}

enum rc
xcep_oids_list(const struct xml_node *oids, struct xcep_oids *list, struct err *err)
{
	const struct xml_node *oid = NULL;
	size_t n = 0;
	enum rc r = RC_OK;

	for (oid = value_find(oids, "oID"); oid != NULL; oid = value_next(oid))
		n++;
	if (n == 0)
		return RC_OK;
	list->rows = calloc(n, sizeof(*list->rows));
	if (list->rows == NULL)
		return err_set(err, RC_NOMEM, "policies: out of memory");
	for (oid = value_find(oids, "oID"); oid != NULL && r == RC_OK;
	     oid = value_next(oid)) {
		struct xcep_oid *row = &list->rows[list->n++];

		row->node = oid;
		r = value_int(oid, "oIDReferenceID", 0, INT32_MAX, &row->reference,
		    err);
	}
	if (r == RC_NOTFOUND)
		return err_set(err, RC_FORMAT,
		    "MS-XCEP 3.1.4.1.3.16: oID: no reference");
	if (r == RC_OK)
		qsort(list->rows, list->n, sizeof(*list->rows), compare_rows);
	return r;
}

void
xcep_oids_clear(struct xcep_oids *list)
{
	free(list->rows);
	list->rows = NULL;
	list->n = 0;
}

enum rc
xcep_oids_read(const struct xml_node *parent, const char *name,
    const struct xcep_oids *oids, const struct xml_node **ret_oid,
    char field[XCEP_OID_SIZE], struct err *err)
{
	struct xcep_oid key = { .node = NULL };
	const struct xcep_oid *row = NULL;
	enum rc r = value_int(parent, name, 0, INT32_MAX, &key.reference, err);

	field[0] = '\0';
	if (r != RC_OK)
		return r == RC_NOTFOUND ? RC_OK : r;
	if (oids->n > 0)
		row = bsearch(&key, oids->rows, oids->n, sizeof(key), compare_rows);
	if (row == NULL)
		return err_set(err, RC_FORMAT,
		    "MS-XCEP 3.1.4.1.3.16: %s: %lld: not among the OIDs", name,
		    (long long)key.reference);
	r = value_exact(row->node, "value", field, XCEP_OID_SIZE, err);
	if (r == RC_NOTFOUND)
		return err_set(err, RC_FORMAT, "MS-XCEP 3.1.4.1.3.16: oID: no value");
	if (r == RC_OK && ret_oid != NULL)
		*ret_oid = row->node;
	return r;
}
