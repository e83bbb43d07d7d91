/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A target from the first option to the last byte of its password: what it is when
 * both the command line and the file have spoken.
 */
#include "amt/target.h"

#include <stdlib.h>
#include <string.h>

#include "amt/target_setting.h"

#define USER_DEFAULT "admin" /* the built-in administrator of AMT */

void
target_init(struct target *target)
{
	memset(target, 0, sizeof(*target));
	target->secret_fd = -1;
}

void
target_clear(struct target *target)
{
	free(target->name);
	free(target->address);
	free(target->trust_anchor_file);
	anchors_free(target->anchors);
	free(target->logname);
	free(target->secret_file);
	secret_clear(&target->secret);
	free(target->client_cert_file);
	free(target->client_key_file);
	target_init(target);
}

static enum rc
check(const struct target *target, struct err *err)
{
	if ((target->client_cert_file == NULL) != (target->client_key_file == NULL))
		return err_set(err, RC_USAGE,
		    "--client-cert: certificate and key come together (--client-key)");
	if (target->secret_file != NULL && target->secret_fd >= 0)
		return err_set(err, RC_USAGE,
		    "--secret-fd: give a file or a descriptor, not both");
	if (target->plain && !target->plain_allowed)
		return err_set(err, RC_USAGE,
		    "--plain: [device %s] of the configuration file does not have "
		    "plain-allowed = yes",
		    target->name);
	return RC_OK;
}

static void
choose_redirection_port(struct target *target)
{
	/* Behind another port may be another device's usual one. */
	if (!target->has_redirection_port && target->tls_port == TARGET_PORT_TLS)
		target->redirection_port = TARGET_PORT_REDIRECTION;
}

static void
choose_ports(struct target *target, uint16_t given)
{
	bool is_told = given != 0 || target->plain_port != 0;

	if (!target->plain) {
		if (target->port == 0)
			target->port = TARGET_PORT_TLS;
		target->tls_port = target->port;
		return;
	}
	target->tls_port =
	    is_told && target->port != 0 ? target->port : TARGET_PORT_TLS;
	if (given != 0)
		target->port = given;
	else if (target->plain_port != 0)
		target->port = target->plain_port;
	else if (target->port == 0)
		target->port = TARGET_PORT_PLAIN;
}

enum rc
target_complete(struct target *target, const struct conf *conf, struct err *err)
{
	uint16_t given = target->port;
	enum rc r = RC_OK;

	if (target->name == NULL)
		return err_set(err, RC_USAGE,
		    "--hostname: missing: which name must the certificate bear?");
	/* With --plain the port given is the plain one, and that of the file may be
	 * where TLS is. */
	if (target->plain)
		target->port = 0;
	r = target_take_keys(target, conf, err);
	if (r == RC_OK)
		r = check(target, err);
	if (r == RC_OK && target->logname == NULL) {
		target->logname = strdup(USER_DEFAULT);
		if (target->logname == NULL)
			r = err_set(err, RC_NOMEM, "target: out of memory");
	}
	if (r != RC_OK)
		return r;
	choose_ports(target, given);
	choose_redirection_port(target);
	return RC_OK;
}

enum rc
target_load_trust(struct target *target, struct err *err)
{
	struct err cause = { 0 };
	enum rc r;

	if (target->trust_anchor_file == NULL || target->anchors != NULL)
		return RC_OK;
	r = anchors_read_file(target->trust_anchor_file, &target->anchors, &cause);
	/* A file of ours is no answer of a device. */
	if (r == RC_FORMAT || r == RC_LIMIT)
		r = RC_CONFIG;
	return r == RC_OK ? RC_OK : err_set(err, r, "trust anchor: %s", cause.text);
}

enum rc
target_load_secret(struct target *target, struct err *err)
{
	int fd = target->secret_fd;

	if (secret_is_set(&target->secret))
		return RC_OK;
	if (fd >= 0) {
		target->secret_fd = -1; /* it is closed by the reading */
		return secret_read_fd(&target->secret, fd, err);
	}
	if (target->secret_file != NULL)
		return secret_read_file(&target->secret, target->secret_file, err);
	return err_set(err, RC_CONFIG,
	    "%s: no password: give --secret-file or --secret-fd, or secret-file in the "
	    "configuration file",
	    target->name);
}

const char *
target_address(const struct target *target)
{
	return target->address != NULL ? target->address : target->name;
}
