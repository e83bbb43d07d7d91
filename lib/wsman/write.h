/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operations that change a device: put, create, delete, invoke.  An object
 * file of their own, so that a look at the symbols of a check proves that it has
 * none of them.  DSP0226 7 and 9.
 *
 * Each is sent once. RC_LOST when the outcome is open; RC_FAULT with
 * wsman_fault() when the device said no.
 */
#ifndef AMTCERT_WSMAN_WRITE_H
#define AMTCERT_WSMAN_WRITE_H

#include "wsman/method.h"

/* Replace an instance by these properties. selectors may be NULL with n == 0
 * where the class has one instance. */
enum rc wsman_put(struct wsman *wsman, const char *resource_uri,
    const struct selector *selectors, size_t n_selectors,
    const struct property *properties, size_t n_properties, struct err *err);

enum rc wsman_create(struct wsman *wsman, const char *resource_uri,
    const struct property *properties, size_t n_properties, struct err *err);

enum rc wsman_delete(struct wsman *wsman, const char *resource_uri,
    const struct selector *selectors, size_t n_selectors, struct err *err);

/* Call any method; see method_call(). */
enum rc wsman_invoke(struct wsman *wsman, const char *resource_uri, const char *method,
    const struct property *arguments, size_t n, struct reply *ret_reply, int *ret_value,
    struct err *err);

#endif
