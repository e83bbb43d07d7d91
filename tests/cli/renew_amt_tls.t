#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# renew_amt_tls: plan, deed and proof on every generation of firmware.
# timeout: 600
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

make_lab p384

# renewed NAME: the state after a renewal, given the state before in $before.
assert_renewed() {
	local sim=$1 what=$2 after new
	after=$(ask "$sim" 'state pc1')
	new=$(json "$after" served)
	[ "$new" != "$(json "$before" served)" ]
	ok $? "$what: another certificate is served"
	verifies "$tls"
	ok $? "$what: which verifies"
	is "$(served)" "$new" "$what: and is the one a handshake shows"
	is "$(certificates "$after" | grep -c .) $(keys "$after" | grep -c .)" \
	    "$(($(certificates "$before" | grep -c .) + 1)) $(($(keys "$before" | grep -c .) + 1))" \
	    "$what: one certificate and one key more"
	is "$(certificates "$after" | head -n "$(certificates "$before" | grep -c .)")" \
	    "$(certificates "$before")" "$what: nothing of what was there is gone"
	like "$(printf '%s' "$after" | grep -oE '"handle":[0-9]+,"sha256":"'"$new"'"[^}]*')" \
	    '"referenced":true' "$what: the new one is in use"
	is "$(json "$after" context) $(printf '%s' "$after" | grep -oE '"context":[0-9]+' | sort -u | wc -l)" \
	    "$(certificates "$after" | grep "$new" | cut -d ' ' -f 1) 1" \
	    "$what: bound, and committed"
	is "$(json "$after" failures)" 0 "$what: no login failed"
	is "$(settings "$after" | grep -oE '"network":\{[^}]*\}' | sort -u)" \
	    "$(settings "$before" | grep -oE '"network":\{[^}]*\}' | sort -u)" \
	    "$what: the TLS settings are as they were"
}

for profile in 9 11.8 14 16.0 16.1 19 22; do
	what="AMT $profile"
	start_device "amt$profile" "$profile"
	sim=amt$profile pid=$sim_pid
	before=$(ask "$sim" 'state pc1')
	renew "$sim"
	is "$status" 0 "$what: a plan is no failure"
	like "$out" 'renewal due, (29|30) d left' "$what: it says why"
	like "$out" 'a plan of 4 writes: nothing is changed without --apply' \
	    "$what: and that nothing was done"
	is "$(deeds "$sim")" '' "$what: nor was anything"
	[ ! -e "$tmp/$sim.db" ]
	ok $? "$what: no journal is made"
	plan=$(planned)
	forget "$sim"
	renew "$sim" --apply --actor 'job 7'
	is "$status $err" '0 ' "$what: renewed, without a word on standard error"
	is "$(sqlite3 "$tmp/$sim.db" 'SELECT reason, actor FROM archive')" 'replaced|job 7' \
	    "$what: the archive knows who asked"
	like "$out" '^pc1.example: renewed: valid to 20[0-9-]+ \(36[45] d\)' "$what: says so"
	like "$out" '^fingerprint sha256:[0-9a-f]{64} -> sha256:[0-9a-f]{64}$' \
	    "$what: says which replaces which"
	is "$(deeds "$sim")" "$plan" "$what: the deed is the plan"
	assert_renewed "$sim" "$what"
	[ "$profile" != 22 ] ||
		is "$(ask "$sim" 'state pc1' | grep -oE '"type":"[A-Z]+","bits":[0-9]+' | sort -u)" \
		    '"type":"EC","bits":384' "$what: no key pair of RSA was made"
	renew "$sim" --apply
	is "$status" 0 "$what: once more is nothing to do"
	like "$out" '^pc1.example: nothing to do: not due, 36[45] d left' "$what: and says so"
	stop_sim "$sim" "$pid"
done

done_testing
