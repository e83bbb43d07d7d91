/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One question each to the web services of a Windows CA, and what came of it: an
 * answer that was read, or an outcome.
 */
#ifndef AMTCERT_CA_ADCS_TALK_H
#define AMTCERT_CA_ADCS_TALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "ca/ca.h"
#include "ca/https.h"
#include "ca/wstep.h"
#include "ca/xcep.h"

/*
 * All: RC_OK with outcome->outcome as it was when the answer was read, else set to
 * what the failure means, and nothing was read. RC_NOMEM, RC_INTERNAL.
 */

/* What the policy service at the configured URL offers; clear with xcep_clear. */
enum rc adcs_talk_policy(struct https *https, int64_t deadline_ms,
    struct xcep *ret_xcep, struct ca_answer *outcome, struct err *err);

/*
 * Hand the request in at url, or ask there what became of request_id, when that is
 * not NULL. *ret_is_reached stays false when nobody can have got the message. Clear
 * with wstep_answer_clear.
 */
enum rc adcs_talk_enrol(struct https *https, const char *url, const char *request_id,
    const struct ca_request *request, bool *ret_is_reached,
    struct wstep_answer *ret_wstep, struct ca_answer *outcome, struct err *err);

/* What a later process needs to ask: the number, the place, and the digest of the
 * request. Errors of buf_add. */
enum rc adcs_talk_make_cookie(struct buf *cookie, const char *request_id,
    const char *url, const struct ca_request *request, struct err *err);

/* RC_INTERNAL for what is none, or is that of another request. */
enum rc adcs_talk_read_cookie(const struct ca_request *request, char id[WSTEP_ID_SIZE],
    char url[WSTEP_URI_SIZE], struct err *err);

#endif
