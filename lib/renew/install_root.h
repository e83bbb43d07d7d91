/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Give a device one trusted root, the operator's.
 */
#ifndef AMTCERT_RENEW_INSTALL_ROOT_H
#define AMTCERT_RENEW_INSTALL_ROOT_H

#include "renew/procedure.h"

/* What --force may override. */
enum {
	INSTALL_FORCE_MUTUAL = 1 << 0
};

/* args of struct procedure_options. */
struct install_root_args {
	const char *file; /* PEM, exactly one certificate */
};

/* "mutual" */
extern const struct procedure install_root;

#endif
