#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# amt_event_handler with 10,000 jobs queued: how long 200 calls take, each of which adds
# a job, in milliseconds; and its instructions against check_amt_tls --help, the least
# that a program of ours does. The bound is 200 ms for 99 of 100.
. tests/bench/lib.sh
. tests/cli/queue.sh

now=$(date +%s)
calls=200
make_queue fleet 10000
"$mkinv" "$tmp/fleet.db" fill 10200 1 "$now" || exit 1
# They were read just now, and are due.
sql fleet "UPDATE slot SET warning_at = 0, due_at = 0, fixed_state = 0,
    not_after = $now + 30 * 86400, critical_at = $now + 20 * 86400;
    UPDATE standing SET ok_at = $now"

# told NAME: as a core would tell of it.
told() {
	told=(-f "$tmp/fleet.conf" --log "$tmp/events.log" --hostname "$1" --service amt-tls
		--state WARNING --state-type HARD --attempt 3 --host-downtime 0
		--service-downtime 0 --flapping 0 --acknowledged 0 --in-window 1)
}
query fleet "SELECT name FROM device ORDER BY id DESC LIMIT $((calls + 1))" >"$tmp/names"
while read -r name; do
	told "$name"
	begin=$(date +%s%N)
	"$B/remediate/amt_event_handler" "${told[@]}" || exit 1
	end=$(date +%s%N)
	echo $(((end - begin) / 1000))
done < <(sed 1d "$tmp/names") | sort -n >"$tmp/us"
need "$(grep -c ': queued: ' "$tmp/events.log") $(query fleet 'SELECT count(*) FROM job')" \
    "^$calls 10200\$"
bench amt_event_handler p50_ms "$(sed -n "$((calls / 2))p" "$tmp/us" | awk '{ printf "%.1f", $1 / 1000 }')"
bench amt_event_handler p99_ms "$(sed -n "$((calls * 99 / 100))p" "$tmp/us" | awk '{ printf "%.1f", $1 / 1000 }')"

told "$(sed 1q "$tmp/names")"
instructions "$B/remediate/amt_event_handler" "${told[@]}" || exit 1
need "$status" '^0$'
ours=$instructions
instructions "$B/checks/check_amt_tls" --help || exit 1
bench amt_event_handler instructions "$ours"
bench amt_event_handler instructions_vs_a_help "$(ratio "$ours" "$instructions")"
