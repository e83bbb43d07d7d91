#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# reprovision_amt_tls: who is behind an expired certificate? A clone gets no login.
# timeout: 300
#
# The inventory has seen the device while its certificate was valid. Then simulators show
# expired certificates, each with something else in place of what the device has.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/reprovision.sh

make_lab p256
make_cert pc1 --not-before -335d --not-after +30d -s $name --san $name
make_expired
# The device's own key, expired; then another key, CA, name, and no CA at all.
make_cert right --key "$tmp/pc1.key" --not-before -375d --not-after -10d -s $name --san $name
cp "$tmp/pc1.key" "$tmp/right.key"
"$simca" -m ca -o "$tmp/theirs.pem" --key-out "$tmp/theirs.key" -s 'Lab CA' --key-type p256
"$simca" -m cert -o "$tmp/other-ca.pem" --key-out "$tmp/other-ca.key" --ca "$tmp/theirs.pem" \
    --ca-key "$tmp/theirs.key" -s $name --san $name --not-before -375d --not-after -10d
make_cert other-name -s pc2.example --san pc2.example --not-before -375d --not-after -10d
"$simca" -m ca -o "$tmp/self.pem" --key-out "$tmp/self.key" -s $name --key-type rsa:2048 \
    --not-before -375d --not-after -10d
chmod 600 "$tmp"/*.key

# remembered: an inventory that has seen the device, as DB for the next simulator.
start_device before 14
pid=$sim_pid
run "$B/checks/check_amt_tls" -f "$tmp/before.conf" -H $name --record
"$B/remediate/scan_amt_fleet" -f "$tmp/before.conf" >"$tmp/scan.out" 2>&1
is "$(sqlite3 "$tmp/before.db" 'SELECT count(*) FROM pin')" 1 'the key of the device was seen'
stop_sim before "$pid"
# What it learnt is in one file from here on.
sqlite3 "$tmp/before.db" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null

# clone NAME LEAF KNOWN: a simulator that shows LEAF, with or without that inventory.
clone() {
	start_device "$1" 14 "certificate=$tmp/$2.pem" "key=$tmp/$2.key"
	pid=$sim_pid
	[ "$3" = unknown ] || cp "$tmp/before.db" "$tmp/$1.db"
}

# assert_no_login NAME WHAT ERE: refused for that reason before a password was shown.
assert_no_login() {
	is "$status" 1 "$2: refused"
	like "$err" "^reprovision_amt_tls: failed, the device is as it was: .*$3" "$2: says why"
	is "$(json "$(ask "$1" 'state pc1')" with_authorization)" 0 "$2: no Authorization header"
	is "$(deeds "$1")" '' "$2: nothing was written"
}

# words NAME: what the checks say of it, without a change.
words() {
	run "$B/checks/check_amt_tls" -f "$tmp/$1.conf" -H $name
	tls_out="$status $out"
	run "$B/checks/check_amt_store" -f "$tmp/$1.conf" -H $name
	store_out="$status $out"
}
known_by_key='reachable by digest only, known by its key; expired 10 d ago [^;]*; run reprovision_amt_tls'

for row in 'late pin: the peer has another key' 'other-ca pin: the peer' \
    'other-name pin: the peer' 'self pin: the peer'; do
	leaf=${row%% *}
	clone "known-$leaf" "$leaf" known
	renew "known-$leaf" --apply
	assert_no_login "known-$leaf" "known, clone $leaf" "${row#* }"
	stop_sim "known-$leaf" "$pid"
done
for row in 'other-ca path: ' 'other-name name: ' 'self path: '; do
	leaf=${row%% *}
	clone "new-$leaf" "$leaf" unknown
	renew "new-$leaf" --apply
	assert_no_login "new-$leaf" "never seen, $leaf" "${row#* }"
	stop_sim "new-$leaf" "$pid"
done

clone right right known
words right
like "$tls_out" "^2 AMT_TLS CRITICAL - $name: $known_by_key" 'known, right key: the check names the way in and the remedy'
like "$store_out" "^2 AMT_STORE CRITICAL - $name: TLS: ${known_by_key/expired/TLS: expired}" 'known, right key: so does the one that logs in'
apply_as_planned right 'known, right key'
stop_sim right "$pid"

clone strange late known
words strange
like "$tls_out" "^2 AMT_TLS CRITICAL - $name: key differs from the one it was last known by, it is now sha256:[0-9a-f]{64}; expired 10 d ago [^;]*; a person decides" 'known, another key: another sentence, and no remedy'
stop_sim strange "$pid"
words strange
like "$tls_out" '^1 AMT_TLS WARNING .*; now: .*connect: Connection refused' 'not reachable: as it was last read, and that it is not'
clone late late unknown
words late
like "$tls_out" "^2 AMT_TLS CRITICAL - $name: expired 10 d ago [^;]*; run reprovision_amt_tls" 'never seen: just expired'
apply_as_planned late 'never seen, by path and name'
stop_sim late "$pid"

#
# By its key alone: of the inventory, or of the operator.
#
device_lines=''
clone keyed right known
renew keyed --apply
is "$status $err" '0 ' 'key of the inventory, no anchor: reprovisioned'
verifies "$tls"
ok $? 'key of the inventory, no anchor: what is served verifies'
stop_sim keyed "$pid"

device_lines="pin = sha256:$(openssl x509 -in "$tmp/pc1.pem" -noout -pubkey |
    openssl pkey -pubin -outform DER | sha256sum | cut -d ' ' -f 1)"
clone pinned right unknown
renew pinned --apply
is "$status $err" '0 ' 'pin: reprovisioned'
like "$out" '^pin sha256:[0-9a-f]{64} -> sha256:[0-9a-f]{64}$' 'pin: the new one is told'
stop_sim pinned "$pid"
clone pinned-late late unknown
renew pinned-late --apply
assert_no_login pinned-late 'pin, another key' 'pin: the peer has another key'
stop_sim pinned-late "$pid"

#
# Three states, three sentences.
#
unset device_lines
start_expired words 14
pid=$sim_pid
renew words
like "$out" 'certificate expired 10 d ago .*, reachable by digest only' 'expired, and a login works'
run "$B/checks/check_amt_tls" -f "$tmp/words.conf" -H $name
like "$out" '^AMT_TLS CRITICAL - .*expired 10 d ago' 'expired, for all that a handshake tells'
unlike "$out" 'digest' 'which is no word of a login'
stop_sim words "$pid"
renew words
like "$err" 'connect: Connection refused' 'not reachable at all'
done_testing
