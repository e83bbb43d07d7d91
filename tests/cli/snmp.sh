# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154,SC2119,SC2120,SC2317 # shared with lib.sh and the scripts that read this
# A private snmpd, snmptrapd and amtcert_agent on free ports of the loopback, and
# what asks them.  Use after tests/cli/lib.sh: . tests/cli/snmp.sh

for program in snmpd snmptrapd snmpget snmpbulkwalk; do
	command -v "$program" >/dev/null ||
	    PATH=$PATH:/usr/sbin command -v "$program" >/dev/null ||
	    skip_all "$program is not installed"
done
PATH=$PATH:/usr/sbin

ROOT=.1.3.6.1.4.1.8072.9999.9999.16993
SUMMARY=$ROOT.1.1
export MIBS='' MIBDIRS=/dev/null SNMPCONFPATH=$tmp SNMP_PERSISTENT_DIR=$tmp/persist
inventory=$tmp/inventory.db
mkinv=$B/tests/tools/mkinv
now=$(date +%s)
community=pub
auth=authentication-phrase
priv=privacy-phrase-of-a-test
engine=0x80007ed9036c61622d31
v3=(-v 3 -u nms -l authPriv -a SHA-256 -A "$auth" -x AES -X "$priv")
mkdir -p "$tmp/state" "$tmp/persist" "$tmp/persist-trapd"

# What snmptrapd writes after its log was emptied begins with zeros.
grep() {
	command grep -a "$@"
}

# udp_port: one of 127.0.0.1 that nobody has right now.
udp_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 12000))
		grep -qi "$(printf ':%04X ' "$port")" /proc/net/udp || break
	done
	echo "$port"
}

# write_master_conf FILE PORT: users and views of a master, whichever it is.  More
# lines come from standard input.
write_master_conf() {
	cat >"$1" <<-EOF
	agentaddress udp:127.0.0.1:$2
	exactEngineID $engine
	view amt included $ROOT
	view amt included .1.3.6.1.2.1.1
	view less included $ROOT
	view less excluded $ROOT.1.6
	view less included .1.3.6.1.2.1.1
	view column included $ROOT
	view column excluded $ROOT.1.5.1.4
	rocommunity $community 127.0.0.1 -V amt
	rwcommunity writer 127.0.0.1 -V amt
	rocommunity few 127.0.0.1 -V less
	rocommunity nocolumn 127.0.0.1 -V column
	createUser nms SHA-256 "$auth" AES "$priv"
	rouser nms authPriv -V amt
	EOF
	cat >>"$1"
}

# sinks PORT: one plain trap, one v3 trap, one v3 inform per notification.
sinks() {
	local how="-v 3 -u nms -l authPriv -a SHA-256 -A $auth -x AES -X $priv"
	echo "trap2sink 127.0.0.1:$1 sink"
	echo "trapsess $how udp:127.0.0.1:$1"
	echo "trapsess -Ci -r 2 -t 2 $how udp:127.0.0.1:$1"
}

# start_snmpd [LINES]: sets $snmpd_pid; the port stays over restarts.
start_snmpd() {
	snmp_port=${snmp_port:-$(udp_port)}
	write_master_conf "$tmp/snmpd.conf" "$snmp_port" <<-EOF
	master agentx
	agentXSocket $tmp/agentx
	agentXTimeout ${agentx_timeout:-5}
	agentXRetries 0
	${1-}
	EOF
	start snmpd snmpd -f -C -c "$tmp/snmpd.conf" -I -smux,mteTrigger,mteTriggerConf \
	    -LF w "$tmp/snmpd.err"
	snmpd_pid=$started_pid
	wait_for 10 get .1.3.6.1.2.1.1.3.0
}

# start_trapd: notifications into $tmp/traps, a line each: VERSION bindings.
start_trapd() {
	trap_port=$(udp_port)
	cat >"$tmp/snmptrapd.conf" <<-EOF
	snmpTrapdAddr udp:127.0.0.1:$trap_port
	doNotRetainNotificationLogs yes
	authCommunity log sink
	createUser nms SHA-256 "$auth" AES "$priv"
	createUser -e $engine nms SHA-256 "$auth" AES "$priv"
	authUser log nms priv
	format2 %P | %v\\n
	EOF
	: >"$tmp/traps"
	SNMP_PERSISTENT_DIR=$tmp/persist-trapd start snmptrapd snmptrapd -f -C \
	    -c "$tmp/snmptrapd.conf" -n -On -Lf "$tmp/traps"
	wait_for 10 grep -qi "$(printf ':%04X ' "$trap_port")" /proc/net/udp
}

# write_agent_conf [LINES of [agent]]
write_agent_conf() {
	cat >"$tmp/amtcert.conf" <<-EOF
	[defaults]
	inventory = $inventory
	[agent]
	agentx-socket = $tmp/agentx
	state-dir = $tmp/state
	snmp-config = $tmp/snmp-config
	ping-interval = 1s
	reload-interval = 100ms
	${1-}
	EOF
}

# start_agent [OPTION...]: sets $agent_pid; its log is $tmp/agent.log.
start_agent() {
	start agent "$B/snmp/amtcert_agent" -f "$tmp/amtcert.conf" "$@"
	agent_pid=$started_pid
}

# start_served: all of it, until the inventory is served.
start_served() {
	start_snmpd "${1-}"
	start_agent
	wait_for 10 is_served
}

# get OID...: values only, one per line.
get() {
	snmpget -v 2c -c "$community" -r 0 -t 2 -Oqvn "127.0.0.1:$snmp_port" "$@" 2>&1
}

# is_served: a mirror is there, and the inventory is read.
is_served() {
	[ "$(get "$SUMMARY.1.0")" = 1 ] && [ "$(get "$SUMMARY.2.0")" -gt 0 ]
}

# one_line: octets in hexadecimal are wrapped at sixteen.
one_line() {
	grep -v 'No more variables left' |
	    awk '/^[.]/ { if (NR > 1) print line; line = $0; next }
		{ line = line " " $0 } END { if (NR > 0) print line }'
}

# walk OID [OPTION...]: "OID = TYPE: VALUE" lines, without the end of the view.
walk() {
	local oid=$1
	shift
	snmpbulkwalk -v 2c -c "$community" -r 0 -t 10 -On -Cr25 "$@" \
	    "127.0.0.1:$snmp_port" "$oid" 2>&1 | one_line
}

# sql STATEMENT: what a test changes in the inventory.
sql() {
	"$mkinv" "$inventory" sql "$1"
}

query() {
	"$mkinv" "$inventory" query "$1"
}

# snmp_tlv TAG HEX: one BER element, below 128 octets, in hexadecimal.
snmp_tlv() {
	printf '%s%02x%s' "$1" $((${#2} / 2)) "$2"
}

# ask_often N: as many GETs of the number of devices at once, whose answers nobody
# waits for. A program for each would take longer than what is tested.
ask_often() {
	local packet i
	# 1.3.6.1.4.1.8072.9999.9999.16993.1.1.7.0 = NULL
	packet=$(snmp_tlv 30 "$(snmp_tlv 06 2b06010401bf08ce0fce0f81846101010700)0500")
	packet=$(snmp_tlv a0 "020101020100020100$(snmp_tlv 30 "$packet")")
	packet=$(snmp_tlv 30 "020101$(snmp_tlv 04 "$(printf %s "$community" |
	    od -An -tx1 | tr -d ' \n')")$packet")
	packet=$(printf %s "$packet" | fold -w 2 | sed 's/^/\\x/' | tr -d '\n')
	exec 5>"/dev/udp/127.0.0.1/$snmp_port"
	for ((i = 0; i < $1; i++)); do
		printf %b "$packet" >&5
	done
	exec 5>&-
}

# has_traps N KIND: at least N notifications of a kind came.
has_traps() {
	[ "$(grep -c "$ROOT\.0\.$2[^0-9]" "$tmp/traps")" -ge "$1" ]
}
