/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Renew the certificate that a device serves on its TLS port: plan it, or do it
 * with every step journalled, proved by a fresh handshake, undone when the proof
 * fails, and continued by the next run when this one is killed.
 * Source: Intel AMT SDK, "Certificate Management"; peers' failures.
 */
#ifndef AMTCERT_RENEW_RENEW_TLS_H
#define AMTCERT_RENEW_RENEW_TLS_H

#include <stdbool.h>

#include "renew/procedure.h"

/* What --force may override. Bits. */
enum renew_force {
	RENEW_FORCE_NOT_DUE = 1 << 0,
	RENEW_FORCE_EXPIRED = 1 << 1,
	RENEW_FORCE_CLOCK = 1 << 2,
	RENEW_FORCE_TAKE_OVER = 1 << 3,
};

/* args of struct procedure_options; NULL is as zeroed. */
struct renew_tls_args {
	bool no_clock_sync; /* leave the device's clock alone */
};

/* "not-due", "expired", "clock", "take-over" */
extern const struct procedure renew_tls;

#endif
