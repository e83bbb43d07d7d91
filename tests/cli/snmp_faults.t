#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 240
# What can go wrong around amtcert_agent: masters that are absent, restarted or
# frozen, another subagent, a frozen agent, answers that are too large, and an
# inventory that is missing, locked, corrupt, replaced or of another version.
# shellcheck disable=SC2119,SC2317 # functions with optional arguments, and indirect
. tests/cli/lib.sh
. tests/cli/snmp.sh

state_is() {
	[ "$(get "$SUMMARY.1.0")" = "$1" ]
}
count_is() {
	[ "$(get "$SUMMARY.7.0")" = "$1" ]
}
is_gone() {
	get "$SUMMARY.1.0" | grep -q 'No Such Object'
}
said() {
	grep -c -- "$1" "$tmp/agent.log"
}
# cpu: hundredths of a second that the agent has used.
cpu() {
	awk '{ print $14 + $15 }' "/proc/$agent_pid/stat"
}

# The configuration and the state directory.
write_agent_conf 'oid-root = nonsense'
run "$B/snmp/amtcert_agent" -f "$tmp/amtcert.conf"
is "$status" 1 "a wrong configuration is no start"
like "$err" 'amtcert.conf:9: \[agent\]: oid-root: ' "and says where"
write_agent_conf

# No master, no inventory: it waits for both.
start_agent
began=$(date +%s%3N)
wait_for_line "$tmp/agent.log" 'inventory.db: '
run "$B/snmp/amtcert_agent" --nonsense
is "$status" 3 "wrong usage is 3"
like "$err" 'nonsense' "and says what"
run "$B/snmp/amtcert_agent" --version
like "$status $out" '^3 amtcert_agent [0-9]' "--version"
run "$B/snmp/amtcert_agent" --help
like "$status $out" '^3 .*usage: amtcert_agent' "--help"
is_later() {
	[ "$(date +%s%3N)" -ge "$1" ]
}
wait_for 5 is_later $((began + 2500)) # three tries for the master
is "$(said 'inventory.db: ')" 1 "a missing inventory is said once"
is "$(said 'Failed to connect')" 1 "and so is a missing master"
agentx_timeout=3
start_snmpd
wait_for 5 state_is 2
ok $? "it finds a master that comes later, and says that the inventory is missing"
is "$(get $SUMMARY.{2,5,6,7}.0 | tr '\n' ' ')" "0 4294967295 3 0 " "without one there is nothing, and that is unknown"
"$mkinv" "$inventory" fill 30 2 "$now"
wait_for 5 state_is 1
ok $? "it finds an inventory that comes later"
wait_for 5 count_is 30
ok $? "and serves it"
is "$(said 'inventory.db: is read')" 1 "and says so"

# A second instance, on this state directory and on another.
run "$B/snmp/amtcert_agent" -f "$tmp/amtcert.conf"
is "$status" 1 "a second agent on the same state directory does not start"
like "$err" 'agent.lock: another amtcert_agent holds it' "and says why"
mkdir "$tmp/state2"
sed "s,^state-dir.*,state-dir = $tmp/state2," "$tmp/amtcert.conf" >"$tmp/second.conf"
start second "$B/snmp/amtcert_agent" -f "$tmp/second.conf"
second_pid=$started_pid
wait_for_line "$tmp/second.log" 'another subagent holds our OIDs'
ok $? "one on another notices who has its OIDs"
first=$(get $SUMMARY.2.0)
stop "$agent_pid"
wait_for 10 is_served
ok $? "and takes them over when they are free"
isnt=$(get $SUMMARY.2.0)
[ "$isnt" != "$first" ]
ok $? "it is the second that answers ($isnt, not $first)"
is "$(grep -c 'another subagent holds' "$tmp/second.log")" 1 "it said so once"
stop "$second_pid"
start_agent
wait_for 5 is_served

# The master: killed, restarted, frozen.
kill -KILL "$snmpd_pid"
wait "$snmpd_pid" 2>/dev/null
start_snmpd
wait_for 10 is_served
ok $? "a master that was killed and restarted is found again"
kill -STOP "$snmpd_pid"
sleep 1.5 # its ping is on its way
used=$(cpu)
sleep 1
[ $(($(cpu) - used)) -lt 20 ]
ok $? "a frozen master does not make it spin"
kill -CONT "$snmpd_pid"
wait_for 20 is_served
ok $? "and is served when it thaws"

# The agent: frozen for less and more than the master waits, with requests
# outstanding.
kill -STOP "$agent_pid"
ask_often 400
sleep 1
kill -CONT "$agent_pid"
wait_for 10 is_served
ok $? "an agent that froze for a while under 400 requests serves on"
kill -STOP "$agent_pid"
ask_often 400
sleep $((agentx_timeout + 1)) # the master itself is stuck in send() all the while
kill -CONT "$agent_pid"
wait_for 20 is_served
ok $? "and so does one that froze for longer than the master waits"
is "$(get $SUMMARY.7.0)" 30 "with its data"

# An answer above 64 KiB is never sent; one by one they are.
names=()
for _ in $(seq 1500); do
	names+=("$ROOT.1.6.1.1.1.1")
done
snmpget -v 2c -c $community -r 0 -t 2 "127.0.0.1:$snmp_port" "${names[@]}" >"$tmp/big" 2>&1
is "$(is_served && echo yes)" yes "an answer above 64 KiB hurts nobody"

# The inventory: locked, truncated, corrupt, newer, replaced, deleted, read-only.
start holder "$mkinv" "$inventory" write 60
holder_pid=$started_pid
wait_for_line "$tmp/holder.log" held
ok $? "another program is in the middle of writing"
# For thirty seconds; a sanitizer has seen enough after three.
slowest=0 n_asked=0 locked_s=30
case $B in *san*) locked_s=3 ;; esac
end=$(($(date +%s) + locked_s))
while [ "$(date +%s)" -lt "$end" ]; do
	before=$(date +%s%3N)
	count_is 30 || slowest=9999
	took=$(($(date +%s%3N) - before))
	[ "$took" -le "$slowest" ] || slowest=$took
	n_asked=$((n_asked + 1))
	sleep 0.1
done
[ "$slowest" -lt 4000 ] # whoever waits for the lock waits for longer
ok $? "while another writes for $locked_s s, data is served at once ($n_asked times, $slowest ms at most)"
[ "$n_asked" -gt 0 ]
ok $? "and was asked for"
is "$(get $SUMMARY.1.0)" 1 "and nothing is wrong"
stop "$holder_pid"
stop "$agent_pid"
start holder "$mkinv" "$inventory" hold 60
holder_pid=$started_pid
wait_for_line "$tmp/holder.log" held
start_agent
wait_for 12 said 'another program is writing'
ok $? "an inventory that another keeps for itself is said"
is "$(get $SUMMARY.1.0)" 2 "and told"
stop "$holder_pid"
wait_for 12 state_is 1
ok $? "and read when it is free"

sql 'PRAGMA wal_checkpoint(TRUNCATE)' # what is in the log, too
cp "$inventory" "$tmp/good.db"
# put FILE: in its place, by one move.
put() {
	rm -f "$inventory"-*
	mv "$1" "$inventory"
}
head -c 20000 "$tmp/good.db" >"$tmp/cut.db"
put "$tmp/cut.db"
wait_for 10 state_is 2
ok $? "a truncated inventory is told"
is "$(get $SUMMARY.7.0)" 30 "and the last data is served"
head -c 200000 /dev/urandom >"$tmp/noise.db"
put "$tmp/noise.db"
wait_for 10 grep -q 'not a database\|is not an\|is no ' "$tmp/agent.log"
ok $? "noise in its place is said"
is "$(get $SUMMARY.{1,7}.0 | tr '\n' ' ')" "2 30 " "and the last data is served"
cp "$tmp/good.db" "$tmp/newer.db"
"$mkinv" "$tmp/newer.db" sql 'PRAGMA user_version = 999'
put "$tmp/newer.db"
wait_for 10 state_is 3
ok $? "one of a newer version is incompatible"
is "$(get $SUMMARY.7.0)" 30 "and the last data is served"
"$mkinv" "$tmp/other.db" fill 50 1 "$now"
put "$tmp/other.db"
wait_for 10 count_is 50
ok $? "another one in its place is served"
wait_for 10 state_is 1 # the state follows what was read
ok $? "and is fine"
rm -f "$inventory" "$inventory"-*
wait_for 10 state_is 2
ok $? "a deleted one is told"
is "$(get $SUMMARY.7.0)" 50 "and the last data is served"
age=$(get $SUMMARY.5.0)
[ "$age" -ge 1 ] && [ "$age" -lt 600 ]
ok $? "with its age"
mkdir "$tmp/shelf"
mv "$tmp/good.db" "$tmp/shelf/inventory.db"
"$mkinv" "$tmp/shelf/inventory.db" sql "UPDATE scan SET n_ok = 1" # no writer is left
stop "$agent_pid"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$tmp" "$tmp/shelf"
	chmod 644 "$tmp"/shelf/*
	chown -R 65534:65534 "$tmp/state" "$tmp/agentx"
	chmod 644 "$tmp/amtcert.conf"
	sed -i "s,^inventory.*,inventory = $tmp/shelf/inventory.db," "$tmp/amtcert.conf"
	start agent setpriv --reuid=65534 --regid=65534 --clear-groups \
	    "$B/snmp/amtcert_agent" -f "$tmp/amtcert.conf"
	agent_pid=$started_pid
	wait_for 10 count_is 30
	ok $? "a user who may only read serves a WAL file that nobody has open" ||
	    sed 's/^/# /' "$tmp/agent.log"
else
	skip "a user who may only read serves a WAL file" "needs root to become another user"
	start_agent
fi
is "$(id -u)" "$(stat -c %u "$tmp/shelf/inventory.db")" "and the file is as it was"

# The end, under load.
wait_for 5 is_served
for _ in 1 2 3; do
	walk "$ROOT" >/dev/null &
done
kill "$agent_pid"
wait "$agent_pid"
is "$?" 0 "SIGTERM under load ends it with 0"
wait_for 5 is_gone
ok $? "and its objects are gone"
is "$(get .1.3.6.1.2.1.1.3.0 | wc -l)" 1 "while snmpd answers on"
done_testing
