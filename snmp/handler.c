/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GET and GETNEXT requests of Net-SNMP to group.h and back.  GETBULK does not come
 * here: the library makes GETNEXT of it, and a handler that answered all
 * repetitions itself would hand out what a view excludes.
 */
#include "snmp/handler.h"

#include <string.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

/* Sub-identifiers of the library are longs. */
static size_t
narrow(const oid *from, size_t n, uint32_t to[GROUP_OID_MAX])
{
	if (n > GROUP_OID_MAX)
		n = GROUP_OID_MAX;
	for (size_t i = 0; i < n; i++)
		to[i] = from[i] > UINT32_MAX ? UINT32_MAX : (uint32_t)from[i];
	return n;
}

static size_t
base_of(const struct handler *handler, uint32_t base[GROUP_OID_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < handler->n_root; i++)
		base[n++] = handler->root[i];
	for (size_t i = 0; i < handler->group->n_base; i++)
		base[n++] = handler->group->base[i];
	return n;
}

static int
put_oid(netsnmp_variable_list *vb, const struct value *value)
{
	oid parts[GROUP_OID_MAX];

	for (size_t i = 0; i < value->n_parts; i++)
		parts[i] = value->parts[i];
	return snmp_set_var_typed_value(vb, ASN_OBJECT_ID, parts,
	    value->n_parts * sizeof(parts[0]));
}

static int
put_value(netsnmp_variable_list *vb, const struct value *value)
{
	static const u_char types[] = {
		[VALUE_INTEGER] = ASN_INTEGER,
		[VALUE_UNSIGNED] = ASN_UNSIGNED,
		[VALUE_COUNTER] = ASN_COUNTER,
		[VALUE_TICKS] = ASN_TIMETICKS,
		[VALUE_OCTETS] = ASN_OCTET_STR,
		[VALUE_OID] = ASN_OBJECT_ID,
	};
	long number = (long)value->number; /* of 32 bits, signed or not */

	if (value->kind == VALUE_OCTETS)
		return snmp_set_var_typed_value(vb, ASN_OCTET_STR, value->octets,
		    value->len);
	if (value->kind == VALUE_OID)
		return put_oid(vb, value);
	return snmp_set_var_typed_value(vb, types[value->kind], &number,
	    sizeof(number));
}

bool
handler_covers(const struct handler *handler, const oid *name, size_t n)
{
	uint32_t base[GROUP_OID_MAX], narrowed[GROUP_OID_MAX];
	size_t n_base = base_of(handler, base);

	return n >= n_base && narrow(name, n_base, narrowed) == n_base &&
	    group_compare(narrowed, n_base, base, n_base) == 0;
}

static enum group_answer
find(const struct handler *handler, const struct view *view, const oid *from,
    size_t n_from, struct cell *ret_cell)
{
	uint32_t name[GROUP_OID_MAX];
	size_t n = narrow(from, n_from, name);
	size_t n_base = handler->n_root + handler->group->n_base;

	if (n < n_base)
		return GROUP_NO_OBJECT;
	return group_get(handler->group, view, name + n_base, n - n_base, ret_cell);
}

int
handler_get(const struct handler *handler, const struct view *view,
    netsnmp_variable_list *vb)
{
	struct value value = { .kind = VALUE_INTEGER };
	struct cell cell;

	switch (find(handler, view, vb->name, vb->name_length, &cell)) {
	case GROUP_FOUND:
		cell.column->read(view, cell.row, &value);
		return put_value(vb, &value);
	case GROUP_NO_OBJECT:
		return snmp_set_var_typed_value(vb, SNMP_NOSUCHOBJECT, NULL, 0);
	case GROUP_NO_INSTANCE:
		break;
	}
	return snmp_set_var_typed_value(vb, SNMP_NOSUCHINSTANCE, NULL, 0);
}

bool
handler_find(const struct handler *handler, const struct view *view, const oid *name,
    size_t n, struct handler_object *ret_object)
{
	if (n > MAX_OID_LEN ||
	    find(handler, view, name, n, &ret_object->cell) != GROUP_FOUND)
		return false;
	memcpy(ret_object->name, name, n * sizeof(name[0]));
	ret_object->n = n;
	return true;
}

bool
handler_next(struct handler *handler, const struct view *view, const oid *from,
    size_t n_from, struct handler_object *ret_object)
{
	uint32_t name[GROUP_OID_MAX], base[GROUP_OID_MAX], rest[GROUP_OID_MAX];
	size_t n = narrow(from, n_from, name);
	size_t n_base = base_of(handler, base), n_rest = 0;

	if (group_compare(name, n, base, n_base) > 0) {
		if (n < n_base || group_compare(name, n_base, base, n_base) != 0)
			return false; /* behind all of the group */
		n_rest = n - n_base;
	}
	if (!group_next(handler->group, view, name + n_base, n_rest, &handler->near,
		&ret_object->cell))
		return false;
	n_rest = group_name(handler->group, view, &ret_object->cell, rest);
	for (size_t i = 0; i < n_base; i++)
		ret_object->name[i] = base[i];
	for (size_t i = 0; i < n_rest; i++)
		ret_object->name[n_base + i] = rest[i];
	ret_object->n = n_base + n_rest;
	return true;
}

int
handler_put(const struct handler_object *object, const struct view *view,
    netsnmp_variable_list *vb)
{
	struct value value = { .kind = VALUE_INTEGER };

	if (snmp_set_var_objid(vb, object->name, object->n) != 0)
		return SNMP_ERR_GENERR;
	object->cell.column->read(view, object->cell.row, &value);
	return put_value(vb, &value);
}

/* Where there is no next object the binding is left alone, and the master goes on. */
static int
answer_next(struct handler *handler, const struct view *view, netsnmp_variable_list *vb)
{
	struct handler_object object;

	if (!handler_next(handler, view, vb->name, vb->name_length, &object))
		return 0;
	return handler_put(&object, view, vb);
}

static int
answer(netsnmp_mib_handler *mib_handler, netsnmp_handler_registration *registration,
    netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	struct handler *handler = mib_handler->myvoid;
	struct view view;

	(void)registration;
	handler->look(handler->ctx, &view);
	for (netsnmp_request_info *request = requests; request != NULL;
	     request = request->next) {
		int failed = 0;

		if (request->processed != 0)
			continue;
		if (info->mode == MODE_GET)
			failed = handler_get(handler, &view, request->requestvb);
		else if (info->mode == MODE_GETNEXT)
			failed = answer_next(handler, &view, request->requestvb);
		else
			failed = SNMP_ERR_GENERR;
		if (failed != 0)
			(void)netsnmp_set_request_error(info, request, SNMP_ERR_GENERR);
	}
	return SNMP_ERR_NOERROR;
}

enum rc
handler_register(struct handler *handler, struct err *err)
{
	uint32_t base[GROUP_OID_MAX];
	size_t n = base_of(handler, base);
	netsnmp_handler_registration *registration;
	netsnmp_mib_handler *mib_handler;
	oid parts[GROUP_OID_MAX];

	for (size_t i = 0; i < n; i++)
		parts[i] = base[i];
	mib_handler = netsnmp_create_handler(handler->group->name, answer);
	if (mib_handler == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory",
		    handler->group->name);
	mib_handler->myvoid = handler;
	registration = netsnmp_handler_registration_create(handler->group->name,
	    mib_handler, parts, n, HANDLER_CAN_RONLY);
	if (registration == NULL) {
		netsnmp_handler_free(mib_handler);
		return err_set(err, RC_NOMEM, "%s: out of memory",
		    handler->group->name);
	}
	/* Frees the registration when it refuses it. */
	if (netsnmp_register_handler(registration) != MIB_REGISTERED_OK)
		return err_set(err, RC_STATE, "%s: the SNMP library refuses it",
		    handler->group->name);
	return RC_OK;
}
