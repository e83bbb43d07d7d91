#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# reprovision_amt_tls: from a device whose TLS is off, over the plain port, to TLS alone;
# and mutual TLS, whose anchor is missing or whose clock was reset.
# timeout: 600
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/reprovision.sh

make_lab p384
make_expired

#
# Never set up: over the plain port, to TLS alone.
#
for profile in 9 16.0; do
	what="never set up, AMT $profile"
	start_off "off$profile" "$profile"
	pid=$sim_pid
	apply_as_planned "off$profile" "$what" --plain
	like "$due" 'TLS (was never set up|is off), reachable by digest only' "$what: says what it is"
	like "$out" '^pc1.example: reprovisioned: TLS on; valid to 20' "$what: says so"
	is "$(network "off$profile")" 'enabled=true mutual=false plain=false' "$what: TLS alone is on"
	(exec 3<>"/dev/tcp/127.0.0.1/$plain") 2>/dev/null
	is $? 1 "$what: the plain port is closed"
	forget "off$profile"
	renew "off$profile" --plain --apply
	is "$status $(deeds "off$profile")" '0 ' "$what: once more is nothing to do"
	stop_sim "off$profile" "$pid"
done

start_off forbidden 14
pid=$sim_pid
device_lines="trust-anchor = $tmp/ca.pem"
configure forbidden 14
renew forbidden --plain --apply
is "$status" 3 'plain that the section does not allow: usage'
like "$err" 'plain-allowed' 'plain that the section does not allow: says what is missing'
renew forbidden --apply
is "$status" 1 'TLS off, without --plain: refused'
like "$err" 'Connection refused; if TLS is off: --plain' 'TLS off, without --plain: names the way'
is "$(json "$(ask forbidden 'state pc1')" requests)" 0 'TLS off: nothing was asked over the plain port'
unset device_lines
stop_sim forbidden "$pid"

#
# Off, with a certificate that is good, and with one that is not.
#
make_cert good --not-before -65d --not-after +300d -s $name --san $name
chmod 600 "$tmp"/*.key
start_off good 14 "certificate=$tmp/good.pem" "key=$tmp/good.key"
pid=$sim_pid
apply_as_planned good 'off, good certificate' --plain
unlike "$(deeds good)" 'GenerateKeyPair' 'off, good certificate: it is kept'
is "$(served 2>/dev/null || json "$(ask good 'state pc1')" served)" "$(fingerprint "$tmp/good.pem")" \
    'off, good certificate: and served'
stop_sim good "$pid"

start_off bad 14 "certificate=$tmp/late.pem" "key=$tmp/late.key"
pid=$sim_pid
apply_as_planned bad 'off and expired' --plain
like "$due" 'TLS is off, certificate expired 10 d ago' 'off and expired: says both'
stop_sim bad "$pid"

# Cut after the proof, when the plain port is closed: no later trouble leads back.
start_off past 16.0
pid=$sim_pid
ask past 'fault pc1 Put:AMT_TLSSettingData:*:2+:cut-before-read' >"$tmp/.ask"
renew past --plain --apply
is "$status" 2 'cut after the proof: failed after a change'
ask past 'fault pc1 none' >"$tmp/.ask"
ask past 'fault pc1 Get:AMT_GeneralSettings:*:2+:garbage' >"$tmp/.ask"
new=$(json "$(ask past 'state pc1')" served)
renew past --plain --apply
is "$status" 2 'cut after the proof: what is left cannot be proved'
is "$(json "$(ask past 'state pc1')" served)" "$new" 'cut after the proof: what was proved is served all the same'
ask past 'fault pc1 none' >"$tmp/.ask"
renew past --plain --apply
is "$status $(network past)" '0 enabled=true mutual=false plain=false' 'cut after the proof: the next run ends it'
stop_sim past "$pid"

#
# Mutual TLS: nobody gets in without an anchor, nor with a clock from 2004.
#
make_cert console --eku clientAuth,2.16.840.1.113741.1.2.1
chmod 600 "$tmp/console.key"
more_lines="client-cert = $tmp/console.pem
client-key = $tmp/console.key"
start_off unanchored 14 mutual=yes
pid=$sim_pid
renew unanchored --plain
plan=$(planned)
like "$out" 'the anchor of mutual TLS is missing' 'anchor missing: says so'
renew unanchored --plain --apply
is "$status $err" '0 ' 'anchor missing: reprovisioned'
is "$(deeds unanchored)" "$plan" 'anchor missing: the deed is the plan'
like "$out" 'reprovisioned: anchor stored; TLS on; valid to' 'anchor missing: says what was done'
is "$(network unanchored)" 'enabled=true mutual=true plain=false' 'anchor missing: mutual TLS alone is on'
lets_us_in "$tls"
ok $? 'anchor missing: our client certificate is taken, and none is not'
stop_sim unanchored "$pid"

start_off locked 14 tls=yes mutual=yes accept-non-secure=yes "certificate=$tmp/late.pem" \
    "key=$tmp/late.key"
pid=$sim_pid
renew locked --plain --apply
is "$status $err" '0 ' 'on without an anchor: reprovisioned'
lets_us_in "$tls"
ok $? 'on without an anchor: our client certificate is taken'
stop_sim locked "$pid"

start_device dead 14 mutual=yes accept-non-secure=yes "certificate=$tmp/late.pem" "key=$tmp/late.key"
pid=$sim_pid
ask dead 'clock pc1 reset' >"$tmp/.ask"
allow_plain dead 14
renew dead --apply
is "$status" 1 'reset behind mutual TLS: refused'
like "$err" 'refuses our client certificate.*dead battery.*--plain' 'reset behind mutual TLS: names the ways out'
is "$(json "$(ask dead 'state pc1')" with_authorization)" 0 'reset behind mutual TLS: before any login'
renew dead --plain --apply
is "$status $err" '0 ' 'reset behind mutual TLS: over the plain port'
like "$(deeds dead | head -n 1)" 'SetHighAccuracyTimeSynch' 'reset behind mutual TLS: the clock first'
lets_us_in "$tls"
ok $? 'reset behind mutual TLS: our client certificate is taken again'
stop_sim dead "$pid"

# No proof: TLS is off again, which leaves the plain port as the way in.
start_off unproved 14 fault=Get:AMT_GeneralSettings:*:2+:garbage
pid=$sim_pid
renew unproved --plain --apply
is "$status" 1 'never set up, no proof: refused'
like "$err" '; undone: the device is as it was$' 'never set up, no proof: says that it is undone'
state=$(ask unproved 'state pc1')
is "$(network unproved) $(certificates "$state" | wc -l) $(keys "$state" | wc -l)" \
    'enabled=false mutual=false plain=false 0 0' 'never set up, no proof: and it is'
stop_sim unproved "$pid"

start_off unable 14 mutual=yes
pid=$sim_pid
more_lines='' allow_plain unable 14
renew unable --plain --apply
is "$status" 3 'mutual TLS without a client certificate of ours: usage'
like "$err" 'give --client-cert' 'mutual TLS without a client certificate of ours: says so'
is "$(deeds unable)" '' 'mutual TLS without a client certificate of ours: nothing was written'
stop_sim unable "$pid"
done_testing
