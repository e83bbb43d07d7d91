# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # used by and set in the scripts that read this
# A simulated fleet for the tests of the scanner, and what a scan has to say of it.
# Needs tests/cli/lib.sh and tests/sim/client.sh.

scanner=$B/remediate/scan_amt_fleet

# is_sanitized: everything takes several times as long, and memory means nothing.
is_sanitized() {
	case $B in
	*san* | *fuzz*) return 0 ;;
	*) return 1 ;;
	esac
}

# loopback_net: "127.N", for addresses that no other test of the day has just now.
loopback_net() {
	echo "127.$((64 + RANDOM % 160))"
}

# start_fleet COUNT MIX [OPTION...]: its devices to $tmp/list, as "name,address".
start_fleet() {
	local count=$1 mix=$2
	shift 2
	make_ca
	(umask 077 && echo "$sim_password" >"$tmp/secret")
	: >"$tmp/empty.conf"
	rm -f "$tmp/fleet.log"
	start fleet "$amtsim" --control "$tmp/fleet.sock" --count "$count" \
	    --base-address "$(loopback_net).0.0" --mix "$mix" --ca "$tmp/ca.pem" \
	    --ca-key "$tmp/ca.key" "$@"
	sim_pid=$started_pid
	wait_for 120 has_begun || return 1
	awk '/^ready/ { print tolower($2) ".fleet.example," $3 }' "$tmp/fleet.log" \
	    >"$tmp/list"
	[ "$(wc -l <"$tmp/list")" = "$count" ]
}

# shellcheck disable=SC2317 # called by wait_for
has_begun() {
	grep -q '^listening' "$tmp/fleet.log" || ! kill -0 "$sim_pid" 2>/dev/null
}

# run_scanner OPTION...: run, without the remark that AddressSanitizer makes of every
# program that uses swapcontext(3).
run_scanner() {
	run "$scanner" "$@"
	err=$(printf '%s\n' "$err" | grep -v 'ASan doesn.t fully support makecontext')
}

# scan OPTION...: of $tmp/list into $tmp/inventory.db; sets status, out and err.
scan() {
	run_scanner -f "$tmp/empty.conf" --list "$tmp/list" \
	    --trust-anchor "$tmp/ca.pem" --inventory "$tmp/inventory.db" "$@"
}

# verdicts SERVICE: "kind state word" and how often, of the lines of -v. The word is
# the one that tells the kinds apart.
verdicts() {
	sed -nE "s/^$1 ([A-Z]+) - ([a-z-]+)-[0-9]+\.fleet\.example: (.*)/\2 \1 \3/p" \
	    "$tmp/.out" | awk '{
		word = "other"
		if ($0 ~ /no answer in time|Timeout|timed out|no time left/) word = "silent"
		else if ($0 ~ /refused|[Cc]onnect/) word = "closed"
		else if ($0 ~ /wrong name|name: /) word = "name"
		else if ($3 == "expired") word = "expired"
		else if ($3 $4 == "renewaloverdue" || $3 $4 == "renewaldue,") word = "due"
		else if ($3 == "valid,") word = "valid"
		print $1, $2, word
	}' | sort | uniq -c | sed 's/^ *//'
}

# kinds: "COUNT kind" of the list, as the simulator was told.
kinds() {
	sed -E 's/-[0-9]+\..*//' "$tmp/list" | sort | uniq -c | sed 's/^ *//'
}

# most_connections: the highest count of any device.
most_connections() {
	ask fleet state | grep -oE '"connections":[0-9]+' | cut -d: -f2 | sort -n | tail -1
}
