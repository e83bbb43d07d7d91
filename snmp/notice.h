/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One notification of the MIB, with all it carries: it stands for itself when the
 * mirror it was made from is gone.
 */
#ifndef AMTCERT_SNMP_NOTICE_H
#define AMTCERT_SNMP_NOTICE_H

#include "snmp/group.h"
#include "snmp/mirror.h"

/* The numbers are those of the MIB, below amtCertNotifications. */
enum notice_kind {
	NOTICE_STATE_CHANGE = 1,
	NOTICE_EXPIRED,
	NOTICE_RENEWED,
	NOTICE_RENEWAL_FAILED,
	NOTICE_SCAN_STALLED,
	NOTICE_SCAN_RESUMED,
	NOTICE_BULK_CHANGE,
};

struct notice {
	enum notice_kind kind;
	/* about one certificate */
	uint32_t device_index;
	uint32_t cert_index;
	int amt_role;
	enum state state;
	enum state previous_state;
	int64_t not_after;
	int64_t previous_not_after;
	size_t name_len;
	uint8_t name[MIRROR_TEXT_MAX];
	/* about its job */
	int job_action;
	uint32_t job_attempts;
	size_t message_len;
	uint8_t message[MIRROR_TEXT_MAX];
	/* about the fleet */
	enum inventory_state inventory_state;
	int64_t last_pass;
	uint64_t n_suppressed;
	struct totals totals;
};

enum {
	NOTICE_BINDINGS_MAX = 8
};

/* An object below the root and its value. */
struct binding {
	uint32_t parts[8];
	size_t n;
	struct value value;
};

/*
 * Fill from a certificate of the mirror: indices, role, name, end, state at now.
 */
void notice_of_cert(struct notice *notice, enum notice_kind kind,
    const struct mirror *mirror, size_t place, int64_t now);

/*
 * The objects in the order of the MIB, numbered sequence, as they are at now.
 * Returns how many. Octets are lent from the notice.
 */
size_t notice_bindings(const struct notice *notice, uint32_t sequence, int64_t now,
    struct binding ret_bindings[NOTICE_BINDINGS_MAX]);

#endif
