# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # used by and set in the scripts that read this
# What the tests of reprovision_amt_tls share.  Needs tests/cli/renew.sh.

remedy=$B/remediate/reprovision_amt_tls

# make_expired: certificates of $name that ended ten days ago.
make_expired() {
	make_cert late --not-before -375d --not-after -10d -s "$name" --san "$name"
	make_cert late-p384 --key-type p384 --digest sha384 --not-before -375d \
	    --not-after -10d -s "$name" --san "$name"
	chmod 600 "$tmp"/*.key
}

# start_expired NAME PROFILE KEY=VALUE...: it serves one of them.
start_expired() {
	local sim=$1 profile=$2 leaf=late
	shift 2
	[ "$profile" != 22 ] || leaf=late-p384
	start_device "$sim" "$profile" "certificate=$tmp/$leaf.pem" "key=$tmp/$leaf.key" "$@"
}

# start_off NAME PROFILE KEY=VALUE...: TLS is off, the plain port is open and allowed.
start_off() {
	local sim=$1 profile=$2 sets=() set
	shift 2
	for set; do
		sets+=(--set "$set")
	done
	start_sim "$sim" --key-pool "$tmp/pool.pem" --name pc1 --set "profile=$profile" \
	    --set tls=no --set tls-port=0 --set plain-port=0 "${sets[@]}" || return 1
	allow_plain "$sim" "$profile"
}

# allow_plain NAME PROFILE: for this device, in $tmp/NAME.conf; sets tls to the port
# that it will have.
allow_plain() {
	local device_lines="trust-anchor = $tmp/ca.pem
		plain-allowed = yes
		plain-port = $plain
		${more_lines-}"
	tls=$(json "$(ask "$1" 'state pc1')" tls_port)
	configure "$1" "$2"
}

# apply_as_planned NAME WHAT OPTION...: plan, apply, compare; it verifies in the end.
apply_as_planned() {
	local sim=$1 what=$2 plan
	shift 2
	renew "$sim" "$@"
	is "$status" 0 "$what: planned"
	plan=$(planned)
	is "$(deeds "$sim")" '' "$what: nothing was written"
	due=$out
	forget "$sim"
	renew "$sim" --apply "$@"
	is "$status $err" '0 ' "$what: reprovisioned"
	is "$(deeds "$sim")" "$plan" "$what: the deed is the plan"
	verifies "$tls"
	ok $? "$what: what is served verifies"
	is "$(json "$(ask "$sim" 'state pc1')" failures)" 0 "$what: no login failed"
}

# network NAME: the committed settings of the network interface, as three truths.
network() {
	ask "$1" 'state pc1' | sed -E 's/.*"committed":\{"context":[^,]*,"network":\{"enabled":([a-z]*),"mutual":([a-z]*),"accept_non_secure":([a-z]*),.*/enabled=\1 mutual=\2 plain=\3/'
}

# lets_us_in PORT: with our client certificate, and nobody without.
lets_us_in() {
	openssl s_client -connect "127.0.0.1:$1" -CAfile "$tmp/ca.pem" -verify_return_error \
	    -cert "$tmp/console.pem" -key "$tmp/console.key" -legacy_server_connect \
	    </dev/null >/dev/null 2>&1 &&
		! openssl s_client -connect "127.0.0.1:$1" -legacy_server_connect \
		    </dev/null >/dev/null 2>&1
}

# clock_is_right NAME: within a minute, for a machine that is busy: it was off by years.
clock_is_right() {
	local off
	off=$(($(json "$(ask "$1" 'state pc1')" clock) - $(date +%s)))
	[ "${off#-}" -le 60 ]
}

# Of a matrix all cases alike, not more of the writes.
# shellcheck disable=SC2317 # called by run_matrix
pick() { :; }
