# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2154 # lab and helpers are demo.sh's
# The SNMP part of the demonstration: a private snmpd, snmptrapd and amtcert_agent on
# free ports of the loopback.  Read by tests/demo.sh.

PATH=$PATH:/usr/sbin
root=.1.3.6.1.4.1.8072.9999.9999.16993
expiry=$root.1.7.1
snmp_pids=()
export MIBS='' MIBDIRS=/dev/null SNMPCONFPATH=$lab SNMP_PERSISTENT_DIR=$lab/snmp

snmp_stop() {
	[ ${#snmp_pids[@]} = 0 ] || kill "${snmp_pids[@]}" 2>/dev/null
	wait "${snmp_pids[@]}" 2>/dev/null
}

# free_udp_port: one of 127.0.0.1 that nobody has right now.
free_udp_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 12000))
		grep -qi "$(printf ':%04X ' "$port")" /proc/net/udp || break
	done
	echo "$port"
}

# until_true SECONDS COMMAND...
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

snmp_configure() {
	cat >snmpd.conf <<-EOF
	agentaddress udp:127.0.0.1:$snmp_port
	master agentx
	agentXSocket $lab/agentx
	agentXRetries 0
	rocommunity demo 127.0.0.1
	trap2sink 127.0.0.1:$trap_port demo
	EOF
	cat >snmptrapd.conf <<-EOF
	snmpTrapdAddr udp:127.0.0.1:$trap_port
	doNotRetainNotificationLogs yes
	authCommunity log demo
	format2 %v\\n
	EOF
	cat >>amtcert.conf <<-EOF
	[agent]
	agentx-socket = $lab/agentx
	state-dir = $lab/snmp
	reload-interval = 1s
	EOF
	echo demo >community
}

# snmp_start: until the inventory is served.
snmp_start() {
	snmp_port=$(free_udp_port)
	trap_port=$(free_udp_port)
	mkdir -p snmp
	snmp_configure
	snmptrapd -f -C -c snmptrapd.conf -n -On -Lf traps &
	snmp_pids+=($!)
	snmpd -f -C -c snmpd.conf -I -smux,mteTrigger,mteTriggerConf -LF w snmpd.log &
	snmp_pids+=($!)
	amtcert_agent -f amtcert.conf 2>agent.log &
	snmp_pids+=($!)
	until_true 20 snmp_has_rows
}

# Does the table of expiries have a row?
snmp_has_rows() {
	snmpgetnext -v 2c -c demo -r 0 -Oqn "127.0.0.1:$snmp_port" "$expiry.2" |
	    grep -q "^$expiry\.2\."
}

# snmp_notified KIND NAME: has a notification with that number named the device?
snmp_notified() {
	grep -a "$root\.0\.$1[^0-9]" traps | grep -aq "\"$2\""
}
