#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Backend scep against a server of our own that shares no code with it and reads our
# messages with the openssl command, in every way in which it can be right or wrong.
# timeout: 300
. tests/cli/lib.sh
. tests/cli/ca_lab.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"

# make_rsa_ca NAME: a CA that can decrypt, self-signed.
make_rsa_ca() {
	openssl req -x509 "${rsa[@]}" -nodes -keyout "$lab/$1.key" -out "$lab/$1.pem" \
	    -config /dev/null -subj "/CN=Lab $1" -sha256 -days 900 \
	    -addext basicConstraints=critical,CA:TRUE \
	    -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
}

# make_challenge_csr NAME CHALLENGE KEY-OPTION...
make_challenge_csr() {
	cat >"$lab/csr.cnf" <<-EOF
		[req]
		distinguished_name = name
		attributes = attributes
		req_extensions = extensions
		prompt = no
		[name]
		CN = $name
		[attributes]
		challengePassword = $2
		[extensions]
		subjectAltName = DNS:$name
		extendedKeyUsage = serverAuth
		keyUsage = critical,digitalSignature,keyEncipherment
	EOF
	openssl req -new "${@:3}" -nodes -keyout "$lab/$1.key" -out "$lab/$1.csr" \
	    -config "$lab/csr.cnf" 2>/dev/null
}

mkdir -p "$lab"
make_rsa_ca ca
make_rsa_ca other
make_challenge_csr rsa s3cret-w0rd "${rsa[@]}"
make_challenge_csr ec s3cret-w0rd "${ec[@]}"
make_challenge_csr wrong wrong-w0rd -key "$lab/ec.key"
(umask 077 && echo s3cret-w0rd >"$lab/challenge")
start_service scepserver.py || exit 1

common=('backend = scep' "url = http://127.0.0.1:$port/scep" 'plain-allowed = yes'
	"challenge-file = $lab/challenge")
print=$(openssl x509 -in "$lab/ca.pem" -noout -fingerprint -sha256 | cut -d = -f 2)
section lab "${common[@]}" "trust-anchor = $lab/ca.pem"
section ident "${common[@]}" "trust-anchor = $lab/ca.pem" 'ca-ident = Sub%20CA' 'poll = 10m'
section stranger "${common[@]}" "trust-anchor = $lab/other.pem"
section print "${common[@]}" "trust-anchor = $lab/other.pem" "ca-fingerprint = sha256:$print"
section off 'backend = scep' "url = http://127.0.0.1:$(free_port)/scep" 'plain-allowed = yes' \
    "trust-anchor = $lab/ca.pem"

# The good case, with keys of both generations.
mode ok
for kind in rsa ec; do
	: >"$lab/requests.log"
	askca --ca lab --csr "$lab/$kind.csr" --leaf-out "$tmp/leaf.pem" -v
	like "$out" '^outcome: issued$' "an $kind request is answered"
	like "$out" '^judged: accepted$' "and the certificate is accepted"
	like "$(cat "$lab/requests.log")" '^POST .*PKIOperation 200 19 [0-9A-F]{40} aes128 fresh$' \
	    "openssl read a PKCSReq in it, with AES"
	like "$out" "^request-id: $(sed -n 's/.* 19 \([0-9A-F]*\) .*/\1/p' "$lab/requests.log")\$" \
	    "whose transaction is the name of the request"
	run openssl verify -CAfile "$lab/ca.pem" "$tmp/leaf.pem"
	is "$status" 0 "another judge confirms the certificate"
	unlike "$out$err" 's3cret|czNjcmV0' "no challenge in text and log"
done
askca --ca ident --do probe
like "$(cat "$lab/requests.log")" 'GetCACert&message=Sub%20CA 200' "a CA is asked for by its name"
askca --ca print --csr "$lab/ec.csr"
like "$out" '^outcome: issued$' "a CA is known by its fingerprint"
like "$out" '^judged: C12 path' "which is no anchor for what it issues"

# What a server may do; the unit tests have more of it.
faults=('other key|answer is not usable|no certificate has the key'
	'other nonce|answer is not usable|recipientNonce'
	'status 503 120|try again later|^retry-after: 120')
grep -q fsanitize "$B/flags" || faults+=('truncated|answer is not usable|not one ContentInfo'
	'stranger|answer is not usable|not signed by a certificate'
	'wrong type|answer is not usable|content type application/octet-stream'
	'fail 0|configuration is wrong|badAlg'
	'redirect|configuration is wrong|evil.example.test/steal, which is not followed')
for row in "${faults[@]}"; do
	IFS='|' read -r what outcome words <<<"$row"
	expect lab "$what" "$outcome" "$words"
done
: >"$lab/requests.log"
expect lab 'status 401' 'not allowed' 'HTTP 401'
is "$(grep -c POST "$lab/requests.log")" 1 "a refused login is made once"
mode ok
: >"$lab/requests.log"
askca --ca lab --csr "$lab/wrong.csr" -v
like "$out" '^outcome: not allowed$' "a wrong challenge is refused"
is "$(grep -c POST "$lab/requests.log")" 1 "and sent once"
unlike "$out$err" 'wrong-w0rd' "and not told"

# The probe: no message is sent.
: >"$lab/requests.log"
askca --ca lab --do probe
like "$out" '^outcome: issued$' "a CA that can issue is found so"
like "$out" '^kind: SCEP$' "its kind is told"
like "$out" '^not-after: 20' "and when it ends"
like "$out" '^key: RSA 2048$' "and its key"
askca --ca stranger --do probe
like "$out" '^outcome: configuration is wrong$' "a CA that nobody wrote down is refused"
like "$out" "CN=Lab ca, sha256:$(tr -d : <<<"${print,,}"), is not in trust-anchor" "with its fingerprint"
askca --ca stranger --csr "$lab/ec.csr"
like "$out" '^outcome: configuration is wrong$' "and gets no request"
is "$(grep -c POST "$lab/requests.log")" 0 "nor any message"
askca --ca off --do probe
like "$out" '^outcome: try again later$' "a server that is off may be on later"
front() {
	printf '%s' "$1" >"$lab/front"
}
for row in 'status 503 60|try again later|HTTP 503' 'status 401|not allowed|HTTP 401' \
    'redirect|configuration is wrong|not followed' 'big|answer is not usable|more than' \
    'login page|answer is not usable|a page for people'; do
	IFS='|' read -r what outcome words <<<"$row"
	front "$what"
	askca --ca lab --do probe
	like "$out" "^outcome: $outcome\$" "probe, $what: $outcome"
	like "$out" "$words" "probe, $what: and says so"
done
front ok
printf 'DES3\nSHA-1\n' >"$lab/caps"
askca --ca lab --do probe
like "$out" '^outcome: not supported by this CA$' "a server that can only what is old is refused"
like "$out" 'without POSTPKIOperation, AES, SHA-256' "by name"
rm "$lab/caps"

# A person decides; each question is from a new process, with the cookie.
ask_after() { # OUTCOME ERE "sentence"
	askca --ca ident --csr "$lab/ec.csr" --do poll --cookie "$tmp/cookie"
	like "$out" "^outcome: $1\$" "$3"
	like "$out" "$2" "$3: and says so"
}
mode pending
askca --ca ident --csr "$lab/ec.csr" --cookie-out "$tmp/cookie"
like "$out" '^outcome: pending$' "a request is held"
like "$out" '^retry-after: 600$' "and asked after in ten minutes"
: >"$lab/requests.log"
ask_after pending 'has the request' "it is still held"
like "$(cat "$lab/requests.log")" ' 20 [0-9A-F]{40} aes128 fresh$' "the question is a CertPoll, with another nonce"
echo deny >"$lab/manager"
ask_after rejected 'badRequest: the CA refused what it had taken' "a person says no"
echo approve >"$lab/manager"
mode 'other key'
ask_after 'answer is not usable' 'no certificate has the key' "approved, for another key"
mode ok
ask_after issued '^judged: accepted$' "a person says yes"
is "$(grep -c ' 19 ' "$lab/requests.log")" 0 "it was handed in once"
head -c 700 "$tmp/cookie" >"$tmp/half"
askca --ca lab --csr "$lab/ec.csr" --do poll --cookie "$tmp/half"
is "$status" 1 "half a cookie is none"
like "$err" 'key of the pending request is lost' "and says so"

# An RA between us and the CA: only it can read, and its word counts.
openssl req -x509 -CA "$lab/ca.pem" -CAkey "$lab/ca.key" "${rsa[@]}" -nodes \
    -keyout "$lab/ra.key" -out "$lab/ra.pem" -config /dev/null -subj '/CN=Lab RA' -days 90 \
    -sha256 -addext basicConstraints=critical,CA:FALSE \
    -addext keyUsage=critical,digitalSignature,keyEncipherment 2>/dev/null
expect lab ok issued '^judged: accepted$'
done_testing
