/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The head of an HTTP answer, line by line: status, and the few fields that
 * matter here.  RFC 9112 4 and 5; RFC 7616 3.3 for the challenge.
 */
#ifndef AMTCERT_WSMAN_HEAD_H
#define AMTCERT_WSMAN_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HEAD_WORD_SIZE = 128
};

/* Zeroed is "no answer yet". Texts are printable. */
struct head {
	/* Of the newest answer. */
	int status; /* 0 when the status line holds no number */
	char content_type[HEAD_WORD_SIZE];
	bool has_date;
	int64_t date_s;	   /* Date: the device's clock (observed, AMT 15, 16) */
	bool is_challenge; /* WWW-Authenticate: Digest */
	bool is_stale;	   /* ... that calls our nonce stale */

	/* Kept until another answer brings them. */
	char realm[HEAD_WORD_SIZE];
	char server[HEAD_WORD_SIZE];
};

enum head_line {
	HEAD_STATUS, /* a status line: another answer begins */
	HEAD_FIELD,
	HEAD_END, /* the empty line: the head is complete */
};

/* Take one line as it came, line end included or not. Lines longer than 1 KiB
 * are cut: none that matters is. */
enum head_line head_take_line(struct head *head, const char *bytes, size_t len);

#endif
