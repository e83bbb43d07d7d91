/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The environment of an enrolment helper: what certmonger hands to its own, and
 * nothing else.  No secret is ever in it.
 */
#ifndef AMTCERT_CA_EXEC_ENV_H
#define AMTCERT_CA_EXEC_ENV_H

#include "base/rc.h"
#include "ca/ca.h"

enum {
	EXEC_ENV_MAX = 20
};

/* Names out of the configuration; NULL where there is none. Lent. */
struct exec_names {
	const char *nickname;
	const char *profile;
	const char *issuer;
};

/* NULL-terminated. Zeroed is empty; clear with exec_env_clear. */
struct exec_env {
	char *list[EXEC_ENV_MAX + 1];
	size_t n;
};

/*
 * Fill it for one operation ("SUBMIT"). csr, current and cookie of the request go
 * in as far as they are there. RC_LIMIT, RC_NOMEM.
 */
enum rc exec_env_fill(struct exec_env *env, const char *operation,
    const struct exec_names *names, const struct ca_request *request, struct err *err);
void exec_env_clear(struct exec_env *env);

#endif
