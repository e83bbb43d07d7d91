# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # used by and set in the scripts that read this
# What the tests of remedies share: a CA, a simulated device with a configuration
# file for it, and what a renewal has to leave behind.  Needs tests/cli/lib.sh and
# tests/sim/client.sh.

remedy=$B/remediate/renew_amt_tls
name=pc1.example

# make_lab KEY-TYPE: a CA (AMT 22 wants one of p384), a certificate for $name that
# has been due for twelve days and an hour (no text depends on the second), and the
# password.
make_lab() {
	"$simca" -m ca -o "$tmp/ca.pem" --key-out "$tmp/ca.key" -s 'Lab CA' \
	    --key-type "$1" --not-before -400d --not-after +3650d
	"$simca" -m keys -o "$tmp/pool.pem" --count 4
	make_cert pc1 --not-before -8041h --not-after +719h
	make_cert pc1-p384 --key-type p384 --digest sha384 --not-before -8041h \
	    --not-after +719h -s $name --san $name
	chmod 600 "$tmp"/*.key
	(umask 077 && echo "$sim_password" >"$tmp/password")
}

# Certificate and key of a device, by its profile.
leaf_of() { # PROFILE
	if [ "$1" = 22 ]; then echo pc1-p384; else echo pc1; fi
}

# start_device NAME PROFILE KEY=VALUE...: a simulator for one device, which is
# configured in $tmp/NAME.conf. $device_lines and $ca_lines go into its sections.
start_device() {
	local sim=$1 profile=$2 leaf sets=() set
	shift 2
	leaf=$(leaf_of "$profile")
	for set; do
		sets+=(--set "$set")
	done
	start_sim "$sim" --key-pool "$tmp/pool.pem" --name pc1 --set "profile=$profile" \
	    --set tls-port=0 --set plain-port=0 --set "certificate=$tmp/$leaf.pem" \
	    --set "key=$tmp/$leaf.key" --set "root=$tmp/ca.pem" "${sets[@]}" || return 1
	configure "$sim" "$profile"
}

# configure NAME PROFILE: write $tmp/NAME.conf for the port in $tls. Trial enrolments are
# for tests that are about them: those set trial_line= for what is so unless set.
configure() {
	local legacy=
	[ "$2" != 9 ] || legacy='legacy-tls = yes'
	cat >"$tmp/$1.conf" <<-EOF
		[defaults]
		secret-file = $tmp/password
		inventory = $tmp/$1.db
		[device $name]
		address = 127.0.0.1
		port = $tls
		$legacy
		${device_lines-trust-anchor = $tmp/ca.pem}
		[ca local]
		backend = local
		${trial_line-trial = no}
		${ca_lines-cert-file = $tmp/ca.pem
		key-file = $tmp/ca.key}
	EOF
}

# renew NAME OPTION...: the remedy for the device of that simulator.
renew() {
	local sim=$1
	shift
	run "$remedy" -f "$tmp/$sim.conf" -H $name -t 60 "$@"
}

# planned: the writes of the plan in $out, as CLASS METHOD INSTANCE lines.
planned() {
	printf '%s\n' "$out" | sed -n 's/^ *write //p'
}

# deeds NAME: the writes in the log of a simulator, in the same form.
deeds() {
	sed -nE '/ write=yes /{
		s/.* op=([^ ]+) class=([^ ]+) method=([^ ]+) instance=("[^"]*"|[^ ]+) .*/\2 \3 \4 \1/
		s/^([^ ]+) - (.*) ([A-Z][a-z]+)$/\1 \3 \2/
		s/ Invoke$//
		s/ -$//
		s/"//g
		p
	}' "$tmp/$1.req"
}

# forget NAME: begin the log anew.
forget() {
	: >"$tmp/$1.req"
}

# certificates STATE, keys STATE: "HANDLE SHA256" a line.
certificates() {
	printf '%s\n' "$1" | grep -oE '"handle":[0-9]+,"sha256":"[0-9a-f]{64}","subject"' |
	    sed -E 's/"handle":([0-9]+),"sha256":"([0-9a-f]+)".*/\1 \2/'
}
keys() {
	printf '%s\n' "$1" | grep -oE '"handle":[0-9]+,"sha256":"[0-9a-f]{64}","type"' |
	    sed -E 's/"handle":([0-9]+),"sha256":"([0-9a-f]+)".*/\1 \2/'
}

# settings STATE: committed and pending settings, store and bindings, byte by byte.
settings() {
	printf '%s\n' "$1" | sed -E 's/.*("served":.*),"counters":.*/\1/'
}

# verifies PORT: a handshake whose certificate is good for $name today.
verifies() {
	openssl s_client -connect "127.0.0.1:$1" -no-CApath \
	    -no-CAstore -CAfile "$tmp/ca.pem" -verify_return_error \
	    -verify_hostname $name -legacy_server_connect -cipher 'ALL:@SECLEVEL=0' \
	    </dev/null >"$tmp/.verify" 2>&1 &&
	    grep -q 'Verify return code: 0' "$tmp/.verify"
}
