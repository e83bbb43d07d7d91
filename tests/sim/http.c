/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests in, answers out.  Source: HTTP.200, HTTP.400 and HTTP.401 captures
 * of AMT 15.0.23; Content-Type without a blank as of 16.1.25.
 */
#include "http.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "device.h"
#include "digest.h"
#include "rtc.h"

enum {
	CHUNK_MAX = 0xffff,
	CHUNK_OVERHEAD = 8, /* four digits and two line ends */
	HUGE_PART_BYTES = 16384,
};

#define PAGE_HEAD                                                                 \
	"<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\" >"      \
	"<html lang=\"en\"><head><link rel=stylesheet href=/styles.css>"          \
	"<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">" \
	"<title>Intel&reg; Active Management Technology</title></head><body>"     \
	"<h1>Intel<sup>&reg;</sup> Active Management Technology</h1>"
#define PAGE_FAILED                                                                    \
	PAGE_HEAD "<h2 class=warn>Log on failed. Incorrect user name or password, or " \
		  "user account temporarily locked.</h2></body></html>"
#define PAGE_BAD                                                              \
	PAGE_HEAD                                                             \
	"<h2 class=warn>Bad Request. The request could not be understood by " \
	"the server.</h2></body></html>"
#define PAGE_LOGON                                                            \
	PAGE_HEAD "<h2>Log On</h2><form METHOD=\"GET\" ACTION=\"index.htm\">" \
		  "<input type=submit value=\"Log On...\"></form></body></html>"
#define PAGE_NONE PAGE_HEAD "<h2 class=warn>Not Found</h2></body></html>"

static bool
take_request_line(const char *line, size_t len, struct http_request *request)
{
	const char *blank = memchr(line, ' ', len);
	const char *second = NULL;
	size_t method_len = 0;
	size_t target_len = 0;

	if (blank == NULL)
		return false;
	method_len = (size_t)(blank - line);
	second = memchr(blank + 1, ' ', len - method_len - 1);
	if (second == NULL || method_len >= HTTP_METHOD_SIZE)
		return false;
	target_len = (size_t)(second - blank - 1);
	if (target_len >= HTTP_TARGET_SIZE ||
	    strncmp(second + 1, "HTTP/1.", sizeof("HTTP/1.") - 1) != 0)
		return false;
	memcpy(request->method, line, method_len);
	memcpy(request->target, blank + 1, target_len);
	request->wants_close = second[sizeof(" HTTP/1.") - 1] == '0';
	return true;
}

/* Is the word one of a list such as "keep-alive, TE"? */
static bool
has_token(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; *p != '\0';) {
		p += strspn(p, ", \t");
		if (strncasecmp(p, word, len) == 0 && strcspn(p, ", \t;") == len)
			return true;
		p += strcspn(p, ",");
	}
	return false;
}

static bool
take_header(const char *name, const char *value, struct http_request *request)
{
	int64_t number = 0;

	if (strcasecmp(name, "Content-Length") == 0) {
		if (num_parse(value, 0, HTTP_BODY_MAX_BYTES, &number, NULL) != RC_OK)
			return false;
		request->body_bytes = (size_t)number;
	} else if (strcasecmp(name, "Authorization") == 0) {
		if (strlen(value) >= HTTP_VALUE_SIZE)
			return false;
		memcpy(request->authorization, value, strlen(value) + 1);
		request->has_authorization = true;
	} else if (strcasecmp(name, "Expect") == 0) {
		request->wants_continue = strcasecmp(value, "100-continue") == 0;
	} else if (strcasecmp(name, "Connection") == 0) {
		request->wants_close = has_token(value, "close") ||
		    (request->wants_close && !has_token(value, "keep-alive"));
	} else if (strcasecmp(name, "Transfer-Encoding") == 0) {
		request->chunked = true;
		return strcasecmp(value, "chunked") == 0;
	}
	return true;
}

static bool
take_header_line(const char *line, size_t len, struct http_request *request)
{
	char copy[HTTP_VALUE_SIZE + 64] = "";
	char *value = NULL;

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, line, len);
	value = strchr(copy, ':');
	if (value == NULL)
		return false;
	*value++ = '\0';
	value += strspn(value, " \t");
	while (len > 0 && (copy[len - 1] == ' ' || copy[len - 1] == '\t'))
		copy[--len] = '\0';
	return take_header(copy, value, request);
}

struct chunk {
	const char *data;
	size_t len; /* 0: the last one */
	const char *end;
};

/* Source: RFC 9112 7.1; a trailer is not taken. */
static enum http_state
next_chunk(const char *bytes, size_t len, struct chunk *ret_chunk)
{
	static const char digits[] = "0123456789abcdef";
	size_t size = 0;
	size_t i = 0;

	for (; i < len; i++) {
		const char *digit = bytes[i] == '\0'
		    ? NULL
		    : strchr(digits, tolower((unsigned char)bytes[i]));

		if (digit == NULL)
			break;
		size = size * 16 + (size_t)(digit - digits);
		if (size > HTTP_BODY_MAX_BYTES)
			return HTTP_BAD;
	}
	if (i == len || (i > 0 && bytes[i] == '\r' && i + 1 == len))
		return HTTP_MORE;
	if (i == 0 || bytes[i] != '\r' || bytes[i + 1] != '\n')
		return HTTP_BAD;
	i += 2;
	if (len - i < size + 2)
		return HTTP_MORE;
	if (bytes[i + size] != '\r' || bytes[i + size + 1] != '\n')
		return HTTP_BAD;
	*ret_chunk = (struct chunk){ bytes + i, size, bytes + i + size + 2 };
	return HTTP_DONE;
}

static enum http_state
measure_chunks(const char *bytes, size_t len, struct http_request *request)
{
	const char *p = bytes;
	struct chunk chunk = { 0 };

	request->body_bytes = 0;
	for (int n = 0; n < HTTP_CHUNKS_MAX; n++) {
		enum http_state state =
		    next_chunk(p, len - (size_t)(p - bytes), &chunk);

		if (state != HTTP_DONE)
			return state;
		p = chunk.end;
		request->body_bytes += chunk.len;
		if (request->body_bytes > HTTP_BODY_MAX_BYTES)
			return HTTP_BAD;
		if (chunk.len == 0) {
			request->wire_bytes = (size_t)(p - bytes);
			return HTTP_DONE;
		}
	}
	return HTTP_BAD;
}

enum http_state
http_parse(const char *bytes, size_t len, struct http_request *request)
{
	const char *end = memmem(bytes, len, "\r\n\r\n", 4);
	const char *line = bytes;

	*request = (struct http_request){ 0 };
	if (end == NULL)
		return len > HTTP_HEADER_MAX_BYTES ? HTTP_BAD : HTTP_MORE;
	while (line < end) {
		const char *stop = memmem(line, (size_t)(end + 2 - line), "\r\n", 2);
		size_t line_len = (size_t)(stop - line);
		bool good = line == bytes ? take_request_line(line, line_len, request)
					  : take_header_line(line, line_len, request);

		if (!good)
			return HTTP_BAD;
		line = stop + 2;
	}
	request->header_bytes = (size_t)(end - bytes) + 4;
	if (request->chunked)
		return measure_chunks(end + 4, len - request->header_bytes, request);
	request->wire_bytes = request->body_bytes;
	return len - request->header_bytes >= request->body_bytes ? HTTP_DONE
								  : HTTP_MORE;
}

void
http_join_chunks(char *body, const struct http_request *request)
{
	const char *p = body;
	char *to = body;
	struct chunk chunk;

	if (!request->chunked)
		return;
	while (next_chunk(p, request->wire_bytes - (size_t)(p - body), &chunk) ==
		HTTP_DONE &&
	    chunk.len > 0) {
		memmove(to, chunk.data, chunk.len);
		to += chunk.len;
		p = chunk.end;
	}
}

static const char *
reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 400:
		return "Bad Request";
	case 401:
		return "Unauthorized";
	case 500:
		return "Internal Server Error";
	default:
		return "Error";
	}
}

static void
add_date(struct buf *out, const struct device *dev)
{
	char field[RTC_HTTP_DATE_SIZE];

	buf_addf(out, "Date: %s\r\n", rtc_http_date(rtc_now(&dev->rtc), field));
}

/*
 * The firmware fills a buffer of chunk_bytes, headers in the first one. 0 and
 * faults: one chunk for all.
 */
static void
add_chunks(struct buf *out, const struct buf *body, size_t used, size_t chunk_bytes)
{
	size_t done = 0;

	while (done < body->len) {
		size_t len = body->len - done;
		size_t room = CHUNK_MAX;

		if (chunk_bytes > used + CHUNK_OVERHEAD)
			room = chunk_bytes - used - CHUNK_OVERHEAD;
		if (len > room)
			len = room;
		buf_addf(out, "%04zX\r\n", len);
		buf_add(out, body->data + done, len);
		buf_add_str(out, "\r\n");
		done += len;
		used = 0;
	}
	buf_add_str(out, "0\r\n\r\n");
}

static void
add_soap_head(struct buf *out, const struct device *dev, int status)
{
	buf_addf(out, "HTTP/1.1 %d %s\r\n", status, reason(status));
	add_date(out, dev);
	buf_addf(out,
	    "Server: %s\r\nX-Frame-Options: DENY\r\n"
	    "Content-Type: application/soap+xml;%scharset=UTF-8\r\n"
	    "Transfer-Encoding: chunked\r\n",
	    dev->server, dev->profile->type_without_blank ? "" : " ");
}

void
http_write_soap(struct buf *out, const struct device *dev, const struct reply *reply,
    bool close)
{
	size_t before = out->len;
	int64_t chunk =
	    reply->is_fault ? dev->sw.fault_chunk_bytes : dev->sw.chunk_bytes;

	add_soap_head(out, dev, reply->status);
	if (close)
		buf_add_str(out, "Connection: close\r\n");
	buf_add_str(out, "\r\n");
	add_chunks(out, &reply->body, out->len - before, (size_t)chunk);
}

void
http_write_401(struct buf *out, const struct device *dev, bool stale)
{
	buf_add_str(out, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: ");
	digest_challenge(dev, out, stale);
	buf_addf(out,
	    "\r\nContent-Type: text/html\r\nServer: %s\r\nContent-Length: %zu\r\n"
	    "Connection: close\r\n\r\n%s",
	    dev->server, sizeof(PAGE_FAILED) - 1, PAGE_FAILED);
}

static void
add_page(struct buf *out, const struct device *dev, const char *status,
    const char *page, bool close)
{
	buf_addf(out, "HTTP/1.1 %s\r\n", status);
	add_date(out, dev);
	buf_addf(out,
	    "Server: %s\r\nX-Frame-Options: DENY\r\nContent-Type: text/html\r\n"
	    "Content-Length: %zu\r\n%s\r\n%s",
	    dev->server, strlen(page), close ? "Connection: close\r\n" : "", page);
}

void
http_write_400(struct buf *out, const struct device *dev)
{
	add_page(out, dev, "400 Bad Request", PAGE_BAD, true);
}

void
http_write_303(struct buf *out, const struct device *dev)
{
	buf_addf(out,
	    "HTTP/1.1 303 See Other\r\nLocation: /logon.htm\r\nContent-Length: 0\r\n"
	    "Server: %s\r\n\r\n",
	    dev->server);
}

void
http_write_logon(struct buf *out, const struct device *dev)
{
	add_page(out, dev, "200 OK", PAGE_LOGON, false);
}

void
http_write_404(struct buf *out, const struct device *dev)
{
	add_page(out, dev, "404 Not Found", PAGE_NONE, true);
}

void
http_write_huge_head(struct buf *out, const struct device *dev)
{
	static const char start[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
				    "<a:Envelope xmlns:a=\"" NS_SOAP "\"><a:Header>";

	add_soap_head(out, dev, 200);
	buf_addf(out, "\r\n%04zX\r\n%s\r\n", sizeof(start) - 1, start);
}

void
http_write_huge_part(struct buf *out)
{
	buf_addf(out, "%04X\r\n", (unsigned)HUGE_PART_BYTES);
	for (int i = 0; i < HUGE_PART_BYTES / 16; i++)
		buf_add_str(out, "<x>012345678</x>");
	buf_add_str(out, "\r\n");
}
