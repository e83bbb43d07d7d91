#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# sync_amt_clock, and renew_amt_tls on a device whose clock is behind.
# timeout: 300
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

make_lab p256
sync=$B/remediate/sync_amt_clock
check=$B/checks/check_amt_clock

# sync NAME OPTION...: the remedy for the device of that simulator.
sync() {
	local sim=$1
	shift
	run "$sync" -f "$tmp/$sim.conf" -H $name -t 60 "$@"
}

# clock_off STATE: seconds between its clock and ours.
clock_off() {
	local clock
	clock=$(json "$1" clock)
	echo $((clock - $(date +%s)))
}

# is_right STATE WHAT
is_right() {
	local off
	off=$(clock_off "$1")
	[ "${off#-}" -le 2 ]
	ok $? "$2: right within 2 s" || echo "# off by $off s"
}

set_clock_write='AMT_TimeSynchronizationService SetHighAccuracyTimeSynch'

# Two days behind, as idea 20 has it; ahead, and a dead battery.
for offset in -172800 +40000 reset; do
	what="clock $offset"
	start_device "off$offset" 14
	sim=off$offset pid=$sim_pid
	ask "$sim" "clock pc1 $offset" >"$tmp/.ask"
	run "$check" -f "$tmp/$sim.conf" -H $name
	[ "$status" != 0 ]
	ok $? "$what: the check says so"
	like "$out" 'run sync_amt_clock' "$what: and names the remedy"
	if [ "$offset" = -172800 ]; then
		is "$status" 1 "$what: WARNING"
		run "$check" -f "$tmp/$sim.conf" -H $name --clock-critical 1d
		is "$status" 2 "$what: CRITICAL where that is too much"
	fi
	forget "$sim"
	sync "$sim"
	is "$status" 0 "$what: a plan is no failure"
	like "$out" '^pc1.example: device clock is .* (behind|ahead); AMT 14' "$what: says why"
	plan=$(planned)
	is "$plan" "$set_clock_write" "$what: one write is planned"
	is "$(deeds "$sim")" '' "$what: and none done"
	[ ! -e "$tmp/$sim.db" ]
	ok $? "$what: no journal is made"
	before=$(settings "$(ask "$sim" 'state pc1')")
	sync "$sim" --apply
	is "$status $err" '0 ' "$what: set, without a word on standard error"
	like "$out" '^pc1.example: clock set: device clock is .*; now within [012] s' "$what: says so"
	is "$(deeds "$sim")" "$plan" "$what: the deed is the plan"
	state=$(ask "$sim" 'state pc1')
	is_right "$state" "$what"
	is "$(settings "$state")" "$before" "$what: nothing else is changed"
	is "$(sqlite3 "$tmp/$sim.db" 'SELECT remedy, outcome FROM run')" 'sync_amt_clock|done' \
	    "$what: it is in the journal"
	run "$check" -f "$tmp/$sim.conf" -H $name
	is "$status" 0 "$what: the check is OK"
	sync "$sim" --apply
	is "$status" 0 "$what: once more is nothing to do"
	like "$out" '^pc1.example: nothing to do: device clock is right within 2 s' "$what: and says so"
	stop_sim "$sim" "$pid"
done

start_device secret 14 clock-offset=-172800
pid=$sim_pid
(umask 077 && echo 'Wr0ng!pass' >"$tmp/wrong")
sync secret --apply --secret-file "$tmp/wrong"
is "$status" 1 'wrong password: exit 1'
state=$(ask secret 'state pc1')
is "$(json "$state" failures) $(json "$state" with_authorization)" '1 1' \
    'wrong password: one attempt'

# What the firmware says no to.
for value in 16 36 38 1024; do
	ask secret 'fault pc1 none' >"$tmp/.ask"
	ask secret "fault pc1 Invoke:*:SetHighAccuracyTimeSynch:*:return-value=$value" >"$tmp/.ask"
	sync secret --apply
	is "$status" 1 "refused with $value: exit 1"
	like "$err" "failed, the device is as it was: .*\($value\)" "refused with $value: says why"
done
ask secret 'fault pc1 none' >"$tmp/.ask"
is "$(sqlite3 "$tmp/secret.db" 'SELECT count(*) FROM run WHERE closed_at IS NULL')" 0 \
    'refused: no run is left open'

#
# A renewal sets the clock first, unless it may not.
#
forget secret
renew secret --apply --no-clock-sync
is "$status" 1 'no-clock-sync: refused'
like "$err" "failed, the device is as it was: .*the device's clock is [12] d behind" 'no-clock-sync: says why'
is "$(deeds secret)" '' 'no-clock-sync: nothing is written'
renew secret
is "$status" 0 'renewal: a plan'
plan=$(planned)
is "$(head -n 1 <<<"$plan")" "$set_clock_write" 'renewal: the clock comes first'
renew secret --apply
is "$status" 0 'renewal: done'
is "$(deeds secret)" "$plan" 'renewal: the deed is the plan'
is_right "$(ask secret 'state pc1')" 'renewal'
verifies "$tls"
ok $? 'renewal: what is served verifies'
stop_sim secret "$pid"

#
# A clock from 2004 behind mutual TLS: no client certificate is valid yet.
#
make_cert console --eku clientAuth,2.16.840.1.113741.1.2.1
chmod 600 "$tmp/console.key"
device_lines="trust-anchor = $tmp/ca.pem
client-cert = $tmp/console.pem
client-key = $tmp/console.key"
start_device dead 14 mutual=yes accept-non-secure=yes
pid=$sim_pid
ask dead 'clock pc1 reset' >"$tmp/.ask"
forget dead
for program in sync_amt_clock renew_amt_tls; do
	run "$B/remediate/$program" -f "$tmp/dead.conf" -H $name -t 60 --apply
	is "$status" 1 "reset behind mutual TLS: $program is refused"
	like "$err" "^$program: failed, the device is as it was: .*refuses our client certificate.*dead battery.*sync_amt_clock --plain.*BIOS extension" \
	    "reset behind mutual TLS: $program names the ways out"
done
sync dead --plain --apply
is "$status" 3 'plain, and the section does not allow it: usage'
like "$err" 'plain-allowed' 'plain, and the section does not allow it: says so'
is "$(json "$(ask dead 'state pc1')" with_authorization) $(deeds dead)" '0 ' \
    'all that before any login'
device_lines="$device_lines
plain-allowed = yes
plain-port = $plain"
configure dead 14
sync dead --plain
plan=$(planned)
is "$status $plan" "0 $set_clock_write" 'plain and allowed: one write is planned'
sync dead --plain --apply
is "$status" 0 'plain and allowed: set' || printf '%s\n' "$err" | sed 's/^/# /'
is "$(deeds dead)" "$plan" 'plain and allowed: the deed is the plan'
is_right "$(ask dead 'state pc1')" 'plain and allowed'
renew dead --apply
is "$status $err" '0 ' 'then TLS takes our client certificate, and the renewal goes its way'
sync dead --plain --apply
is "$status" 0 'plain where TLS lets us in: nothing to do'
unset device_lines
stop_sim dead "$pid"
done_testing
