/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options, then the file, then what they name.
 */
#include "settings.h"

#include <string.h>

#include "policy/config.h"

void
subject_init(struct subject *subject)
{
	memset(subject, 0, sizeof(*subject));
	target_init(&subject->target);
}

void
subject_clear(struct subject *subject)
{
	known_close(&subject->known);
	target_clear(&subject->target);
}

enum rc
settings_take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct subject *subject = ctx;
	enum rc r = target_take_option(&subject->target, opt, value, err);

	return r == RC_NOTFOUND ? known_take(&subject->known, opt, value, err) : r;
}

enum rc
settings_complete(struct plugin *plugin, struct subject *subject, struct err *err)
{
	struct target *target = &subject->target;
	struct conf *conf = NULL;
	enum rc r;

	r = config_read(plugin->command.config_file, &conf, err);
	if (r == RC_OK)
		r = target_complete(target, conf, err);
	if (r == RC_OK)
		r = plugin_configure(plugin, conf, target->name, err);
	if (r == RC_OK)
		r = known_configure(&subject->known, conf, target, err);
	if (r == RC_OK)
		r = target_load_trust(target, err);
	conf_free(conf);
	return r;
}
