/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libcurl's own parser takes URLs apart, so that what is judged here is what is
 * connected to there.
 */
#include "ca/url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "ca/https.h"

bool
url_read_host(const char *url, char host[URL_HOST_SIZE], bool *ret_is_plain)
{
	CURLU *parts = curl_url();
	char *scheme = NULL;
	char *name = NULL;
	char *port = NULL;
	char *other = NULL;
	bool is_fine = false;
	int n = -1;

	if (parts == NULL)
		return false;
	is_fine = strlen(url) < HTTPS_URL_MAX_BYTES &&
	    curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    (strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0) &&
	    curl_url_get(parts, CURLUPART_HOST, &name, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ==
		CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_USER, &other, 0) == CURLUE_NO_USER &&
	    curl_url_get(parts, CURLUPART_FRAGMENT, &other, 0) == CURLUE_NO_FRAGMENT;
	if (is_fine) {
		n = snprintf(host, URL_HOST_SIZE, "%s:%s", name, port);
		*ret_is_plain = strcmp(scheme, "http") == 0;
	}
	curl_free(scheme);
	curl_free(name);
	curl_free(port);
	curl_free(other);
	curl_url_cleanup(parts);
	return n > 0 && n < URL_HOST_SIZE;
}

/* The host of an https URL, without its port. */
static bool
read_name(const char *url, char name[URL_HOST_SIZE])
{
	bool is_plain = false;

	if (!url_read_host(url, name, &is_plain) || is_plain)
		return false;
	*strrchr(name, ':') = '\0';
	return true;
}

static bool
is_listed(const char *name, const char *hosts)
{
	static const char blanks[] = " \t";
	size_t len = strlen(name);

	for (hosts += strspn(hosts, blanks); *hosts != '\0';
	     hosts += strspn(hosts, blanks)) {
		size_t n = strcspn(hosts, blanks);

		if (n == len && strncasecmp(hosts, name, n) == 0)
			return true;
		hosts += n;
	}
	return false;
}

/* "example.test" of "cep.example.test"; NULL for an address and for a short name. */
static const char *
find_domain(const char *name)
{
	const char *dot = strchr(name, '.');

	if (dot == NULL || name[0] == '[' || name[strspn(name, "0123456789.")] == '\0')
		return NULL;
	return strchr(dot + 1, '.') == NULL ? NULL : dot;
}

bool
url_may_follow(const char *own, const char *url, const char *hosts)
{
	char own_name[URL_HOST_SIZE];
	char name[URL_HOST_SIZE];
	const char *domain = NULL;
	size_t len = 0;

	if (!read_name(own, own_name) || !read_name(url, name))
		return false;
	if (strcasecmp(own_name, name) == 0 ||
	    (hosts != NULL && is_listed(name, hosts)))
		return true;
	domain = find_domain(own_name);
	len = strlen(name);
	return domain != NULL && len > strlen(domain) &&
	    strcasecmp(name + len - strlen(domain), domain) == 0;
}
