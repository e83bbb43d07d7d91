/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options, then the file, then what they name.
 */
#include "settings.h"

#include "policy/config.h"

enum rc
settings_take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	return target_take_option(ctx, opt, value, err);
}

enum rc
settings_complete(struct plugin *plugin, struct target *target, struct err *err)
{
	struct conf *conf = NULL;
	enum rc r;

	r = config_read(plugin->command.config_file, &conf, err);
	if (r == RC_OK)
		r = target_complete(target, conf, err);
	if (r == RC_OK)
		r = plugin_configure(plugin, conf, target->name, err);
	if (r == RC_OK)
		r = target_load_trust(target, err);
	conf_free(conf);
	return r;
}
