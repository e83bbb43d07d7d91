#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 240
# scan_amt_fleet: which devices it reads, what it prints, when it leaves with what,
# and that a refused login stays one.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/scan_fleet.sh

start_fleet 12 valid:8,due:2,expired:1,wrong-name:1
ok $? "twelve devices run"
net=$(sed -n '1s/.*,\(127\.[0-9]*\)\..*/\1/p' "$tmp/list")
first=$(sed -n 1p "$tmp/list")
name=${first%,*} address=${first#*,}

# bare OPTION...: without the list.
bare() {
	run_scanner -f "$tmp/empty.conf" -t 60 --trust-anchor "$tmp/ca.pem" \
	    --inventory "$tmp/inventory.db" "$@"
}

# A line without what a second more or less changes.
without_time() {
	sed -E 's/ time=[0-9.]+s;;;0;[0-9]+$//; s/(left|due|leaf|anchor|age)=-?[0-9]+s/\1=/g
	    s/[0-9]+ d /N d /g'
}
bare --list "$tmp/list" -v
is "$status" 0 "a scan of a list ends well"
same=0
while IFS=, read -r device at; do
	"$B/checks/check_amt_tls" -f "$tmp/empty.conf" -H "$device" -I "$at" -t 60 \
	    --trust-anchor "$tmp/ca.pem" --inventory "$tmp/inventory.db" | without_time >"$tmp/check"
	printf '%s\n' "$out" | grep -F -- "- $device:" | without_time | cmp -s - "$tmp/check" &&
		same=$((same + 1))
done <"$tmp/list"
is "$same" 12 "each line is what check_amt_tls prints of that device"
like "$out" '^state: 8 OK, 2 WARNING, 2 CRITICAL$' "the states are counted"
# passes: complete ones in the log.
passes() {
	"$B/tests/tools/mkinv" "$tmp/inventory.db" query \
	    'SELECT count(*) FROM scan WHERE finished_at >= started_at'
}
is "$("$B/tests/tools/mkinv" "$tmp/inventory.db" query \
    'SELECT depth, n_targets, n_ok, n_failed, n_skipped FROM scan')" 'tls|12|12|0|0' \
    "it is a pass over the fleet"

# Whoever holds the inventory for longer than one attempt lasts is waited for.
start holder "$B/tests/tools/mkinv" "$tmp/inventory.db" write 7
holder=$started_pid
wait_for_line "$tmp/holder.log" '^held$'
bare -H "$name" --list <(echo "$first")
is "$status" 0 "a scan waits for who writes when it has read all"
like "$out" '^1 devices .* 1 read$' "and loses nothing of it"
stop "$holder"

# Which devices.
run bash -c "'$scanner' -f '$tmp/empty.conf' -t 60 --list - --trust-anchor '$tmp/ca.pem' \
    --inventory '$tmp/inventory.db' <'$tmp/list'"
like "$out" '^12 devices' "a list may come from standard input"
cat >"$tmp/fleet.conf" <<-END
	[defaults]
	trust-anchor = $tmp/ca.pem
	inventory = $tmp/inventory.db
	[group berlin]
	[device $name]
	address = $address
	group = berlin
	[device $(sed -n '2s/,.*//p' "$tmp/list")]
	address = $(sed -n '2s/.*,//p' "$tmp/list")
END
run_scanner -f "$tmp/fleet.conf" -t 60
like "$out" '^2 devices .* 2 read$' "without any: all of the configuration file"
n=$(passes)
run_scanner -f "$tmp/fleet.conf" -t 60
is "$(passes)" $((n + 1)) "which is a pass, too"
run_scanner -f "$tmp/fleet.conf" -t 60 --group berlin
like "$out" '^1 devices .* 1 read$' "or a group of it"
run_scanner -f "$tmp/fleet.conf" -t 60 -H "$name" -H "${name^^}"
like "$out" '^1 devices .* 1 read$' "a name that is given twice is read once"
run_scanner -f "$tmp/fleet.conf" -t 60 --list "$tmp/list"
is "$(passes)" $((n + 1)) "a part of what is configured is none"
run_scanner -f "$tmp/fleet.conf" --group paris
is "$status" 2 "a group that is not there is an error of the configuration"
run_scanner -f "$tmp/fleet.conf" -t 60 --fresh 1h
like "$out" '^2 devices .* 0 read, 2 left out as read recently$' "what is fresh is left out"

bare --range "$net.0.0/27" -v
is "$status" 0 "a range is looked through"
like "$out" '^30 devices .* 12 read, 18 addresses without a device$' "for what answers"
like "$out" "^AMT_TLS CRITICAL - $address: wrong name" "whose name is its address here"

# Names that have to be looked up.
(umask 077 && echo wrong >"$tmp/wrong")
bare -H localhost -H no-such-host.invalid -p "$(free_port)" -v
is "$status" 0 "names are looked up"
if knows_localhost; then
	like "$out" '^AMT_TLS CRITICAL - localhost: .*refused' "one that is there"
	like "$out" '^not read: .*1 name cannot be resolved' "and one that is not"
else
	skip "a name that is there, and one that is not" "localhost has no address here"
fi

# A refused login is not repeated, whatever asks.
for round in 1 2 3; do
	bare -H "$name" --store --secret-file "$tmp/wrong" -l admin -p 16993 \
	    --list <(echo "$first") -v
	is "$status" 0 "round $round ends well"
	like "$out" '1 login refused' "and says that the login is refused"
done
like "$out" 'not tried again before' "from memory"
device=$(sed -n '1s/^ready \([^ ]*\) .*/\1/p' "$tmp/fleet.log")
is "$(json "$(ask fleet "state $device")" failures)" 1 "the device has seen one of them"
bare --list <(echo "$first") --store --secret-file "$tmp/secret"
like "$out" ' 1 read$' "another credential is another matter"

# Wrong usage, and what cannot be used.
for bad in '--in-flight 0' '--in-flight 2001' '--jobs 65' '--spread 5' '--range 10.0.0.0/8' '--range x' \
    '-H a;b' '--passive-host uuid' '--days 30' '--perf-thresholds x' 'pc1' '--nonsense'; do
	# shellcheck disable=SC2086 # words
	bare $bad
	is "$status" 3 "$bad is wrong usage"
done
bare
is "$status" 3 "no device at all, too"
bare --list "$tmp/nothing"
is "$status" 2 "a list that is not there is a failure"
printf 'ok.example\nno good\n' >"$tmp/bad"
bare --list "$tmp/bad"
is "$status" 2 "so is one that cannot be understood"
like "$err" "bad:2: " "whose line is named"
echo "not a database, however long" >"$tmp/foreign.db"
bare -H "$name" --inventory "$tmp/foreign.db"
is "$status" 2 "so is an inventory that is none"
is "$(cat "$tmp/foreign.db")" "not a database, however long" "which is left alone"
run_scanner --help
is "$status" 3 "help leaves with 3"
printf '%s\n' "$out" | sed -n 's/^  \(scan_amt_fleet .*\)/\1/p' >"$tmp/examples"
[ -s "$tmp/examples" ]
ok $? "help has examples"
while read -r _ arguments; do
	# shellcheck disable=SC2086 # words
	run_scanner -f "$tmp/empty.conf" ${arguments/192.0.2.0\/24/$net.0.0\/29} -V
	like "$out" '^scan_amt_fleet v' "its options exist: $arguments"
done <"$tmp/examples"

stop_sim fleet "$sim_pid"
done_testing
