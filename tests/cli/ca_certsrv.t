#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Backend certsrv against pages of our own making: which kind of CA it is, requests
# that a person approves or denies, and everything that can be wrong with a page.
# timeout: 300
. tests/cli/lib.sh
. tests/cli/ca_lab.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
make_lab
start_service || exit 1
echo 'basic LAB\svc s3cret-w0rd' >"$lab/login"

common=('backend = certsrv' "url = https://$host:$port/certsrv" "trust-anchor = $lab/root.pem"
	'auth = basic' 'logname = LAB\svc')
section alone "${common[@]}" "secret-file = $lab/secret"
section patient "${common[@]}" "secret-file = $lab/secret" 'manual-approval = yes'
section both "${common[@]}" "secret-file = $lab/secret" 'manual-approval = yes' \
    'template = AMTTLS'
section corp "${common[@]}" "secret-file = $lab/secret" 'template = AMTTLS' 'poll = 10m'
section wrong "${common[@]}" "secret-file = $lab/wrong" 'template = AMTTLS'

# The kind of CA, before anything is asked of it.
mode ok
askca --ca alone --do probe
like "$out" '^outcome: not supported by this CA$' "a stand-alone CA is refused"
like "$out" '^text: stand-alone CA: no template, cannot re-enrol: ' "and called so"
like "$out" 'Use an enterprise CA .*manual-approval = yes' "and the ways out are told"
like "$out" '^kind: stand-alone$' "its kind is a fact"
like "$out" '^needs-approval: yes$' "that a person approves is a fact"
like "$out" '^not-after: 20' "and when it ends"
askca --ca both --do probe
like "$out" '^outcome: not supported by this CA$' "a template at a stand-alone CA is refused"
askca --ca patient --do probe
like "$out" '^outcome: issued$' "who knows that a person approves may go on"
like "$out" '^text: stand-alone CA: no template, cannot re-enrol' "but is told"
printf 'WebServer\nAMTTLS\n' >"$lab/templates"
askca --ca corp --do probe
like "$out" '^outcome: issued$' "an enterprise CA with our template can issue"
like "$out" '^kind: enterprise$' "its kind is a fact"
like "$out" '^template: AMTTLS ' "and the template"
askca --ca patient --do probe
like "$out" '^text: enterprise CA: .* set template$' "one without a template cannot"
echo AMTTLS2 >"$lab/templates"
askca --ca corp --do probe
like "$out" '^text: enterprise CA: template AMTTLS is not offered .*Read and Enroll' \
    "nor with one that is not published"
askca --ca wrong --do probe
like "$out" '^outcome: not allowed$' "a wrong password is found"
mode 'login page'
askca --ca corp --do probe
like "$out" '^outcome: answer is not usable$' "another page is no CA"
like "$out" 'but: Please log in$' "and its title is told"
mode redirect
askca --ca corp --do probe
like "$out" '^outcome: configuration is wrong$' "a redirect is not followed"

# An enterprise CA issues at once.
echo AMTTLS >"$lab/templates"
for kind in rsa ec; do
	mode ok
	askca --ca corp --csr "$lab/$kind.csr" --leaf-out "$tmp/leaf.pem"
	like "$out" '^outcome: issued$' "an $kind request is answered"
	like "$out" '^chain: 1$' "its issuer is fetched"
	like "$out" '^judged: accepted$' "and it is accepted"
done
like "$(cat "$lab/form")" '^CertAttrib=CertificateTemplate:AMTTLS' "the template is named"
like "$(cat "$lab/form")" '^CertRequest=-----BEGIN CERTIFICATE REQUEST-----$' \
    "the request keeps its lines"
expect patient ok 'configuration is wrong' '0x80094801 CERTSRV_E_NO_CERT_TYPE .*set template'
for row in '0x80094012|not allowed|lacks Enroll' '0x80094811|configuration is wrong|longer key' \
    '0x80094006|try again later|SUSPENDED' '0x800706BA|try again later|cannot reach the CA' \
    '0x80094014|rejected|manager denied' '0x8009ffff|rejected|0x8009FFFF: No'; do
	IFS='|' read -r number outcome words <<<"$row"
	expect corp "hresult $number" "$outcome" "$words"
done
expect corp 'words only' rejected '^text: Denied \| by\\x1b\[1m words$'
expect corp 'other page' 'answer is not usable' 'an unknown page: Welcome'
expect corp 'other key' 'answer is not usable' 'no certificate has the key'
expect corp truncated 'answer is not usable' '^text: PEM'
expect corp 'wrong type' 'answer is not usable' 'content type application/octet-stream'
expect corp 'login page' 'answer is not usable' 'an unknown page: Please log in'
expect corp big 'answer is not usable' 'content type|more than 1048576 bytes'
expect corp 'status 500' 'try again later' 'HTTP 500'
expect corp 'status 503 120' 'try again later' '^retry-after: 120$'
expect corp redirect 'configuration is wrong' 'which is not followed'
expect corp close 'try again later' "^text: $host:$port: "
expect corp hang 'try again later' 'timed out' --timeout 1
: >"$lab/requests.log"
expect wrong ok 'not allowed' 'login of LAB\\svc refused; not tried again'
is "$(n_requests)" 1 "a wrong password is sent once"

# A stand-alone CA holds every request; the next process asks by its number.
rm "$lab/templates"
mode ok
ask_after() { # OUTCOME ERE "sentence"
	askca --ca patient --csr "$lab/ec.csr" --do poll --cookie "$tmp/cookie"
	like "$out" "^outcome: $1\$" "$3"
	like "$out" "$2" "$3: and says so"
}
askca --ca patient --csr "$lab/ec.csr" --cookie-out "$tmp/cookie"
like "$out" '^outcome: pending$' "a request is held"
like "$out" '^retry-after: 3600$' "and asked after in an hour"
like "$(cat "$tmp/cookie")" '^[0-9]+$' "its number is the cookie"
like "$out" "^request-id: $(cat "$tmp/cookie")\$" "and the name that the archive will keep"
like "$(cat "$lab/form")" '^CertAttrib=$' "no template is named"
before=$(grep -c certfnsh "$lab/requests.log")
ask_after pending '^retry-after: 3600$' "it is still held"
echo deny >"$lab/manager"
ask_after rejected '0x80094014 .*manager denied it.*: Denied by LAB' "a manager denies it"
echo approve >"$lab/manager"
ask_after issued '^judged: accepted$' "a manager approves it"
like "$out" "^request-id: $(cat "$tmp/cookie")\$" "and its number is told with the certificate"
is "$(grep -c certfnsh "$lab/requests.log")" "$before" "and it was handed in once"
echo 4711 >"$tmp/cookie"
truncate -s 4 "$tmp/cookie"
ask_after rejected '0x80094002 .*does not know the request any more' "a request is forgotten"
mode 'other page'
printf '17; rm -r' >"$tmp/cookie"
askca --ca patient --csr "$lab/ec.csr" --do poll --cookie "$tmp/cookie"
is "$status" 1 "a cookie that is no number is never sent"

for ca in corp wrong; do
	askca --ca "$ca" --csr "$lab/ec.csr" -v
	unlike "$out$err" 's3cret|wrong-w0rd' "$ca: no secret in text and log"
done
done_testing
