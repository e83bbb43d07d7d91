/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of groups, and values that several of them hand out.
 */
#include "snmp/tables.h"

#include "inventory/role.h"

const struct group *const tables[TABLES_N] = {
	&summary_group,
	&policy_group,
	&notify_group,
	&device_group,
	&cert_group,
	&cert_detail_group,
	&cert_expiry_group,
	&device_name_group,
	&cert_job_group,
};

/* AmtRole of a role of the inventory. */
int
tables_role(const struct mirror_cert *cert)
{
	static const int roles[] = {
		[ROLE_NONE] = AMT_ROLE_OTHER,
		[ROLE_TLS] = AMT_ROLE_TLS_SERVER,
		[ROLE_TLS_BOUND] = AMT_ROLE_TLS_BOUND,
		[ROLE_8021X_WIRED] = AMT_ROLE_WIRED_8021X,
		[ROLE_8021X_WIRELESS] = AMT_ROLE_WIRELESS_8021X,
		[ROLE_CIRA] = AMT_ROLE_REMOTE_ACCESS,
		[ROLE_8021X_WIRED_ROOT] = AMT_ROLE_WIRED_ROOT,
		[ROLE_8021X_WIRELESS_ROOT] = AMT_ROLE_WIRELESS_ROOT,
		[ROLE_OTHER] = AMT_ROLE_OTHER,
		[ROLE_ROOT] = AMT_ROLE_TRUSTED_ROOT,
		[ROLE_UNBOUND] = AMT_ROLE_UNBOUND,
		[ROLE_PATH] = AMT_ROLE_PATH_ISSUER,
		[ROLE_ANCHOR] = AMT_ROLE_PATH_ANCHOR,
	};

	return cert->role < sizeof(roles) / sizeof(roles[0]) ? roles[cert->role]
							     : AMT_ROLE_OTHER;
}

void
tables_text(const struct mirror *mirror, uint32_t text, struct value *value)
{
	size_t len;
	const uint8_t *octets = mirror_octets(mirror, text, &len);

	value_octets(value, octets, len);
}

void
tables_time(int64_t s, struct value *value)
{
	value_date(value, s != MIRROR_NO_TIME, s);
}

void
tables_moment(uint32_t at, struct value *value)
{
	value_date(value, at != 0, at);
}

void
tables_left(const struct view *view, bool has, int64_t not_after, struct value *value)
{
	int64_t left_s = 0;

	if (has && __builtin_sub_overflow(not_after, view->now, &left_s))
		left_s = not_after < 0 ? INT64_MIN : INT64_MAX;
	value_left(value, has, left_s);
}
