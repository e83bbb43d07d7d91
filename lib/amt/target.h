/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which device, whom to trust there and with which credentials: the settings
 * of one target, from the configuration file and the command line.  Plain data;
 * nothing here opens a connection.
 */
#ifndef AMTCERT_AMT_TARGET_H
#define AMTCERT_AMT_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/opt.h"
#include "base/secret.h"
#include "tls/handshake.h"
#include "x509/path.h"

enum {
	TARGET_PORT_TLS = 16993,
	TARGET_PORT_PLAIN = 16992,
	TARGET_PORT_REDIRECTION = 16995 /* serial and disk, over TLS */
};

/* Zeroed, then target_init. Strings are owned. */
struct target {
	char *name;    /* -H: the name the certificate must bear */
	char *address; /* -I: where to connect; NULL: the name */
	uint16_t port;
	enum tls_family family;
	char *trust_anchor_file;
	struct anchors *anchors; /* read on demand by target_load_trust */
	bool has_pin;
	uint8_t pin[CERT_FINGERPRINT_BYTES];
	char *logname; /* "admin" */
	char *secret_file;
	int secret_fd; /* -1: none */
	struct secret secret;
	char *client_cert_file;
	char *client_key_file;
	bool legacy_tls;
	bool plain_allowed;  /* the device's own section says so */
	bool plain;	     /* --plain: use 16992; needs plain_allowed */
	uint16_t plain_port; /* of the file; 0: not said */
	uint16_t tls_port;   /* where TLS is, also when port is the plain one */
	bool has_redirection_port;
	uint16_t redirection_port; /* 0: none that we could ask */
};

void target_init(struct target *target);
void target_clear(struct target *target);

/* The options every check and remedy shares to name a target (-H -I -p
 * --trust-anchor --pin --client-cert --client-key -4 -6), and those of a login
 * (-l --secret-file --secret-fd --plain). End with a NULL long_name. */
extern const struct opt target_options[];
extern const struct opt target_login_options[];

/* Take one option of the tables above, the last one given counts. RC_USAGE with
 * "--option: what"; RC_NOTFOUND, with err left as it was, when the option is of
 * neither table. */
enum rc target_take_option(struct target *target, const struct opt *opt,
    const char *value, struct err *err);

/*
 * Fill what the command line left open from [device NAME], then its
 * [group NAME], then [defaults]. conf may be NULL. Then check: a name is there,
 * the address can be one, client certificate and key come together, --plain only
 * where the device's own section has plain-allowed. Sets the ports that were not
 * given: with plain, port is that of the command line, else plain-port, else the
 * port of the file; the redirection port is the usual one where TLS is at its usual
 * port, else there is none. RC_CONFIG with file and line, RC_USAGE, RC_NOMEM.
 */
enum rc target_complete(struct target *target, const struct conf *conf,
    struct err *err);

/* Read the trust anchors, if any are configured. RC_CONFIG for a file that holds
 * none, RC_SYSTEM, RC_NOMEM. */
enum rc target_load_trust(struct target *target, struct err *err);

/* Read the secret from its file or descriptor, once. RC_CONFIG without one. */
enum rc target_load_secret(struct target *target, struct err *err);

/* Where to connect: address, or the name. */
const char *target_address(const struct target *target);

#endif
