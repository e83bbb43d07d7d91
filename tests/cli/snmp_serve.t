#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 240
# amtcert_agent through a real snmpd, and as a master of its own: every object of an
# inventory, its order, views, errors.
# shellcheck disable=SC2119,SC2317 # functions with optional arguments, and indirect
. tests/cli/lib.sh
. tests/cli/snmp.sh

"$mkinv" "$inventory" fill 40 2 "$now"
sql "UPDATE device SET name = 'a|b' || char(10) || char(0x202e) WHERE id = 3;
    UPDATE device SET address = 'pc4.example', uuid = NULL WHERE id = 4;
    UPDATE device SET address = '2001:db8::5' WHERE id = 5;
    UPDATE standing SET ok_at = $now - 30 * 86400, last_result = 3,
	error = 'no answer in 10 s' WHERE device_id = 6;
    UPDATE standing SET ok_at = 0, tried_at = 0, last_result = 1 WHERE device_id = 7;
    DELETE FROM slot WHERE device_id = 7;
    UPDATE device SET retired_at = 5 WHERE id = 8; DELETE FROM standing WHERE device_id = 8;
    UPDATE slot SET gone_at = 5 WHERE device_id = 9 AND number = 2;
    UPDATE slot SET role = 10 WHERE device_id = 10 AND number = 2;
    UPDATE slot SET fixed_state = 2 WHERE device_id = 11 AND number = 1;
    INSERT INTO run (device_uuid, remedy, serial_number, started_at, closed_at, outcome,
	text, old_fingerprint) SELECT uuid, 'renew_amt_tls', '01', 5, 9, 'undone',
	'CA refused', zeroblob(32) FROM device WHERE id = 12"
# Jobs of the queue, after and before runs: device, state, attempts, its end, and that of
# a run by hand.
while read -r device state attempts ended by_hand; do
	sql "INSERT INTO job (device_uuid, device_name, remedy, serial_number, reason, actor,
		ca, is_forced, due_at, ends_at, state, n_attempts, not_before, created_at,
		started_at, ended_at, text) SELECT iif($device = 18, '', uuid), name,
		'renew_amt_tls', '01', 'due', 'nagios', '', 0, 0, 0, $state, $attempts, 0, 5,
		$attempts, $ended, iif($attempts > 0, 'words ' || id, '') FROM device
		WHERE id = $device"
	[ "$by_hand" = 0 ] || sql "INSERT INTO run (device_uuid, remedy, serial_number, started_at,
		closed_at, outcome, text, old_fingerprint) SELECT uuid, 'renew_amt_tls', '01',
		$by_hand, $by_hand, 'undone', 'by hand', zeroblob(32) FROM device WHERE id = $device"
done <<-END
	13 0 0 0 0
	14 1 2 0 7
	15 2 3 9 7
	16 5 12 9 7
	17 3 1 9 9
	18 4 1 9 0
	19 3 1 9 10
	20 0 0 0 7
END
write_agent_conf 'expiry-horizon = 30d'

# without_ages: what does not count seconds.
without_ages() {
	grep -v '\.1\.5\.1\.4\.\|\.1\.7\.1\.3\.\|\.1\.4\.1\.4\.\|\.1\.4\.1\.13\.\|\.1\.1\.5\.\|\.1\.1\.16\.'
}

# expect_whole HOW: a walk holds what the inventory holds, in order.
expect_whole() {
	local all names
	all=$(walk "$ROOT")
	is "$(cut -d ' ' -f 1 <<<"$all" | sort -u | wc -l)" "$(wc -l <<<"$all")" \
	    "$1: no object comes twice"
	cut -d ' ' -f 1 <<<"$all" | sort -t . -V -C
	ok $? "$1: OIDs rise"
	is "$(snmpwalk -v 2c -c "$community" -On -r 0 -t 10 "127.0.0.1:$snmp_port" "$ROOT" |
	    one_line | without_ages | md5sum)" "$(without_ages <<<"$all" | md5sum)" \
	    "$1: one by one and in bulk are the same"
	is "$(grep -c "^$ROOT.1.4.1.2\." <<<"$all")" "$(query 'SELECT count(*) FROM standing')" \
	    "$1: every device has a row, a retired one has none"
	is "$(grep -o "^$ROOT\.1\.5\.1\.2\.[0-9.]* = INTEGER: [0-9]*" <<<"$all" |
	    sed "s/^$ROOT\.1\.5\.1\.2\.//; s/ = INTEGER: /|/; s/\./|/")" \
	    "$(query 'SELECT device_id, number, CASE role WHEN 1 THEN 2 WHEN 3 THEN 4
		WHEN 10 THEN 9 END FROM slot l JOIN standing s USING (device_id)
		WHERE gone_at IS NULL ORDER BY 1, 2')" \
	    "$1: every use has a row with its role"
	is "$(sed -n "s/^$ROOT\.1\.7\.1\.2\.\([0-9.]*\) = INTEGER: \([0-9]\)$/\1|\2/p" <<<"$all" | tr . '|')" \
	    "$(query "SELECT l.not_after, l.device_id, l.number,
		CASE WHEN l.fixed_state = 2 OR l.critical_at <= $now + 30 THEN 2 ELSE 1 END
		FROM slot l JOIN standing s USING (device_id) WHERE gone_at IS NULL
		AND role <> 10 AND not_after < $now + 30 * 86400 ORDER BY 1, 2, 3")" \
	    "$1: the expiry table has what ends within the horizon, soonest first"
	names=$(grep -c "^$ROOT.1.8.1.2\." <<<"$all")
	is "$names" 39 "$1: every name leads to a device"
	like "$all" "^$ROOT\.1\.4\.1\.2\.3 = STRING: \"a\\\\\\\\x7cb\\\\\\\\x0a\\\\\\\\u\{202e\}\"" \
	    "$1: hostile text is harmless"
	is "$(get $ROOT.1.4.1.9.{3,4,5}) $(get $ROOT.1.4.1.10.4)" $'1\n16\n2 "pc4.example"' \
	    "$1: addresses have their kind"
	is "$(get $ROOT.1.4.1.3.6 $ROOT.1.4.1.6.6 $ROOT.1.4.1.12.6 $ROOT.1.4.1.3.7 $ROOT.1.4.1.13.7)" \
	    $'1\n3\n"no answer in 10 s"\n3\n4294967295' \
	    "$1: what was not read for long, and never"
	is "$(get $ROOT.1.9.1.{1,2,5,6}.12.1)" $'3\n4\n1\n"CA refused"' \
	    "$1: a remedy that failed"
	is "$(for device in {13..20}; do
		get $ROOT.1.9.1.{2,5,6}."$device".1 | tr '\n' ' '
		echo
	done)" $'1 0 "" \n2 2 "" \n1 3 "words 15" \n4 12 "words 16" \n3 1 "" \n4 1 "words 18" \n4 1 "by hand" \n1 0 "" ' \
	    "$1: jobs of the queue, and runs by hand after them"
	is "$(get $ROOT.1.9.1.4.{15,16}.1 | tr -d ' ')" $'"0000000000000000"\n"07B20101000009002B0000"' \
	    "$1: a job that is tried again has no end"
	is "$(get $SUMMARY.21.0)" 4 "$1: those that are pending or run are counted"
	is "$(get $SUMMARY.{7,10,22}.0)" \
	    "$(query 'SELECT count(*) FROM standing')"$'\n'"$(query 'SELECT count(*) FROM slot
		JOIN standing USING (device_id) WHERE gone_at IS NULL')"$'\n4' "$1: counts"
	is "$(get $SUMMARY.{11,12,13,14}.0)" "$(
	    for state in 0 1 2 3; do
		grep -c "^$ROOT\.1\.5\.1\.3\.[0-9.]* = INTEGER: $state\$" <<<"$all"
	    done)" "$1: counts by state are those of the rows"
}

# expect_guarded HOW: what cannot be had.
expect_guarded() {
	local out all
	like "$(snmpset -v 2c -c writer -r 0 "127.0.0.1:$snmp_port" $ROOT.1.4.1.2.1 s x 2>&1)" \
	    'notWritable' "$1: SET is refused"
	like "$(get $ROOT.1.5.1.3.999999.1)" 'No Such Instance' "$1: a row that is not there"
	like "$(get $ROOT.1.5.1.99.1.1)" 'No Such Object' "$1: a column that is not there"
	all=$(walk "$ROOT" | grep -vc "^$ROOT\.1\.6\.")
	out=$(community=few walk "$ROOT")
	is "$(wc -l <<<"$out") $(grep -c "^$ROOT\.1\.6\." <<<"$out")" "$all 0" \
	    "$1: a view without a table has the rest and no row of it"
	out=$(community=nocolumn walk "$ROOT.1.5" -Cr50)
	is "$(grep -c "^$ROOT\.1\.5\.1\.4\." <<<"$out") $(grep -c "^$ROOT\.1\.5\.1\.6\." <<<"$out")" \
	    "0 $(query 'SELECT count(*) FROM slot JOIN standing USING (device_id)
		WHERE gone_at IS NULL')" "$1: a view without a column leaks no row of it"
	like "$(snmpget "${v3[@]}" -r 0 -Oqv "127.0.0.1:$snmp_port" $SUMMARY.7.0 2>&1)" '^39$' \
	    "$1: SNMPv3 with privacy is answered"
	like "$(snmpget -v 3 -u nms -l noAuthNoPriv -r 0 "127.0.0.1:$snmp_port" $SUMMARY.7.0 2>&1)" \
	    'authorizationError|unsupported security|Unsupported' "$1: and without it is not"
}

start_served
expect_whole AgentX
expect_guarded AgentX
stop "$agent_pid"
is "$(get $SUMMARY.7.0 | head -n 1)" "No Such Object available on this agent at this OID" \
    "without the agent its objects are gone"
stop "$snmpd_pid"

mkdir -p "$tmp/snmp-config"
snmp_port=$(udp_port)
write_master_conf "$tmp/snmp-config/amtcert_agent.conf" "$snmp_port" </dev/null
sed -i '/^agentaddress/d' "$tmp/snmp-config/amtcert_agent.conf"
write_agent_conf "expiry-horizon = 30d
listen = udp:127.0.0.1:$snmp_port"
start_agent --master
wait_for 10 is_served
expect_whole master
expect_guarded master
is "$(get .1.3.6.1.2.1.1.2.0)" "$ROOT" "master: sysObjectID is there"
like "$(get .1.3.6.1.2.1.1.1.0)" '^"amtcert_agent [0-9.]+"$' "master: so is sysDescr"
like "$(walk .1.3.6.1.2.1.1.3)" 'Timeticks: \([0-9]+\)' "master: and sysUpTime"
kill "$agent_pid"
wait "$agent_pid"
is "$?" 0 "master: ends with 0 on SIGTERM"
like "$(cat "$tmp"/state/snmp/amtcert_agent.conf)" 'engineBoots 1' \
    "master: SNMPv3 engine boots are kept"
start_agent --master
wait_for 10 is_served
like "$(snmpget "${v3[@]}" -r 1 -Oqv "127.0.0.1:$snmp_port" $SUMMARY.7.0 2>&1)" '^39$' \
    "master: a user is known after a restart"
done_testing
