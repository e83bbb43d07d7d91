/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A nonce is 24 bytes: 4 random ones, seconds since start as 8 bytes
 * little-endian, and 12 bytes that only this start of the firmware can make.
 * So it is good on any connection, and nothing has to be remembered.
 */
#include "digest.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "audit.h"
#include "base/clock.h"
#include "base/codec.h"
#include "device.h"
#include "events.h"

enum {
	NONCE_BYTES = 24,
	NONCE_HEAD = 12,
	PARAMETER_SIZE = 512,
	FAILURES_FREE = 10,
	LOCK_FIRST_S = 5,
	LOCK_MAX_S = 80,
	QUIET_MS = 3600000,
	HEX_MD5_SIZE = 2 * MD5_BYTES + 1,
};

/* The parameters of an Authorization line that matter here. */
enum parameter {
	P_USERNAME,
	P_REALM,
	P_NONCE,
	P_URI,
	P_QOP,
	P_NC,
	P_CNONCE,
	P_RESPONSE,
	P_COUNT
};

static const char *const parameter_names[P_COUNT] = { "username", "realm", "nonce",
	"uri", "qop", "nc", "cnonce", "response" };

struct credentials {
	char p[P_COUNT][PARAMETER_SIZE];
};

static void
sign_nonce(const struct device *dev, unsigned char nonce[NONCE_BYTES])
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (HMAC(EVP_sha256(), dev->nonce_secret, NONCE_SECRET_BYTES, nonce, NONCE_HEAD,
		mac, &len) == NULL)
		abort();
	memcpy(nonce + NONCE_HEAD, mac, NONCE_BYTES - NONCE_HEAD);
}

static int64_t
up_s(const struct device *dev)
{
	return (clock_monotonic_ms() - dev->started_ms) / 1000;
}

void
digest_challenge(const struct device *dev, struct buf *out, bool stale)
{
	unsigned char nonce[NONCE_BYTES] = { 0 };
	uint64_t seconds = (uint64_t)up_s(dev);

	if (RAND_bytes(nonce, 4) != 1)
		abort();
	for (size_t i = 0; i < 8; i++)
		nonce[4 + i] = (unsigned char)(seconds >> (8 * i));
	sign_nonce(dev, nonce);
	buf_addf(out, "Digest realm=\"%s\", nonce=\"", dev->realm);
	codec_base64_encode(out, nonce, sizeof(nonce));
	buf_addf(out, "\",stale=\"%s\",qop=\"%s\"", stale ? "true" : "false",
	    dev->sw.qop_both ? "auth-int, auth" : "auth");
}

static const char *
parse_value(const char *p, char *field)
{
	size_t len = 0;
	bool quoted = *p == '"';

	if (quoted)
		p++;
	while (*p != '\0' && (quoted ? *p != '"' : *p != ',' && *p != ' ')) {
		if (quoted && *p == '\\' && p[1] != '\0')
			p++;
		if (len + 1 < PARAMETER_SIZE)
			field[len++] = *p;
		p++;
	}
	field[len] = '\0';
	return quoted && *p == '"' ? p + 1 : p;
}

/* Parameters in any order, quoted or bare. Source: what clients really send. */
static bool
parse_header(const char *header, struct credentials *ret)
{
	const char *p = header;

	memset(ret, 0, sizeof(*ret));
	if (strncasecmp(p, "Digest ", 7) != 0)
		return false;
	p += 7;
	for (;;) {
		char unknown[PARAMETER_SIZE];
		char *field = unknown;
		size_t len = 0;

		p += strspn(p, " ,\t");
		len = strcspn(p, "=, \t");
		if (len == 0 || p[len] != '=')
			return *p == '\0';
		for (int i = 0; i < P_COUNT; i++)
			if (strlen(parameter_names[i]) == len &&
			    strncasecmp(parameter_names[i], p, len) == 0)
				field = ret->p[i];
		p = parse_value(p + len + 1, field);
	}
}

static void
md5_hex(const struct buf *text, char hex[HEX_MD5_SIZE])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	struct buf out = { 0 };

	if (EVP_Digest(buf_str(text), text->len, hash, NULL, EVP_md5(), NULL) != 1)
		abort();
	buf_init(&out, HEX_MD5_SIZE);
	codec_hex_encode(&out, hash, MD5_BYTES);
	memcpy(hex, buf_str(&out), HEX_MD5_SIZE);
	buf_clear(&out);
}

static void
add_body_md5(struct buf *text, const struct digest_subject *subject)
{
	unsigned char hash[EVP_MAX_MD_SIZE];

	if (EVP_Digest(subject->body, subject->body_bytes, hash, NULL, EVP_md5(),
		NULL) != 1)
		abort();
	codec_hex_encode(text, hash, MD5_BYTES);
}

/* Only what was offered. */
static bool
qop_is_known(const struct device *dev, const char *qop)
{
	return qop[0] == '\0' || strcmp(qop, "auth") == 0 ||
	    (dev->sw.qop_both && strcmp(qop, "auth-int") == 0);
}

static bool
response_is_right(const struct device *dev, const struct credentials *c,
    const struct digest_subject *subject)
{
	struct buf text = { 0 };
	char ha2[HEX_MD5_SIZE];
	char response[HEX_MD5_SIZE];

	buf_init(&text, 8192);
	buf_addf(&text, "%s:%s", subject->method, c->p[P_URI]);
	if (strcmp(c->p[P_QOP], "auth-int") == 0) {
		buf_add_char(&text, ':');
		add_body_md5(&text, subject);
	}
	md5_hex(&text, ha2);
	buf_reset(&text);
	codec_hex_encode(&text, dev->ha1, MD5_BYTES);
	buf_addf(&text, ":%s:", c->p[P_NONCE]);
	if (c->p[P_QOP][0] != '\0')
		buf_addf(&text, "%s:%s:%s:", c->p[P_NC], c->p[P_CNONCE], c->p[P_QOP]);
	buf_add_str(&text, ha2);
	md5_hex(&text, response);
	buf_wipe(&text);
	return strlen(c->p[P_RESPONSE]) == HEX_MD5_SIZE - 1 &&
	    strcasecmp(response, c->p[P_RESPONSE]) == 0;
}

/* nc as a number; clients write "00000001", "00000002" or "6". */
static int64_t
hex_value(const char *text)
{
	static const char digits[] = "0123456789abcdef";
	int64_t value = 0;

	for (const char *p = text; *p != '\0' && p - text < 8; p++) {
		const char *digit = strchr(digits, tolower((unsigned char)*p));

		if (digit == NULL)
			return 0;
		value = value * 16 + (digit - digits);
	}
	return value;
}

/* Count one more use of a nonce. *ret_nc_good tells whether nc rose. */
static int64_t
count_use(struct device *dev, const unsigned char random[4], const char *nc,
    bool *ret_nc_good)
{
	int64_t value = hex_value(nc);
	struct nonce_use *use = NULL;

	for (size_t i = 0; i < NONCES_KEPT; i++)
		if (memcmp(dev->nonces[i].random, random, 4) == 0)
			use = &dev->nonces[i];
	if (use == NULL) {
		use = &dev->nonces[dev->nonce_next];
		dev->nonce_next = (dev->nonce_next + 1) % NONCES_KEPT;
		*use = (struct nonce_use){ 0 };
		memcpy(use->random, random, 4);
	}
	*ret_nc_good = value > use->last_nc;
	use->last_nc = value;
	return ++use->uses;
}

static bool
nonce_is_good(struct device *dev, const struct credentials *c)
{
	unsigned char nonce[NONCE_BYTES] = { 0 };
	unsigned char expected[NONCE_BYTES] = { 0 };
	uint8_t *bytes = NULL;
	size_t len = 0;
	int64_t made_s = 0;
	int64_t uses = 0;
	bool nc_good = false;

	if (codec_base64_decode(c->p[P_NONCE], strlen(c->p[P_NONCE]), NONCE_BYTES,
		&bytes, &len, NULL) != RC_OK)
		return false;
	if (len == NONCE_BYTES)
		memcpy(nonce, bytes, NONCE_BYTES);
	free(bytes);
	memcpy(expected, nonce, NONCE_HEAD);
	sign_nonce(dev, expected);
	if (len != NONCE_BYTES || CRYPTO_memcmp(nonce, expected, NONCE_BYTES) != 0)
		return false;
	for (size_t i = 0; i < 8; i++)
		made_s += (int64_t)nonce[4 + i] << (8 * i);
	if (dev->sw.nonce_life_s > 0 && up_s(dev) - made_s >= dev->sw.nonce_life_s)
		return false;
	uses = count_use(dev, nonce, c->p[P_NC], &nc_good);
	if (dev->sw.nonce_uses > 0 && uses > dev->sw.nonce_uses)
		return false;
	if (!nc_good) {
		dev->count.nc_repeated++;
		return !dev->sw.strict_nc;
	}
	return true;
}

/* In both logs: a row of ten. */
static void
report_attack(struct device *dev)
{
	static const unsigned char network = 0; /* not the BIOS extension */

	events_add_attack(dev, (int)dev->count.failures_in_a_row);
	audit_add(dev, AUDIT_WRONG_CREDENTIALS, &network, 1);
}

static void
count_failure(struct device *dev)
{
	int64_t now_ms = clock_monotonic_ms();

	if (now_ms - dev->last_failure_ms > QUIET_MS) {
		dev->count.failures_in_a_row = 0;
		dev->lock_s = 0;
	}
	dev->last_failure_ms = now_ms;
	dev->count.failures++;
	dev->count.failures_in_a_row++;
	if (dev->count.failures_in_a_row % FAILURES_FREE == 0)
		report_attack(dev);
	if (!dev->sw.lockout || dev->count.failures_in_a_row < FAILURES_FREE)
		return;
	dev->lock_s = dev->lock_s == 0 ? LOCK_FIRST_S : dev->lock_s * 2;
	if (dev->lock_s > LOCK_MAX_S)
		dev->lock_s = LOCK_MAX_S;
	dev->locked_until_ms = now_ms + dev->lock_s * 1000;
}

enum digest_result
digest_check(struct device *dev, const char *header,
    const struct digest_subject *subject)
{
	struct credentials c;

	if (header == NULL)
		return DIGEST_NONE;
	dev->count.with_authorization++;
	if (dev->sw.lockout && clock_monotonic_ms() < dev->locked_until_ms) {
		dev->count.failures++;
		return DIGEST_LOCKED;
	}
	if (!parse_header(header, &c) || strcmp(c.p[P_USERNAME], dev->user) != 0 ||
	    strcmp(c.p[P_REALM], dev->realm) != 0 ||
	    strcmp(c.p[P_URI], subject->uri) != 0 || !qop_is_known(dev, c.p[P_QOP]) ||
	    !response_is_right(dev, &c, subject)) {
		count_failure(dev);
		return DIGEST_WRONG;
	}
	if (!nonce_is_good(dev, &c))
		return DIGEST_STALE;
	dev->count.failures_in_a_row = 0;
	dev->lock_s = 0;
	dev->count.logins++;
	return DIGEST_OK;
}

void
digest_restart(struct device *dev)
{
	if (RAND_bytes(dev->nonce_secret, sizeof(dev->nonce_secret)) != 1)
		abort();
	memset(dev->nonces, 0, sizeof(dev->nonces));
	dev->started_ms = clock_monotonic_ms();
}
