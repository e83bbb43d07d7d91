#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# install_amt_root: plan, deed and proof; what it does not install; and cuts.
# timeout: 600
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/remedy_faults.sh

make_lab p256
remedy=$B/remediate/install_amt_root
new_root() { # NAME OPTION...
	"$simca" -m ca -o "$tmp/$1.pem" --key-out "$tmp/$1.key" -s "Root $1" --key-type p256 "${@:2}"
}
new_root new --not-after +3650d

# install NAME OPTION...: the remedy for the device of that simulator.
install() {
	local sim=$1
	shift
	run "$remedy" -f "$tmp/$sim.conf" -H $name -t 60 "$@"
}

# entry STATE FILE: what the store says of that certificate.
entry() {
	printf '%s\n' "$1" | grep -oE '\{"handle":[0-9]+,"sha256":"'"$(fingerprint "$2")"'"[^}]*\}'
}

# refused NAME WHAT STATUS ERE: it failed for that reason and wrote nothing.
assert_refused() {
	is "$status" "$3" "$2: exit $3"
	like "$err" "$4" "$2: says why"
	is "$(deeds "$1")" '' "$2: nothing was written"
	is "$out" '' "$2: one line is enough"
}

for profile in 9 22; do
	what="AMT $profile"
	start_device amt$profile $profile
	sim=amt$profile pid=$sim_pid
	run "$B/checks/check_amt_roots" -f "$tmp/$sim.conf" -H $name --expect-root "$tmp/new.pem"
	like "$out" 'trust anchor .* is not in the firmware; .*; run install_amt_root' "$what: the check names the remedy"
	forget $sim
	before=$(ask $sim 'state pc1')
	install $sim --root "$tmp/new.pem"
	is "$status" 0 "$what: a plan is no failure"
	like "$out" "the device will trust .*Root new, valid to 20[0-9-]+, sha256:$(fingerprint "$tmp/new.pem")" \
	    "$what: says what it will trust"
	plan=$(planned)
	is "$plan" 'AMT_PublicKeyManagementService AddTrustedRootCertificate' "$what: one write is planned"
	is "$(deeds $sim)" '' "$what: and none done"
	[ ! -e "$tmp/$sim.db" ]
	ok $? "$what: no journal is made"
	install $sim --root "$tmp/new.pem" --apply
	is "$status $err" '0 ' "$what: installed, without a word on standard error"
	like "$out" 'installed as Intel\(r\) AMT Certificate: Handle: [0-9]+, read back byte for byte' "$what: says so"
	is "$(deeds $sim)" "$plan" "$what: the deed is the plan"
	state=$(ask $sim 'state pc1')
	like "$(entry "$state" "$tmp/new.pem")" '"trusted_root":true' "$what: it is a trusted root"
	is "$(certificates "$state" | grep -vF "$(fingerprint "$tmp/new.pem")")" "$(certificates "$before")" \
	    "$what: nothing of what was there is gone"
	is "$(sqlite3 "$tmp/$sim.db" 'SELECT remedy, outcome, lower(hex(added)) FROM run')" \
	    "install_amt_root|done|$(fingerprint "$tmp/new.pem")" "$what: the journal knows it as ours"
	install $sim --root "$tmp/new.pem" --apply
	is "$status" 0 "$what: once more is nothing to do"
	like "$out" 'nothing to do: root .*Root new is a trusted root of the device' "$what: and says so"
	install $sim --root "$tmp/ca.pem" --apply
	is "$status" 0 "$what: one that others installed is left alone, too"
	is "$(sqlite3 "$tmp/$sim.db" 'SELECT count(*) FROM run')" 1 "$what: and is none of ours"
	stop_sim $sim "$pid"
done

#
# What is not installed.
#
new_root ended --not-before -20d --not-after -10d
new_root early --not-before +10d --not-after +20d
"$simca" -m ca -o "$tmp/sub.pem" --key-out "$tmp/sub.key" -s 'Sub CA' --key-type p256 \
    --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key"
cat "$tmp/new.pem" "$tmp/ca.pem" >"$tmp/two.pem"
echo nothing >"$tmp/none.pem"
start_device odd 9
pid=$sim_pid
while read -r file code reason; do
	install odd --root "$tmp/$file.pem" --apply
	assert_refused odd "$file" "$code" "$reason"
done <<-EOF
	pc1 1 is no CA's
	ended 1 the root ended on
	early 1 the root begins on
	sub 1 takes self-signed roots only
	two 3 --root: .* holds 2 certificates
	none 3 --root: 
	missing 3 --root: 
EOF
install odd --apply
assert_refused odd 'no root' 3 '--root: missing'
is "$(json "$(ask odd 'state pc1')" failures)" 0 'no login was refused'
(umask 077 && echo 'Wr0ng!pass' >"$tmp/wrong")
install odd --root "$tmp/new.pem" --apply --secret-file "$tmp/wrong"
is "$status" 1 'wrong password: exit 1'
is "$(json "$(ask odd 'state pc1')" failures)" 1 'wrong password: one attempt'
for value in 16 23 2063; do
	ask odd 'fault pc1 none' >"$tmp/.ask"
	ask odd "fault pc1 Invoke:*:AddTrustedRootCertificate:*:return-value=$value" >"$tmp/.ask"
	install odd --root "$tmp/new.pem" --apply
	is "$status" 1 "refused with $value: exit 1"
	like "$err" "failed, the device is as it was: .*\($value\)" "refused with $value: says why"
done
is "$(sqlite3 "$tmp/odd.db" 'SELECT count(*) FROM run WHERE closed_at IS NULL')" 0 \
    'refused: no run is left open'
stop_sim odd "$pid"

start_device full 14 max-roots=1
pid=$sim_pid
install full --root "$tmp/new.pem" --apply
assert_refused full 'no place' 1 'all 1 places for trusted roots are taken \(Intel.*Handle: [0-9]+\)'
ask full 'set pc1 max-roots=8' >"$tmp/.ask"
add_certificate "$tmp/new.pem"
forget full
install full --root "$tmp/new.pem" --apply
assert_refused full 'there, but no root' 1 'is in the store, but not as a trusted root'
stop_sim full "$pid"

make_cert console --eku clientAuth,2.16.840.1.113741.1.2.1
chmod 600 "$tmp/console.key"
start_device mutual 14 mutual=yes
pid=$sim_pid
forget mutual
install mutual --root "$tmp/new.pem" --apply --client-cert "$tmp/console.pem" --client-key "$tmp/console.key"
assert_refused mutual 'mutual TLS' 1 'takes no root while mutual TLS is on'
stop_sim mutual "$pid"

#
# Cut off at every request.
#
remedy_args=(--root "$tmp/new.pem")
device_sets=("certificate=$tmp/pc1.pem" "key=$tmp/pc1.key" "root=$tmp/ca.pem")
tls=1
configure matrix 14
judge() { # NAME
	local state
	state=$(ask "$1" 'state pc1')
	[[ $(entry "$state" "$tmp/new.pem") == *'"trusted_root":true'* ]] || echo 'it is no trusted root;'
	[ "$(certificates "$state" | wc -l)" = 3 ] || echo 'not three certificates;'
	[ "$(json "$state" served)" = "$(json "$before" served)" ] || echo 'another certificate is served;'
	[[ $state == *'"failures":0,'* ]] || echo 'a login failed;'
	journal_is_closed "$1"
}
run_matrix 37 1 'a root'
done_testing
