#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# publish_amt_crl: the lists of embedded CAs in a fleet where nothing is renewed.
. tests/cli/lib.sh

publish=$B/remediate/publish_amt_crl
simca=$B/tests/tools/simca
# add_ca NAME LINE...: a CA and its section.
add_ca() {
	mkdir "$tmp/$1"
	"$simca" -m ca -o "$tmp/$1/ca.pem" --key-out "$tmp/$1/ca.key" -s "Lab $1" \
	    --key-type p256 --not-before -10d --not-after +3000d
	chmod 600 "$tmp/$1/ca.key"
	printf '%s\n' "[ca $1]" 'backend = local' "cert-file = $tmp/$1/ca.pem" \
	    "key-file = $tmp/$1/ca.key" "${@:2}" >>"$tmp/lab.conf"
}
# number NAME: of the list that is published and signed by that CA.
number() {
	openssl crl -in "$tmp/$1/list.crl" -inform DER -CAfile "$tmp/$1/ca.pem" -noout \
	    -crlnumber 2>"$tmp/.openssl" | sed 's/^crlNumber=0x0*//'
	grep -q 'verify OK' "$tmp/.openssl" || echo 'not verified'
}
# age NAME SECONDS: its list was made so long ago.
age() {
	sqlite3 "$tmp/$1/issued.db" "UPDATE crl SET this_update = this_update - $2,
	    next_update = next_update - $2"
}

: >"$tmp/lab.conf"
run "$publish" -f "$tmp/lab.conf"
is "$status $out$err" '0 ' 'no CA: nothing to do'
add_ca one "crl-file = $tmp/one/list.crl"
add_ca none
add_ca two "crl-file = $tmp/two/list.crl" 'crl-lifetime = 2d'

run "$publish" -f "$tmp/lab.conf"
is "$status $err" '0 ' 'the lists are published'
like "$out" '^CA one \(local\): list 1, from 20[^ ]+Z to 20[^ ]+Z: new' 'and it says which'
like "$out" 'CA two \(local\): list 1, .*: new$' 'all that there are'
is "$(printf '%s\n' "$out" | wc -l)" 2 'a CA without a list is not asked'
is "$(number one) $(number two)" '1 1' 'signed by the CA, with a number'
run "$publish" -f "$tmp/lab.conf"
is "$(printf '%s\n' "$out" | grep -c ': stays$')" 2 'a list that is good stays'
is "$(number one) $(number two)" '1 1' 'as it was'

# A day and an hour is more than half of the life of the one, less than that of the other.
age one 90000
age two 90000
run "$publish" -f "$tmp/lab.conf" --ca one
like "$status $out" '^0 CA one .*: list 1, .*: stays$' 'less than half of its life: it stays'
run "$publish" -f "$tmp/lab.conf"
like "$out" 'CA two \(local\): list 2, .*: new$' 'half of its life: a new one'
is "$(number two)" 2 'is published'
rm "$tmp/one/list.crl"
umask 077 # as a remedy of the worker has it
run "$publish" -f "$tmp/lab.conf" --ca one
umask 022
is "$status $(number one)" '0 1' 'one that went away is put back'
is "$(stat -c %a "$tmp/one/list.crl")" 644 'for all to read'

#
# The check says who should have done it.
#
run "$B/checks/check_amt_ca" -f "$tmp/lab.conf" --ca two
is "$status" 0 'a list of two days is no warning while it is fresh'
age two 122400
rm "$tmp/two/list.crl"
run "$B/checks/check_amt_ca" -f "$tmp/lab.conf" --ca two
is "$status" 2 'a list that is not there is critical'
like "$out" 'two/list\.crl: No such file or directory \(publish_amt_crl publishes one\)' 'and it says what to run'
run "$publish" -f "$tmp/lab.conf" --ca two
is "$status $(number two)" '0 3' 'which helps'
run "$B/checks/check_amt_ca" -f "$tmp/lab.conf" --ca two
is "$status" 0 'so that the check is content'

#
# What goes wrong.
#
chmod 644 "$tmp/one/ca.key"
age two 122400
run "$publish" -f "$tmp/lab.conf"
is "$status" 1 'a key that others can read: failed'
like "$err" '^publish_amt_crl: CA one: .*ca\.key' 'and it says which'
is "$(number two)" 4 'the list of the other CA is published all the same'
run "$publish" -f "$tmp/lab.conf" --ca none
is "$status" 3 'a CA that publishes no list'
like "$err" '^publish_amt_crl: \[ca none\]: not a CA of backend local with crl-file' 'is none to name'
run "$publish" -f "$tmp/lab.conf" --ca
is "$status" 3 'an option without its value'
done_testing
