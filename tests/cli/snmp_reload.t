#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 180
# Walks while the inventory is written and read again ten times a second: every row is
# there once and in order, and none mixes two readings.
# shellcheck disable=SC2119,SC2317 # functions with optional arguments, and indirect
. tests/cli/lib.sh
. tests/cli/snmp.sh

# Each writing gives all certificates one moment, and says it in every column: two
# dates, a third that is a year later, and in another table the subject.
year=$((365 * 86400))
write_moment() { # SECONDS since 1970
	sql "BEGIN; UPDATE slot SET since = $1, not_before = $1, not_after = $1 + $year;
	    UPDATE cert SET subject = printf('CN=%02X %02X %02X %02X %02X',
		strftime('%m', $1, 'unixepoch'), strftime('%d', $1, 'unixepoch'),
		strftime('%H', $1, 'unixepoch'), strftime('%M', $1, 'unixepoch'),
		strftime('%S', $1, 'unixepoch')); COMMIT"
}
write_often() {
	local at=1735689600 # 2025-01-01; no leap day within a year and a half
	while :; do
		at=$((at + 3661))
		write_moment "$at"
		sleep 0.05
	done
}

columns=("$ROOT.1.5.1.5" "$ROOT.1.5.1.7" "$ROOT.1.5.1.6" "$ROOT.1.6.1.1")

# rows FILE: what snmpbulkget printed, the columns of a row in as many lines, as lines of
# "INDEX MOMENT", or of "INDEX mixed" where the columns disagree. Past the last row of
# the first column there are none.
rows() {
	sed -n 's/^\(\.[0-9.]*\) "*\([^"]*[^" ]\) *"*$/\1 \2/p' "$1" | awk -v list="${columns[*]}" '
	BEGIN { n = split(list, column, " ") }
	{
		at = (NR - 1) % n + 1
		index_ = substr($1, length(column[at]) + 2)
		if (substr($1, 1, length(column[at]) + 1) != column[at] ".")
			index_ = "none"
		said = substr($0, length($1) + 2)
		# A date: two octets of the year, then month, day, hours, minutes, seconds.
		year = at < n ? substr(said, 1, 5) : ""
		moment = at < n ? substr(said, 7, 14) : substr(said, 4)
	}
	at == 1 {
		row = index_
		first = moment
		first_year = year
		mixed = 0
	}
	index_ != row || moment != first { mixed = 1 }
	at == 2 && year != first_year { mixed = 1 }
	at == 3 && year == first_year { mixed = 1 }
	at == n && row != "none" { print row, (mixed ? "mixed" : first) }'
}

# walk_rows: all of them, 20 in a request.
walk_rows() {
	local at='' found
	while :; do
		snmpbulkget -v 2c -c "$community" -r 0 -t 10 -Onq -Cn0 -Cr20 \
		    "127.0.0.1:$snmp_port" "${columns[@]/%/$at}" \
		    >"$tmp/answer" 2>&1
		found=$(rows "$tmp/answer")
		[ -n "$found" ] || break
		printf '%s\n' "$found"
		at=.$(tail -n 1 <<<"$found" | cut -d ' ' -f 1)
	done
}

# generation: of what is served; 0 when nobody answers.
generation() {
	get $SUMMARY.2.0 | grep -x '[0-9][0-9]*' || echo 0
}

# expect_calm HOW: until eight readings were seen in walks.
expect_calm() {
	local end=$((SECONDS + 60)) n=0 first
	first=$(generation)
	: >"$tmp/moments"
	: >"$tmp/wrong"
	until { [ "$n" -ge 4 ] && [ "$(sort -u "$tmp/moments" | wc -l)" -ge 8 ]; } ||
	    [ "$SECONDS" -gt "$end" ]; do
		walk_rows >"$tmp/walk"
		cut -d ' ' -f 2- "$tmp/walk" >>"$tmp/moments"
		cut -d ' ' -f 1 "$tmp/walk" >"$tmp/seen"
		diff "$tmp/wanted" "$tmp/seen" >>"$tmp/wrong" || tail -n 3 "$tmp/answer" >>"$tmp/wrong"
		walk $ROOT.1.5.1.2 | sed 's/ = .*//; s/^.*\.1\.5\.1\.2\.//' >"$tmp/seen"
		diff "$tmp/wanted" "$tmp/seen" >>"$tmp/wrong"
		n=$((n + 1))
	done
	is "$(head -n 9 "$tmp/wrong")" "" "$1: each of $n walks in bulk, and as many of one column, is complete and in order"
	is "$(grep -c mixed "$tmp/moments")" 0 "$1: no row mixes two readings"
	[ "$(sort -u "$tmp/moments" | wc -l)" -ge 8 ] && [ $(($(generation) - first)) -ge 7 ]
	ok $? "$1: they went over $(sort -u "$tmp/moments" | wc -l) readings"
}

"$mkinv" "$inventory" fill 40 2 "$now"
write_moment 1735689600
query 'SELECT device_id, number FROM slot ORDER BY 1, 2' | tr '|' . >"$tmp/wanted"
write_agent_conf 'notify = no'
start_served
write_often &
writer=$!
started+=("$writer")
expect_calm AgentX
stop "$agent_pid"
stop "$snmpd_pid"

mkdir -p "$tmp/snmp-config"
write_master_conf "$tmp/snmp-config/amtcert_agent.conf" "$snmp_port" </dev/null
sed -i '/^agentaddress/d' "$tmp/snmp-config/amtcert_agent.conf"
write_agent_conf "notify = no
listen = udp:127.0.0.1:$snmp_port"
start_agent --master
wait_for 10 is_served
expect_calm master
stop "$writer"
done_testing
