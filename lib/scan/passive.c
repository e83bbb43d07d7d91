/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One result to every way that was asked for.
 */
#include "scan/passive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan/sink.h"

struct passive {
	const struct passive_settings *settings;
	struct sink *sinks[PASSIVE_SINKS_MAX];
	size_t n_sinks;
};

static const struct {
	const char *prefix;
	size_t offset; /* of a const char * in the settings */
} ways[] = {
	{ "nagios-spool=", offsetof(struct passive_settings, spool) },
	{ "nagios-command=", offsetof(struct passive_settings, command) },
	{ "icinga2=", offsetof(struct passive_settings, icinga_url) },
};

enum rc
passive_take(struct passive_settings *settings, const char *value, struct err *err)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		size_t len = strlen(ways[i].prefix);

		if (strncmp(value, ways[i].prefix, len) != 0 || value[len] == '\0')
			continue;
		value += len;
		memcpy((char *)settings + ways[i].offset, &value, sizeof(value));
		return RC_OK;
	}
	return err_set(err, RC_USAGE,
	    "--passive: %.80s: not nagios-spool=, nagios-command= or icinga2=", value);
}

enum rc
passive_take_host(struct passive_settings *settings, const char *value, struct err *err)
{
	static const char *const words[] = { [PASSIVE_HOST_NAME] = "name",
		[PASSIVE_HOST_SHORT] = "short",
		[PASSIVE_HOST_ADDRESS] = "address" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(value, words[i]) == 0) {
			settings->host = (enum passive_host)i;
			return RC_OK;
		}
	}
	return err_set(err, RC_USAGE,
	    "--passive-host: %.80s: not name, short or address", value);
}

/* What neither core can have in a name: their separators and control characters. */
static bool
is_name(const char *text)
{
	if (text[0] == '\0' || strlen(text) > PASSIVE_NAME_MAX_BYTES)
		return false;
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' ||
		    strchr(";!`~$&|'\"<>\\", *text) != NULL)
			return false;
	return true;
}

enum rc
passive_check(const struct passive_settings *settings, struct err *err)
{
	bool has_login = settings->icinga_user != NULL &&
	    settings->icinga_secret_file != NULL && settings->icinga_ca != NULL;

	if (!is_name(settings->service))
		return err_set(err, RC_USAGE,
		    "--passive-service: %.80s: not a name of a service",
		    settings->service);
	if (settings->icinga_url != NULL && !has_login)
		return err_set(err, RC_USAGE,
		    "--passive: icinga2 needs --icinga-user, --icinga-secret-file and "
		    "--icinga-ca");
	if (settings->icinga_url == NULL &&
	    (settings->icinga_user != NULL || settings->icinga_secret_file != NULL ||
		settings->icinga_ca != NULL))
		return err_set(err, RC_USAGE,
		    "--icinga-user: only together with --passive icinga2=URL");
	return RC_OK;
}

enum rc
passive_new(struct loop *loop, const struct passive_settings *settings,
    struct passive **ret_passive, struct err *err)
{
	struct passive *passive = calloc(1, sizeof(*passive));
	enum rc r = RC_OK;

	if (passive == NULL)
		return err_set(err, RC_NOMEM, "passive results: out of memory");
	passive->settings = settings;
	if (settings->spool != NULL)
		r = sink_open_spool(settings->spool,
		    &passive->sinks[passive->n_sinks++], err);
	if (r == RC_OK && settings->command != NULL)
		r = sink_open_command(settings->command,
		    &passive->sinks[passive->n_sinks++], err);
	if (r == RC_OK && settings->icinga_url != NULL)
		r = sink_open_icinga(loop, settings,
		    &passive->sinks[passive->n_sinks++], err);
	if (r == RC_OK)
		*ret_passive = passive;
	else
		passive_free(passive);
	return r;
}

void
passive_free(struct passive *passive)
{
	if (passive == NULL)
		return;
	for (size_t i = 0; i < passive->n_sinks; i++)
		if (passive->sinks[i] != NULL)
			passive->sinks[i]->ops->free(passive->sinks[i]);
	free(passive);
}

static void
name_host(const struct passive *passive, const char *name, const char *address,
    char host[PASSIVE_NAME_MAX_BYTES + 1])
{
	const char *source =
	    passive->settings->host == PASSIVE_HOST_ADDRESS ? address : name;

	(void)snprintf(host, PASSIVE_NAME_MAX_BYTES + 1, "%s", source);
	if (passive->settings->host == PASSIVE_HOST_SHORT)
		host[strcspn(host, ".")] = '\0';
}

void
passive_put(struct passive *passive, const char *name, const char *address,
    enum state state, const char *text, int64_t at)
{
	char host[PASSIVE_NAME_MAX_BYTES + 1];
	const struct passive_result result = { .host = host,
		.service = passive->settings->service,
		.state = state,
		.text = text,
		.at = at };

	name_host(passive, name, address, host);
	for (size_t i = 0; i < passive->n_sinks; i++)
		passive->sinks[i]->ops->put(passive->sinks[i], &result);
}

void
passive_flush(struct passive *passive)
{
	for (size_t i = 0; i < passive->n_sinks; i++)
		passive->sinks[i]->ops->flush(passive->sinks[i]);
}

size_t
passive_n_waiting(const struct passive *passive)
{
	size_t n = 0;

	for (size_t i = 0; i < passive->n_sinks; i++)
		if (passive->sinks[i]->ops->n_waiting != NULL)
			n += passive->sinks[i]->ops->n_waiting(passive->sinks[i]);
	return n;
}

void
passive_give_up(struct passive *passive)
{
	for (size_t i = 0; i < passive->n_sinks; i++)
		if (passive->sinks[i]->ops->give_up != NULL)
			passive->sinks[i]->ops->give_up(passive->sinks[i]);
}

void
passive_count(const struct passive *passive, int64_t *ret_n_told, int64_t *ret_n_untold,
    const struct err **ret_why)
{
	*ret_n_told = 0;
	*ret_n_untold = 0;
	*ret_why = NULL;
	for (size_t i = 0; i < passive->n_sinks; i++) {
		const struct sink *sink = passive->sinks[i];

		*ret_n_told += sink->n_told;
		*ret_n_untold += sink->n_untold;
		if (*ret_why == NULL && sink->err.rc != RC_OK)
			*ret_why = &sink->err;
	}
}

void
sink_count_untold(struct sink *sink, int64_t n, enum rc rc, const char *why)
{
	sink->n_untold += n;
	(void)err_set(&sink->err, rc, "%s", why);
}

enum rc
sink_add_escaped(struct buf *out, const char *text)
{
	size_t len = strlen(text);

	while (len > 0 && text[len - 1] == '\n')
		len--;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			(void)buf_add_str(out, "\\n");
		else if (text[i] == '\\')
			(void)buf_add_str(out, "\\\\");
		else
			(void)buf_add_char(out, text[i]);
	}
	return out->rc;
}
