#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
# scan_amt_fleet --passive icinga2=URL: Icinga takes every result over its API, and
# is told the password only when it is Icinga.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/scan_fleet.sh
. tests/cli/core.sh
has_icinga || skip_all "icinga2-bin is not installed"
knows_localhost || skip_all "localhost has no address here"

many=10000
is_sanitized && many=500
start_fleet 20 valid:2,due:1,expired:1,wrong-name:1
mv "$tmp/list" "$tmp/live"
awk -v n=$((many - 20)) -v net="$(loopback_net)" 'BEGIN {
	for (i = 0; i < n; i++)
		printf "off-%05d.fleet.example,%s.%d.%d\n", i, net, i / 250, i % 250 + 1
}' >"$tmp/off"
cat "$tmp/live" "$tmp/off" >"$tmp/list"
cut -d, -f1 "$tmp/list" >"$tmp/names"
start_icinga amt-tls <"$tmp/names"
ok $? "Icinga runs, with $many services"

scan() { # LIST OPTION...
	local list=$1
	shift
	run_scanner --list "$list" -f "$tmp/empty.conf" \
	    --trust-anchor "$tmp/ca.pem" --inventory "$tmp/inventory.db" -v \
	    --icinga-user scan --icinga-secret-file "$tmp/icinga.secret" "$@"
}
url=https://localhost:$icinga_port

scan "$tmp/list" --icinga-ca "$icinga/ca.crt" --passive "icinga2=$url"
is "$status" 0 "the scan ends well"
is "$err" "" "and has nothing to complain of"
like "$out" "^passive results: $many accepted, 0 not$" "it handed on $many results"
sed -nE 's/^AMT_TLS ([A-Z]+) - ([^:]+): (.*) \| (.*)/\2 \1|AMT_TLS \1 - \2: \3|\4/p' \
    "$tmp/.out" | sed 's/ OK|/ 0|/; s/ WARNING|/ 1|/; s/ CRITICAL|/ 2|/' | sort \
    >"$tmp/wanted"
icinga_services >"$tmp/services"
sed -nE 's/.*"host_name":"([^"]*)","last_check_result":\{.*"output":"(([^"\\]|\\.)*)","performance_data":\[([^]]*)\].*"state":([0-9]),"ttl".*/\1 \5|\2|\4/p' \
    "$tmp/services" | sed 's/","/ /g; s/|"/|/; s/"$//' | sort >"$tmp/shown"
is "$(wc -l <"$tmp/shown")" $many "Icinga has $many results"
cmp -s "$tmp/wanted" "$tmp/shown"
ok $? "each with the state, the text and the perfdata of the check" ||
	diff "$tmp/wanted" "$tmp/shown" | head -6 | sed 's/^/# /'

# What does not work is told, and costs a bounded time.
head -50 "$tmp/off" >"$tmp/few"
scan "$tmp/few" --icinga-ca "$tmp/ca.pem" --passive "icinga2=$url"
is "$status" 1 "a core with a certificate of another CA is told nothing"
like "$out" '^passive results: 0 accepted, 50 not$' "no result, and no password"
like "$err" 'Icinga: .*certificate' "and it is said why"
scan "$tmp/few" --icinga-ca "$icinga/ca.crt" --passive "icinga2=https://127.0.0.1:$icinga_port"
is "$status" 1 "nor is one of another name"
(umask 077 && echo wrong >"$tmp/wrong")
scan "$tmp/few" --icinga-ca "$icinga/ca.crt" --passive "icinga2=$url" \
    --icinga-secret-file "$tmp/wrong"
is "$status" 1 "a wrong password is refused"
like "$err" 'HTTP status 401' "as Icinga says"
like "$out" '^passive results: 0 accepted, 50 not$' "all results count as not taken"
scan "$tmp/few" --icinga-ca "$icinga/ca.crt" --passive "icinga2=$url" \
    --passive-service other
is "$status" 1 "a service that Icinga does not have is told"
like "$err" 'HTTP status 404' "as Icinga says"
like "$out" '^passive results: 0 accepted, 50 not$' "for each device"
scan "$tmp/few" --icinga-ca "$icinga/ca.crt" --passive "icinga2=https://localhost:$(free_port)"
is "$status" 1 "a core that is not there ends no scan"
like "$out" '^50 devices in .* 50 not read$' "the devices are looked at all the same"
scan "$tmp/few" --icinga-ca "$icinga/ca.crt" --passive "icinga2=http://localhost:$icinga_port"
is "$status" 2 "a URL without TLS is refused"
run_scanner --list "$tmp/few" --passive "icinga2=$url"
is "$status" 3 "user, password and CA are needed"

stop_sim fleet "$sim_pid"
stop "$icinga_pid"
done_testing
