/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes a session of the settings of a [ca NAME], and refuses what would weaken it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/private_file.h"
#include "ca/https.h"
#include "ca/https_session.h"
#include "ca/url.h"

static const struct {
	const char *word;
	enum https_auth auth;
} auth_words[] = {
	{ "none", HTTPS_AUTH_NONE },
	{ "basic", HTTPS_AUTH_BASIC },
	{ "digest", HTTPS_AUTH_DIGEST },
	{ "negotiate", HTTPS_AUTH_NEGOTIATE },
	{ "username", HTTPS_AUTH_MESSAGE },
	{ "certificate", HTTPS_AUTH_CERTIFICATE },
};

/* May this section say http://? */
static enum rc
read_plain_allowed(const struct section *section, bool *is_allowed, struct err *err)
{
	const char *text = section_text(section, "plain-allowed", "no");

	*is_allowed = strcmp(text, "yes") == 0;
	if (!*is_allowed && strcmp(text, "no") != 0)
		return section_refuse(section, "plain-allowed", "neither yes nor no",
		    err);
	return RC_OK;
}

/* Without TLS nobody is known, and everybody listens: no login, and no key that
 * would have no effect. */
static enum rc
refuse_tls_keys(const struct section *section, struct err *err)
{
	static const char *const keys[] = { "server-anchor", "client-cert",
		"client-key" };

	if (strcmp(section_text(section, "auth", "none"), "none") != 0)
		return section_refuse(section, "auth", "no login over http://", err);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (section_text(section, keys[i], NULL) != NULL)
			return section_refuse(section, keys[i],
			    "has no effect over http://", err);
	return RC_OK;
}

static enum rc
read_url(const struct section *section, bool can_be_plain, struct https *https,
    struct err *err)
{
	bool is_plain_allowed = false;
	const char *text = NULL;
	size_t len = 0;
	enum rc r = section_require(section, "url", &text, err);

	if (r == RC_OK && can_be_plain)
		r = read_plain_allowed(section, &is_plain_allowed, err);
	if (r != RC_OK)
		return r;
	if (!url_read_host(text, https->host, &https->is_plain) ||
	    strchr(text, '?') != NULL || (https->is_plain && !can_be_plain))
		return section_refuse(section, "url",
		    can_be_plain
			? "neither https:// nor http://HOST[:PORT][/PATH]"
			: "not https://HOST[:PORT][/PATH]: a CA is never asked "
			  "without TLS",
		    err);
	if (https->is_plain && !is_plain_allowed)
		return section_refuse(section, "url",
		    "http:// only together with plain-allowed = yes", err);
	r = https->is_plain ? refuse_tls_keys(section, err) : RC_OK;
	if (r != RC_OK)
		return r;
	len = strlen(text);
	while (len > 0 && text[len - 1] == '/')
		len--;
	https->url = strndup(text, len);
	return https->url != NULL ? RC_OK : err_set(err, RC_NOMEM, "out of memory");
}

static enum rc
read_auth(const struct section *section, unsigned int allowed, enum https_auth *auth,
    struct err *err)
{
	const char *text = section_text(section, "auth", NULL);

	for (size_t i = 0; i < sizeof(auth_words) / sizeof(auth_words[0]); i++) {
		if ((allowed & auth_words[i].auth) == 0 ||
		    (text != NULL && strcmp(text, auth_words[i].word) != 0))
			continue;
		*auth = auth_words[i].auth;
		return RC_OK;
	}
	return section_refuse(section, "auth", "not one that this backend knows", err);
}

/* Name and password belong to the logins that send them, and to nothing else. */
static enum rc
read_login(const struct section *section, struct https *https, struct err *err)
{
	const char *file = section_text(section, "secret-file", NULL);
	bool needs_login = https->auth == HTTPS_AUTH_BASIC ||
	    https->auth == HTTPS_AUTH_DIGEST || https->auth == HTTPS_AUTH_MESSAGE;

	https->logname = section_text(section, "logname", NULL);
	if (!needs_login && https->logname == NULL && file == NULL)
		return RC_OK;
	if (!needs_login)
		return section_refuse(section, file != NULL ? "secret-file" : "logname",
		    "the configured auth sends no password", err);
	if (https->logname == NULL || file == NULL)
		return err_set(err, RC_CONFIG,
		    "%s: [ca %s]: auth needs logname and secret-file",
		    conf_path(section->conf), section->name);
	return secret_read_file(&https->secret, file, err);
}

static enum rc
read_client_cert(const struct section *section, struct https *https,
    const char **ret_cert, const char **ret_key, struct err *err)
{
	const char *cert_file = section_text(section, "client-cert", NULL);
	const char *key_file = section_text(section, "client-key", cert_file);
	struct cert **certs = NULL;
	size_t n = 0;
	int fd = -1;
	enum rc r;

	if (cert_file == NULL && https->auth == HTTPS_AUTH_CERTIFICATE)
		return section_require(section, "client-cert", &cert_file, err);
	if (cert_file == NULL && key_file == NULL)
		return RC_OK;
	if (cert_file == NULL)
		return section_refuse(section, "client-key", "without client-cert",
		    err);
	r = cert_read_pem_file(cert_file, &certs, &n, err);
	if (r == RC_OK)
		r = private_file_open(key_file, &fd, err);
	if (r == RC_OK) {
		close(fd);
		https->client_not_after = certs[0]->not_after;
		*ret_cert = cert_file;
		*ret_key = key_file;
	}
	cert_free_list(certs, n);
	return r == RC_FORMAT || r == RC_LIMIT ? RC_CONFIG : r;
}

/* NOLINTBEGIN(concurrency-mt-unsafe): a CA is opened before there is a thread */

/* GSSAPI reads the environment, and once: the keytab of another CA comes too late. */
static enum rc
use_keytab(const struct section *section, const struct https *https, struct err *err)
{
	const char *file = section_text(section, "keytab", NULL);
	const char *used = getenv("KRB5_CLIENT_KTNAME");
	int fd = -1;
	enum rc r;

	if (file == NULL)
		return RC_OK;
	if (https->auth != HTTPS_AUTH_NEGOTIATE)
		return section_refuse(section, "keytab",
		    "the configured auth uses no Kerberos", err);
	r = private_file_open(file, &fd, err);
	if (r != RC_OK)
		return r;
	close(fd);
	if (used != NULL && strcmp(used, file) != 0)
		return section_refuse(section, "keytab",
		    "another one is in use: KRB5_CLIENT_KTNAME, or that of another CA",
		    err);
	if (setenv("KRB5_CLIENT_KTNAME", file, 1) != 0 ||
	    setenv("KRB5CCNAME", "MEMORY:amtcert", 0) != 0)
		return err_set(err, RC_NOMEM, "out of memory");
	return RC_OK;
}

/* NOLINTEND(concurrency-mt-unsafe) */

/* A file that is wrong is wrong now, not with the first request. */
static enum rc
find_anchors(const struct section *section, const char **ret_file, struct err *err)
{
	const char *file = section_text(section, "server-anchor",
	    section_text(section, "trust-anchor", NULL));
	struct anchors *anchors = NULL;
	enum rc r;

	if (file == NULL)
		return section_require(section, "trust-anchor", ret_file, err);
	r = anchors_read_file(file, &anchors, err);
	anchors_free(anchors);
	*ret_file = file;
	return r == RC_FORMAT || r == RC_LIMIT ? RC_CONFIG : r;
}

static enum rc
open_session(const struct section *section, unsigned int allowed, bool can_be_plain,
    struct https **ret_https, struct err *err)
{
	struct https *https = calloc(1, sizeof(*https));
	const char *anchor_file = NULL;
	const char *cert_file = NULL;
	const char *key_file = NULL;
	enum rc r;

	if (https == NULL)
		return err_set(err, RC_NOMEM, "out of memory");
	buf_init(&https->body, HTTPS_ANSWER_MAX_BYTES);
	if (curl_global_init(CURL_GLOBAL_SSL) != CURLE_OK) {
		free(https);
		return err_set(err, RC_NOMEM, "libcurl cannot start");
	}
	r = read_url(section, can_be_plain, https, err);
	if (r == RC_OK)
		r = read_auth(section, allowed, &https->auth, err);
	if (r == RC_OK)
		r = read_login(section, https, err);
	if (r == RC_OK)
		r = read_client_cert(section, https, &cert_file, &key_file, err);
	if (r == RC_OK)
		r = use_keytab(section, https, err);
	if (r == RC_OK && !https->is_plain)
		r = find_anchors(section, &anchor_file, err);
	if (r == RC_OK)
		r = https_set_up(https, anchor_file, cert_file, key_file, err);
	if (r != RC_OK) {
		https_free(https);
		return r;
	}
	*ret_https = https;
	return RC_OK;
}

enum rc
https_open(const struct section *section, unsigned int allowed,
    struct https **ret_https, struct err *err)
{
	return open_session(section, allowed, false, ret_https, err);
}

enum rc
https_open_plain(const struct section *section, unsigned int allowed,
    struct https **ret_https, struct err *err)
{
	return open_session(section, allowed, true, ret_https, err);
}

void
https_free(struct https *https)
{
	if (https == NULL)
		return;
	curl_easy_cleanup(https->curl);
	curl_global_cleanup();
	secret_clear(&https->secret);
	buf_clear(&https->body);
	free(https->url);
	free(https);
}

const char *
https_url(const struct https *https)
{
	return https->url;
}

enum https_auth
https_auth_of(const struct https *https)
{
	return https->auth;
}

const char *
https_logname(const struct https *https)
{
	return https->logname;
}

const char *
https_host(const struct https *https)
{
	return https->host;
}

enum https_login
https_login_of(const struct https *https)
{
	return https->login;
}

const struct secret *
https_secret(const struct https *https)
{
	return secret_is_set(&https->secret) ? &https->secret : NULL;
}

int64_t
https_client_not_after(const struct https *https)
{
	return https->client_not_after;
}
