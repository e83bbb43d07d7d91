#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# renew_amt_tls: firmware that takes its time, signals, and two runs at once.
# timeout: 600
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

make_lab p256

for kind in 'key-ms=1200' 'key-ms=1200 busy-400=yes' 'restart-ms=1200' 'slow-ms=20' \
    'commit-drops=no' 'page-size=1' 'idle-ms=200' 'nonce-uses=3' 'qop-both=yes chunk=17'; do
	# shellcheck disable=SC2086 # words
	start_device slow 14 $kind
	pid=$sim_pid
	renew slow --apply
	is "$status" 0 "$kind: renewed"
	verifies "$tls"
	ok $? "$kind: verifies"
	is "$(json "$(ask slow 'state pc1')" failures)" 0 "$kind: no login failed"
	rm -rf "$tmp"/slow.db*
	stop_sim slow "$pid"
done

#
# Answers that nobody can read, once each: looked for, not guessed.
#
for fault in garbage not-http dtd wrong-relates-to stale huge; do
	for at in GenerateKeyPair AddCertificate CommitChanges; do
		start_device odd 14 "fault=Invoke:*:$at:1:$fault"
		pid=$sim_pid
		renew odd --apply
		is "$status" 0 "$fault for $at: renewed"
		state=$(ask odd 'state pc1')
		is "$(certificates "$state" | wc -l) $(keys "$state" | wc -l)" '3 2' \
		    "$fault for $at: with nothing left over"
		rm -rf "$tmp"/odd.db*
		stop_sim odd "$pid"
	done
done

#
# While the firmware makes a key pair.
#
# shellcheck disable=SC2317 # called by wait_for
is_making_key() { ask busy 'state pc1' | grep -q '"making_key":true'; }

for signal in TERM INT HUP; do
	start_device busy 14 key-ms=1500
	pid=$sim_pid
	start run "$remedy" -f "$tmp/busy.conf" -H $name --apply -v
	run_pid=$started_pid
	wait_for 10 is_making_key
	ok $? "SIG$signal: a key pair is being made"
	if [ $signal = TERM ]; then
		renew busy --apply
		is "$status" 1 "a second run at the same time fails"
		like "$err" "another remedy is at work: held by process $run_pid" \
		    "and names the first"
	fi
	kill -$signal "$run_pid"
	wait "$run_pid"
	is "$?" 2 "SIG$signal: exit 2"
	like "$(cat "$tmp/run.log")" '^generate-key +begins: make a key pair' "SIG$signal: -v tells the steps"
	like "$(cat "$tmp/run.log")" '^renew_amt_tls: failed after a change: stopped by a signal; stopped in step generate-key, the next run goes on from there$' \
	    "SIG$signal: the last line tells where"
	is "$(keys "$(ask busy 'state pc1')" | wc -l)" 2 "SIG$signal: the request was finished"
	renew busy
	like "$out" '^pc1.example: run [0-9]+ of 20[0-9T:Z-]+ goes on;' "SIG$signal: the plan is to go on"
	unlike "$out" 'GenerateKeyPair' "SIG$signal: with the key pair that is there"
	renew busy --apply
	is "$status" 0 "SIG$signal: the next run renews"
	is "$(json "$(ask busy 'state pc1')" key_generations)" 1 "SIG$signal: one key pair was made"
	rm -rf "$tmp"/busy.db*
	stop_sim busy "$pid"
done

#
# Too little time.
#
start_device late 14 restart-ms=3000
pid=$sim_pid
renew late --apply -t 2
is "$status" 2 'a run that is over before the firmware is back: exit 2'
like "$err" 'the time of this run is over' 'and says so'
# shellcheck disable=SC2317 # called by wait_for
is_back() { ask late 'state pc1' | grep -q '"tls_open":true'; }
wait_for 10 is_back
renew late --apply
is "$status" 0 'the next run finds it renewed'
like "$out" 'renewed: valid to' 'and proves it'
stop_sim late "$pid"

done_testing
