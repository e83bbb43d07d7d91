/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arguments and environment of remedies.
 */
#include "queue/call.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "policy/remedy.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	TEXT_MAX_BYTES = 8192
};

static const char *const handed_on[] = { "PATH", "HOME", "TMPDIR",
	"CREDENTIALS_DIRECTORY", "KRB5_CONFIG", "KRB5CCNAME", "KRB5_CLIENT_KTNAME" };

/* Those that renew what has a date have the word not-due. */
static bool
takes_force(enum remedy remedy)
{
	return remedy == REMEDY_RENEW_TLS || remedy == REMEDY_REPROVISION_TLS ||
	    remedy == REMEDY_RENEW_8021X;
}

static enum rc add(char **list, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The lists have room for all that is ever added. */
static enum rc
add(char **list, const char *fmt, ...)
{
	size_t n = 0;
	struct buf buf;
	va_list values;
	enum rc r;

	while (list[n] != NULL)
		n++;
	buf_init(&buf, TEXT_MAX_BYTES);
	va_start(values, fmt);
	r = buf_vaddf(&buf, fmt, values);
	va_end(values);
	if (r == RC_OK)
		list[n] = buf_take(&buf);
	if (r == RC_OK && list[n] == NULL)
		r = RC_NOMEM;
	buf_clear(&buf);
	return r;
}

static enum rc
add_args(const struct call_setup *setup, const struct job *job, char **args)
{
	enum rc r = add(args, "%s/%s", setup->program_dir, job->remedy);

	if (r == RC_OK)
		r = add(args, "--apply");
	if (r == RC_OK)
		r = add(args, "--hostname=%s", job->device_name);
	if (r == RC_OK)
		r = add(args, "--inventory=%s", setup->inventory_file);
	if (r == RC_OK)
		r = add(args, "--actor=%s", job->actor);
	if (r == RC_OK && setup->config_file != NULL)
		r = add(args, "--config=%s", setup->config_file);
	if (r == RC_OK && job->is_forced && takes_force(remedy_find(job->remedy)))
		r = add(args, "--force=not-due");
	return r;
}

static const char *
find(char *const *environment, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; environment[i] != NULL; i++)
		if (strncmp(environment[i], name, len) == 0 &&
		    environment[i][len] == '=')
			return environment[i] + len + 1;
	return NULL;
}

static enum rc
add_env(char *const *environment, char **env)
{
	enum rc r = add(env, "LC_ALL=C");

	if (r == RC_OK)
		r = add(env, "AMTCERT_RESULT_FD=%d", CALL_RESULT_FD);
	for (size_t i = 0; r == RC_OK && i < COUNT(handed_on); i++) {
		const char *value = find(environment, handed_on[i]);

		if (value != NULL)
			r = add(env, "%s=%s", handed_on[i], value);
	}
	return r;
}

void
call_clear(struct call *call)
{
	for (size_t i = 0; i < CALL_ARGS_MAX; i++)
		free(call->args[i]);
	for (size_t i = 0; i < CALL_ENV_MAX; i++)
		free(call->env[i]);
	memset(call, 0, sizeof(*call));
}

enum rc
call_make(const struct call_setup *setup, const struct job *job,
    char *const *environment, struct call *ret_call, struct err *err)
{
	struct call call = { 0 };
	enum remedy remedy = remedy_find(job->remedy);
	enum rc r;

	if (remedy == REMEDY_NONE)
		return err_set(err, RC_NOTFOUND, "%s: no remedy of that name",
		    job->remedy);
	if (!remedy_is_unattended(remedy))
		return err_set(err, RC_NOTFOUND, "%s: needs a person to run it",
		    job->remedy);
	r = add_args(setup, job, call.args);
	if (r == RC_OK)
		r = add_env(environment, call.env);
	if (r != RC_OK) {
		call_clear(&call);
		return err_set(err, r, "%s: its arguments: %s", job->remedy,
		    rc_text(r));
	}
	*ret_call = call;
	return RC_OK;
}
