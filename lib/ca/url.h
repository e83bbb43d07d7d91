/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of a URL decides where a login may go.  RFC 3986, read by libcurl, which also
 * is who connects.
 */
#ifndef AMTCERT_CA_URL_H
#define AMTCERT_CA_URL_H

#include <stdbool.h>

enum {
	URL_HOST_SIZE = 300
};

/*
 * "host:port" of an http or https URL without user and fragment; false for any
 * other, and for one of more than HTTPS_URL_MAX_BYTES. *ret_is_plain: it is http.
 */
bool url_read_host(const char *url, char host[URL_HOST_SIZE], bool *ret_is_plain);

/*
 * May a login that is configured for the first URL go to the second, too? An https
 * URL, on whatever port, of the same host, of another host in its DNS domain
 * (which must have a dot in it), or of one of those named in hosts, which blanks
 * part; NULL: none.
 */
bool url_may_follow(const char *own, const char *url, const char *hosts);

#endif
