/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Remove from the store what we installed and nothing uses, or what the operator
 * named.
 */
#ifndef AMTCERT_RENEW_PRUNE_STORE_H
#define AMTCERT_RENEW_PRUNE_STORE_H

#include "renew/choice.h"
#include "renew/procedure.h"

/* args of struct procedure_options: a struct choice_names. */
extern const struct procedure prune_store;

#endif
