#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# renew_amt_tls on every device of the lab that tests/sim/mklab.sh makes: what cannot be
# renewed is left as it is.  tests/cli/plan_deed.t has plan and deed.
# timeout: 600
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

lab=$tmp/lab
tests/sim/mklab.sh "$simca" "$lab" || exit 1
"$simca" -m keys -o "$tmp/pool.pem" --count 16
chmod 600 "$lab"/*.key
(umask 077 && echo "$sim_password" >"$tmp/password")
start_sim lab --key-pool "$tmp/pool.pem" --device "$lab/lab.conf" || exit 1
ask lab 'set slow slow-ms=20' >"$tmp/.ask"

cat >"$tmp/lab.conf" <<-EOF
	[defaults]
	secret-file = $tmp/password
	inventory = $tmp/inventory.db
	trust-anchor = $lab/ca.pem
	client-cert = $lab/console.pem
	client-key = $lab/console.key
	[ca local]
	backend = local
	cert-file = $lab/ca.pem
	key-file = $lab/ca.key
EOF
(cat "$tmp/lab.conf" && printf '[device good.lab.example]\nlegacy-tls = yes\n') >"$tmp/old.conf"

# device NAME EXIT ERE [CERTIFICATE [SECONDS]]: apply; then what the last line says.
# Many present the certificate of device good.
device() {
	local before after address port options
	read -r _ _ address port _ < <(grep "^ready $1 " "$tmp/lab.log")
	[ "$port" != 0 ] || port=9
	options=(-H "${4:-$1}.lab.example" -I "$address" -p "$port" --force not-due
		--force expired -t "${5:-20}" -f "$tmp/lab.conf")
	[ "$1" != old ] || options+=(-f "$tmp/old.conf")
	before=$(ask lab "state $1")
	run "$remedy" "${options[@]}" --apply
	is "$status" "$2" "$1: exit $2"
	like "$out$err" "$3" "$1: says what is to be known"
	after=$(ask lab "state $1")
	if [ "$2" = 0 ]; then
		[ "$(json "$after" served)" != "$(json "$before" served)" ]
		ok $? "$1: another certificate is served"
		return
	fi
	is "$(settings "$after")" "$(settings "$before")" "$1: the device is as it was"
}

device good 0 'renewed: valid to'
device due 0 'renewed: valid to'
device expired 0 'renewed: valid to'
device future 0 'renewed: valid to'
device wrong-name 1 'names other.lab.example'
device unknown-ca 1 'RFC 5280|anchor'
device self-signed 1 'self-signed|anchor'
device no-san 0 'renewed: valid to'
device empty-subject 0 'renewed: valid to'
device weak-key 1 'weak|1024'
device sha1 1 'sha1|SHA-1|weak'
device for-ever 0 'renewed: valid to'
device deep 0 'renewed: valid to'
device p384 4 'this firmware needs SHA-384'
device own 1 'anchor|self-signed'
device tls-off 1 '127.0.0.1|refused|connect'
device wrong-clock 0 'renewed: valid to' good
device dead-battery 1 'TLS|certificate' good
device mutual 0 'renewed: valid to' good
device orphans 0 'renewed: valid to' good
device full 1 'MAX_LIMIT_REACHED.*undone' good
device wired 0 'renewed: valid to' good
device no-rfc5746 0 'renewed: valid to' good
device rsa-only 0 'renewed: valid to' good
device old 0 'renewed: valid to' good
device dead 1 'refused|connect' good
device hang 1 'time' good 2
device slow 0 'renewed: valid to' good
like "$(ask lab 'state orphans')" "$(fingerprint "$lab/orphan.pem")" \
    'what others left behind is not touched'
is "$(ask lab 'state wired' | grep -oE '"wired":\{[^}]*\}')" \
    '"wired":{"enabled":true,"client":1,"root":2}' 'nor is what 802.1X uses'
stop_sim lab "$sim_pid"
done_testing
