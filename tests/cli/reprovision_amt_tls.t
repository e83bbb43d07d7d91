#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# reprovision_amt_tls: when only time is wrong: of the certificate, of an issuer, of the
# clock.
# timeout: 600
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/reprovision.sh

make_lab p384
make_expired

#
# Expired, on every generation that differs.
#
for profile in 9 14 16.1 22; do
	what="expired, AMT $profile"
	start_expired "amt$profile" "$profile"
	pid=$sim_pid
	apply_as_planned "amt$profile" "$what"
	like "$due" '^pc1.example: certificate expired 10 d ago \(20[0-9-]+\), reachable by digest only; AMT ' \
	    "$what: says what it is"
	like "$out" '^pc1.example: reprovisioned: valid to 20[0-9-]+ \(36[45] d\)' "$what: says so"
	like "$out" '^fingerprint sha256:[0-9a-f]{64} -> sha256:[0-9a-f]{64}$' \
	    "$what: says which replaces which"
	is "$(sqlite3 "$tmp/amt$profile.db" 'SELECT remedy, outcome FROM run;
	    SELECT reason FROM archive')" 'reprovision_amt_tls|done
replaced' "$what: journal and archive know"
	renew "amt$profile" --apply
	is "$status" 0 "$what: once more is nothing to do"
	like "$out" 'nothing to do: TLS is on, valid for 36[45] d' "$what: and says so"
	stop_sim "amt$profile" "$pid"
done

make_cert good --not-before -65d --not-after +300d -s $name --san $name
chmod 600 "$tmp"/*.key

#
# The clock.
#
start_expired reset 14
pid=$sim_pid
ask reset 'clock pc1 reset' >"$tmp/.ask"
apply_as_planned reset 'clock reset and expired'
like "$(deeds reset | head -n 1)" 'SetHighAccuracyTimeSynch' 'clock reset: it is set first'
like "$due" 'clock 8[0-9]{3} d behind' 'clock reset: says by how much it is off'
stop_sim reset "$pid"

start_device ticking 14 "certificate=$tmp/good.pem" "key=$tmp/good.key" clock-offset=86400
pid=$sim_pid
apply_as_planned ticking 'clock only'
is "$(deeds ticking)" 'AMT_TimeSynchronizationService SetHighAccuracyTimeSynch' \
    'clock only: nothing else is written'
like "$out" 'reprovisioned: clock set; TLS is as it was' 'clock only: says so'
stop_sim ticking "$pid"

#
# Only time is wrong: that of an issuer.
#
"$simca" -m ca -o "$tmp/sub.pem" --key-out "$tmp/sub.key" -s 'Old Issuing CA' \
    --key-type p256 --not-before -400d --not-after -1d --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key"
"$simca" -m cert -o "$tmp/below.pem" --key-out "$tmp/below.key" --ca "$tmp/sub.pem" \
    --ca-key "$tmp/sub.key" -s $name --san $name --not-before -65d --not-after +300d
chmod 600 "$tmp"/*.key
start_device below 14 "certificate=$tmp/below.pem" "key=$tmp/below.key" "chain=$tmp/sub.pem"
pid=$sim_pid
apply_as_planned below 'issuer expired'
like "$due" 'the time of an issuer is over' 'issuer expired: says so'
stop_sim below "$pid"
done_testing
