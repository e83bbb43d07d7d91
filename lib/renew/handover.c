/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of old and new digests, as programs like to read them.
 */
#include "renew/handover.h"

#include <string.h>

#include "base/codec.h"

static void
add_digest(struct buf *out, const uint8_t digest[CERT_FINGERPRINT_BYTES])
{
	buf_add_str(out, "sha256:");
	(void)codec_hex_encode(out, digest, CERT_FINGERPRINT_BYTES);
}

void
handover_tell_pin(const struct target *target, const struct cert *cert, struct buf *out)
{
	if (!target->has_pin ||
	    memcmp(target->pin, cert->spki_sha256, sizeof(target->pin)) == 0)
		return;
	buf_add_str(out, "pin ");
	add_digest(out, target->pin);
	buf_add_str(out, " -> ");
	add_digest(out, cert->spki_sha256);
	buf_add_str(out, "\n");
}

void
handover_tell(const struct renewal *rn, struct buf *out)
{
	static const uint8_t none[CERT_FINGERPRINT_BYTES];

	buf_add_str(out, "fingerprint ");
	if (memcmp(rn->run.old_fingerprint, none, sizeof(none)) == 0)
		buf_add_str(out, "none");
	else
		add_digest(out, rn->run.old_fingerprint);
	buf_add_str(out, " -> ");
	add_digest(out, rn->new_cert->fingerprint);
	buf_add_str(out, "\n");
	handover_tell_pin(rn->options->target, rn->new_cert, out);
}
