#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Backend cmp against a server of our own that shares no code with it, in the ways in
# which a CMP server can be right or wrong, and against the one of OpenSSL.
# timeout: 300
. tests/cli/lib.sh
. tests/cli/ca_lab.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
make_lab
make_ca foreign 'Foreign Root' ''
start_service cmpserver.py || exit 1
cp "$lab/secret" "$lab/password"

common=('backend = cmp' "url = https://$host:$port/cmp/" "trust-anchor = $lab/root.pem"
	"chain-file = $lab/ca.pem" 'reference = ref-1')
secret=("shared-secret-file = $lab/secret")
section corp "${common[@]}" "${secret[@]}"
section plain 'backend = cmp' "url = http://127.0.0.1:$plain_port" 'plain-allowed = yes' \
    "trust-anchor = $lab/root.pem" "chain-file = $lab/ca.pem" 'reference = ref-1' "${secret[@]}"
section rooted 'backend = cmp' "url = https://$host:$port" "trust-anchor = $lab/root.pem" \
    "recipient-cert = $lab/ca.pem" 'reference = ref-1' "${secret[@]}"
section wrong "${common[@]}" "shared-secret-file = $lab/wrong"
section unknown "${common[@]/ref-1/ref-2}" "${secret[@]}"
section login "${common[@]}" "${secret[@]}" 'auth = basic' 'logname = ra' "secret-file = $lab/password"
section strange "${common[@]}" "${secret[@]}" "server-anchor = $lab/foreign.pem"
section other-name "${common[@]/$host/127.0.0.1}" "${secret[@]}"
section off "${common[@]/:$port/:$(free_port)}" "${secret[@]}"

log() {
	cat "$lab/requests.log"
}

# The good case.
mode ok
for kind in rsa ec; do
	: >"$lab/requests.log"
	askca --ca corp --csr "$lab/$kind.csr" --leaf-out "$tmp/leaf.pem"
	like "$out" '^outcome: issued$' "an $kind request is answered"
	like "$out" '^chain: 1$' "with the certificate of its issuer, once"
	like "$out" '^judged: accepted$' "and accepted"
	like "$out" '^request-id: [0-9a-f]{32}$' "the transaction is named"
	is "$(openssl x509 -in "$tmp/leaf.pem" -noout -pubkey)" \
	    "$(openssl pkey -in "$lab/$kind.key" -pubout)" "it is for the key of the request"
	is "$(log | cut -d ' ' -f 1-2)" "$(printf '%s\n' 'p10cr known' 'certConf known' 'confirmed accepted')" \
	    "which the server is told"
done
like "$(log)" 'path=/cmp/ login=none' "the path is asked as it is written"
for ca in plain rooted; do
	expect "$ca" ok issued '^judged: accepted$'
done
expect corp TYPE issued '^judged: accepted$'
expect corp 'with changes' issued '^judged: accepted$'

# What is no answer to our message, or none of our server.
expect corp 'wrong nonce' 'answer is not usable' 'to another message: its nonce is not ours'
expect corp 'wrong id' 'answer is not usable' 'belongs to another transaction'
expect corp unprotected 'answer is not usable' 'the answer is not protected'
expect corp 'wrong mac' 'not allowed' 'not protected with our shared secret'
expect corp 'many iterations' 'answer is not usable' '^text: .*iteration'
expect corp 'wrong type' 'answer is not usable' 'content type application/octet-stream'
expect corp 'login page' 'answer is not usable' 'content type text/html'
for shape in truncated 'junk behind' empty 'not DER'; do
	expect corp "$shape" 'answer is not usable' 'RFC 4210 5.1: not one PKIMessage'
done
expect corp 'junk certificate' 'answer is not usable' 'RFC 4210 5.1: not one PKIMessage'
expect corp 'no certificate' 'answer is not usable' '^text: .'
expect corp big 'answer is not usable' 'an answer of more than 262144 bytes'
expect corp close 'try again later' "^text: $host:$port: "

# What is issued and not what was asked for is refused, and the server told so.
for row in 'other key|for another key' 'foreign issuer|C12 path'; do
	: >"$lab/requests.log"
	expect corp "${row%|*}" 'answer is not usable' "refused what it issued: .*${row#*|}"
	like "$(log)" '^confirmed rejected$' "${row%|*}: the server is told"
done

# Refusals.
expect corp 'reject 9' rejected 'badPOP .*could not verify'
expect corp 'reject 19 template | x' 'configuration is wrong' '^text: rejection: badCertTemplate .*: template \| x$'
expect corp 'reject 23' 'not allowed' 'notAuthorized'
expect corp 'status-only 2' rejected '^text: rejection$'
expect corp 'status-only 9' 'answer is not usable' '^text: .'
expect corp 'error 2' 'configuration is wrong' 'badRequest .*: an \| error$'
expect corp 'unprotected error 2' 'answer is not usable' 'badRequest .*, without protection$'
expect corp 'unprotected error 24' 'try again later' 'systemUnavail: not protected, without protection$'
: >"$lab/requests.log"
expect wrong ok 'not allowed' 'badMessageCheck .*: who is that\?, without protection'
expect unknown ok 'not allowed' 'badMessageCheck'
is "$(log | grep -c '^p10cr unknown')" 2 "a wrong secret, or reference, is tried once"

# Statuses.
expect corp 'status 500' 'try again later' 'HTTP 500: '
expect corp 'status 503 120' 'try again later' '^retry-after: 120$'
expect corp redirect 'configuration is wrong' \
    'a redirect to https://evil.example.test/steal, which is not followed'
: >"$lab/requests.log"
expect corp 'status 401' 'not allowed' 'it wants a login, and none is configured'
expect login 'status 401' 'not allowed' 'login of ra refused; not tried again'
is "$(n_requests)" 2 "a refused login is sent once"
expect login ok issued '^judged: accepted$'
like "$(log)" 'login=Basic' "a login of HTTP goes besides"
expect off ok 'try again later' 'Failed to connect|Connection refused'
expect corp hang 'try again later' 'timed out' --timeout 1

# TLS: verified before anything is sent.
: >"$lab/requests.log"
for row in 'strange|unable to get local issuer certificate' 'other-name|does not match|no alternative'; do
	expect "${row%%|*}" ok 'configuration is wrong' "${row#*|}"
done
is "$(n_requests)" 0 "a server that is not verified gets no message"

# Pending: what is kept of the answers lets the next process go on.
poll() { # SECTION OUTCOME ERE "sentence"
	askca --ca "$1" --csr "$lab/ec.csr" --do poll --cookie "$tmp/cookie" \
	    --cookie-out "$tmp/cookie"
	like "$out" "^outcome: $2\$" "$4: $2"
	like "$out" "$3" "$4: and says so"
}
: >"$lab/requests.log"
mode 'pending 3'
askca --ca corp --csr "$lab/ec.csr" --cookie-out "$tmp/cookie"
like "$out" '^outcome: pending$' "a request is held"
like "$out" '^retry-after: 30$' "and asked after when the server says"
id=$(sed -n 's/^request-id: //p' <<<"$out")
poll wrong 'configuration is wrong' 'no message can be made: ' "with another secret"
mode 'status 503 77'
poll corp 'try again later' '^retry-after: 77$' "while the server is away"
mode 'wrong nonce'
poll corp 'answer is not usable' 'its nonce is not ours' "an answer to something else"
askca --ca corp --csr "$lab/wait.csr" --do poll --cookie "$lab/secret"
is "$status" 1 "a cookie that is none is refused"
# That the server counts and its last nonce moved on: a new transaction.
mode 'pending 3'
askca --ca corp --csr "$lab/ec.csr" --cookie-out "$tmp/cookie"
id=$(sed -n 's/^request-id: //p' <<<"$out")
echo 5 >"$lab/after"
poll corp pending '^retry-after: 10$' "too often is not asked"
echo 99999999 >"$lab/after"
poll corp pending '^retry-after: 86400$' "nor too seldom"
: >"$lab/requests.log"
poll corp issued '^judged: accepted$' "and in the end"
like "$out" "^request-id: $id\$" "under the name it had"
is "$(log | cut -d ' ' -f 1-2)" "$(printf '%s\n' 'pollReq known' 'certConf known' 'confirmed accepted')" \
    "no request was sent twice"
rm "$lab/after"

# It waits, but the first poll was lost: the CA has it all the same.
mode 'lost poll'
askca --ca corp --csr "$lab/ec.csr" --cookie-out "$tmp/cookie"
like "$out" '^outcome: pending$' "a request is held, whatever became of the first poll"
mode ok
poll corp issued '^judged: accepted$' "and gone on with"

# The probe asks for certificates, and for none of our own.
mode ok
: >"$lab/requests.log"
askca --ca corp --do probe
like "$out" '^outcome: issued$' "a CA that can issue is found so"
like "$out" '^kind: CMP$' "its kind is told"
like "$out" '^not-after: 20' "and when it ends"
is "$(log | cut -d ' ' -f 1-2)" 'genm known' "by one question"
for row in 'genm error 2|issued' 'genm error 23|not allowed' 'genm error 24|try again later' \
    'genm unprotected error 2|answer is not usable' 'genm wrong mac|not allowed' \
    'genm truncated|answer is not usable' 'status 503|try again later'; do
	mode "${row%|*}"
	askca --ca corp --do probe
	like "$out" "^outcome: ${row#*|}\$" "probe, ${row%|*}: ${row#*|}"
done
mode ok
askca --ca wrong --do probe
like "$out" '^outcome: not allowed$' "a wrong secret is found"

# Nothing of a secret in what is said, logged or seen by others.
for ca in corp wrong login; do
	askca --ca "$ca" --csr "$lab/ec.csr" -v
	like "$err" ' cmp: ' "$ca: a log is written"
	unlike "$out$err" 's3cret|wrong-w0rd|czNjcmV0|cmE6' "$ca: no secret in text and log"
done
mode hang
: >"$lab/requests.log"
"$B/tests/tools/askca" --config "$tmp/amtcert.conf" --ca corp --csr "$lab/ec.csr" \
    --timeout 5 >/dev/null 2>&1 </dev/null &
pid=$!
# Its time is over before it is asked again.
seen=$(tr '\0' '\n' <"/proc/$pid/cmdline"; tr '\0' '\n' <"/proc/$pid/environ")
unlike "$seen" 's3cret' "no secret in argv or the environment"
kill "$pid" 2>/dev/null
wait "$pid" 2>/dev/null

# The proxy of the environment is not used, neither ours nor OpenSSL's.
mode ok
export http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1
expect plain ok issued '^judged: accepted$'
expect corp ok issued '^judged: accepted$'
unset http_proxy https_proxy ALL_PROXY

# OpenSSL's server, with a secret and with certificates. It gives what it is told to.
run_mock() { # OPTION...
	start mock openssl cmp -config '' -port 0 -srv_trusted "$lab/root.pem" \
	    -srv_untrusted "$lab/ca.pem" -rsp_cert "$tmp/leaf.pem" -rsp_extracerts "$lab/ca.pem" "$@"
	mock_pid=$started_pid
	wait_for 60 grep -q ^ACCEPT "$tmp/mock.log" || sed 's/^/# /' "$tmp/mock.log"
	mock_port=$(sed -n 's/^ACCEPT .*:\([0-9]*\) PID.*/\1/p' "$tmp/mock.log")
	mock=('backend = cmp' "url = http://127.0.0.1:$mock_port/pkix/" 'plain-allowed = yes'
		"trust-anchor = $lab/root.pem" "chain-file = $lab/ca.pem")
}
by_secret=(-srv_ref ref-1 -srv_secret "pass:$(cat "$lab/secret")")
run_mock "${by_secret[@]}"
section mock "${mock[@]}" 'reference = ref-1' "${secret[@]}"
section mock-wrong "${mock[@]}" 'reference = ref-1' "shared-secret-file = $lab/wrong"
expect mock ok issued '^judged: accepted$'
is "$(grep -c 'Received request' "$tmp/mock.log")" 2 "OpenSSL's server: two messages"
askca --ca mock --csr "$lab/rsa.csr"
like "$out" 'refused what it issued: .*for another key' "its certificate for another key is refused"
expect mock-wrong ok 'not allowed' 'not protected with our shared secret'
askca --ca mock --do probe
like "$out" '^outcome: issued$' "and it can be asked"
stop "$mock_pid"
run_mock "${by_secret[@]}" -poll_count 2 -check_after 7
section mock-waits "${mock[@]}" 'reference = ref-1' "${secret[@]}"
askca --ca mock-waits --csr "$lab/ec.csr" --cookie-out "$tmp/cookie"
like "$out" '^outcome: pending$' "OpenSSL's server holds a request"
poll mock-waits issued '^judged: accepted$' "and gives it to another process"
stop "$mock_pid"
make_end ra 'Our RA' ca clientAuth DNS:ra.example.test
make_end cmp 'CMP server' ca serverAuth DNS:cmp.example.test
make_end old-ra 'Stranger' foreign clientAuth DNS:ra.example.test
run_mock -srv_cert "$lab/cmp.crt" -srv_key "$lab/cmp.key"
section signed "${mock[@]}" "ra-cert = $lab/ra.pem" "recipient-cert = $lab/cmp.crt"
section signed-by-ca "${mock[@]}" "ra-cert = $lab/ra.pem" "ra-key = $lab/ra.key"
section signed-strange "${mock[@]}" "ra-cert = $lab/old-ra.pem" "recipient-cert = $lab/cmp.crt"
expect signed ok issued '^judged: accepted$'
expect signed-by-ca ok 'answer is not usable' 'not from recipient-cert'
expect signed-strange ok 'configuration is wrong' 'badRequest .*: no suitable sender cert'
stop "$mock_pid"
done_testing
