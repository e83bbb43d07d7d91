/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and addresses, looked up by a few helper processes: getaddrinfo(3) blocks,
 * knows no deadline of ours, and getaddrinfo_a(3) and libcurl would make threads of
 * it.  A helper holds nothing but its end of a socket pair.
 */
#ifndef AMTCERT_SCAN_RESOLVE_H
#define AMTCERT_SCAN_RESOLVE_H

#include "scan/task.h"
#include "tls/address.h"

enum {
	RESOLVE_HELPERS = 8, /* look-ups at a time */
	RESOLVE_NAME_SIZE = 256
};

struct resolver;

/*
 * Fork the helpers, before there are connections that they would hold open.
 * RC_SYSTEM, RC_NOMEM. Caller frees, once no task waits; that ends them.
 */
enum rc resolver_new(struct loop *loop, struct resolver **ret_resolver,
    struct err *err);
void resolver_free(struct resolver *resolver);

/* From inside a task: as address_resolve(), a literal at once and without a helper
 * (resolver may then be NULL). RC_TIMEOUT; RC_SYSTEM when the helpers are gone. */
enum rc resolver_find(struct resolver *resolver, struct task *task, const char *host,
    uint16_t port, enum tls_family family, int64_t until_ms,
    struct addresses *ret_addresses, struct err *err);

/*
 * The name of an address, from the reverse zone, and only when that name leads
 * back to the address: a reverse zone says what its owner likes. RC_NOTFOUND when
 * there is none such, RC_TIMEOUT, RC_SYSTEM.
 */
enum rc resolver_name(struct resolver *resolver, struct task *task,
    const struct address *address, int64_t until_ms, char name[RESOLVE_NAME_SIZE],
    struct err *err);

#endif
