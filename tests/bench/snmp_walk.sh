#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
# Walks of 1,000, 10,000 and 100,000 devices with two certificates each: by AgentX, by
# amtcert_agent --master, and by a pass_persist program in C in the same run; master and
# agent on one processor, the client on another, for on two they measure wake-ups.
# Counted is the processor time of the servers, which a busy machine hardly changes; the
# ratios to pass_persist that the design measured are 2.2 for one
# column in a request and 0.53 for ten.
. tests/bench/lib.sh
. tests/cli/snmp.sh
sizes=${SIZES:-1000 10000 100000}
agent_pid=

pin() {
	if [ "$(nproc)" -gt 1 ]; then taskset -c "$@"; else shift; "$@"; fi
}

# server_ns: processor time of master, agent and the program of pass_persist so far.
server_ns() {
	local pid sum=0
	for pid in $snmpd_pid $agent_pid $(pgrep -P "${snmpd_pid:-0}"); do
		sum=$((sum + $(cut -d ' ' -f 1 "/proc/$pid/schedstat" 2>/dev/null || echo 0)))
	done
	echo "$sum"
}

# walked PORT BASE COLUMN...: sets $varbinds, $us (of processor time for each), $ms
# (all of it) and $slowest (microseconds that a request waited).
walked() {
	local port=$1 total before
	shift
	before=$(server_ns)
	read -r varbinds total slowest < <(pin 1 "$B/tests/tools/snmpwalker" \
	    "127.0.0.1:$port" "$community" 50 "$@")
	total=$((($(server_ns) - before) / 1000))
	us=$(awk -v t="$total" -v n="$varbinds" 'BEGIN { printf "%.2f", t / n }')
	ms=$((total / 1000))
}

for n in $sizes; do
	rm -rf "$inventory"* "$tmp"/state/agent.db*
	"$mkinv" "$inventory" fill "$n" 2 "$now"
	sync "$inventory" # or the kernel writes it out while it is read
	write_agent_conf 'notify = no'
	sed -i 's/^reload-interval.*/reload-interval = 1s/' "$tmp/amtcert.conf"
	snmp_port=$(udp_port)
	write_master_conf "$tmp/snmpd.conf" "$snmp_port" <<-X
	master agentx
	agentXSocket $tmp/agentx
	agentXTimeout 5
	agentXRetries 0
	view amt included .1.3.6.1.4.1.8072.9999.9999.1
	pass_persist .1.3.6.1.4.1.8072.9999.9999.1 $B/tests/tools/passpersist .1.3.6.1.4.1.8072.9999.9999.1 $n 2
	X
	start snmpd taskset -c 0 snmpd -f -C -c "$tmp/snmpd.conf" -I -smux,mteTrigger,mteTriggerConf -LF w "$tmp/snmpd.err"
	snmpd_pid=$started_pid
	# The peer makes its table first, on the same processor.
	walked "$snmp_port" .1.3.6.1.4.1.8072.9999.9999.1 3
	start agent taskset -c 0 "$B/snmp/amtcert_agent" -f "$tmp/amtcert.conf" -v
	agent_pid=$started_pid
	# Whoever asks meanwhile wants the same processor.
	wait_for 60 grep -q 'inventory: read in' "$tmp/agent.log" || exit 1
	wait_for 60 is_served || { cat "$tmp"/*.err "$tmp"/*.log >&2; exit 1; }
	load=$(sed -n 's/.*inventory: read in \([0-9]*\) ms.*/\1/p' "$tmp/agent.log" | tail -n 1)
	need "$load" '^[0-9]+$'
	walked "$snmp_port" $ROOT.1.5.1 3
	need "$varbinds" "^$((2 * n))$"
	one=$us
	walked "$snmp_port" $ROOT.1.5.1 2 3 4 5 6 7 8 1001 1002 1003
	need "$varbinds" "^$((20 * n))$"
	ten=$us ten_ms=$ms
	walked "$snmp_port" .1.3.6.1.4.1.8072.9999.9999.1 3
	need "$varbinds" "^$((2 * n))$"
	pass_one=$us
	walked "$snmp_port" .1.3.6.1.4.1.8072.9999.9999.1 2 3 4 5 6 7 8 9 10 11
	need "$varbinds" "^$((20 * n))$"
	pass_ten=$us
	bench snmp_walk "us_per_varbind_one_column_$n" "$one"
	bench snmp_walk "us_per_varbind_ten_columns_$n" "$ten"
	bench snmp_walk "one_column_vs_pass_persist_$n" "$(ratio "$one" "$pass_one")"
	bench snmp_walk "ten_columns_vs_pass_persist_$n" "$(ratio "$ten" "$pass_ten")"
	bench snmp_walk "whole_table_ms_$n" "$ten_ms"
	bench snmp_walk "load_ms_$n" "$load"
	bench snmp_walk "resident_kib_$n" "$(awk '/^VmRSS/ { print $2 }' "/proc/$agent_pid/status")"

	# a writer commits each second; what does a GET wait at most?
	worst=0
	for _ in 1 2 3 4 5; do
		sql 'UPDATE scan SET n_ok = n_ok + 1'
		end=$(($(date +%s%3N) + 1000))
		while [ "$(date +%s%3N)" -lt "$end" ]; do
			walked "$snmp_port" $ROOT.1.1 7
			[ "$slowest" -le "$worst" ] || worst=$slowest
		done
	done
	bench snmp_walk "worst_get_us_while_reloading_$n" "$worst"
	bench snmp_walk "peak_kib_while_reloading_$n" "$(awk '/^VmHWM/ { print $2 }' "/proc/$agent_pid/status")"
	stop "$agent_pid"
	stop "$snmpd_pid"
	snmpd_pid=

	mkdir -p "$tmp/snmp-config"
	write_master_conf "$tmp/snmp-config/amtcert_agent.conf" "$snmp_port" </dev/null
	sed -i '/^agentaddress/d' "$tmp/snmp-config/amtcert_agent.conf"
	write_agent_conf "notify = no
listen = udp:127.0.0.1:$snmp_port"
	start agent taskset -c 0 "$B/snmp/amtcert_agent" --master -f "$tmp/amtcert.conf"
	agent_pid=$started_pid
	wait_for 60 is_served || { cat "$tmp"/*.err "$tmp"/*.log >&2; exit 1; }
	walked "$snmp_port" $ROOT.1.5.1 3
	need "$varbinds" "^$((2 * n))$"
	bench snmp_walk "master_vs_agentx_one_column_$n" "$(ratio "$us" "$one")"
	walked "$snmp_port" $ROOT.1.5.1 2 3 4 5 6 7 8 1001 1002 1003
	need "$varbinds" "^$((20 * n))$"
	bench snmp_walk "master_vs_agentx_ten_columns_$n" "$(ratio "$us" "$ten")"
	stop "$agent_pid"
done
