#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# check_amt_snmp against a real snmpd with amtcert_agent behind it: states, words,
# credentials, and what goes wrong.
# shellcheck disable=SC2119,SC2317 # functions with optional arguments, and indirect
. tests/cli/lib.sh
. tests/cli/snmp.sh

check() {
	run "$B/checks/check_amt_snmp" -H 127.0.0.1 -p "$snmp_port" -t 3 "$@"
}
(
	umask 077
	echo "$community" >"$tmp/community"
	echo "$auth" >"$tmp/auth"
	echo "$priv" >"$tmp/priv"
	echo "another-phrase-than-it-is" >"$tmp/wrong"
	echo "nobody" >"$tmp/nobody"
)
"$mkinv" "$inventory" fill 20 2 "$now"
sql "UPDATE slot SET not_after = $now + 86400 * (100 + device_id), warning_at = $now + 9000000,
	critical_at = $now + 9100000;
    UPDATE standing SET warning_at = $now + 9000000, critical_at = $now + 9100000"
write_agent_conf 'notify = no'
start_served

check --community-file "$tmp/community"
is "$status" 0 "a fleet that is fine is OK"
like "$out" '^AMT_SNMP OK - 20 devices, 40 certificates: 0 critical \(0 ended\), 0 due, 0 unknown; next to end in 100 d: pc000001.corp.example; scanned [0-9]+ (s|min) ago \| scan_age=[0-9]+s next_end=87[0-9]+s' \
    "and says what there is"
check -l nms --auth-file "$tmp/auth" --priv-file "$tmp/priv"
like "$status $out" '^0 AMT_SNMP OK - 20 devices' "SNMPv3 with privacy"
sql "UPDATE slot SET warning_at = 5 WHERE device_id = 4; UPDATE standing SET warning_at = 5 WHERE device_id = 4"
worst_is() {
	[ "$(get "$SUMMARY.6.0")" = "$1" ]
}
wait_for 5 worst_is 1
check --community-file "$tmp/community"
like "$status $out" '^1 AMT_SNMP WARNING - .*, 2 due,' "what is due is WARNING"
sql "UPDATE slot SET critical_at = 6 WHERE device_id = 4; UPDATE standing SET critical_at = 6 WHERE device_id = 4"
wait_for 5 worst_is 2
check --community-file "$tmp/community"
like "$status $out" '^2 AMT_SNMP CRITICAL - .*: 2 critical' "what is overdue is CRITICAL"
sql "UPDATE slot SET warning_at = $now + 9000000, critical_at = $now + 9100000;
    UPDATE standing SET warning_at = $now + 9000000, critical_at = $now + 9100000;
    UPDATE scan SET finished_at = $now - 3 * 86400"
wait_for 5 worst_is 0
check --community-file "$tmp/community"
like "$status $out" '^1 AMT_SNMP WARNING - .*; scanned 3 d ago' "a scan that is too old is WARNING"
check --community-file "$tmp/community" --max-scan-age=4d
is "$status" 0 "unless that is allowed"
sql 'DELETE FROM scan'
never() {
	[ "$(get "$SUMMARY.5.0")" = 4294967295 ]
}
wait_for 5 never
check --community-file "$tmp/community"
like "$status $out" '^3 AMT_SNMP UNKNOWN - .*; never scanned' "no scan is UNKNOWN"

check --community-file "$tmp/nobody"
like "$status $out" '^2 AMT_SNMP CRITICAL - 127.0.0.1: no answer' "no answer is CRITICAL"
check --community-file "$tmp/nobody" --unreachable=unknown
is "$status" 3 "or what the operator says"
check -l nms --auth-file "$tmp/wrong" --priv-file "$tmp/priv"
like "$status $out" '^[23] AMT_SNMP .*(Authentication|authentication)' "a wrong phrase is said"
check -l other --auth-file "$tmp/auth" --priv-file "$tmp/priv"
like "$status $out" '^[23] AMT_SNMP .*(Unknown user|no answer)' "so is an unknown user"
stop "$agent_pid"
check --community-file "$tmp/community"
like "$status $out" '^[23] AMT_SNMP .* no amtcert_agent answers there' "and an agent that is gone"
check
like "$status $out" '^3 AMT_SNMP UNKNOWN - --logname: either' "one way to be known is needed"
run "$B/checks/check_amt_snmp" --community-file "$tmp/community"
like "$status $out" '^3 AMT_SNMP UNKNOWN - --hostname: is needed' "and a host"
chmod 644 "$tmp/community"
check --community-file "$tmp/community"
like "$status $out" '^3 .*community' "a secret that others can read is refused"
done_testing
