/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HTTP/1.1 as the firmware writes it: header order, chunk form and buffer size
 * as captured, and a bounded reader of requests.
 */
#ifndef AMTSIM_HTTP_H
#define AMTSIM_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "answer.h"
#include "base/buf.h"

enum {
	HTTP_HEADER_MAX_BYTES = 16384,
	HTTP_BODY_MAX_BYTES = 262144,
	HTTP_METHOD_SIZE = 16,
	HTTP_TARGET_SIZE = 256,
	HTTP_VALUE_SIZE = 2048,
	HTTP_CHUNKS_MAX = 1024, /* of a request */
};

enum http_state {
	HTTP_MORE, /* not all there yet */
	HTTP_DONE,
	HTTP_BAD
};

struct http_request {
	char method[HTTP_METHOD_SIZE];
	char target[HTTP_TARGET_SIZE];
	char authorization[HTTP_VALUE_SIZE];
	bool has_authorization;
	bool wants_continue;
	bool wants_close;
	bool chunked;
	size_t header_bytes; /* up to and with the empty line; 0: not there yet */
	size_t body_bytes;
	size_t wire_bytes; /* what the body takes on the wire: with chunks more */
};

/* Look at what has arrived. The body follows header_bytes. */
enum http_state http_parse(const char *bytes, size_t len, struct http_request *request);

/* The body in one piece; chunks of a whole request are joined where they are. */
void http_join_chunks(char *body, const struct http_request *request);

struct device;

/* A SOAP answer; close adds "Connection: close" as on 400. */
void http_write_soap(struct buf *out, const struct device *dev,
    const struct reply *reply, bool close);

/* "401 Unauthorized" with a challenge and the log-on failed page. */
void http_write_401(struct buf *out, const struct device *dev, bool stale);

/* "400 Bad Request" page for what is not SOAP at all. */
void http_write_400(struct buf *out, const struct device *dev);

/* GET / : 303 to /logon.htm, which is an HTML page. */
void http_write_303(struct buf *out, const struct device *dev);
void http_write_logon(struct buf *out, const struct device *dev);
void http_write_404(struct buf *out, const struct device *dev);

/* Status line, headers and the first bytes of a body that claims to be endless
 * chunks; http_write_huge_part appends one more chunk. */
void http_write_huge_head(struct buf *out, const struct device *dev);
void http_write_huge_part(struct buf *out);

#endif
