/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One row per setting of a target: its option or its key in the configuration
 * file, and where the value goes.  What is set already is never overwritten by
 * the file.
 */
#include "amt/target_setting.h"

#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "base/num.h"
#include "base/text.h"
#include "policy/config.h"

#define PIN_PREFIX "sha256:"

enum {
	FD_MAX = 65535,
	LOGNAME_MAX_BYTES = 32, /* AMT_AuthorizationService, digest user name */
};

/* clang-format off */
const struct opt target_options[] = {
	{ "hostname", 'H', "NAME",
	    "Name that the certificate must bear, and that the configuration file knows the device by." },
	{ "address", 'I', "ADDRESS", "Where to connect, if not to the name." },
	{ "port", 'p', "PORT", "Port, 16993 unless set." },
	{ "trust-anchor", 0, "FILE", "PEM file of the CA certificates that the path may end at." },
	{ "pin", 0, "sha256:HEX", "SHA-256 of the SubjectPublicKeyInfo that the device must show." },
	{ "client-cert", 0, "FILE", "PEM file of our certificate, for devices with mutual TLS." },
	{ "client-key", 0, "FILE", "PEM file of its private key; others must not be able to read it." },
	{ "ipv4", '4', NULL, "Connect over IPv4 only." },
	{ "ipv6", '6', NULL, "Connect over IPv6 only." },
	{ NULL, 0, NULL, NULL },
};

const struct opt target_login_options[] = {
	{ "logname", 'l', "USER", "User of the digest login, admin unless set." },
	{ "secret-file", 0, "FILE",
	    "File with the password in its first line; others must not be able to read it." },
	{ "secret-fd", 0, "N", "Open descriptor to read the password from." },
	{ "plain", 0, NULL,
	    "Log in without TLS on port 16992: only where the device's own section has plain-allowed." },
	{ NULL, 0, NULL, NULL },
};
/* clang-format on */

/* A value from either side; parses or copies it. */
typedef enum rc (*setter)(struct target *target, const char *value, struct err *err);

static enum rc
set_text(char **field, const char *value, struct err *err)
{
	char *copy = NULL;

	if (value[0] == '\0')
		return err_set(err, RC_FORMAT, "empty");
	copy = strdup(value);
	if (copy == NULL)
		return err_set(err, RC_NOMEM, "target: out of memory");
	free(*field);
	*field = copy;
	return RC_OK;
}

static enum rc
set_host(char **field, const char *value, struct err *err)
{
	if (!text_is_hostname(value))
		return err_set(err, RC_FORMAT, "%.80s: not a host name or address",
		    value);
	return set_text(field, value, err);
}

static enum rc
set_name(struct target *target, const char *value, struct err *err)
{
	return set_host(&target->name, value, err);
}

static enum rc
set_address(struct target *target, const char *value, struct err *err)
{
	return set_host(&target->address, value, err);
}

static enum rc
parse_port(const char *value, uint16_t *ret_port, struct err *err)
{
	int64_t port = 0;
	enum rc r = num_parse(value, 1, UINT16_MAX, &port, err);

	if (r == RC_OK)
		*ret_port = (uint16_t)port;
	return r;
}

static enum rc
set_port(struct target *target, const char *value, struct err *err)
{
	return parse_port(value, &target->port, err);
}

static enum rc
set_anchor(struct target *target, const char *value, struct err *err)
{
	return set_text(&target->trust_anchor_file, value, err);
}

static enum rc
set_pin(struct target *target, const char *value, struct err *err)
{
	uint8_t pin[CERT_FINGERPRINT_BYTES];
	enum rc r = RC_OK;

	if (strncmp(value, PIN_PREFIX, sizeof(PIN_PREFIX) - 1) != 0)
		return err_set(err, RC_FORMAT, "%.80s: not sha256: and 64 hex digits",
		    value);
	r = codec_hex_decode(value + sizeof(PIN_PREFIX) - 1, pin, sizeof(pin), err);
	if (r != RC_OK)
		return r;
	memcpy(target->pin, pin, sizeof(pin));
	target->has_pin = true;
	return RC_OK;
}

static enum rc
set_client_cert(struct target *target, const char *value, struct err *err)
{
	return set_text(&target->client_cert_file, value, err);
}

static enum rc
set_client_key(struct target *target, const char *value, struct err *err)
{
	return set_text(&target->client_key_file, value, err);
}

static enum rc
set_ipv4(struct target *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	target->family = TLS_FAMILY_IPV4;
	return RC_OK;
}

static enum rc
set_ipv6(struct target *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	target->family = TLS_FAMILY_IPV6;
	return RC_OK;
}

static enum rc
set_family(struct target *target, const char *value, struct err *err)
{
	if (strcmp(value, "ipv4") == 0)
		return set_ipv4(target, NULL, err);
	if (strcmp(value, "ipv6") == 0)
		return set_ipv6(target, NULL, err);
	return err_set(err, RC_FORMAT, "%.80s: neither ipv4 nor ipv6", value);
}

static enum rc
set_logname(struct target *target, const char *value, struct err *err)
{
	if (strlen(value) > LOGNAME_MAX_BYTES || strchr(value, ':') != NULL)
		return err_set(err, RC_FORMAT,
		    "a user name has at most %d characters and no colon",
		    (int)LOGNAME_MAX_BYTES);
	return set_text(&target->logname, value, err);
}

static enum rc
set_secret_file(struct target *target, const char *value, struct err *err)
{
	return set_text(&target->secret_file, value, err);
}

static enum rc
set_secret_fd(struct target *target, const char *value, struct err *err)
{
	int64_t fd = 0;
	enum rc r = num_parse(value, 0, FD_MAX, &fd, err);

	if (r == RC_OK)
		target->secret_fd = (int)fd;
	return r;
}

static enum rc
set_plain(struct target *target, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	target->plain = true;
	return RC_OK;
}

static enum rc
set_flag(bool *flag, const char *value, struct err *err)
{
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return err_set(err, RC_FORMAT, "%.80s: neither yes nor no", value);
	*flag = value[0] == 'y';
	return RC_OK;
}

static enum rc
set_legacy_tls(struct target *target, const char *value, struct err *err)
{
	return set_flag(&target->legacy_tls, value, err);
}

static enum rc
set_plain_allowed(struct target *target, const char *value, struct err *err)
{
	return set_flag(&target->plain_allowed, value, err);
}

static enum rc
set_plain_port(struct target *target, const char *value, struct err *err)
{
	return parse_port(value, &target->plain_port, err);
}

static enum rc
set_redirection_port(struct target *target, const char *value, struct err *err)
{
	enum rc r = RC_OK;

	if (strcmp(value, "none") != 0)
		r = parse_port(value, &target->redirection_port, err);
	if (r == RC_OK)
		target->has_redirection_port = true;
	return r;
}

/* Options of either table, by long name. */
static const struct {
	const char *name;
	setter set;
} options[] = {
	{ "hostname", set_name },
	{ "address", set_address },
	{ "port", set_port },
	{ "trust-anchor", set_anchor },
	{ "pin", set_pin },
	{ "client-cert", set_client_cert },
	{ "client-key", set_client_key },
	{ "ipv4", set_ipv4 },
	{ "ipv6", set_ipv6 },
	{ "logname", set_logname },
	{ "secret-file", set_secret_file },
	{ "secret-fd", set_secret_fd },
	{ "plain", set_plain },
};

static bool
has_address(const struct target *target)
{
	return target->address != NULL;
}

static bool
has_port(const struct target *target)
{
	return target->port != 0;
}

static bool
has_anchor(const struct target *target)
{
	return target->trust_anchor_file != NULL;
}

static bool
has_pin(const struct target *target)
{
	return target->has_pin;
}

/* Certificate and key come together, from one place. */
static bool
has_client(const struct target *target)
{
	return target->client_cert_file != NULL || target->client_key_file != NULL;
}

static bool
has_family(const struct target *target)
{
	return target->family != TLS_FAMILY_ANY;
}

static bool
has_logname(const struct target *target)
{
	return target->logname != NULL;
}

static bool
has_secret(const struct target *target)
{
	return target->secret_file != NULL || target->secret_fd >= 0;
}

/* Keys of the file, and whether the command line has spoken already. */
static const struct {
	const char *name;
	setter set;
	bool (*is_set)(const struct target *target); /* NULL: it cannot */
} keys[] = {
	{ "address", set_address, has_address },
	{ "port", set_port, has_port },
	{ "trust-anchor", set_anchor, has_anchor },
	{ "pin", set_pin, has_pin },
	{ "client-key", set_client_key, has_client },
	{ "client-cert", set_client_cert, has_client },
	{ "family", set_family, has_family },
	{ "logname", set_logname, has_logname },
	{ "secret-file", set_secret_file, has_secret },
	{ "legacy-tls", set_legacy_tls, NULL },
	{ "plain-allowed", set_plain_allowed, NULL },
	{ "plain-port", set_plain_port, NULL },
	{ "redirection-port", set_redirection_port, NULL },
};

static bool
is_in(const struct opt *table, const struct opt *opt)
{
	for (; table->long_name != NULL; table++)
		if (table == opt)
			return true;
	return false;
}

enum rc
target_take_option(struct target *target, const struct opt *opt, const char *value,
    struct err *err)
{
	if (!is_in(target_options, opt) && !is_in(target_login_options, opt))
		return RC_NOTFOUND;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct err cause = { 0 };

		if (strcmp(options[i].name, opt->long_name) != 0)
			continue;
		if (options[i].set(target, value, &cause) == RC_OK)
			return RC_OK;
		return err_set(err, cause.rc == RC_NOMEM ? RC_NOMEM : RC_USAGE,
		    "--%s: %s", opt->long_name, cause.text);
	}
	return err_set(err, RC_INTERNAL, "--%s: not in the table of targets",
	    opt->long_name);
}

enum rc
target_take_keys(struct target *target, const struct conf *conf, struct err *err)
{
	/* Asked before the first of the two is taken. */
	bool client_is_set = has_client(target);

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct config_value value =
		    config_find(conf, target->name, keys[i].name);
		struct err cause = { 0 };

		if (value.text == NULL ||
		    (keys[i].is_set == has_client
			    ? client_is_set
			    : keys[i].is_set != NULL && keys[i].is_set(target)))
			continue;
		if (keys[i].set(target, value.text, &cause) != RC_OK)
			return config_refuse(conf, &value, keys[i].name, &cause, err);
	}
	return RC_OK;
}
