#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# renew_amt_tls: devices that differ in more than their generation.
# timeout: 600
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

make_lab p384

# apply_as_planned NAME SENTENCE OPTION...: plan, apply, compare.
apply_as_planned() {
	local sim=$1 what=$2 plan
	shift 2
	renew "$sim" "$@"
	is "$status" 0 "$what: planned"
	plan=$(planned)
	forget "$sim"
	renew "$sim" --apply "$@"
	is "$status $err" '0 ' "$what: renewed"
	is "$(deeds "$sim")" "$plan" "$what: the deed is the plan"
}

#
# An issuing CA below the root: the device has to present it.
#
"$simca" -m ca -o "$tmp/sub.pem" --key-out "$tmp/sub.key" -s 'Issuing CA' \
    --key-type p256 --not-before -10d --not-after +2000d --ca "$tmp/ca.pem" \
    --ca-key "$tmp/ca.key"
chmod 600 "$tmp/sub.key"
ca_lines="cert-file = $tmp/sub.pem
key-file = $tmp/sub.key
chain-file = $tmp/ca.pem
issued-file = $tmp/sub.db"
start_device deep 14
pid=$sim_pid
apply_as_planned deep 'issuing CA'
like "$(deeds deep | tr '\n' ';')" 'AddCertificate;.*AddCertificate;' \
    'issuing CA: it is stored, too'
verifies "$tls"
ok $? 'issuing CA: what is served verifies to the root alone'
like "$(json "$(ask deep 'state pc1')" served_chain)" "$(fingerprint "$tmp/sub.pem")" \
    'issuing CA: because the issuer comes with it'
apply_as_planned deep 'issuing CA, again' --force not-due
unlike "$(deeds deep | tr '\n' ';')" 'AddCertificate;.*AddCertificate;' \
    'issuing CA, again: it is not stored twice'
verifies "$tls"
ok $? 'issuing CA, again: verifies'
stop_sim deep "$pid"
unset ca_lines

#
# Three times: ours from before is deleted, handles are used again.
#
stored=() last=''
start_device thrice 16.1
pid=$sim_pid
before=$(ask thrice 'state pc1')
for i in 1 2 3; do
	apply_as_planned thrice "renewal $i" --force not-due
	state=$(ask thrice 'state pc1')
	is "$(certificates "$state" | wc -l) $(keys "$state" | wc -l)" \
	    "$(($(certificates "$before" | wc -l) + 1)) $(($(keys "$before" | wc -l) + 1))" \
	    "renewal $i: the store holds one more than at first"
	verifies "$tls"
	ok $? "renewal $i: verifies"
	stored+=("$(certificates "$state" | sed -n "s/ $(json "$state" served)\$//p")")
	if [ $i -gt 1 ]; then
		unlike "$(certificates "$state")" "$last" \
		    "renewal $i: the one before is gone"
		like "$out" '^pc1.example: renewed: valid to [0-9-]+ \(36[45] d\)$' \
		    "renewal $i: nothing is left behind"
	fi
	last=$(json "$state" served)
done
is "${stored[2]}" "${stored[0]}" 'renewal 3: at the handle that the first one had'
[ "${stored[1]}" != "${stored[0]}" ]
ok $? 'renewal 2: at another'
stop_sim thrice "$pid"

#
# Known by its key: the pin moves to the new one.
#
old_pin=sha256:$(openssl x509 -in "$tmp/pc1.pem" -noout -pubkey |
    openssl pkey -pubin -outform DER | sha256sum | cut -d ' ' -f 1)
device_lines="pin = $old_pin"
start_device pinned 14
pid=$sim_pid
apply_as_planned pinned 'pin'
like "$out" "^pin $old_pin -> sha256:[0-9a-f]{64}\$" 'pin: the new one is told'
hand_over=$(printf '%s\n' "$out" | grep '^pin ')
renew pinned
is "$status" 0 'pin: a run with the old one in its configuration'
is "$(printf '%s\n' "$out" | grep '^pin ')" "$hand_over" 'pin: tells again'
apply_as_planned pinned 'pin, again' --force not-due
like "$out" "^pin $old_pin -> sha256:[0-9a-f]{64}\$" 'pin, again: the new one is told'
device_lines="pin = ${hand_over##* }"
configure pinned 14
ask pinned 'zero pc1' >"$tmp/.ask"
renew pinned --apply --force not-due
is "$status" 0 'pin: one renewal behind is enough'
device_lines="pin = sha256:$(printf %064d 7)"
configure pinned 14
ask pinned 'zero pc1' >"$tmp/.ask"
renew pinned --apply --force not-due
is "$status" 1 'pin: another key is refused'
is "$(json "$(ask pinned 'state pc1')" with_authorization)" 0 'pin: before any login'
stop_sim pinned "$pid"
unset device_lines

#
# Mutual TLS.
#
make_cert console --eku clientAuth,2.16.840.1.113741.1.2.1
chmod 600 "$tmp/console.key"
device_lines="trust-anchor = $tmp/ca.pem
client-cert = $tmp/console.pem
client-key = $tmp/console.key"
start_device mutual 14 mutual=yes
pid=$sim_pid
apply_as_planned mutual 'mutual TLS'
like "$(ask mutual 'state pc1')" '"committed":\{"context":[0-9]+,"network":\{"enabled":true,"mutual":true' \
    'mutual TLS: it stays on'
stop_sim mutual "$pid"
unset device_lines

#
# The firmware's own certificate: read-only, self-signed, known by its key.
#
for profile in 16.0 16.1 22; do
	what="own certificate, AMT $profile"
	start_sim own --key-pool "$tmp/pool.pem" --name pc1 --set "profile=$profile" \
	    --set tls-port=0 --set plain-port=0 --set tls=yes
	pid=$sim_pid
	before=$(ask own 'state pc1')
	device_lines="pin = sha256:$(keys "$before" | cut -d ' ' -f 2)"
	configure own "$profile"
	apply_as_planned own "$what"
	like "$out" "stays in the store: it is the firmware's own\$" "$what: says what stays"
	state=$(ask own 'state pc1')
	is "$(certificates "$state" | head -n 1)" "$(certificates "$before")" "$what: it does"
	verifies "$tls"
	ok $? "$what: the new one verifies"
	rm -f "$tmp/own.db"
	stop_sim own "$pid"
done
unset device_lines

#
# What the firmware refuses to delete is no failure.
#
for fault in 1+:amt-status=16 1+:amt-status=1 1+:status=400; do
	what="old certificate kept (${fault#*:})"
	start_device kept 14
	pid=$sim_pid
	renew kept --apply
	ask kept "fault pc1 Delete:AMT_PublicKeyCertificate:$fault" >"$tmp/.ask"
	renew kept --apply --force not-due
	is "$status" 0 "$what: renewed"
	like "$out" 'what was replaced stays in the store until the next renewal' \
	    "$what: says so"
	verifies "$tls"
	ok $? "$what: verifies"
	ask kept 'fault pc1 none' >"$tmp/.ask"
	renew kept --apply --force not-due
	is "$status" 0 "$what: the next renewal"
	state=$(ask kept 'state pc1')
	is "$(certificates "$state" | wc -l) $(keys "$state" | wc -l)" '3 2' \
	    "$what: takes it along"
	rm -f "$tmp/kept.db"
	stop_sim kept "$pid"
done

#
# Cut after the new certificate was bound, and taken up when little of that one is left, by
# a CA that is out of reach: what is served stays, and the run ends.
#
make_cert late --not-before -375d --not-after -10d -s $name --san $name
chmod 600 "$tmp"/*.key
for remedy in "$B/remediate/renew_amt_tls --force expired" "$B/remediate/reprovision_amt_tls"; do
	what="cut before the proof, ${remedy#"$B/remediate/"}"
	read -r -a words <<<"$remedy"
	remedy=${words[0]}
	start_device late 14 "certificate=$tmp/late.pem" "key=$tmp/late.key" \
	    fault=Get:AMT_GeneralSettings:*:2+:cut-before-read
	pid=$sim_pid
	renew late --apply "${words[@]:1}"
	is "$status" 2 "$what: failed after a change"
	ask late 'fault pc1 none' >"$tmp/.ask"
	{
		sed '/^\[ca local\]/,$d; s/^\[device .*/&\npolicy = configmgr\nrenew-before = 400d/' \
		    "$tmp/late.conf"
		printf '[ca local]\nbackend = est\nurl = https://127.0.0.1:%s/\ntrust-anchor = %s\n' \
		    "$(free_port)" "$tmp/ca.pem"
	} >"$tmp/later.conf"
	renew later --apply
	is "$status $err" '0 ' "$what: the next run ends it"
	verifies "$tls"
	ok $? "$what: what is served verifies"
	is "$(sqlite3 "$tmp/late.db" 'SELECT outcome FROM run')" 'done' "$what: the journal knows"
	rm -rf "$tmp/late.db"*
	stop_sim late "$pid"
done

#
# Cut after the proof: the CA has revoked the certificate of before by then, so that no
# later trouble leads back to it.
#
remedy=$B/remediate/renew_amt_tls
start_device past 14
pid=$sim_pid
renew past --apply
ask past 'fault pc1 Delete:AMT_PublicKeyCertificate:*:cut-before-read' >"$tmp/.ask"
renew past --apply --force not-due
is "$status" 2 'cut after the proof: failed after a change'
ask past 'fault pc1 none' >"$tmp/.ask"
ask past 'fault pc1 Get:AMT_GeneralSettings:*:2+:garbage' >"$tmp/.ask"
served=$(json "$(ask past 'state pc1')" served)
renew past --apply
is "$status $err" '0 ' 'cut after the proof: the next run ends it'
state=$(ask past 'state pc1')
is "$(json "$state" served)" "$served" 'cut after the proof: what was proved is served'
is "$(certificates "$state" | wc -l) $(keys "$state" | wc -l)" '3 2' \
    'cut after the proof: with nothing left over'
stop_sim past "$pid"

done_testing
