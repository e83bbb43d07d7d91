/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Command line before configuration before default.
 */
#include "inventory/place.h"

#include <stddef.h>

#include "inventory/db.h"
#include "policy/config.h"

const char *
place_choose(const char *given, const struct conf *conf, const char *device)
{
	const char *configured = config_find(conf, device, "inventory").text;

	if (given != NULL)
		return given;
	return configured != NULL ? configured : DB_DEFAULT_PATH;
}
