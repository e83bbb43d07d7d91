#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# prune_amt_store: what goes and what stays, by itself and by name; and cuts.
# timeout: 600
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/remedy_faults.sh

make_lab p256
remedy=$B/remediate/prune_amt_store
mkinv=$B/tests/tools/mkinv
uuid=55e3ae13-bfd2-61bb-17a0-88aedd7037ea
for cert in ours theirs; do
	make_cert $cert --not-before -400d --not-after -35d
done
"$simca" -m ca -o "$tmp/sub.pem" --key-out "$tmp/sub.key" -s 'Old issuing CA' --key-type p256 \
    --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key"
"$simca" -m ca -o "$tmp/low.pem" --key-out "$tmp/low.key" -s 'Lower CA' --key-type p256 \
    --ca "$tmp/sub.pem" --ca-key "$tmp/sub.key"
chmod 600 "$tmp"/*.key

spki() { # FILE: SHA-256 of the public key of a certificate
	openssl x509 -in "$tmp/$1.pem" -noout -pubkey | openssl pkey -pubin -outform DER |
	    sha256sum | cut -c 1-64
}

# A device with our pair and theirs beside the one that is served, and our issuers.
device_sets=("certificate=$tmp/pc1.pem" "key=$tmp/pc1.key" "root=$tmp/ca.pem" "uuid=$uuid"
	"orphan-certificate=$tmp/ours.pem" "orphan-key=$tmp/ours.key")
# start_littered NAME PROFILE KEY=VALUE...
start_littered() {
	local sim=$1 profile=$2
	shift 2
	start_device "$sim" "$profile" "uuid=$uuid" "orphan-certificate=$tmp/ours.pem" \
	    "orphan-key=$tmp/ours.key" "$@"
	add_certificate "$tmp/theirs.pem"
	add_certificate "$tmp/sub.pem"
	add_certificate "$tmp/low.pem"
	remember "$tmp/$sim.db"
	forget "$sim"
}

# remember FILE: the journal knows pair and issuers as ours.
remember() {
	"$mkinv" "$1" sql "INSERT INTO run (device_uuid, remedy, serial_number,
	    started_at, closed_at, outcome, old_fingerprint, new_spki, new_spki_sha256, added)
	    VALUES ('$uuid', 'renew_amt_tls', '01', 1, 2, 'done', randomblob(32), x'00',
	    x'$(spki ours)', x'$(fingerprint "$tmp/sub.pem")$(fingerprint "$tmp/low.pem")')"
}

# prune NAME OPTION...: the remedy for the device of that simulator.
prune() {
	local sim=$1
	shift
	run "$remedy" -f "$tmp/$sim.conf" -H $name -t 60 "$@"
}

# place STATE FILE, key_place STATE FILE: the handle of it; nothing when it is not there.
place() {
	certificates "$1" | sed -n "s/ $(fingerprint "$tmp/$2.pem")\$//p"
}
key_place() {
	keys "$1" | sed -n "s/ $(spki "$2")\$//p"
}

assert_refused() { # NAME WHAT STATUS ERE
	is "$status" "$3" "$2: exit $3"
	like "$err" "$4" "$2: says why"
	is "$(deeds "$1")" '' "$2: nothing was deleted"
}

profile=16.1
what="AMT $profile"
sim=amt$profile
start_littered $sim $profile
pid=$sim_pid
before=$(ask $sim 'state pc1')
prune $sim
is "$status" 0 "$what: a list is no failure"
plan=$(planned)
is "$(cut -d " " -f 1,2 <<<"$plan")" "AMT_PublicKeyCertificate Delete
AMT_PublicKeyCertificate Delete
AMT_PublicKeyCertificate Delete
AMT_PublicPrivateKeyPair Delete" "$what: our certificate, our issuers and our key would go"
for goes in ours sub low; do
	like "$out" "^goes  cert $(place "$before" $goes)=sha256:$(fingerprint "$tmp/$goes.pem") " \
	    "$what: $goes is listed"
done
like "$out" "^stays cert [0-9]+=sha256:$(fingerprint "$tmp/pc1.pem") .*: TLS\$" "$what: what TLS uses stays"
like "$out" "^stays cert [0-9]+=sha256:$(fingerprint "$tmp/theirs.pem") .*: not ours\$" "$what: theirs stays"
like "$out" "^stays cert [0-9]+=sha256:$(fingerprint "$tmp/ca.pem") .*: a trusted root" "$what: a root stays"
like "$out" "^goes  key [0-9]+=sha256:$(spki ours): nothing needs it\$" "$what: the key is listed"
is "$(deeds $sim)" '' "$what: nothing was deleted"
prune $sim --apply --actor 'job 9'
is "$status $err" '0 ' "$what: pruned, without a word on standard error"
like "$out" '^pc1.example: removed: 3 certificates, 1 key pair; certificates are in the archive$' "$what: says so"
is "$(deeds $sim)" "$plan" "$what: the deed is the plan"
state=$(ask $sim 'state pc1')
is "$(certificates "$state")" "$(certificates "$before" | grep -v -e "$(fingerprint "$tmp/ours.pem")" \
    -e "$(fingerprint "$tmp/sub.pem")" -e "$(fingerprint "$tmp/low.pem")")" "$what: all else is there"
is "$(keys "$state")" "$(keys "$before" | grep -v "$(spki ours)")" "$what: and every other key"
is "$("$mkinv" "$tmp/$sim.db" query "SELECT DISTINCT reason || ' ' || actor || ' ' || count(*) FROM archive")" \
    'pruned job 9 3' "$what: archived"
verifies "$tls"
ok $? "$what: what is served verifies"
prune $sim --apply
is "$status" 0 "$what: once more is nothing to do"
like "$out" 'nothing to do: nothing in the store is ours and unused' "$what: and says so"
stop_sim $sim "$pid"

#
# By name.
#
start_littered named 14
pid=$sim_pid
state=$(ask named 'state pc1')
at=$(place "$state" theirs) served_at=$(place "$state" pc1) ours_key=$(key_place "$state" ours)
served_key=$(key_place "$state" pc1) root_at=$(place "$state" ca)
digest=$(fingerprint "$tmp/theirs.pem")
prune named --apply --cert "$at=sha256:$(fingerprint "$tmp/ours.pem")"
assert_refused named 'the wrong digest' 1 'not the certificate that was named for handle|it is there, not at handle'
prune named --apply --cert "9$at=sha256:$digest"
assert_refused named 'the wrong place' 1 "it is there, not at handle 9$at"
prune named --apply --cert "$served_at=sha256:$(fingerprint "$tmp/pc1.pem")"
assert_refused named 'what TLS uses' 1 'is in use: TLS'
prune named --apply --key "$served_key=sha256:$(spki pc1)"
assert_refused named 'the key of what TLS uses' 1 'belongs to Intel'
prune named --apply --key "$ours_key=sha256:$(spki ours)"
assert_refused named 'a key without its certificate' 1 'belongs to Intel'
for text in 1 x=sha256:00 "1=sha256:xyz" "=sha256:$digest" "-1=sha256:$digest"; do
	prune named --apply --cert "$text"
	assert_refused named "--cert $text" 3 '.'
done
is "$(json "$(ask named 'state pc1')" failures)" 0 'no login was refused'
prune named --apply --cert "$at=sha256:$digest"
is "$status" 0 'theirs goes when it is named'
is "$(deeds named)" "AMT_PublicKeyCertificate Delete Intel(r) AMT Certificate: Handle: $at" \
    'theirs goes: and nothing else'
prune named --apply --cert "$at=sha256:$digest"
is "$status" 0 'theirs: once more is nothing to do'
like "$out" 'nothing to do: what was named is not in the store' 'theirs: and says so'
forget named
prune named --apply --cert "$root_at=sha256:$(fingerprint "$tmp/ca.pem")"
is "$status $(deeds named | wc -l)" '0 1' 'a root goes when it is named'

# A CA was asked for the certificate of this key: it stays.
generate_key 0 2048
public_key "$key_handle" "$tmp/key.der"
"$simca" -m request -o "$tmp/null.csr" --public-key "$tmp/key.der" -s $name
key_sha256=$(keys "$(ask named 'state pc1')" | sed -n "s/^$key_handle //p")
"$mkinv" "$tmp/named.db" sql "INSERT INTO run (device_uuid, remedy, serial_number,
    started_at, closed_at, outcome, old_fingerprint, new_spki, new_spki_sha256)
    VALUES ('$uuid', 'renew_amt_tls', '02', 1, 2, 'undone', randomblob(32), x'00', x'$key_sha256');
    INSERT INTO cert_request (device_uuid, remedy, ca, csr_sha256, spki_sha256, created_at, next_poll_at, is_pending)
    VALUES ('$uuid', 'renew_amt_tls', 'local', randomblob(32), x'$key_sha256', 1, 1, 1)"
forget named
prune named --apply --key "$key_handle=sha256:$key_sha256"
assert_refused named 'a key that waits for its CA' 1 'stays: a CA was asked for its certificate'
prune named
like "$out" "^stays key $key_handle=.*: a CA was asked" 'a key that waits for its CA: is listed so'
stop_sim named "$pid"

#
# The firmware refuses.
#
for value in 2075 16; do
	start_littered no$value 14
	pid=$sim_pid
	ask no$value "fault pc1 Delete:*:*:2+:amt-status=$value" >"$tmp/.ask"
	prune no$value --apply
	is "$status" 2 "refused with $value at the second: exit 2"
	like "$err" "failed after a change: .*\($value\).*; what was done before step remove-certificates stays" \
	    "refused with $value: says why"
	prune no$value --apply
	is "$status" 1 "refused with $value from the first: exit 1"
	is "$("$mkinv" "$tmp/no$value.db" query 'SELECT count(*) FROM run WHERE closed_at IS NULL')" 0 \
	    "refused with $value: no run is left open"
	stop_sim no$value "$pid"
done

#
# Cut off at every request.
#
tls=1
configure matrix 14
remember "$tmp/before.db"
judge() { # NAME
	local state
	state=$(ask "$1" 'state pc1')
	[ "$(certificates "$state" | wc -l) $(keys "$state" | wc -l)" = '2 1' ] || echo 'too many or too few are there;'
	[ -z "$(place "$state" ours)" ] || echo 'ours is there;'
	[ "$(json "$state" served)" = "$(json "$before" served)" ] || echo 'another certificate is served;'
	[[ $state == *'"failures":0,'* ]] || echo 'a login failed;'
	journal_is_closed "$1"
}
run_matrix 79 2 'a pair of ours'
done_testing
