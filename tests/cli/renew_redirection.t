#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# renew_amt_tls, reprovision_amt_tls: serial and disk redirection have a port of their
# own, and a certificate counts as renewed only when it is shown there, too.
# timeout: 600
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

make_lab p256
# For the proof to be waited for and the way back, which each get a half of what is left.
limit=6
[[ $B != *san* ]] || limit=9
make_cert late --not-before -375d --not-after -10d -s $name --san $name
chmod 600 "$tmp"/*.key

# start_redirected NAME KEY=VALUE...: its redirection port in $redirection, and known.
start_redirected() {
	start_device "$1" 14 redirection-port=0 "${@:2}"
	redirection=$(json "$(ask "$1" 'state pc1')" redirection_port)
	point "$1" "$redirection"
}

# point NAME PORT: what the configuration says of it.
point() {
	local device_lines="trust-anchor = $tmp/ca.pem
		redirection-port = $2"
	configure "$1" 14
}

# shaken NAME: handshakes on that port since the last counting.
shaken() {
	json "$(ask "$1" 'state pc1')" redirections
	ask "$1" 'zero pc1' >"$tmp/.ask"
}

# assert_undone NAME WHAT: the newest run failed for what that port shows.
assert_undone() {
	is "$status" 1 "$2: exit 1"
	like "$err" "no proof: redirection port $redirection: another certificate is served than the new one; undone: the device is as it was\$" \
	    "$2: says why"
	is "$(settings "$(ask "$1" 'state pc1')")" "$before" "$2: the device is as before"
}

start_redirected open redirection=yes
pid=$sim_pid
renew open --apply
is "$status $err" '0 ' 'open: renewed'
verifies "$redirection"
ok $? 'open: what is served there verifies'
is "$(shaken open)" 2 'open: one handshake of the run, one of this test'
renew open --apply
is "$status $(shaken open)" '0 0' 'open: nothing to prove, nobody asked'
renew open --apply --force not-due
is "$status $(shaken open)" '0 1' 'open: as often as it is renewed'
stop_sim open "$pid"

start_redirected closed
pid=$sim_pid
renew closed --apply -v
is "$status" 0 'closed: renewed'
like "$err" "redirection port $redirection: .*refused" 'closed: told when asked'
stop_sim closed "$pid"

start_redirected sticky redirection=yes sticky-redirection=yes
pid=$sim_pid
before=$(settings "$(ask sticky 'state pc1')")
renew sticky --apply -t $limit
assert_undone sticky 'sticky'
verifies "$tls"
ok $? 'sticky: the old one verifies'
point sticky none
renew sticky --apply
is "$status $err" '0 ' 'sticky: renewed where nobody is to look'
stop_sim sticky "$pid"

remedy=$B/remediate/reprovision_amt_tls
start_redirected late redirection=yes sticky-redirection=yes "certificate=$tmp/late.pem" \
    "key=$tmp/late.key"
pid=$sim_pid
before=$(settings "$(ask late 'state pc1')")
renew late --apply -t $limit
assert_undone late 'sticky and expired'
stop_sim late "$pid"

start_redirected again redirection=yes "certificate=$tmp/late.pem" "key=$tmp/late.key"
pid=$sim_pid
renew again --apply
is "$status $err" '0 ' 'expired: reprovisioned'
verifies "$redirection"
ok $? 'expired: what is served there verifies'
stop_sim again "$pid"

done_testing
