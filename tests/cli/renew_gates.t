#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# renew_amt_tls: when it does not begin, and when it goes all the way back.
# timeout: 600
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

make_lab p384

# refused NAME WHAT ERE: the newest run failed for that reason and wrote nothing.
# With a status 4: because of the CA.
assert_refused() {
	local words=failed
	[ "${4:-1}" = 1 ] || words='the CA cannot renew'
	is "$status" "${4:-1}" "$2: exit ${4:-1}"
	like "$err" "^renew_amt_tls: $words, the device is as it was: .*$3" "$2: says why"
	is "$(deeds "$1")" '' "$2: nothing was written"
	is "$out" '' "$2: one line is enough"
	is "$(printf '%s\n' "$err" | wc -l)" 1 "$2: on standard error"
}

#
# The gates, and the words that open them.
#
make_cert late --not-before -375d --not-after -10d -s $name --san $name
make_cert fresh --not-before -65d --not-after +300d -s $name --san $name
chmod 600 "$tmp"/*.key
cert_of() {
	printf '%s\n' "certificate=$tmp/$1.pem" "key=$tmp/$1.key"
}

# shellcheck disable=SC2046 # one word per key
start_device expired 14 $(cert_of late)
pid=$sim_pid
renew expired --apply
assert_refused expired 'expired' 'the certificate expired on 20[0-9-]+ \(--force expired'
renew expired --apply --force expired
is "$status" 0 'expired: --force expired renews it'
verifies "$tls"
ok $? 'expired: and it verifies again'
stop_sim expired "$pid"

# shellcheck disable=SC2046
start_device fresh 14 $(cert_of fresh)
pid=$sim_pid
renew fresh --apply
is "$status" 0 'not due: nothing to do is no failure'
like "$out" '^pc1.example: nothing to do: not due, (299|300) d left \([0-9-]+\)$' \
    'not due: says when it ends'
is "$(deeds fresh)" '' 'not due: nothing was written'
renew fresh --apply --force not-due
is "$status" 0 'not due: --force not-due renews it'
stop_sim fresh "$pid"

start_device behind 14 clock-offset=-180000
pid=$sim_pid
renew behind --apply --no-clock-sync
assert_refused behind 'clock behind' "the device's clock is 2 d behind.*--force clock"
renew behind --apply --force clock
is "$status" 0 'clock behind: --force clock renews it'
openssl s_client -connect "127.0.0.1:$tls" </dev/null 2>/dev/null |
    openssl x509 -noout -startdate | sed 's/.*=//' >"$tmp/start"
[ "$(date -d "$(cat "$tmp/start")" +%s)" -le $(($(date +%s) - 180000)) ]
ok $? 'clock behind: with a certificate that is valid for the device already'
stop_sim behind "$pid"

start_device bare 14 control-mode=0
pid=$sim_pid
renew bare --apply
assert_refused bare 'not set up' 'the device is not provisioned'
stop_sim bare "$pid"

start_device ancient 14 version=6.1.0.1000
pid=$sim_pid
renew ancient --apply
assert_refused ancient 'too old' 'AMT 6.1 cannot make a key pair'
stop_sim ancient "$pid"

ca_lines="cert-file = $tmp/ca.pem
key-file = $tmp/ca.key
lifetime = 1d"
device_lines="trust-anchor = $tmp/ca.pem
policy = configmgr"
start_device short 14
pid=$sim_pid
renew short --apply
assert_refused short 'a CA that issues for a day' 'would be due at once by policy configmgr' 4
stop_sim short "$pid"
unset ca_lines device_lines

"$simca" -m ca -o "$tmp/p256.pem" --key-out "$tmp/p256.key" -s 'Small CA' --key-type p256
chmod 600 "$tmp/p256.key"
ca_lines="cert-file = $tmp/p256.pem
key-file = $tmp/p256.key"
start_device young 22
pid=$sim_pid
renew young --apply
assert_refused young 'a CA too weak for AMT 22' 'this firmware needs SHA-384' 4
stop_sim young "$pid"
unset ca_lines

#
# Another manager replaces what we installed.
#
"$simca" -m ca -o "$tmp/theirs.pem" --key-out "$tmp/theirs.key" -s 'Their CA' \
    --key-type p384 --not-after +3650d
cat "$tmp/ca.pem" "$tmp/theirs.pem" >"$tmp/both.pem"
device_lines="trust-anchor = $tmp/both.pem"
start_device taken 14
pid=$sim_pid
renew taken --apply
is "$status" 0 'another manager: ours is installed'
generate_key 0 2048
public_key "$key_handle" "$tmp/key.der"
"$simca" -m request -o "$tmp/null.csr" --public-key "$tmp/key.der" -s $name --san $name
sign_request "$key_handle" 1 "$tmp/null.csr"
value SignedCertificateRequest | base64 -d >"$tmp/signed.der"
"$simca" -m sign -o "$tmp/their.pem" --request "$tmp/signed.der" --ca "$tmp/theirs.pem" \
    --ca-key "$tmp/theirs.key" --san $name --not-before -335d --not-after +30d
add_certificate "$tmp/their.pem"
put_context "$cert_handle"
commit
is "$(served)" "$(fingerprint "$tmp/their.pem")" 'another manager: then theirs'
forget taken
renew taken --apply
assert_refused taken 'another manager' 'another manager replaced our certificate by one of CN=Their CA'
renew taken --apply --force take-over
is "$status" 0 'another manager: --force take-over renews it'
like "$(certificates "$(ask taken 'state pc1')")" "$(fingerprint "$tmp/their.pem")" \
    'another manager: theirs stays in the store'
stop_sim taken "$pid"
unset device_lines

#
# Who is there? No login before that is known.
#
start_device secret 14
pid=$sim_pid
(umask 077 && echo 'Wr0ng!pass' >"$tmp/wrong")
renew secret --apply --secret-file "$tmp/wrong"
assert_refused secret 'wrong password' 'login refused \(HTTP 401\)'
state=$(ask secret 'state pc1')
is "$(json "$state" failures) $(json "$state" with_authorization)" '1 1' \
    'wrong password: one attempt'
stop_sim secret "$pid"

"$simca" -m ca -o "$tmp/evil.pem" --key-out "$tmp/evil.key" -s 'Lab CA' --key-type p384
clone() { # NAME OPTION-OF-SIMCA...
	"$simca" -m cert -o "$tmp/$1.pem" --key-out "$tmp/$1.key" --not-before -375d \
	    --not-after -10d "${@:2}"
}
clone other-key --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key" -s $name --san $name
clone other-ca --ca "$tmp/evil.pem" --ca-key "$tmp/evil.key" -s $name --san $name
clone other-name --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key" -s pc2.example --san pc2.example
clone self-signed -s $name --san $name
pin=$(openssl x509 -in "$tmp/late.pem" -noout -pubkey | openssl pkey -pubin -outform DER |
    sha256sum | cut -d ' ' -f 1)
for kind in other-key other-ca other-name self-signed; do
	what="clone with ${kind/-/ }"
	device_lines="trust-anchor = $tmp/ca.pem"
	[ $kind != other-key ] || device_lines="pin = sha256:$pin"
	# shellcheck disable=SC2046
	start_device "$kind" 14 $(cert_of "$kind")
	pid=$sim_pid
	renew "$kind" --apply --force expired
	assert_refused "$kind" "$what" '.'
	state=$(ask "$kind" 'state pc1')
	is "$(json "$state" with_authorization)" 0 "$what: no login was tried"
	stop_sim "$kind" "$pid"
done
unset device_lines

#
# All the way back.
#
assert_undone() { # NAME WHAT ERE
	is "$status" 1 "$2: exit 1"
	like "$err" "^renew_amt_tls: failed, the device is as it was: .*$3.*; undone: the device is as it was\$" \
	    "$2: says why"
	is "$(settings "$(ask "$1" 'state pc1')")" "$(settings "$before")" \
	    "$2: settings and store are as before, byte for byte"
	verifies "$tls"
	ok $? "$2: the old one verifies"
	renew "$1"
	like "$out" 'renewal due' "$2: no run is left open"
}

for profile in 14 16.1; do
	start_device sticky$profile $profile sticky=yes
	pid=$sim_pid
	before=$(ask sticky$profile 'state pc1')
	renew sticky$profile --apply -t 4
	assert_undone sticky$profile "AMT $profile that goes on serving the old one" \
	    'renewed, but the old certificate is still served'
	stop_sim sticky$profile "$pid"
done

ca_lines="cert-file = $tmp/theirs.pem
key-file = $tmp/theirs.key"
chmod 600 "$tmp/theirs.key"
start_device stranger 14
pid=$sim_pid
before=$(ask stranger 'state pc1')
renew stranger --apply
assert_undone stranger 'a CA that nobody here trusts' 'C12 path'
stop_sim stranger "$pid"
unset ca_lines

for keys in 1 2; do
	start_device full$keys 14 max-certificates=2 max-keys=$keys
	pid=$sim_pid
	before=$(ask full$keys 'state pc1')
	renew full$keys --apply
	assert_undone full$keys "store full, $keys keys" 'MAX_LIMIT_REACHED'
	stop_sim full$keys "$pid"
done

for writes in 0 1 2 3; do
	start_device worn$writes 14 flash-writes=$writes
	pid=$sim_pid
	before=$(ask worn$writes 'state pc1')
	renew worn$writes --apply
	what="flash worn after $writes writes"
	if [ $writes = 3 ]; then
		is "$status" 0 "$what: key, certificate and commit are three"
	else
		[ "$status" = 1 ] || [ "$status" = 2 ]
		ok $? "$what: no success"
		like "$err" 'FLASH_WRITE_LIMIT_EXCEEDED \(38\)' "$what: says why"
		verifies "$tls"
		ok $? "$what: what is served verifies"
		ask worn$writes 'set pc1 flash-writes=-1' >"$tmp/.ask"
		renew worn$writes --apply
		is "$status" 0 "$what: an hour later it is renewed"
	fi
	state=$(ask worn$writes 'state pc1')
	is "$(certificates "$state" | wc -l) $(keys "$state" | wc -l)" '3 2' \
	    "$what: with nothing left over"
	stop_sim worn$writes "$pid"
done

#
# Usage.
#
renew fresh --force sometimes
is "$status" 3 'usage: a word of --force that is none'
like "$(printf '%s' "$err" | tr '\n' ' ')" 'one of not-due, expired, clock, take-over' 'usage: the words are named'
renew fresh --ca nobody
is "$status" 3 'usage: a CA that is not there, which no second attempt finds'
like "$err" 'there is no section \[ca nobody\]' 'usage: and says so'
run "$remedy"
is "$status" 3 'usage: no host name'
run "$remedy" -H $name -f "$tmp/missing.conf"
is "$status" 3 'usage: no such file'
run "$remedy" --version
is "$status" 3 'usage: --version'
like "$out" '^renew_amt_tls v[0-9]' 'usage: on standard output'

done_testing
