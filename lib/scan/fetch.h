/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libcurl's transfers in the loop: a session's request leaves through
 * curl_multi(3) and its task waits, while others go on.
 */
#ifndef AMTCERT_SCAN_FETCH_H
#define AMTCERT_SCAN_FETCH_H

#include "scan/task.h"
#include "tls/address.h"
#include "wsman/perform.h"

/* What all transfers of a process share. */
struct fetcher;

/* RC_NOMEM, RC_SYSTEM. Caller frees, once no transfer is under way. */
enum rc fetcher_new(struct loop *loop, struct fetcher **ret_fetcher, struct err *err);
void fetcher_free(struct fetcher *fetcher);

/* One session: one task, one peer, connections of its own. Zeroed, then
 * fetch_init; stays where it is. */
struct fetch {
	struct perform
	    perform; /* for device_open_by(), or to be called with a handle */
	struct fetcher *fetcher;
	struct task *task;
	CURLSH *connections;
	struct curl_slist *resolved;
	CURLcode code;
	bool is_done;
};

/*
 * addresses are those of host and port, so that libcurl looks nothing up; NULL
 * when host is a literal. RC_NOMEM.
 */
enum rc fetch_init(struct fetch *fetch, struct fetcher *fetcher, struct task *task,
    const char *host, uint16_t port, const struct addresses *addresses,
    struct err *err);

/* Closes the connections; after the handles that used them are gone. Accepts a
 * zeroed struct. */
void fetch_clear(struct fetch *fetch);

#endif
