/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one configuration file that every program reads: which sections and keys
 * there are, and in which order the value for a device is looked up.  What a key
 * means is known where it is used.
 */
#ifndef AMTCERT_POLICY_CONFIG_H
#define AMTCERT_POLICY_CONFIG_H

#include <stddef.h>

#include "base/conf.h"
#include "base/rc.h"

#define CONFIG_DEFAULT_PATH "/etc/amtcert/amtcert.conf"

/* [defaults], [device NAME], [group NAME], [ca NAME], [queue], [agent]. Ends with
 * a NULL kind. */
extern const struct conf_section_rule config_rules[];

/*
 * Read the file; path NULL is CONFIG_DEFAULT_PATH, whose absence is no error:
 * *ret_conf is then NULL. RC_CONFIG also for a device of a group that has no
 * section. Errors of conf_read(). Caller frees with conf_free.
 */
enum rc config_read(const char *path, struct conf **ret_conf, struct err *err);

/* A value and where it stands. text is NULL when it stands nowhere. Lent. */
struct config_value {
	const char *text;
	const char *kind; /* "device", "group", "defaults" */
	const char *name; /* of the section; NULL for defaults */
	size_t line;
};

/*
 * The value for a device: of its [device NAME], else of the [group NAME] that one
 * names, else of [defaults]. conf and device may be NULL.
 */
struct config_value config_find(const struct conf *conf, const char *device,
    const char *key);

/*
 * Record that the value is wrong: RC_CONFIG with "path:line: [kind NAME]: key:
 * why". Returns RC_CONFIG, or RC_NOMEM when cause is that.
 */
enum rc config_refuse(const struct conf *conf, const struct config_value *value,
    const char *key, const struct err *cause, struct err *err);

#endif
