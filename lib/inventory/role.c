/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of roles.  The order is that of the numbers.
 */
#include "inventory/role.h"

#include "policy/facts.h"

/* clang-format off */
const struct role_info role_infos[] = {
	{ ROLE_TLS, "tls", "TLS", USAGE_TLS, true, true, true },
	{ ROLE_TLS_BOUND, "tls_bound", "TLS, bound", 0, true, true, false },
	{ ROLE_8021X_WIRED, "8021x_wired", "802.1X wired", USAGE_8021X_WIRED, false, true, true },
	{ ROLE_8021X_WIRELESS, "8021x_wireless", "802.1X wireless", USAGE_8021X_WIRELESS, false, true, true },
	{ ROLE_CIRA, "cira", "CIRA", USAGE_CIRA, false, true, true },
	{ ROLE_8021X_WIRED_ROOT, "8021x_wired_root", "802.1X wired root", USAGE_8021X_WIRED_ROOT, false, true, true },
	{ ROLE_8021X_WIRELESS_ROOT, "8021x_wireless_root", "802.1X wireless root", USAGE_8021X_WIRELESS_ROOT, false, true, true },
	{ ROLE_OTHER, "other", "other", USAGE_OTHER, false, true, true },
	{ ROLE_ROOT, "root", "trusted root", 0, false, false, true },
	{ ROLE_UNBOUND, "unbound", "unbound", 0, false, false, false },
	{ ROLE_PATH, "path", "issuer in the path", 0, false, true, false },
	{ ROLE_ANCHOR, "anchor", "trust anchor of the path", 0, true, true, false },
};
/* clang-format on */

const size_t role_n_infos = sizeof(role_infos) / sizeof(role_infos[0]);

const struct role_info *
role_find(int64_t role)
{
	if (role < 1 || (size_t)role > role_n_infos)
		return NULL;
	return &role_infos[role - 1];
}
