#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Backend est against a server of our own that shares no code with it, in every way
# in which an EST server can be right or wrong.
# timeout: 300
. tests/cli/lib.sh
. tests/cli/ca_lab.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
make_lab
make_ca foreign 'Foreign Root' ''
make_ca clients 'Clients Root' ''
make_end ra 'Our RA' clients clientAuth DNS:ra.example.test
make_end sslserver 'No client' clients serverAuth DNS:ra.example.test
cp "$lab/clients.pem" "$lab/client-ca.pem"
start_service || exit 1

common=("url = https://$host:$port" "trust-anchor = $lab/root.pem")
login=("logname = ra" "secret-file = $lab/secret")
section plain 'backend = est' "${common[@]}"
section basic 'backend = est' "${common[@]}" 'auth = basic' "${login[@]}"
section digest 'backend = est' "${common[@]}" 'auth = digest' "${login[@]}"
section wrong 'backend = est' "${common[@]}" 'auth = basic' 'logname = ra' \
    "secret-file = $lab/wrong"
section wrong-digest 'backend = est' "${common[@]}" 'auth = digest' 'logname = ra' \
    "secret-file = $lab/wrong"
section label 'backend = est' "url = https://$host:$port/.well-known/est/lab/" \
    "trust-anchor = $lab/root.pem"
section nowhere 'backend = est' "url = https://$host:$port/.well-known/est/none" \
    "trust-anchor = $lab/root.pem"
section strange 'backend = est' "${common[@]}" "server-anchor = $lab/foreign.pem"
section other-name 'backend = est' "url = https://127.0.0.1:$port" \
    "trust-anchor = $lab/root.pem"
section cert 'backend = est' "${common[@]}" "client-cert = $lab/ra.pem" \
    "client-key = $lab/ra.key"
section bad-cert 'backend = est' "${common[@]}" "client-cert = $lab/sslserver.pem" \
    "client-key = $lab/sslserver.key"
section chained 'backend = est' "${common[@]}" "chain-file = $lab/ca.pem"
section off 'backend = est' "url = https://$host:$(free_port)" \
    "trust-anchor = $lab/root.pem"

# The good case, with keys of both generations, and every shape of a good answer.
mode ok
for kind in rsa ec; do
	askca --ca plain --csr "$lab/$kind.csr" --leaf-out "$tmp/leaf.pem"
	like "$out" '^outcome: issued$' "an $kind request is answered"
	like "$out" '^chain: 1$' "with the certificate of its issuer"
	like "$out" '^judged: accepted$' "and accepted"
	run openssl verify -CAfile "$lab/root.pem" -untrusted "$lab/ca.pem" "$tmp/leaf.pem"
	is "$status" 0 "which another judge confirms"
done
for shape in 'one line' crlf 'any order' TYPE 'leaf only'; do
	expect plain "$shape" issued '^judged: accepted$'
done
mode 'leaf only'
askca --ca chained --csr "$lab/ec.csr"
like "$out" '^chain: 1$' "an issuer that is configured is not asked for"
expect label ok issued '^judged: accepted$'
is "$(grep -c 'expect=None' "$lab/requests.log")" "$(n_requests)" "nobody is asked for 100"
like "$(cat "$lab/requests.log")" 'simpleenroll 200 login=none type=application/pkcs10 ' \
    "requests are sent as RFC 7030 says"

# What is no certificate for us.
for fault in 'other key' 'no leaf'; do
	expect plain "$fault" 'answer is not usable' 'no certificate has the key'
done
expect plain 'two leafs' 'answer is not usable' 'more than one certificate has the key'
for fault in pem truncated junk 'junk behind'; do
	expect plain "$fault" 'answer is not usable' '^text: .*[Bb]ase64'
done
expect plain 'truncated der' 'answer is not usable' 'PKCS#7: not one ContentInfo'
expect plain 'behind der' 'answer is not usable' 'PKCS#7: not one ContentInfo'
expect plain empty 'answer is not usable' 'PKCS#7: not one ContentInfo'
expect plain 'not signed data' 'answer is not usable' 'PKCS#7: not SignedData'
expect plain multipart 'answer is not usable' 'content type multipart/mixed'
expect plain 'wrong type' 'answer is not usable' 'content type application/pkcs10'
expect plain 'no type' 'answer is not usable' 'content type missing'
expect plain 'login page' 'answer is not usable' 'content type text/html'
expect plain big 'answer is not usable' 'an answer of more than 1048576 bytes'
expect plain close 'try again later' "^text: $host:$port: "
expect plain 'no http' 'answer is not usable' "^text: $host:$port: "

# Statuses.
expect plain 'status 400' 'configuration is wrong' \
    'HTTP 400: says the server \| \\x1b\[1m$'
expect plain 'status 404' 'configuration is wrong' 'HTTP 404: '
expect plain 'status 405' 'configuration is wrong' 'HTTP 405: '
expect plain 'status 413' 'configuration is wrong' 'HTTP 413: '
expect plain 'status 415' 'configuration is wrong' 'HTTP 415: '
expect plain 'status 500' 'try again later' 'HTTP 500: '
expect plain 'status 502' 'try again later' 'HTTP 502: '
expect plain 'status 429 77' 'try again later' '^retry-after: 77$'
expect plain 'status 503 120' 'try again later' '^retry-after: 120$'
expect plain redirect 'configuration is wrong' \
    'a redirect to https://evil.example.test/steal, which is not followed'
expect plain 'status 204' 'answer is not usable' 'HTTP 204'
expect nowhere ok 'configuration is wrong' 'HTTP 404: no such place'
expect off ok 'try again later' 'Failed to connect|Connection refused'

before=$SECONDS
expect plain hang 'try again later' 'timed out' --timeout 1
[ $((SECONDS - before)) -lt 10 ]
ok $? "a server that hangs is left at the deadline"

# Pending: the same request is the question; when, says the server within reason.
date_in() {
	TZ=GMT date -d "+$1 seconds" '+%a, %d %b %Y %H:%M:%S GMT'
}
for row in '3600 3600' ' 600' '0 600' '-5 600' '1 10' '99999999 86400' 'soon 600'; do
	printf '%s' "${row% *}" >"$lab/after"
	expect plain 'pending 1000' pending "^retry-after: ${row##* }\$"
done
date_in 7200 >"$lab/after"
expect plain 'pending 1000' pending '^retry-after: (7[12][0-9][0-9])$'
make_csr wait "${ec[@]}"
rm "$lab/after"
mode 'pending 2'
for outcome in pending pending issued; do
	askca --ca plain --csr "$lab/wait.csr" --do "$([ "$outcome" = issued ] && echo poll || echo submit)"
	like "$out" "^outcome: $outcome\$" "asked once more: $outcome"
done

# Logins: exactly the configured one, once.
mode ok
for scheme in basic digest; do
	echo "$scheme ra s3cret-w0rd" >"$lab/login"
	expect "$scheme" ok issued '^judged: accepted$'
done
echo 'basic ra s3cret-w0rd' >"$lab/login"
: >"$lab/requests.log"
expect wrong ok 'not allowed' 'HTTP 401: login of ra refused; not tried again'
is "$(n_requests)" 1 "a wrong password is sent once"
expect plain ok 'not allowed' 'it wants a login, and none is configured'
expect digest ok 'not allowed' 'HTTP 401'
unlike "$(cat "$lab/requests.log")" 'login=Basic.* 401.*login=Basic' "digest never falls back to basic"
echo 'digest ra s3cret-w0rd' >"$lab/login"
: >"$lab/requests.log"
expect wrong-digest ok 'not allowed' 'login of ra refused'
is "$(grep -c login=Digest "$lab/requests.log")" 1 "a wrong digest is sent once"
expect basic ok 'not allowed' 'login of ra refused'
is "$(grep -c login=Basic "$lab/requests.log")" 1 "and a basic login where digest is wanted, too"
rm "$lab/login"
expect basic 'status 403' 'not allowed' 'HTTP 403: ra has no permission'
expect plain 'status 401' 'not allowed' 'HTTP 401'

# TLS: verified before anything is sent.
: >"$lab/requests.log"
for row in 'strange|unable to get local issuer certificate' 'other-name|does not match|no alternative'; do
	expect "${row%%|*}" ok 'configuration is wrong' "${row#*|}"
done
is "$(n_requests)" 0 "a server that is not verified gets no request"
expect cert ok issued '^judged: accepted$'
like "$(cat "$lab/requests.log")" "peer=\['Our RA'\]" "our client certificate is presented"
expect bad-cert ok 'configuration is wrong' 'refuses our client certificate .*clientAuth'

# The probe.
mode ok
askca --ca plain --do probe
like "$out" '^outcome: issued$' "a CA that can issue is found so"
like "$out" '^kind: EST$' "its kind is told"
like "$out" '^not-after: 20' "and when it ends"
cp "$lab/foreign.pem" "$lab/new.pem"
askca --ca plain --do probe
like "$out" '^text: note: .*none of the configured trust anchors: CN=Foreign Root' \
    "a root that we do not know is noted, not trusted"
rm "$lab/new.pem"
echo 'basic ra s3cret-w0rd' >"$lab/login"
askca --ca wrong --do probe
like "$out" '^outcome: not allowed$' "a wrong password is found"
: >"$lab/requests.log"
askca --ca basic --do probe
like "$out" '^outcome: issued$' "a right one is found, too"
like "$(cat "$lab/requests.log")" 'cacerts 200 login=none' "anybody's question goes without it"
rm "$lab/login"
echo MAA= >"$lab/csrattrs"
askca --ca plain --do probe
like "$out" '^outcome: issued$' "an empty list of attributes asks for nothing"
echo MAsGCSqGSIb3DQEJBw== >"$lab/csrattrs" # challengePassword
askca --ca plain --do probe
like "$out" '^text: note: .*bound to its TLS session' "a wish for channel binding is noted"
echo '<html>' >"$lab/csrattrs"
askca --ca plain --do probe
like "$out" '^outcome: answer is not usable$' "attributes that are none are noticed"
rm "$lab/csrattrs"
for row in 'bad cacerts|answer is not usable' 'status 503|try again later' \
    'login page|answer is not usable'; do
	mode "${row%|*}"
	askca --ca plain --do probe
	like "$out" "^outcome: ${row#*|}\$" "probe, ${row%|*}: ${row#*|}"
done

# Nothing of a secret in what is said, logged or seen by others.
echo 'basic ra s3cret-w0rd' >"$lab/login"
mode ok
for ca in basic wrong digest; do
	askca --ca "$ca" --csr "$lab/ec.csr" -v
	unlike "$out$err" 's3cret|wrong-w0rd|czNjcmV0|cmE6' "$ca: no secret in text and log"
done
mode hang
"$B/tests/tools/askca" --config "$tmp/amtcert.conf" --ca basic --csr "$lab/ec.csr" \
    --timeout 5 >/dev/null 2>&1 </dev/null &
pid=$!
: >"$lab/requests.log"
wait_for 5 test -s "$lab/requests.log"
seen=$(tr '\0' '\n' <"/proc/$pid/cmdline"; tr '\0' '\n' <"/proc/$pid/environ")
like "$seen" 'askca$' "its arguments can be seen by others"
unlike "$seen" 's3cret' "no secret in argv or the environment"
kill "$pid" 2>/dev/null
wait "$pid" 2>/dev/null

# The server is one for a client that is not ours: strongSwan's, with two answers
# of "later" first. It asks the system for the name, and a bare root may know none.
if ! knows_localhost; then
	skip "a client that is not ours" "localhost has no address here"
elif command -v pki >/dev/null; then
	touch "$lab/any-line"
	mode 'pending 2'
	echo 1 >"$lab/after"
	openssl req -in "$lab/rsa.csr" -outform DER -out "$lab/rsa.der"
	run pki --est --url "https://localhost:$port" --in "$lab/rsa.der" \
	    --cacert "$lab/root.pem" --cacert "$lab/ca.pem" --userpass ra:s3cret-w0rd \
	    --interval 1 --outform pem
	is "$status" 0 "strongSwan enrolls with our test server"
	is "$(openssl x509 -noout -pubkey <<<"$out")" \
	    "$(openssl pkey -in "$lab/rsa.key" -pubout)" "for its key"
	run pki --estca --url "https://localhost:$port" --cacert "$lab/root.pem" \
	    --caout "$tmp/cas.pem" --outform pem --force
	is "$status" 0 "and reads its CA certificates"
	rm "$lab/any-line" "$lab/after"
else
	skip "a client that is not ours" "strongswan-pki is not installed"
fi

# Neither proxy nor netrc of the environment is used.
rm "$lab/login"
mode ok
printf 'machine %s login x password netrc-w0rd\n' "$host" >"$tmp/.netrc"
: >"$lab/requests.log"
export HOME=$tmp https_proxy=http://127.0.0.1:1 HTTPS_PROXY=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1
expect plain ok issued '^judged: accepted$'
like "$(cat "$lab/requests.log")" 'simpleenroll 200 login=none' "a netrc is not read"
unset https_proxy HTTPS_PROXY ALL_PROXY

# What a section may not say.
refuses() { # "sentence" ERE LINE...
	rm -f "$tmp/amtcert.conf"
	section x 'backend = est' "${@:3}"
	askca --ca x --do probe
	is "$status" 1 "$1: refused"
	like "$err" "$2" "$1: and says why"
}
refuses 'no TLS' 'url: not https://' 'url = http://localhost' "trust-anchor = $lab/root.pem"
refuses 'a password in the url' 'url: not https://' 'url = https://a:b@localhost' \
    "trust-anchor = $lab/root.pem"
refuses 'no anchor' 'no key trust-anchor' 'url = https://localhost'
refuses 'negotiate' 'auth: not one that this backend knows' 'url = https://localhost' \
    "trust-anchor = $lab/root.pem" 'auth = negotiate'
refuses 'a login without auth' 'sends no password' 'url = https://localhost' \
    "trust-anchor = $lab/root.pem" 'logname = ra'
refuses 'auth without a login' 'auth needs logname and secret-file' \
    'url = https://localhost' "trust-anchor = $lab/root.pem" 'auth = basic'
chmod 644 "$lab/secret"
refuses 'a secret that others can read' 'secret: ' 'url = https://localhost' \
    "trust-anchor = $lab/root.pem" 'auth = basic' "${login[@]}"
chmod 644 "$lab/ra.key"
refuses 'a key that others can read' 'ra.key' 'url = https://localhost' \
    "trust-anchor = $lab/root.pem" "client-cert = $lab/ra.pem" "client-key = $lab/ra.key"
done_testing
