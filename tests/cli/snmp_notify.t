#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 420
# Notifications of amtcert_agent through a real snmpd to a real snmptrapd: each of
# the seven as v2c trap, v3 trap and v3 inform; restarts; a burst, with and without
# a throttle.
# shellcheck disable=SC2119,SC2317 # functions with optional arguments, and indirect
. tests/cli/lib.sh
. tests/cli/snmp.sh

"$mkinv" "$inventory" fill 399 2 "$now" # 1, 2 and 3 end in 299, 218 and 137 days
start_trapd
write_agent_conf 'scan-stall = 1d
notify-per-second = 100'
start_served "$(sinks "$trap_port")"

# expect_kind KIND "sentence" ERE: one of each form, its bindings match.
expect_kind() {
	local form
	wait_for 15 has_traps 3 "$1"
	for form in 'TRAP2, SNMP v2c' 'TRAP2, SNMP v3' 'INFORM, SNMP v3'; do
		is "$(grep -c "^$form.*$ROOT\.0\.$1[^0-9]" "$tmp/traps")" 1 "$2: $form"
	done
	like "$(grep "^TRAP2, SNMP v2c.*$ROOT\.0\.$1[^0-9]" "$tmp/traps")" "$3" "$2: what it carries"
}

t() {
	echo "$ROOT.$1 = $2.*"
}

expect_kind 7 "a summary at the first start" "$(t 1.3.3.0 'Gauge32: 1')$(
    t 1.1.6.0 'INTEGER: 2')$(t 1.1.12.0 'Gauge32: [0-9]+')$(t 1.3.2.0 'Counter32: 0')"

sql "UPDATE slot SET warning_at = $now - 1 WHERE device_id = 1 AND number = 1"
expect_kind 1 "a certificate that is due" "$(t 1.4.1.2.1 'STRING: "pc000001.corp.example"')$(
    t 1.5.1.2.1.1 'INTEGER: 2')$(t 1.5.1.3.1.1 'INTEGER: 1')$(t 1.3.4.0 'INTEGER: 0')$(
    t 1.5.1.6.1.1 'Hex-STRING: 07')$(t 1.5.1.4.1.1 'INTEGER: 25')"

sql "UPDATE slot SET not_after = $now - 9, critical_at = $now - 9 WHERE device_id = 2 AND number = 2"
expect_kind 2 "a certificate that ended" "$(t 1.4.1.2.2 'STRING: ')$(
    t 1.5.1.2.2.2 'INTEGER: 4')$(t 1.5.1.6.2.2 'Hex-STRING: 07')"

sql "UPDATE slot SET not_after = not_after + 86400 WHERE device_id = 3 AND number = 1"
expect_kind 3 "a certificate that was renewed" "$(t 1.4.1.2.3 'STRING: ')$(
    t 1.5.1.3.3.1 'INTEGER: 0')$(t 1.3.5.0 'Hex-STRING: 07')"

sql "INSERT INTO run (device_uuid, remedy, serial_number, started_at, closed_at, outcome,
    text, old_fingerprint) SELECT uuid, 'renew_amt_tls', '01', 5, 9, 'refused',
    'CA said no', zeroblob(32) FROM device WHERE id = 3"
expect_kind 4 "a remedy that failed" "$(t 1.5.1.4.3.1 'INTEGER: 11')$(
    t 1.9.1.1.3.1 'INTEGER: 3')$(t 1.9.1.5.3.1 'Gauge32: 1')$(t 1.9.1.6.3.1 'STRING: "CA said no"')"

sql "UPDATE scan SET finished_at = $now - 2 * 86400"
expect_kind 5 "a scan that stalled" "$(t 1.1.1.0 'INTEGER: 1')$(t 1.1.5.0 'Gauge32: 172')$(
    t 1.1.9.0 'Gauge32: 0')"
sql "UPDATE scan SET finished_at = $now"
expect_kind 6 "a scan that resumed" "$(t 1.1.4.0 'Hex-STRING: 07')$(t 1.1.9.0 'Gauge32: 0')"

# A master that is frozen when it is told: the library would send again every second.
kill -STOP "$snmpd_pid"
sql "UPDATE slot SET critical_at = $now - 1 WHERE device_id = 5 AND number = 1"
sleep 3.5
kill -CONT "$snmpd_pid"
has_device() { # NUMBER
	[ "$(grep -c "$ROOT\.1\.4\.1\.2\.$1 " "$tmp/traps")" -ge 3 ]
}
wait_for 15 has_device 5
ok $? "a master that was frozen tells what it was told meanwhile"
is "$(grep -c "^TRAP2, SNMP v2c.*$ROOT\.1\.4\.1\.2\.5 " "$tmp/traps")" 1 "once"

numbers() {
	grep -o "^TRAP2, SNMP v2c.*$ROOT\.1\.3\.3\.0 = Gauge32: [0-9]*" "$tmp/traps" | sed 's/.*: //'
}
is "$(numbers | sort -n | tr '\n' ' ')" "$(seq -s ' ' "$(numbers | wc -l)") " \
    "they are numbered from 1, and none is missing or twice"
is "$(get $ROOT.1.3.1.0)" "$(numbers | wc -l)" "and counted"

# What was told survives a restart.
told=$(wc -l <"$tmp/traps")
stop "$agent_pid"
sql "UPDATE slot SET critical_at = $now - 1 WHERE device_id = 4 AND number = 1"
start_agent
wait_for 10 command grep -q "$ROOT\.1\.4\.1\.2\.4 " "$tmp/traps"
ok $? "what happened while the agent was down is told after its start"
is "$(($(grep -c "$ROOT\.0\.1[^0-9]" "$tmp/traps") + $(grep -c "$ROOT\.0\.[2-7][^0-9]" "$tmp/traps")))" \
    "$((told - $(grep -vc "$ROOT\.0\.[1-7][^0-9]" "$tmp/traps") + 3))" "and nothing is told again"

# A burst without a throttle, to a receiver that acknowledges. Whoever sends so much
# at once, and reads nothing meanwhile, waits in send() for a master that waits there
# for him.
#
# lab FILL LINES TRAPSESS: another inventory, nothing told yet, all of it fine.
lab() {
	stop "$agent_pid"
	rm -f "$inventory"* "$tmp"/state/agent.db*
	"$mkinv" "$inventory" fill "$1" 1 "$now"
	sql "UPDATE slot SET warning_at = $now + 1000000, critical_at = $now + 1000000,
	    not_after = $now + 2000000"
	write_agent_conf "$2"
	start_agent
	wait_for 10 is_served
	wait_for_line "$tmp/agent.log" "counts as told"
	: >"$tmp/traps"
}
# told REGEX: how many different bindings are in what was received.
told() {
	grep -o "$1" "$tmp/traps" | sort -u | wc -l
}
sizes='1000 10000'
case $B in *san*) sizes=1000 ;; esac
# A master of its own for each: the one before may still repeat what nobody acknowledged.
acknowledged="trapsess -Ci -v 2c -c sink -r 30 -t 2 127.0.0.1:$trap_port"
for size in $sizes; do
	stop "$snmpd_pid"
	start_snmpd "$acknowledged"
	lab "$size" 'notify-per-minute = 0
notify-per-second = 600'
	sql "UPDATE slot SET critical_at = $now - 1"
	answered=0 end=$((SECONDS + 150))
	until [ "$SECONDS" -gt "$end" ]; do
		[ "$(get .1.3.6.1.2.1.1.3.0 | grep -c '^[0-9]')" = 0 ] || answered=$((answered + 1))
		[ "$(wc -l <"$tmp/traps")" -lt "$size" ] ||
		    [ "$(told "$ROOT\.1\.4\.1\.2\.[0-9]* ")" -lt "$size" ] || break
		sleep 0.2
	done
	is "$(told "$ROOT\.1\.4\.1\.2\.[0-9]* ")" "$size" "a burst of $size arrives whole"
	[ "$answered" -gt 3 ]
	ok $? "and snmpd answers meanwhile ($answered times)"
done

# A burst with a throttle, one in 250 critical: these are sent, others up to a number,
# the rest is summed up when the time is over.
stop "$snmpd_pid"
start_snmpd "$acknowledged"
lab "$size" 'notify-per-minute = 720
notify-window = 5s'
sql "UPDATE slot SET warning_at = $now - 1;
    UPDATE slot SET critical_at = $now - 1 WHERE device_id % 250 = 7"
wait_for 60 has_traps 1 7
ok $? "a burst ends in a summary"
critical=$((size / 250))
is "$(told "$ROOT\.1\.5\.1\.3\.[0-9.]* = INTEGER: 2")" "$critical" "every critical change is told"
sent=$(grep "$ROOT\.0\.1[^0-9]" "$tmp/traps" | grep -o "$ROOT\.1\.5\.1\.3\.[0-9.]*" | sort -u | wc -l)
[ "$sent" -ge 60 ] && [ "$sent" -le 120 ]
ok $? "others are left out beyond 60 in such a time ($sent sent)"
like "$(grep "$ROOT\.0\.7[^0-9]" "$tmp/traps" | tail -n 1)" \
    "$(t 1.1.12.0 "Gauge32: $((size - critical))")$(
	t 1.1.13.0 "Gauge32: $critical")$(t 1.3.2.0 'Counter32: [0-9]+')" "its counts are right"
is "$(get $ROOT.1.3.2.0 | head -n 1)" "$((size - sent))" "and so is the number of those left out"
done_testing
