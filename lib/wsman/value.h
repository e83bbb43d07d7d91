/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Properties of an instance, and outputs of a method, as text, number, truth or
 * bytes.  They live in the namespace of the element around them (observed on all
 * firmware); XML Schema part 2 for their spelling.
 */
#ifndef AMTCERT_WSMAN_VALUE_H
#define AMTCERT_WSMAN_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "wsman/xml.h"

/* The element of a property; NULL when absent or xsi:nil. value_next gives
 * the next one of an array property. Lent. */
const struct xml_node *value_find(const struct xml_node *instance, const char *name);
const struct xml_node *value_next(const struct xml_node *value);

/*
 * All return RC_NOTFOUND when the property is absent, without a message where
 * absence is common: the caller knows. RC_FORMAT, RC_LIMIT with "class: name:".
 */

/* The bytes as the device spells them, cut to size; not yet printable. */
enum rc value_text(const struct xml_node *instance, const char *name, char *field,
    size_t size, struct err *err);

/* As value_text, but RC_LIMIT instead of a cut: for names that are sent back. */
enum rc value_exact(const struct xml_node *instance, const char *name, char *field,
    size_t size, struct err *err);

enum rc value_int(const struct xml_node *instance, const char *name, int64_t min,
    int64_t max, int64_t *ret_value, struct err *err);

/* true, false, 1, 0. */
enum rc value_bool(const struct xml_node *instance, const char *name, bool *ret_value,
    struct err *err);

/* Base64. *ret_bytes is the caller's. */
enum rc value_bytes(const struct xml_node *instance, const char *name, size_t max_bytes,
    uint8_t **ret_bytes, size_t *ret_len, struct err *err);

#endif
