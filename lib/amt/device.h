/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session with one device: authenticated first, then logged in, on one kept
 * connection with one digest nonce.  Holds what the transport has seen (the
 * peer's chain, the realm, the Date header).
 */
#ifndef AMTCERT_AMT_DEVICE_H
#define AMTCERT_AMT_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "amt/target.h"
#include "tls/handshake.h"
#include "tls/trust.h"

struct device;	/* opaque */
struct wsman;	/* wsman/wsman.h */
struct perform; /* wsman/perform.h */

/*
 * Prepare a session; connects with the first request. The peer must pass
 * trust_judge() before the first Authorization header is sent; the first 401
 * with a credential ends the session (RC_AUTH from then on, no second try).
 * deadline_ms is of clock_monotonic_ms() and holds for the whole session.
 * target is lent for the life of the session. Caller closes.
 */
enum rc device_open(const struct target *target, enum trust_time time, int64_t now,
    int64_t deadline_ms, struct device **ret_device, struct err *err);

/* The same with requests carried out by perform, which is lent for as long. */
enum rc device_open_by(const struct perform *perform, const struct target *target,
    enum trust_time time, int64_t now, int64_t deadline_ms, struct device **ret_device,
    struct err *err);

void device_close(struct device *device);

/* Give the session more time (a remedy's later step). */
void device_set_deadline(struct device *device, int64_t deadline_ms);

/* The WS-Man connection, lent. */
struct wsman *device_wsman(struct device *device);

/* Did the newest call fail with r because this firmware has no such class? */
bool device_lacks(struct device *device, enum rc r);

/* ... or because it answered 400 for whatever reason, as old firmware does to a Get
 * of what it does not know (observed, AMT 6.2)? */
bool device_refuses(struct device *device, enum rc r);

/* What the peer presented on this connection; NULL on 16992 or before the
 * first request. Lent. */
const struct presented *device_presented(const struct device *device);

/* The realm of the challenge; "" before the first answer. Lent. */
const char *device_realm(const struct device *device);

/* Server header of the last answer that had one, printable; "" before. Lent. */
const char *device_server(const struct device *device);

/* Date header of the last answer as a difference: device minus us, at the time it
 * came. false when absent. */
bool device_date_offset(const struct device *device, int64_t *ret_offset_s);

/* Was the password used at all, so that the device may have counted a refusal? And
 * was some request answered that bore it? */
bool device_has_shown_login(const struct device *device);
bool device_has_logged_in(const struct device *device);

/* Our time: now of device_open() and what has passed since, seconds since 1970. */
int64_t device_now(const struct device *device);

#endif
