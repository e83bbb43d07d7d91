#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 1200
# What a scan costs: processor time per device against the least that the same number
# of handshakes can cost (tests/tools/handshake_loop.c), in the same run and with the
# same simulator; and how it grows. FLEET=N: up to so many devices, 10000 unless set.
. tests/bench/lib.sh
. tests/cli/scan_fleet.sh

fleet=${FLEET:-10000}
start_fleet "$fleet" valid:1 || exit 1
mv "$tmp/list" "$tmp/all"

# cpu_ms COMMAND...: user and system time of it and its children, in milliseconds, to
# $cpu_ms; elapsed to $wall_ms. Output as of run.
cpu_ms() {
	local TIMEFORMAT='%R %U %S' times
	times=$( { time run_to_files "$@"; } 2>&1)
	status=$(cat "$tmp/.status")
	out=$(cat "$tmp/.out")
	read -r cpu_ms wall_ms < <(echo "$times" |
	    awk '{ printf "%d %d\n", ($2 + $3) * 1000, $1 * 1000 }')
}
run_to_files() {
	"$@" >"$tmp/.out" 2>"$tmp/.err"
	echo $? >"$tmp/.status"
}

scan_all() { # OPTION...
	rm -f "$tmp"/inventory.db*
	cpu_ms "$scanner" -f "$tmp/empty.conf" --list "$tmp/list" -t 120 \
	    --trust-anchor "$tmp/ca.pem" --inventory "$tmp/inventory.db" "$@"
	need "$out" "^$n devices in .*: $n read\$"
}

per_device() { # MS: microseconds
	echo $(($1 * 1000 / n))
}

for n in 100 1000 10000; do
	[ "$n" -le "$fleet" ] || break
	head -"$n" "$tmp/all" >"$tmp/list"
	scan_all --tls
	bench scan_tls "cpu_us_per_device_$n" "$(per_device "$cpu_ms")"
	bench scan_tls "devices_per_s_$n" $((n * 1000 / wall_ms))
done

# A thousand each, one after the other and twice, so that a busy neighbour hits both.
n=1000
[ "$n" -le "$fleet" ] || n=$fleet
head -"$n" "$tmp/all" >"$tmp/list"
loop_ms=0 tls_ms=0
for _ in 1 2; do
	cpu_ms "$B/tests/tools/handshake_loop" "$tmp/ca.pem" 16993 <"$tmp/list"
	need "$out" "^handshakes $n verified $n "
	loop_ms=$((loop_ms + cpu_ms))
	scan_all --tls
	tls_ms=$((tls_ms + cpu_ms))
done
bench handshake_loop cpu_us_per_device $((loop_ms * 500 / n))
bench scan_tls cpu_vs_handshake "$(ratio "$tls_ms" "$loop_ms")"

scan_all --store --secret-file "$tmp/secret" --in-flight 100
bench scan_store cpu_us_per_device "$(per_device "$cpu_ms")"
bench scan_store devices_per_s $((n * 1000 / wall_ms))
bench scan_store cpu_vs_handshake "$(ratio $((2 * cpu_ms)) "$loop_ms")"
