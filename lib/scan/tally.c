/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sums and sentences.
 */
#include "scan/tally.h"

enum {
	MS_PER_S = 1000,
	TENTH_MS = 100
};

void
tally_add(struct tally *sum, const struct tally *part)
{
	sum->n_devices += part->n_devices;
	sum->n_read += part->n_read;
	sum->n_failed += part->n_failed;
	sum->n_skipped += part->n_skipped;
	sum->n_absent += part->n_absent;
	for (size_t i = 0; i < TALLY_STATES; i++)
		sum->by_state[i] += part->by_state[i];
	for (size_t i = 0; i < TALLY_RESULTS; i++)
		sum->by_result[i] += part->by_result[i];
	sum->n_told += part->n_told;
	sum->n_untold += part->n_untold;
	sum->n_in_flight += part->n_in_flight;
	sum->memory_kib += part->memory_kib;
	if (part->stack_bytes > sum->stack_bytes)
		sum->stack_bytes = part->stack_bytes;
}

int64_t
tally_n_done(const struct tally *tally)
{
	return tally->n_read + tally->n_failed + tally->n_skipped + tally->n_absent;
}

static int64_t
per_second(int64_t n, int64_t elapsed_ms)
{
	return elapsed_ms <= 0 ? n : n * MS_PER_S / elapsed_ms;
}

enum rc
tally_format_progress(const struct tally *tally, int64_t elapsed_ms, struct buf *out)
{
	return buf_addf(out, "%lld of %lld devices, %lld/s, %lld not read",
	    (long long)tally_n_done(tally), (long long)tally->n_devices,
	    (long long)per_second(tally->n_read + tally->n_failed, elapsed_ms),
	    (long long)tally->n_failed);
}

static void
add_count(struct buf *out, int64_t n, const char *words)
{
	if (n > 0)
		(void)buf_addf(out, ", %lld %s", (long long)n, words);
}

/* "state: 9000 OK, 12 CRITICAL"; of those that were read, and of the others what a
 * check would say of them. */
static void
add_states(struct buf *out, const struct tally *tally)
{
	bool is_first = true;

	for (int i = 0; i < TALLY_STATES; i++) {
		if (tally->by_state[i] == 0)
			continue;
		(void)buf_addf(out, "%s%lld %s", is_first ? "state: " : ", ",
		    (long long)tally->by_state[i], state_text((enum state)i));
		is_first = false;
	}
	if (!is_first)
		(void)buf_add_str(out, "\n");
}

static void
add_failures(struct buf *out, const struct tally *tally)
{
	bool is_first = true;

	for (int i = 0; i < TALLY_RESULTS; i++) {
		if (tally->by_result[i] == 0)
			continue;
		(void)buf_addf(out, "%s%lld %s", is_first ? "not read: " : ", ",
		    (long long)tally->by_result[i], rc_text((enum rc)i));
		is_first = false;
	}
	if (!is_first)
		(void)buf_add_str(out, "\n");
}

enum rc
tally_format_summary(const struct tally *tally, int64_t elapsed_ms, struct buf *out)
{
	int64_t n_left = tally->n_devices - tally_n_done(tally);

	(void)buf_addf(out, "%lld devices in %lld.%lld s, %lld/s: %lld read",
	    (long long)tally->n_devices, (long long)(elapsed_ms / MS_PER_S),
	    (long long)(elapsed_ms % MS_PER_S / TENTH_MS),
	    (long long)per_second(tally->n_read + tally->n_failed, elapsed_ms),
	    (long long)tally->n_read);
	add_count(out, tally->n_failed, "not read");
	add_count(out, tally->n_absent, "addresses without a device");
	add_count(out, tally->n_skipped, "left out as read recently");
	add_count(out, n_left, "not tried any more");
	(void)buf_add_str(out, "\n");
	add_states(out, tally);
	add_failures(out, tally);
	if (tally->n_told > 0 || tally->n_untold > 0)
		(void)buf_addf(out, "passive results: %lld accepted, %lld not\n",
		    (long long)tally->n_told, (long long)tally->n_untold);
	return out->rc;
}
