/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system group of an agent that is its own master.
 */
#ifndef AMTCERT_SNMP_SYSTEM_GROUP_H
#define AMTCERT_SNMP_SYSTEM_GROUP_H

#include "snmp/group.h"

extern const struct group system_group;

#endif
