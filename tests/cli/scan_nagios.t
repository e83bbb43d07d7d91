#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
# scan_amt_fleet --passive: Nagios Core takes every result, by either way, and shows
# what the check itself prints.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/scan_fleet.sh
. tests/cli/core.sh
has_nagios || skip_all "nagios4-core is not installed"

many=10000
is_sanitized && many=1000
start_fleet 20 valid:2,due:1,expired:1,wrong-name:1
mv "$tmp/list" "$tmp/live"
# The others are addresses at which nobody listens: their result comes at once.
awk -v n=$((many - 20)) -v net="$(loopback_net)" 'BEGIN {
	for (i = 0; i < n; i++)
		printf "off-%05d.fleet.example,%s.%d.%d\n", i, net, i / 250, i % 250 + 1
}' >"$tmp/off"
cat "$tmp/live" "$tmp/off" >"$tmp/list"
cut -d, -f1 "$tmp/list" >"$tmp/names"
start_nagios amt-tls <"$tmp/names"
ok $? "Nagios Core runs, with $many services"

scan() {
	run_scanner --list "$tmp/list" -f "$tmp/empty.conf" \
	    --trust-anchor "$tmp/ca.pem" --inventory "$tmp/inventory.db" \
	    --jobs 2 -v "$@"
}

# What the core has to show: name, state, and the text without perfdata; it makes a
# colon of every semicolon (base/checks.c), which its own files use.
wanted() {
	sed -nE 's/^AMT_TLS ([A-Z]+) - ([^:]+): (.*) \| .*/\2 \1|AMT_TLS \1 - \2: \3/p' \
	    "$tmp/.out" | tr ';' ':' | sed 's/ OK|/ 0|/; s/ WARNING|/ 1|/; s/ CRITICAL|/ 2|/' | sort
}
shown() {
	nagios_services | sed -nE 's/^([^ ]+ [0-3]) 1\|([^|]*)\|.*/\1|\2/p' | sort
}

# shellcheck disable=SC2317 # called by wait_for
shows_all() { shown | cmp -s "$tmp/wanted" -; }
# shellcheck disable=SC2317 # called by wait_for
spool_is_empty() { [ -z "$(find "$nagios/spool" -type f)" ]; }

for way in "nagios-command=$nagios/rw/nagios.cmd" "nagios-spool=$nagios/spool"; do
	since=$(date +%s)
	scan --passive "$way"
	is "$status" 0 "${way%%=*}: the scan ends well"
	is "$err" "" "and has nothing to complain of"
	like "$out" "^passive results: $many accepted, 0 not$" "it handed on $many results"
	wanted >"$tmp/wanted"
	is "$(wc -l <"$tmp/wanted")" $many "it printed as many"
	# The second way's results differ from the first's in nothing but the time.
	wait_for 60 nagios_has $many "$since"
	ok $? "the core has $many results"
	wait_for 30 shows_all
	ok $? "each with the state and the text of the check" ||
		shown | diff "$tmp/wanted" - | head -5 | sed 's/^/# /'
done
wait_for 30 spool_is_empty
ok $? "no file is left in the spool"

# A scan of other devices, so that only the way is looked at.
sed -n 2p "$tmp/off" >"$tmp/list"
mkfifo "$tmp/nobody"
scan --passive "nagios-command=$tmp/nobody"
is "$status" 2 "a command file that nobody reads is said at once"
like "$err" 'nobody reads it' "and why"
scan --passive "nagios-spool=$tmp/missing"
is "$status" 2 "so is a folder that is not there"
scan --passive "nagios-command=$tmp/list"
is "$status" 2 "and a file that is no FIFO"
like "$err" 'not a FIFO' "it says so"
scan --passive carrier-pigeon=home
is "$status" 3 "an unknown way is wrong usage"
scan --passive-service 'a;b' --passive "nagios-spool=$nagios/spool"
is "$status" 3 "so is a name of a service that no core can have"

name=off-00001
scan --passive "nagios-spool=$tmp" --passive-host short --passive-service Certificate
is "$status" 0 "names can be chosen"
file=$(find "$tmp" -maxdepth 1 -name 'c??????' | head -1)
like "$(cat "$file")" "^host_name=$name\$" "of the host"
like "$(cat "$file")" '^service_description=Certificate$' "of the service"
[ -e "$file.ok" ]
ok $? "the file is said to be whole"
stop_sim fleet "$sim_pid"
stop "$nagios_pid"
done_testing
