/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name of a user, of the system's database of them.
 */
#include "base/user.h"

#include <pwd.h>
#include <unistd.h>

const char *
user_name(char field[USER_BYTES])
{
	struct passwd user;
	struct passwd *found = NULL;

	if (getpwuid_r(getuid(), &user, field, USER_BYTES, &found) != 0 ||
	    found == NULL)
		return NULL;
	return found->pw_name;
}
