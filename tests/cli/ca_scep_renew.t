#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Devices are renewed by SCEP: by Debian's server, which issues for clients only, and
# by one of our own; over a week in which a person has to decide; and not at all when
# something is wrong.
# timeout: 300
. tests/cli/lib.sh
. tests/cli/ca_lab.sh
. tests/sim/client.sh
. tests/cli/renew.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
make_lab rsa:2048
mkdir -p "$lab"
cp "$tmp/ca.pem" "$tmp/ca.key" "$lab"
(
	umask 077
	echo s3cret-w0rd | tee "$lab/challenge" >"$lab/secret"
	echo wrong-w0rd >"$lab/wrong"
)
start_service scepserver.py || exit 1

# cas NAME: the CAs of this test for the device of that simulator. A trial would use up a
# challenge that is good for one request.
cas() {
	local common=('backend = scep' 'trial = no' "url = http://127.0.0.1:$port/scep" 'plain-allowed = yes')
	rm -f "$tmp/amtcert.conf"
	section corp "${common[@]}" "trust-anchor = $tmp/ca.pem" "challenge-file = $lab/secret"
	section wrong "${common[@]}" "trust-anchor = $tmp/ca.pem" "challenge-file = $lab/wrong"
	section foreign 'backend = scep' 'trial = no' "url = http://127.0.0.1:${foreign_port-1}/scep" \
	    'plain-allowed = yes' "trust-anchor = ${foreign_ca-$tmp/ca.pem}" \
	    "challenge-file = $lab/secret" 'allow-weak = yes'
	cat "$tmp/amtcert.conf" >>"$tmp/$1.conf"
}

# again: the CA may be asked at once, and not when it said.
again() {
	sqlite3 "$tmp/dev.db" 'UPDATE cert_request SET next_poll_at = 0'
}

front() {
	printf '%s' "$1" >"$lab/front"
}
bound='AddCertificate|AMT_TLSCredentialContext|AMT_8021X|SetCertificates'

# Before anything is written: what a question shows.
start_device dev 14
pid=$sim_pid
cas dev
before=$(ask dev 'state pc1')
for row in 'status 503 120|1|HTTP 503' 'status 401|4|HTTP 401' 'redirect|4|not followed' \
    'login page|4|a page for people'; do
	IFS='|' read -r what code words <<<"$row"
	front "$what"
	renew dev --apply --ca corp
	is "$status" "$code" "$what: exit $code"
	like "$err" "the device is as it was: CA corp \(scep\): .*$words" "$what: says why"
	is "$(deeds dev)" '' "$what: nothing was written"
done
front ok

# After the question: nothing is bound, and what is of no use is taken away.
mode ok
: >"$lab/requests.log"
renew dev --apply --ca wrong
is "$status" 1 'wrong challenge: exit 1'
like "$err" 'the device is as it was: .*not allowed: badRequest' 'wrong challenge: says why'
is "$(grep -c POST "$lab/requests.log")" 1 'wrong challenge: sent once'
unlike "$out$err" 'wrong-w0rd' 'wrong challenge: not told'
after=$(ask dev 'state pc1')
is "$(settings "$after") $(certificates "$after") $(keys "$after")" \
    "$(settings "$before") $(certificates "$before") $(keys "$before")" \
    'wrong challenge: the device is as it was'
for row in 'other key|no certificate has the key|1' 'other nonce|recipientNonce|1'; do
	IFS='|' read -r what words code <<<"$row"
	mode "$what"
	again
	renew dev --apply --ca corp
	is "$status" "$code" "$what: exit $code"
	like "$err" "$words" "$what: says why"
done
unlike "$(deeds dev)" "$bound" 'nothing is loaded or bound by any of them'
is "$(json "$(ask dev 'state pc1')" served)" "$(json "$before" served)" 'and the same is served'

# A request waits for a person for more than a week.
mode pending
renew dev --apply --ca corp
is "$status" 2 'pending: exit 2'
like "$err" 'pending: the CA has the request; asked .*, asked again from 20' 'pending: says so'
: >"$lab/requests.log"
renew dev --apply --ca corp
is "$(n_requests)" 0 'pending: nobody is asked before that'
sqlite3 "$tmp/dev.db" 'UPDATE cert_request SET next_poll_at = 0, created_at = created_at - 700000'
renew dev --apply --ca corp
is "$status" 2 'pending for a week: exit 2'
like "$err" 'asked 8 d ago, .*it waits for too long, see to it at the CA' 'pending for a week: says so'
unlike "$(deeds dev)" "$bound" 'pending for a week: nothing is loaded or bound'
echo approve >"$lab/manager"
again
renew dev --apply --ca corp
is "$status" 0 'approved: renewed' || echo "# $err"
is "$(grep -c ' 19 ' "$lab/requests.log")" 0 'approved: the request was not handed in again'
verifies "$tls"
ok $? 'approved: what is served verifies'
is "$(sqlite3 "$tmp/dev.db" 'SELECT ca FROM archive')" 'corp (scep)' 'approved: the archive knows by whom'
like "$(sqlite3 "$tmp/dev.db" 'SELECT ca_request_id FROM archive')" '^[0-9A-F]{40}$' 'approved: and in which transaction'

# At once: the deed is the plan.
mode ok
forget dev
renew dev --ca corp --force not-due
plan=$(planned)
is "$(deeds dev)" '' 'a plan writes nothing'
renew dev --apply --ca corp --force not-due
is "$status $err" '0 ' 'a device is renewed without a word on standard error'
unlike "$out" 's3cret' 'no secret is told'
is "$(deeds dev)" "$plan" 'the deed is the plan'
verifies "$tls"
ok $? 'what is served verifies'
stop_sim dev "$pid"

# Debian's server: SHA-1 and DES in its answers, certificates for clients.
if ! command -v scepserver >/dev/null; then
	skip "a server that is not ours" "scep is not installed"
	done_testing
fi
scepserver ca -init -depot "$tmp/depot" -organization 'Lab' -organizational_unit 'SCEP' \
    -country XX -keySize 2048 -years 5 >"$tmp/depot.log" 2>&1
foreign_port=$(free_port)
foreign_ca=$tmp/depot/ca.pem
start scepserver scepserver -depot "$tmp/depot" -port "$foreign_port" -challenge s3cret-w0rd \
    -allowrenew 0
wait_for 20 curl -sf -o "$tmp/caps" "http://127.0.0.1:$foreign_port/scep?operation=GetCACaps"
ok $? "Debian's server is up"
make_cert net -s net1.example --san net1.example --eku clientAuth --not-before -335d --not-after +30d
start_device net 14 "wired-certificate=$tmp/net.pem" "wired-key=$tmp/net.key" "wired-root=$tmp/ca.pem"
pid=$sim_pid
cas net
before=$(ask net 'state pc1')
renew net --apply --ca foreign
is "$status" 1 'a certificate for clients in the place of one for servers: exit 1'
like "$err" 'refused what it issued: C6 purpose: extKeyUsage lacks serverAuth' 'says why'
unlike "$(deeds net)" "$bound" 'nothing is loaded or bound'
is "$(certificates "$(ask net 'state pc1')") $(keys "$(ask net 'state pc1')")" \
    "$(certificates "$before") $(keys "$before")" 'and the store is as it was'
run "$B/remediate/renew_amt_8021x" -f "$tmp/net.conf" -H $name -t 60 --apply --ca foreign
is "$status" 0 "802.1X of a device is renewed by Debian's server" || echo "# $err"
like "$out" 'net1.example|802.1X renewed' 'and says so'
like "$(deeds net)" 'SetCertificates' 'and the new certificate is bound'
is "$(sqlite3 "$tmp/net.db" 'SELECT ca FROM archive')" 'foreign (scep)' 'the archive knows by whom'
n=$(find "$tmp/depot" -name '*net1.example*.pem' | wc -l)
is "$n" 1 'it is the one that was issued for that name'
unlike "$out$err" 's3cret' 'no secret is told'
stop_sim net "$pid"
done_testing
