/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One pass over one device, into struct facts.  Two depths: what the TLS port
 * presents (no login), and everything a login may read.
 */
#ifndef AMTCERT_AMT_SURVEY_H
#define AMTCERT_AMT_SURVEY_H

#include "amt/device.h"
#include "amt/target.h"
#include "policy/facts.h"

/*
 * Handshake only: fills name, address, port, read_at, presented. Links neither
 * libcurl nor libxml2. Errors of tls_handshake(). On failure facts are
 * untouched.
 */
enum rc survey_read_presented(const struct target *target, int64_t now,
    int64_t deadline_ms, struct facts *facts, struct err *err);

/* Who was read, and when: name, address, port, read_at. */
void survey_note_target(const struct target *target, int64_t now, struct facts *facts);

/* Turn what a connection presented into facts: path, name, pin. Takes the
 * chain out of presented. */
enum rc survey_judge_presented(const struct target *target, int64_t now,
    struct presented *presented, struct facts *facts, struct err *err);

#endif
