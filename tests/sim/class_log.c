/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The audit log with its records, and the event log.
 * Source: protocol notes 3.14; captures of the same names.
 */
#include "class.h"
#include "device.h"
#include "events.h"
#include "pki.h"
#include "rtc.h"

enum {
	RECORDS_PER_READ = 10,
};

static void
fill_audit(struct device *dev, size_t index, struct inst *inst)
{
	(void)index;
	inst_int(inst, "CurrentNumberOfRecords", (int64_t)dev->audit_n);
	inst_int(inst, "PercentageFree",
	    100 - 100 * (int64_t)dev->audit_n / AUDIT_KEPT);
	inst_datetime(inst, "TimeOfLastRecord", rtc_now(&dev->rtc));
}

static int64_t
read_records(struct class_call *call)
{
	const struct device *dev = call->dev;
	int64_t start = 0;
	int64_t left = 0;

	if (!soap_child_int(call->input, "StartIndex", &start)) {
		call->fault = FAULT_SCHEMA;
		return PT_INVALID_PARAMETER;
	}
	if (start < 1)
		start = 1;
	left = (int64_t)dev->audit_n - (start - 1);
	if (left < 0)
		left = 0;
	if (left > RECORDS_PER_READ)
		left = RECORDS_PER_READ;
	inst_int(&call->out, "TotalRecordCount", (int64_t)dev->audit_n);
	inst_int(&call->out, "RecordsReturned", left);
	for (int64_t i = 0; i < left; i++) {
		size_t place =
		    (dev->audit_first + (size_t)(start - 1 + i)) % AUDIT_KEPT;
		const struct audit_record *record = &dev->audit[place];

		inst_base64(&call->out, "EventRecords", record->bytes, record->len);
	}
	return PT_SUCCESS;
}

static void
fill_messages(struct device *dev, size_t index, struct inst *inst)
{
	(void)index;
	inst_int(inst, "CurrentNumberOfRecords", (int64_t)events_count(dev));
}

static int64_t
position_to_first(struct class_call *call)
{
	inst_int(&call->out, "IterationIdentifier", 1);
	return PT_SUCCESS;
}

/* The identifier is the number of the record that comes next. */
static int64_t
get_records(struct class_call *call)
{
	int64_t next = 0;
	int64_t max = 0;
	int64_t last = (int64_t)events_count(call->dev);
	unsigned char record[EVENT_BYTES];

	if (!soap_child_int(call->input, "IterationIdentifier", &next) ||
	    !soap_child_int(call->input, "MaxReadRecords", &max)) {
		call->fault = FAULT_SCHEMA;
		return PT_INVALID_PARAMETER;
	}
	if (next < 1 || next > last + 1 || max < 1)
		return PT_INVALID_PARAMETER;
	if (last - next >= max)
		last = next + max - 1;
	inst_int(&call->out, "IterationIdentifier", last + 1);
	inst_bool(&call->out, "NoMoreRecords",
	    last == (int64_t)events_count(call->dev));
	for (; next <= last; next++) {
		events_get(call->dev, (size_t)next - 1, record);
		inst_base64(&call->out, "RecordArray", record, sizeof(record));
	}
	return PT_SUCCESS;
}

/* clang-format off */
static const struct class_prop audit_props[] = {
	{ "AuditState", "16" },
	{ "ElementName", "Intel(r) AMT Audit Log" },
	{ "EnabledState", "2" },
	{ "MaxAllowedAuditors", "1" },
	{ "MaxNumberOfRecords", "0" },
	{ "Name", "Intel(r) AMT:Audit Log" },
	{ "OverwritePolicy", "2" },
	{ "RequestedState", "2" },
	{ "StoragePolicy", "1" },
	{ NULL, NULL },
};

static const struct class_method audit_methods[] = {
	{ "ReadRecords", read_records, "StartIndex", NULL, true },
	{ NULL, NULL, NULL, NULL, false },
};

static const struct class_prop message_props[] = {
	{ "Capabilities", "5" },
	{ "Capabilities", "6" },
	{ "Capabilities", "8" },
	{ "Capabilities", "7" },
	{ "CharacterSet", "10" },
	{ "CreationClassName", "AMT_MessageLog" },
	{ "ElementName", "Intel(r) AMT:MessageLog 1" },
	{ "EnabledDefault", "2" },
	{ "EnabledState", "2" },
	{ "HealthState", "5" },
	{ "IsFrozen", "false" },
	{ "LastChange", "0" },
	{ "LogState", "4" },
	{ "MaxLogSize", "0" },
	{ "MaxNumberOfRecords", "390" },
	{ "MaxRecordSize", "21" },
	{ "Name", "Intel(r) AMT:MessageLog 1" },
	{ "OperationalStatus", "2" },
	{ "OverwritePolicy", "2" },
	{ "PercentageNearFull", "100" },
	{ "RequestedState", "12" },
	{ "SizeOfHeader", "0" },
	{ "SizeOfRecordHeader", "0" },
	{ "Status", "OK" },
	{ NULL, NULL },
};

static const struct class_method message_methods[] = {
	{ "PositionToFirstRecord", position_to_first, NULL, NULL, true },
	{ "GetRecords", get_records, "IterationIdentifier MaxReadRecords", NULL, true },
	{ NULL, NULL, NULL, NULL, false },
};
/* clang-format on */

const struct class class_log[] = {
	{
	    .name = "AMT_AuditLog",
	    .common = true,
	    .props = audit_props,
	    .fill = fill_audit,
	    .methods = audit_methods,
	},
	{
	    .name = "AMT_MessageLog",
	    .common = true,
	    .props = message_props,
	    .fill = fill_messages,
	    .methods = message_methods,
	},
	{ .name = NULL },
};
