#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
# What the inventory costs per device, in microseconds of processor time: a survey
# of a new device, a handshake that finds what the last one found, a survey that
# does, reading one back.  Then the questions of check_amt_fleet to 100,000 devices.
# Growth is the ratio of the cost per device at 10,000 to that at 1,000.
. tests/bench/lib.sh

# per_call FILE NAME: microseconds of processor time per call, with one decimal.
per_call() {
	awk -v name="$2" '$1 == name { printf "%.1f", $4 / $2 }' "$1"
}

for n in 1000 10000; do
	"$B/tests/tools/putinv" "$tmp/$n.db" "$n" >"$tmp/$n" || exit 1
	rm -f "$tmp/$n.db"*
done
for name in write_new write_tls_next_day write_tls_again write_store_again read; do
	small=$(per_call "$tmp/1000" "$name")
	large=$(per_call "$tmp/10000" "$name")
	need "$large" '^[0-9.]+$'
	bench inventory "${name}_cpu_us" "$large"
	bench inventory "${name}_growth" "$(ratio "$large" "$small")"
done
awk '$1 == "write_new" { printf "bench inventory write_new_per_s %d\n", $2 * 1e6 / $3 }
    $1 == "write_tls_again" { printf "bench inventory write_tls_again_per_s %d\n", $2 * 1e6 / $3 }' \
    "$tmp/10000"

"$B/tests/tools/mkinv" "$tmp/fleet.db" fill 100000 2 1776000000 || exit 1
"$B/tests/tools/putinv" "$tmp/fleet.db" 1 look >"$tmp/look" || exit 1
bench inventory count_100000_cpu_us "$(per_call "$tmp/look" count)"
bench inventory device_of_100000_cpu_us "$(per_call "$tmp/look" devices)"
bench inventory slot_of_200000_cpu_us "$(per_call "$tmp/look" slots)"
