/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the classes of remote access and the methods that fill them. */
#ifndef AMTSIM_CLASS_REMOTE_H
#define AMTSIM_CLASS_REMOTE_H

#include "class.h"

enum {
	CLASS_REMOTE_NAME_SIZE = 64
};

/* Name of the server with this number. */
void class_remote_sap_name(char field[CLASS_REMOTE_NAME_SIZE], int number);

/* Properties that refer to a server and to a policy, with all four keys. */
void class_remote_sap_epr(struct inst *inst, const char *name, int number);
void class_remote_rule_epr(struct inst *inst, const char *name, int trigger);

/* Of AMT_RemoteAccessService. */
extern const struct class_method class_remote_methods[];

#endif
