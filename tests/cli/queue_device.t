#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
# From fifty alerts to one renewal, by three workers at once; a worker that is killed at
# each step of a renewal, with all its processes; and no secret anywhere on the way.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

worker=$B/remediate/work_amt_queue
handler=$B/remediate/amt_event_handler
check=$B/checks/check_amt_tls
mkinv=$B/tests/tools/mkinv

query() { # NAME STATEMENT
	"$mkinv" "$tmp/$1.db" query "$2"
}
alert() { # NAME
	"$handler" -f "$tmp/$1.conf" --hostname "$name" --service amt-tls --state WARNING \
	    --state-type HARD --attempt 3 --host-downtime 0 --service-downtime 0 \
	    --flapping 0 --acknowledged 0 --in-window 1 >>"$tmp/alerts" 2>&1
}
# alert_and_die NAME: the core kills the whole group the moment it is back.
alert_and_die() {
	# shellcheck disable=SC2016 # for the shell that is started
	setsid --wait bash -c "$(declare -f alert)"'
		tmp=$1 handler=$2 name=$3
		alert "$4"
		kill -KILL -$$' alert "$tmp" "$handler" "$name" "$1"
}
writes() { # NAME METHOD
	grep -c " method=$2 .* write=yes " "$tmp/$1.req"
}

# due NAME KEY=VALUE...: a device whose certificate is due, as a check has recorded.
due() {
	local sim=$1
	shift
	rm -rf "$tmp/$sim".db*
	start_device "$sim" 14 "$@"
	printf '[queue]\nprogram-dir = %s\nstop-file = %s\n' "$B/remediate" "$tmp/stop" \
	    >>"$tmp/$sim.conf"
	run "$check" -f "$tmp/$sim.conf" -H $name --record
}
make_lab p256

#
# Fifty alerts, two workers, one renewal.
#
due one key-ms=3000
is "$status" 1 'the check says that the certificate is due'
: >"$tmp/alerts"
touch "$tmp/stop" # until all have asked
workers=()
for i in 1 2 3; do
	start "worker$i" "$worker" -f "$tmp/one.conf" --service
	workers+=("$started_pid")
done
pids=()
for _ in {1..50}; do
	alert_and_die one 2>/dev/null &
	pids+=("$!")
done
wait "${pids[@]}"
is "$(grep -c ': queued' "$tmp/alerts")" 50 'fifty alerts at once: each finds the job'
is "$(query one 'SELECT count(*) FROM job')" 1 'which is one'
rm "$tmp/stop"

# While the firmware makes a key pair: what is to be seen of the processes.
# shellcheck disable=SC2317 # called by wait_for
is_making_key() { ask one 'state pc1' | grep -q '"making_key":true'; }
wait_for 60 is_making_key
ok $? 'one of three workers runs it'
runner=$(query one 'SELECT runner_pid FROM job')
remedy_pid=$(cat "/proc/$runner/task/$runner/children")
remedy_pid=${remedy_pid// /}
for pid in "${workers[@]}" "$runner" "$remedy_pid"; do
	cat "/proc/$pid/cmdline" "/proc/$pid/environ" 2>/dev/null
done | tr '\0' '\n' >"$tmp/seen"
like "$(cat "$tmp/seen")" "^--hostname=$name\$" 'the command line names the device'
is "$(awk '/^Max core file size/ { print $5, $6 }' "/proc/$remedy_pid/limits")" '0 0' \
    'a remedy leaves no core dump'
# shellcheck disable=SC2317 # called by wait_for
is_done() { [ "$(query one 'SELECT state, n_attempts FROM job')" = '3|1' ]; }
wait_for 120 is_done
ok $? 'it is done, at the first attempt'
is "$(writes one GenerateKeyPair) $(writes one AddCertificate)" '1 1' \
    'one key pair was made, one certificate added'
verifies "$tls"
ok $? 'which verifies'
run "$check" -f "$tmp/one.conf" -H $name --record
is "$status" 0 'the next check is OK'
: >"$tmp/alerts"
for _ in {1..5}; do
	alert one
done
run "$worker" -f "$tmp/one.conf"
for pid in "${workers[@]}"; do
	stop "$pid"
done
is "$(writes one GenerateKeyPair)" 1 'alerts that come late change nothing'

# That certificate comes due, too, by a policy that wants more.
sed 's/^\[device .*/&\npolicy = configmgr\nrenew-before = 400d/; s/^backend = .*/&\nlifetime = 500d/' \
    "$tmp/one.conf" >"$tmp/later.conf"
run "$check" -f "$tmp/later.conf" -H $name --record
is "$status" 1 'the new certificate comes due'
alert later
run "$worker" -f "$tmp/later.conf"
is "$(writes one GenerateKeyPair) $(writes one AddCertificate)" '2 2' \
    'another serial number is another renewal' || printf '%s\n' "$err" | sed 's/^/# /'

# The password, the key of the CA, and what is made of the password for a login.
key=$(sed -n 2p "$tmp/ca.key")
ha1=$(printf '%s:%s:%s' "$sim_user" "$(json "$(ask one 'state pc1')" realm)" "$sim_password" | md5sum | cut -c 1-32)
for file in seen worker1.log worker2.log worker3.log alerts one.db one.db-wal; do
	[ ! -e "$tmp/$file" ] || cat "$tmp/$file"
done >"$tmp/all"
grep -aFq -e "$sim_password" -e "$key" -e "$ha1" "$tmp/all"
is "$?" 1 'no secret in arguments, environment, logs, queue or journal'
grep -aFq -- "$name" "$tmp/all"
ok $? '(what is no secret is found there)'
is "$(find "$tmp" -name 'core*' | wc -l)" 0 'and no core dump'
stop "$sim_pid"

#
# Killed at a step: worker, the process that watches, and the remedy.  QUEUE_STEPS=all
# tests/cli/queue_device.t kills at each that writes.
#
# shellcheck disable=SC2317 # called by wait_for
has_frozen() { grep -q 'fault=freeze' "$tmp/cut.req"; }
# shellcheck disable=SC2317 # called by wait_for
are_gone() { # PID...
	local pid
	for pid; do
		[ ! -e "/proc/$pid" ] || grep -q '^State:[[:space:]]*[ZX]' "/proc/$pid/status" || return 1
	done
}
steps=(Invoke:*:GenerateKeyPair Invoke:*:AddCertificate Invoke:*:CommitChanges)
[ -z "${QUEUE_STEPS-}" ] ||
	steps+=(Invoke:*:GeneratePKCS10RequestEx Put:AMT_TLSCredentialContext:*)
for step in "${steps[@]}"; do
	: >"$tmp/cut.req"
	due cut "fault=$step:1:freeze"
	alert cut
	start killed "$worker" -f "$tmp/cut.conf"
	wait_for 60 has_frozen
	ok $? "$step: the device has done it, and says nothing"
	runner=$(query cut 'SELECT runner_pid FROM job WHERE runner_pid > 1')
	ok $((runner > 1 ? 0 : 1)) "$step: somebody watches it" || continue
	read -r -a gone <"/proc/$runner/task/$runner/children"
	gone=("$started_pid" "$runner" "${gone[@]}")
	kill -STOP "${gone[@]}" # none of them sees another's end
	kill -KILL "${gone[@]}"
	wait "$started_pid" 2>/dev/null
	wait_for 60 are_gone "${gone[@]}"
	is "$(query cut 'SELECT state FROM job')" 1 "$step: all are killed, the job is left running"
	ask cut 'fault pc1 none' >/dev/null
	ask cut 'set pc1 hang=no' >/dev/null
	run "$worker" -f "$tmp/cut.conf"
	is "$status $(query cut 'SELECT state, n_attempts FROM job')" '0 3|2' \
	    "$step: the next worker brings it to its end" || printf '%s\n' "$err" | sed 's/^/# /'
	state=$(ask cut 'state pc1')
	is "$(certificates "$state" | wc -l) $(keys "$state" | wc -l)" '3 2' \
	    "$step: with nothing left over"
	verifies "$tls"
	ok $? "$step: and it verifies"
	stop "$sim_pid"
done

#
# Cut in the middle, and off until its certificate has ended: what was begun goes on, for
# a reprovisioning would be refused.
#
make_cert late --not-before -375d --not-after -10d -s $name --san $name
chmod 600 "$tmp"/*.key
: >"$tmp/off.req"
due off "certificate=$tmp/late.pem" "key=$tmp/late.key" 'fault=Invoke:*:AddCertificate:*:cut-before-read'
run "$remedy" -f "$tmp/off.conf" -H $name --apply --force expired
is "$status" 2 'off: a renewal is cut in the middle'
ask off 'fault pc1 none' >/dev/null
run "$B/remediate/scan_amt_fleet" -f "$tmp/off.conf"
run "$B/remediate/evaluate_amt_fleet" -f "$tmp/off.conf"
like "$out" ': renew_amt_tls: expired, ' 'off: what is queued is what was begun'
run "$worker" -f "$tmp/off.conf"
is "$status $(query off 'SELECT remedy, outcome FROM run')" '0 renew_amt_tls|done' \
    'off: and it comes to its end' || printf '%s\n' "$err" | sed 's/^/# /'
verifies "$tls"
ok $? 'off: it verifies'
stop "$sim_pid"
done_testing
