#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
# scan_amt_fleet that is killed, stopped, doubled or out of time: nothing that was
# written is lost, what is left is read by the next one, and nobody waits for long.
# shellcheck disable=SC2317 # functions are called by wait_for
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/scan_fleet.sh

count=300
start_fleet $count valid:9,dead:1
ok $? "$count devices run"
live=$((count * 9 / 10))

# children PID: the processes of a scan.
children() { tr ' ' '\n' <"/proc/$1/task/$1/children" | grep .; }

# read_rest: a scan that goes on where the last one ended; to $kept, how many devices
# the inventory had already.
read_rest() {
	scan --tls -t 60 --fresh 1h
	kept=$(printf '%s\n' "$out" | sed -nE 's/.* ([0-9]+) left out as read recently.*/\1/p')
}

# Killed in the middle, all its processes at once.
start scan "$scanner" -f "$tmp/empty.conf" --list "$tmp/list" --tls --jobs 2 -v \
    --spread 4s --trust-anchor "$tmp/ca.pem" --inventory "$tmp/inventory.db"
pid=$started_pid
has_lines() { [ "$(grep -c '^AMT_TLS' "$tmp/scan.log")" -ge 60 ]; }
wait_for 30 has_lines
ok $? "a scan is under way"
# shellcheck disable=SC2046 # one word per process
kill -KILL "$pid" $(children "$pid")
wait "$pid" 2>/dev/null
told=$(grep -c '^AMT_TLS OK' "$tmp/scan.log")
[ "$told" -lt $live ]
ok $? "it is killed after $told devices"
is "$("$B/tests/tools/mkinv" "$tmp/inventory.db" query \
    'SELECT count(*), count(finished_at) FROM scan')" '1|0' "and is no pass over the fleet"
read_rest
is "$status" 0 "the next scan ends well"
[ "$kept" -ge "$told" ]
ok $? "all that it had told of was kept ($kept)"
like "$out" "^$count devices .* $((live - kept)) read, $((count - live)) not read, $kept left out" \
    "the rest is read, and the dead are tried again"
read_rest
is "$kept" $live "and then all is read"

# Only the parent is killed: its workers end by themselves.
start scan "$scanner" -f "$tmp/empty.conf" --list "$tmp/list" --tls -t 60 --jobs 2 \
    --spread 60s --trust-anchor "$tmp/ca.pem" --inventory "$tmp/inventory.db"
pid=$started_pid
has_children() { [ "$(children "$pid" | wc -l)" = 2 ]; }
wait_for 10 has_children
workers=$(children "$pid")
kill -KILL "$pid"
wait "$pid" 2>/dev/null
are_gone() {
	local worker
	for worker in $workers; do
		[ ! -e "/proc/$worker" ] || grep -q '^State:.Z' "/proc/$worker/status" || return 1
	done
}
wait_for 10 are_gone
ok $? "workers do not outlive who started them"

# Stopped by a signal.
start scan "$scanner" -f "$tmp/empty.conf" --list "$tmp/list" --tls -t 60 --jobs 2 \
    --spread 120s --trust-anchor "$tmp/ca.pem" --inventory "$tmp/inventory.db"
pid=$started_pid
wait_for 10 has_children
kill "$pid"
wait "$pid"
is $? 1 "stopped by a signal it says that it is not done"
like "$(cat "$tmp/scan.log")" 'stopped by a signal' "and why"
like "$(cat "$tmp/scan.log")" 'not tried any more' "and what is left"

# Out of time.
scan --tls --spread 120s --scan-timeout 1s
is "$status" 1 "out of time it says so, too"
like "$err" '^scan_amt_fleet: --scan-timeout: ' "and names the option"

# Two at a time.
rm -f "$tmp/inventory.db"*
start other "$scanner" -f "$tmp/empty.conf" --list "$tmp/list" --tls -t 60 --jobs 2 \
    --trust-anchor "$tmp/ca.pem" --inventory "$tmp/inventory.db"
other=$started_pid
scan --tls -t 60 --jobs 2
is "$status" 0 "a second scan at the same time ends well"
wait "$other"
is $? 0 "so does the first"
like "$out" " $live read, " "the second has read everything"
like "$(cat "$tmp/other.log")" " $live read, " "so has the first"
read_rest
is "$kept" $live "the inventory has each device once"

# Silence holds up nobody: a device that never answers ends by its own deadline.
ask fleet 'set valid-00001 hang=yes' >/dev/null
begin=$SECONDS
scan --tls -t 2 --in-flight 4
[ $((SECONDS - begin)) -lt 60 ]
ok $? "a device that says nothing holds up nobody"
like "$out" '^not read: .*1 no answer in time' "it is told"
ask fleet 'set valid-00001 hang=no' >/dev/null

stop_sim fleet "$sim_pid"
done_testing
