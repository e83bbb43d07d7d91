#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A device is renewed by CMP: with the servers of OpenSSL and of Bouncy Castle, over a
# restart while the request waits, and not at all when something is wrong.
# timeout: 300
. tests/cli/lib.sh
. tests/cli/ca_lab.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
make_lab
make_ca foreign 'Foreign Root' ''
start_service cmpserver.py || exit 1
. tests/sim/client.sh
. tests/cli/renew.sh
make_lab p384
cat "$tmp/ca.pem" "$lab/root.pem" >"$tmp/anchors.pem"
device_lines="trust-anchor = $tmp/anchors.pem"

# cas NAME: the CAs of this test for the device of that simulator, without trials: one
# of them has a certificate for one key only.
cas() {
	local common=("trust-anchor = $lab/root.pem" "chain-file = $lab/ca.pem" 'reference = ref-1' 'trial = no')
	local url=("url = https://localhost:$port" "${common[@]}") by=("shared-secret-file = $lab/secret")
	rm -f "$tmp/amtcert.conf"
	section corp 'backend = cmp' "${url[@]}" "${by[@]}"
	section wrong 'backend = cmp' "${url[@]}" "shared-secret-file = $lab/wrong"
	section strange 'backend = cmp' "${url[@]}" "${by[@]}" "server-anchor = $lab/foreign.pem"
	section foreign 'backend = cmp' "url = http://127.0.0.1:${foreign_port-1}/" \
	    'plain-allowed = yes' "${common[@]}" "${by[@]}"
	cat "$tmp/amtcert.conf" >>"$tmp/$1.conf"
}

# again: the CA may be asked at once, and not when it said.
again() {
	sqlite3 "$tmp/dev.db" 'UPDATE cert_request SET next_poll_at = 0'
}

# Before anything is written: what a question shows.
start_device dev 16.1
pid=$sim_pid
cas dev
before=$(ask dev 'state pc1')
stays() { # WHAT ERE [STATUS]: the CA cannot renew, and nothing was written.
	is "$status" "${3-4}" "$1: exit ${3-4}"
	like "$err" "^renew_amt_tls: .*, the device is as it was: CA .*$2" "$1: says why"
	is "$(deeds dev)" '' "$1: nothing was written"
	unlike "$out$err" 's3cret|wrong-w0rd' "$1: no secret is told"
}
: >"$lab/requests.log"
renew dev --apply --ca strange
stays 'TLS not verified' 'local issuer certificate'
is "$(n_requests)" 0 'TLS not verified: no message was sent'
renew dev --apply --ca wrong
stays 'wrong secret' 'badMessageCheck'
is "$(n_requests)" 1 'wrong secret: once'
for row in 'status 500|HTTP 500' 'status 503 120|HTTP 503'; do # may be over soon
	mode "${row%|*}"
	renew dev --apply --ca corp
	stays "${row%|*}" "${row#*|}" 1
done
for row in 'status 401|wants a login' 'redirect|not followed' 'big|more than 262144 bytes' 'login page|content type' \
    'genm wrong type|content type' 'genm truncated|not one PKIMessage' \
    'genm wrong nonce|nonce is not ours' 'genm wrong id|another transaction' \
    'genm wrong mac|shared secret'; do
	mode "${row%|*}"
	renew dev --apply --ca corp
	stays "${row%|*}" "${row#*|}"
done

# After the question: nothing is bound, and what is no use is taken away.
for row in 'reject 9|badPOP' 'error 23|notAuthorized'; do
	mode "${row%|*}"
	renew dev --apply --ca corp
	is "$status" 1 "${row%|*}: exit 1"
	like "$err" "device is as it was: .*${row#*|}" "${row%|*}: says why"
	after=$(ask dev 'state pc1')
	is "$(settings "$after") $(certificates "$after") $(keys "$after")" \
	    "$(settings "$before") $(certificates "$before") $(keys "$before")" \
	    "${row%|*}: the device is as it was"
done
forget dev
mode 'other key'
renew dev --apply --ca corp
is "$status" 1 'other key: exit 1'
like "$err" 'refused what it issued: the certificate is for another key' 'other key: says why'
unlike "$(deeds dev)" 'AddCertificate|AMT_TLSCredentialContext' 'other key: nothing is loaded or bound'
mode 'wrong nonce'
again
renew dev --apply --ca corp
is "$status" 1 'wrong nonce: exit 1'
like "$err" 'nonce is not ours' 'wrong nonce: says why'
unlike "$(deeds dev)" 'AddCertificate|AMT_TLSCredentialContext' 'wrong nonce: nothing is loaded or bound'
is "$(json "$(ask dev 'state pc1')" served)" "$(json "$before" served)" 'and the same is served'

# A request waits, and another process gets what was issued.
mode 'pending 1'
renew dev --apply --ca corp
is "$status" 2 'pending: exit 2'
like "$err" 'pending: the CA has the request; asked .*, asked again from 20' 'pending: says so'
: >"$lab/requests.log"
renew dev --apply --ca corp
is "$(n_requests)" 0 'pending: nobody is asked before that'
again
renew dev --apply --ca corp
is "$status" 0 'pending: another run gets it' || echo "# $err"
is "$(cut -d ' ' -f 1-2 "$lab/requests.log")" \
    "$(printf '%s\n' 'pollReq known' 'certConf known' 'confirmed accepted')" \
    'pending: in the same transaction, after no other question'
served_by() { # "sentence": the device serves a certificate of the lab.
	openssl s_client -connect "127.0.0.1:$tls" -no-CApath -no-CAstore -CAfile "$lab/root.pem" \
	    -verify_return_error -verify_hostname $name </dev/null >"$tmp/.verify" 2>&1
	is "$?" 0 "$1"
}
served_by 'pending: it is served, with its chain'
stop_sim dev "$pid"

renewed_by() { # NAME WHAT: a device is renewed by the server at $foreign_port
	local pid
	start_device "$1" 16.1
	pid=$sim_pid
	cas "$1"
	renew "$1" --apply --ca foreign
	is "$status $err" '0 ' "$2: a device is renewed"
	served_by "$2: what it serves verifies"
	stop_sim "$1" "$pid"
}

# OpenSSL's server gives one certificate, whatever is asked: that of the key which the
# device will make, the last of the pool once the first is its own.
awk '/BEGIN/ { key = "" } { key = key $0 "\n" } END { printf "%s", key }' "$tmp/pool.pem" >"$tmp/next.key"
openssl req -x509 -CA "$lab/ca.pem" -CAkey "$lab/ca.key" -key "$tmp/next.key" -config /dev/null \
    -subj "/CN=$name" -sha384 -days 365 -addext basicConstraints=critical,CA:FALSE \
    -addext keyUsage=critical,digitalSignature,keyEncipherment -addext extendedKeyUsage=serverAuth \
    -addext "$(openssl x509 -in "$tmp/pc1.pem" -noout -ext subjectAltName |
	sed -n 's/, /,/g; s/^ *DNS/subjectAltName=DNS/p')" -out "$tmp/next.pem" 2>/dev/null
start mock openssl cmp -config '' -port 0 -srv_ref ref-1 \
    -srv_secret "pass:$(cat "$lab/secret")" -srv_trusted "$lab/root.pem" \
    -srv_untrusted "$lab/ca.pem" -rsp_cert "$tmp/next.pem" -rsp_extracerts "$lab/ca.pem"
mock_pid=$started_pid
wait_for 60 grep -q ^ACCEPT "$tmp/mock.log"
foreign_port=$(sed -n 's/^ACCEPT .*:\([0-9]*\) PID.*/\1/p' "$tmp/mock.log")
renewed_by openssl "OpenSSL's server"
stop "$mock_pid"

# Bouncy Castle's server issues for what is asked. Java takes its time to start, which
# says nothing of a sanitized client.
jars=$(dpkg -L libbcpkix-java libbcprov-java libbcutil-java 2>/dev/null |
	grep -E '/share/java/bc(pkix|prov|util)\.jar$' | paste -sd:)
ecj=$(dpkg -L libecj-java 2>/dev/null | grep -E '/share/java/ecj\.jar$')
options=(-XX:TieredStopAtLevel=1 -Xshare:auto -Xmx64m)
if [ -n "$ecj" ]; then
	javac=(java "${options[@]}" -cp "$ecj" org.eclipse.jdt.internal.compiler.batch.Main
		-source 11 -target 11 -proc:none -nowarn)
else
	javac=(javac "${options[@]/#-X/-J-X}")
fi
if ! command -v java >/dev/null || ! command -v "${javac[0]}" >/dev/null || [ -z "$jars" ]; then
	skip "Bouncy Castle's server" "no Java, no compiler for it, or no libbcpkix-java"
elif [[ $B == *san* ]]; then
	skip "Bouncy Castle's server" "it is met by the build without sanitizers"
else
	run "${javac[@]}" -cp "$jars" -d "$tmp/java" tests/tools/CmpServer.java
	is "$status" 0 "Bouncy Castle's server is compiled" || echo "# $err"
	openssl x509 -in "$lab/ca.pem" -outform DER -out "$lab/ca.der"
	openssl pkcs8 -topk8 -nocrypt -in "$lab/ca.key" -outform DER -out "$lab/ca.p8"
	start java java "${options[@]}" -cp "$jars:$tmp/java" CmpServer "$lab/ca.der" "$lab/ca.p8" ref-1 "$lab/secret"
	wait_for 60 grep -q '^listening' "$tmp/java.log"
	foreign_port=$(sed -n 's/^listening //p' "$tmp/java.log")
	renewed_by castle "Bouncy Castle's server"
	is "$(sed -n 's/^type //p' "$tmp/java.log")" "$(printf '%s\n' '21 -> 23' '4 -> 3' '24 -> 19')" \
	    "which knows no question, and was asked once"
fi
done_testing
