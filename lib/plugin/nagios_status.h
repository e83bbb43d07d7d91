/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Nagios Core and Naemon write down of a service in their status file.  They have
 * no macro that tells an event handler whether a service is flapping or its problem
 * acknowledged; the file does.
 */
#ifndef AMTCERT_PLUGIN_NAGIOS_STATUS_H
#define AMTCERT_PLUGIN_NAGIOS_STATUS_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

enum {
	NAGIOS_STATUS_VALUE_SIZE = 16,
	NAGIOS_STATUS_MAX_AGE_S = 300, /* the core writes it every 10 s unless told */
	NAGIOS_STATUS_MAX_BYTES = 1024 * 1024 * 1024,
};

/* As the core wrote them: "0", "1". */
struct nagios_status {
	char flapping[NAGIOS_STATUS_VALUE_SIZE];
	char acknowledged[NAGIOS_STATUS_VALUE_SIZE];
};

/*
 * Of that service. RC_NOTFOUND: the service is not in the file; RC_FORMAT: it is no
 * status file, or says nothing of these; RC_STATE: it was written more than
 * NAGIOS_STATUS_MAX_AGE_S before now; RC_LIMIT, RC_SYSTEM. Source: Nagios Core 4,
 * xdata/xsddefault.c.
 */
enum rc nagios_status_read(const char *path, const char *host, const char *service,
    int64_t now, struct nagios_status *ret_status, struct err *err);

/* The same of its text. */
enum rc nagios_status_parse(const char *text, size_t len, const char *host,
    const char *service, int64_t now, struct nagios_status *ret_status,
    struct err *err);

#endif
