#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Backend adcs against web services of our own making: what the policy says of a
# template, requests that are issued, denied or held, every login, and everything that
# can be wrong with an answer.
# timeout: 400
. tests/cli/lib.sh
. tests/cli/ca_lab.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
export KRB5_CONFIG=/dev/null KRB5CCNAME=MEMORY:none
make_lab
make_ca clients 'Clients Root' ''
make_end ra 'Our RA' clients clientAuth DNS:ra.example.test
cp "$lab/clients.pem" "$lab/client-ca.pem"
for kind in rsa ec; do
	openssl req -new -key "$lab/$kind.key" -out "$lab/$kind.csr" -config /dev/null \
	    -subj "/CN=$name" -addext "subjectAltName=DNS:$name" \
	    -addext extendedKeyUsage=serverAuth \
	    -addext 1.3.6.1.4.1.311.20.2=ASN1:BMPSTRING:AMTTLS 2>/dev/null
done
start_service || exit 1
echo 'username LAB\svc s3cret-w0rd' >"$lab/login"

at=https://$host:$port
common=('backend = adcs' "trust-anchor = $lab/root.pem")
login=('auth = username' 'logname = LAB\svc' "secret-file = $lab/secret")
cep="url = $at/ADPolicyProvider_CEP_UsernamePassword/service.svc/CEP"
ces=$at/Lab%20CA_CES_UsernamePassword/service.svc/CES
section corp "${common[@]}" "$cep" "${login[@]}" 'template = amttls' 'poll = 10m'
section oid "${common[@]}" "$cep" "${login[@]}" 'template = 1.3.6.1.4.1.311.21.8.1.2.3.4'
section display "${common[@]}" "$cep" "${login[@]}" 'template = AMT TLS server'
section absent "${common[@]}" "$cep" "${login[@]}" 'template = AMTOTHER'
section direct "${common[@]}" "url = $ces" "${login[@]}" 'template = AMTTLS'
section wrong "${common[@]}" "$cep" 'auth = username' 'logname = LAB\svc' \
    "secret-file = $lab/wrong" 'template = AMTTLS'
section cert "${common[@]}" "url = $at/ADPolicyProvider_CEP_Certificate/service.svc/CEP" \
    'auth = certificate' "client-cert = $lab/ra.pem" "client-key = $lab/ra.key" 'template = AMTTLS'
section ticket "${common[@]}" "url = $at/ADPolicyProvider_CEP_Kerberos/service.svc/CEP" \
    'template = AMTTLS'
section nowhere "${common[@]}" "url = $at/none" "${login[@]}" 'template = AMTTLS'
make_ca foreign 'Foreign Root' ''
section strange "${common[@]}" "$cep" "${login[@]}" "server-anchor = $lab/foreign.pem" \
    'template = AMTTLS'
section nocert "${common[@]}" "$cep" 'auth = certificate' 'template = AMTTLS'
section noauth "${common[@]}" "$cep" 'auth = basic' 'template = AMTTLS'
section notemplate "${common[@]}" "$cep" "${login[@]}"

for row in 'nocert|no key client-cert' 'noauth|auth: not one that this backend knows' \
    'notemplate|no key template'; do
	askca --ca "${row%%|*}" --do probe
	like "$err" "${row#*|}" "a section without what is needed: ${row%%|*}"
done

# What the policy says, before anything is asked of a device; each of its rules is in
# tests/unit/test_xcep.c.
mode ok
askca --ca corp --do probe
like "$out" '^outcome: issued$' "a template that we may use can be issued from"
like "$out" '^kind: enterprise$' "the CA is an enterprise CA"
like "$out" '^template: AMTTLS .*1\.3\.6\.1\.4\.1\.311\.21\.8\.1\.2\.3\.4.* 101' \
    "its name, OID and version are facts"
like "$out" '^not-after: 20' "and when the CA ends"
for ca in oid display; do
	askca --ca $ca --do probe
	like "$out" '^template: AMTTLS ' "a template is found by its $ca, too"
done
mode 'old server'
askca --ca corp --do probe
like "$out" '^outcome: issued$' "a server that knows no versions is asked without"
mode ok
edit() { # OLD NEW OUTCOME ERE
	printf '%s\t%s\n' "$1" "$2" >"$lab/policy-edit"
	askca --ca "${5:-corp}" --do probe
	like "$out" "^outcome: $3\$" "$2: $3"
	like "$out" "^(text|needs-approval): .*$4" "$2: and says so"
	rm "$lab/policy-edit"
}
config='configuration is wrong'
edit '<enroll>true' '<enroll>false' "$config" 'may not enrol: give it Enroll'
edit '>65537<' '>402653184<' "$config" 'Supply in the request'
edit '<cAReference>0</cAReference>' '<x/>' "$config" 'no CA offers it.*stand-alone CA has no templates'
edit "https://$host:$port/Lab%20CA_CES_User" 'https://evil.test/Lab%20CA_CES_User' "$config" \
    'on a host that may get it.*evil\.test'
edit "https://$host:$port/Lab%20CA_CES_User" "http://$host/Lab%20CA_CES_User" "$config" \
    'on a host that may get it'
edit '<enrollmentFlags>0' '<enrollmentFlags>2' issued 'a CA manager must approve'
edit '<policies>' '<policies xsi:nil="true"/><old>' 'answer is not usable' 'XML'
edit '<oIDReferenceID>1<' '<oIDReferenceID>7<' 'answer is not usable' 'not among the OIDs'
askca --ca absent --do probe
like "$out" 'template AMTOTHER is not offered .*\(offered: AMTTLS\)' "a template that is not offered"
askca --ca direct --do probe
like "$out" 'neither permission nor template can be told' "without a policy service that is said"
askca --ca nowhere --do probe
like "$out" 'HTTP 404: there is no policy service .*stand-alone CA has no templates and cannot re-enrol' \
    "a CA without policy service"
askca --ca strange --do probe
like "$out" '^outcome: configuration is wrong$' "a server that is not verified gets nothing"

# Issue.
for kind in rsa ec; do
	mode ok
	askca --ca corp --csr "$lab/$kind.csr" --leaf-out "$tmp/leaf.pem"
	like "$out" '^outcome: issued$' "an $kind request is answered"
	like "$out" '^request-id: [0-9]+$' "by a number"
	like "$out" '^judged: accepted$' "and accepted"
done
run openssl verify -CAfile "$lab/root.pem" -untrusted "$lab/ca.pem" "$tmp/leaf.pem"
is "$status" 0 "which another judge confirms"
for shape in 'only bag' 'no bag'; do
	expect corp "$shape" issued '^judged: accepted$'
done
expect cert ok issued '^judged: accepted$'
bad='answer is not usable'
expect direct 'other key' "$bad" 'no certificate has the key'
expect direct truncated "$bad" 'PKCS#7: not one ContentInfo'
expect direct junk "$bad" 'BinarySecurityToken: .*base64'
expect direct nothing "$bad" 'neither a certificate nor a place'
expect direct twice "$bad" 'more than one response'
expect direct 'other message' "$bad" 'RelatesTo: an answer to another message'
expect direct doctype "$bad" 'document type declaration'
expect direct half "$bad" 'XML 1.0'
expect direct 'wrong type' "$bad" 'content type text/xml'
expect direct 'login page' "$bad" 'content type text/html'
expect direct big "$bad" 'an answer of more than 1048576 bytes'
expect direct redirect "$config" 'which is not followed'
expect direct 'status 500' 'try again later' 'HTTP 500'
expect direct 'status 503 120' 'try again later' '^retry-after: 120$'
expect direct close 'try again later' "^text: $host:$port: "
expect direct hang 'try again later' 'timed out' --timeout 1
for row in '80094012|not allowed|lacks Enroll' '80094800|configuration is wrong|not published' \
    '80094006 true 200|try again later|SUSPENDED' '8009ffff|rejected|0x8009FFFF: Denied' \
    '8009ffff false|try again later|0x8009FFFF'; do
	IFS='|' read -r number outcome words <<<"$row"
	expect direct "hresult $number" "$outcome" "$words"
done
expect direct 'fault w:DestinationUnreachable' "$config" 'DestinationUnreachable: Something'
openssl req -new -key "$lab/ec.key" -out "$lab/plain.csr" -config /dev/null -subj "/CN=$name"
mode ok
askca --ca direct --csr "$lab/plain.csr"
like "$out" '0x80094801 CERTSRV_E_NO_CERT_TYPE' "a request without template is refused"

# Logins: exactly the configured one, once.
: >"$lab/requests.log"
expect wrong ok 'not allowed' 'FailedAuthentication: At least one'
is "$(n_requests)" 1 "a wrong password is sent once"
: >"$lab/requests.log"
expect ticket ok 'not allowed' 'Kerberos'
unlike "$(cat "$lab/requests.log")" 'login=Basic' "Negotiate never falls back"
ok "$([ ! -s "$lab/soap.log" ]; echo $?)" "no message was other than it must be"
is "$(grep -vc 'expect=None' "$lab/requests.log")" 0 "nobody is asked for 100"

# A request that a person decides about; the next process asks by its number.
ask_after() { # OUTCOME ERE "sentence"
	askca --ca corp --csr "$lab/ec.csr" --do poll --cookie "$tmp/cookie"
	like "$out" "^outcome: $1\$" "$3"
	like "$out" "$2" "$3: and says so"
}
mode pending
askca --ca corp --csr "$lab/ec.csr" --cookie-out "$tmp/cookie"
like "$out" '^outcome: pending$' "a request is held"
like "$out" '^retry-after: 600$' "and asked after when the operator wants it"
mode ok
ask_after pending '^request-id: [0-9]+$' "it is still held"
echo deny >"$lab/manager"
ask_after rejected '0x80094014 .*manager denied it' "a manager denies it"
echo approve >"$lab/manager"
ask_after issued '^judged: accepted$' "a manager approves it"
sed -i 1s/.*/4711/ "$tmp/cookie"
ask_after rejected '0x80094002 ' "a request is forgotten"
sed -i 2s,.*,https://evil.test/CES, "$tmp/cookie"
ask_after "$config" 'not a host that may get our login' "a place on a strange host is not asked"
askca --ca corp --csr "$lab/rsa.csr" --do poll --cookie "$tmp/cookie"
is "$status" 1 "nor is the number of another request"
rm "$lab/manager"
echo https://evil.test/CES >"$lab/place"
mode pending
askca --ca corp --csr "$lab/ec.csr" --cookie-out "$tmp/cookie"
unlike "$(cat "$tmp/cookie")" evil "an answer sends our login to no other host"
rm "$lab/place"

mode ok
for ca in corp wrong; do
	askca --ca "$ca" --csr "$lab/ec.csr" -v
	unlike "$out$err" 's3cret|wrong-w0rd' "$ca: no secret in text and log"
done
done_testing
