/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Meeting a device whose certificate is no good any more: who is it, before a
 * password is shown?  In this order:
 *
 *  1. the pin that the operator gave: the key alone decides;
 *  2. a certificate that verifies by path, name and time;
 *  3. the key that the inventory saw at the last contact that authenticated it;
 *  4. path and name with only the time ignored, when no such key is known.
 *
 * With --plain, and where the file allows it for this device, 16992 is used when
 * the TLS port shows nobody who passes.
 */
#ifndef AMTCERT_RENEW_KNOWN_DEVICE_H
#define AMTCERT_RENEW_KNOWN_DEVICE_H

#include "renew/renewal.h"

/* As look_meet(). RC_UNTRUSTED before any login; RC_STATE with the way out for a
 * device that refuses our client certificate, or whose TLS is off. */
enum rc known_device_meet(struct renewal *rn, struct err *err);

#endif
