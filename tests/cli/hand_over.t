#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 400
# Who pins a certificate is told of the one that took its place: once when nothing goes
# wrong, at least once when something is killed, and never with a secret.
# tests/unit/test_courier.c has the programs that fail, and a kill before every thing
# that a delivery does.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/queue.sh

check=$B/checks/check_amt_queue

# tell [LINE]...: the command notes what it reads, then does this.
tell() {
	{
		printf '#!/bin/sh\ncat >>%s/told\nenv >%s/env\n' "$tmp" "$tmp"
		printf '%s\n' "$@"
	} >"$tmp/tell"
	chmod 700 "$tmp/tell"
}
# due NAME KEY=VALUE...: a device whose certificate is due, and nobody told yet.
due() {
	local sim=$1
	shift
	rm -f "$tmp/told"
	start_device "$sim" 14 "$@"
	sed -i "s,^\[defaults\],&\nhandover-command = $tmp/tell -x," "$tmp/$sim.conf"
	printf '[queue]\nstop-file = %s\nprogram-dir = %s\n' "$tmp/stop" "$B/remediate" \
	    >>"$tmp/$sim.conf"
	served_before=$(served)
}
n_told() {
	grep -c . "$tmp/told" 2>/dev/null
}
# told_of OLD NEW: is the last line that, in full?
told_of() {
	tail -n 1 "$tmp/told" | grep -Eq "^\{\"uuid\":\"[0-9a-f-]{36}\",\"device\":\"$name\",\"roles\":\[\"tls\"\],\"old\":\{\"fingerprint\":\"sha256:$1\",\"serial_number\":\"[0-9a-f]+\"\},\"new\":\{\"fingerprint\":\"sha256:$2\",\"serial_number\":\"[0-9a-f]+\"\},\"at\":[0-9]+,\"program\":\"renew_amt_tls\",\"reason\":\"[^\"]+\"\}\$"
}
make_lab p256

#
# Nothing goes wrong.
#
tell 'echo noted'
due plain
renew plain --apply
is "$status $err" '0 ' 'renewed'
is "$(n_told)" 1 'one line for one renewal'
told_of "$served_before" "$(served)"
ok $? 'which has both fingerprints and all the rest' || sed 's/^/# /' "$tmp/told"
is "$(printf '%s\n' "$out" | grep '^{')" "$(cat "$tmp/told")" 'the same is on standard output'
is "$(printf '%s\n' "$out" | tail -n 1)" "fingerprint sha256:$served_before -> sha256:$(served)" \
    'whose last line is for people'
is "$(sed '/^\(PWD\|SHLVL\|_\)=/d' "$tmp/env" | sort)" 'LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin' 'the command has no environment but this'
grep -qF -e "$sim_password" -e "$(sed -n 2p "$tmp/ca.key")" "$tmp/told" "$tmp/env"
is "$?" 1 'and no secret'
run "$worker" -f "$tmp/plain.conf"
renew plain --apply
like "$out" 'nothing to do' 'there is nothing left to do'
is "$(n_told)" 1 'nor to tell: worker and remedy leave it at that'
run "$check" -f "$tmp/plain.conf"
is "$status" 0 'the queue is healthy'
like "$out" ' hand_overs=0;;;0 ' 'and nothing waits'

#
# A command that does not take it: the renewal is done all the same.
#
tell 'printf "no\\033[1m console\\n" >&2; exit 7'
renew plain --apply --force=not-due
is "$status" 0 'a renewal whose command fails is a renewal'
like "$err" "^renew_amt_tls: $name: hand-over not delivered: $tmp/tell: exit status 7: no.x1b.1m console; again at 20" \
    'and says so, printable'
run "$check" -f "$tmp/plain.conf"
is "$status" 1 'check_amt_queue warns'
like "$out" "; 1 hand-over not delivered since 20[0-9TZ:-]+ \($name: .*exit status 7" 'since when, and why'
run "$check" -f "$tmp/plain.conf" -vv
like "$out" "^hand-over: $name: since .*, failed 1 times, not before 20" 'a line of its own with -vv'
tell 'exit 0'
sql plain 'UPDATE outbox SET not_before = not_before + 1800 WHERE taken_at = 0'
run "$worker" -f "$tmp/plain.conf"
is "$(n_told)" 2 'it waits for its time'
sql plain 'UPDATE outbox SET not_before = 0 WHERE taken_at = 0'
touch "$tmp/stop"
run "$worker" -f "$tmp/plain.conf"
is "$(n_told)" 2 'while the stop file is there nothing is delivered'
rm "$tmp/stop"
run "$worker" -f "$tmp/plain.conf"
is "$status $(n_told)" '0 3' 'then the worker delivers it'
like "$err" "^work_amt_queue: $name: hand-over delivered\$" 'and says so'
run "$check" -f "$tmp/plain.conf"
is "$status" 0 'all is well again'
sed -i 's,^handover-command = .*,handover-command = tell,' "$tmp/plain.conf"
renew plain --apply --force=not-due
is "$status" 3 'a command without a path is a wrong configuration'
like "$err" 'plain.conf:2: .*handover-command: tell: not an absolute path' 'said before anything is done'
stop "$sim_pid"

#
# Killed between the proof and the delivery: while the firmware deletes what was
# replaced, and says nothing. (What a first renewal installed is ours to delete.)
#
tell 'exit 0'
due cut
renew cut --apply
rm "$tmp/told"
served_before=$(served)
: >"$tmp/cut.req"
ask cut 'fault pc1 Delete:AMT_PublicKeyCertificate:*:1:freeze' >/dev/null
start killed "$remedy" -f "$tmp/cut.conf" -H $name -t 60 --apply --force=not-due
# shellcheck disable=SC2317 # called by wait_for
has_frozen() { grep -q 'fault=freeze' "$tmp/cut.req"; }
wait_for 60 has_frozen
ok $? 'the device has deleted, and says nothing'
kill -KILL "$started_pid"
wait "$started_pid" 2>/dev/null
ask cut 'fault pc1 none' >/dev/null
ask cut 'set pc1 hang=no' >/dev/null
is "$(n_told)" '' 'nobody was told'
is "$(query cut 'SELECT count(*) FROM outbox WHERE taken_at = 0')" 1 'but the line waits'
run "$worker" -f "$tmp/cut.conf"
is "$(n_told)" 1 'a worker delivers it'
told_of "$served_before" "$(served)"
ok $? 'in full'
renew cut --apply
is "$status $(n_told)" '0 1' 'the run that goes on proves again, and does not tell again'

# Killed beside the command, and when that has ended, before it is noted.
tell "[ -e $tmp/been ] || { : >$tmp/been; kill -KILL \$PPID; }"
renew cut --apply --force=not-due
is "$status" 137 'killed by its own command'
is "$(n_told)" 2 'which was told'
rm "$tmp/been"
# shellcheck disable=SC2016 # for the script
tell ': >'"$tmp"'/been'
renew cut --apply
is "$(n_told)" 3 'the next run, of nothing to do, tells once more'
is "$(query cut 'SELECT count(*) FROM outbox WHERE taken_at = 0')" 0 'and notes it'
stop "$sim_pid"
done_testing
