#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 1500
# scan_amt_fleet over a whole fleet, by handshake and by login: every verdict right,
# few connections, bounded memory; who is dead, silent or slow holds up nobody.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/scan_fleet.sh

count=10000 n_tls=400 n_store=200
if is_sanitized; then
	count=300 n_tls=100 n_store=50
fi
mix=valid:90,due:4,expired:2,wrong-name:1,dead:1,hang:1,slow:1
start_fleet $count $mix
ok $? "$count devices run"

# wanted FILE: what each kind has to come to.
wanted() {
	kinds | while read -r n kind; do
		grep "^$kind " "$1" | sed "s/^[^ ]* /$n $kind /"
	done | sort -k2
}
cat >"$tmp/tls" <<-'END'
	valid OK valid
	slow OK valid
	due WARNING due
	expired CRITICAL expired
	wrong-name CRITICAL name
	dead CRITICAL closed
	hang CRITICAL silent
END
# An answer of slow takes three seconds, and it takes some thirty.
sed 's/^slow .*/slow CRITICAL silent/' "$tmp/tls" >"$tmp/store"

budget() { # IN-FLIGHT: 64 MiB and 100 KiB for each
	echo $((65536 + 100 * $1))
}
memory() { printf '%s\n' "$out" | sed -nE 's/.* ([0-9]+) KiB of memory$/\1/p'; }

scan --tls -t 30 --in-flight $n_tls -vv
is "$status" 0 "--tls: the scan ends well"
is "$err" "" "and silently, for nobody watches"
is "$(verdicts AMT_TLS | sort -k2)" "$(wanted "$tmp/tls")" "every verdict is right"
like "$out" "^$count devices in .*: [0-9]+ read, [0-9]+ not read\$" "it counts them"
is "$(most_connections)" 1 "one connection for each device"
is_sanitized || {
	[ "$(memory)" -le "$(budget $n_tls)" ]
	ok $? "$(memory) KiB of memory for $n_tls at a time"
}
printf '%s\n' "$out" | tail -4 | sed 's/^/# /'

ask fleet 'zero *' >/dev/null
scan --store -t 45 --in-flight $n_store --secret-file "$tmp/secret" -vv
is "$status" 0 "--store: the scan ends well"
is "$(verdicts AMT_STORE | sort -k2)" "$(wanted "$tmp/store")" "every verdict is right"
[ "$(most_connections)" -le 2 ]
ok $? "two connections for each device at most"
is_sanitized || {
	[ "$(memory)" -le "$(budget $n_store)" ]
	ok $? "$(memory) KiB of memory for $n_store at a time"
}
is "$(ask fleet state | grep -oE '"failures":[0-9]+' | sort | uniq -c | wc -l)" 1 \
    "no login was refused"
printf '%s\n' "$out" | tail -4 | sed 's/^/# /'
stop_sim fleet "$sim_pid"
done_testing
