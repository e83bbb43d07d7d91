#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Backend exec with helpers that are not ours: certmonger's local-submit issues for
# requests of both generations of firmware, and is judged like every CA.
. tests/cli/lib.sh

helper=$(dpkg -L certmonger 2>/dev/null | grep '/local-submit$')
[ -n "$helper" ] || skip_all "certmonger is not installed"

name=pc1.example.test
mkdir "$tmp/ca"
rsa=(-newkey rsa:2048) ec=(-newkey ec -pkeyopt ec_paramgen_curve:P-384)
csr() { # FILE OPTION...
	openssl req -new "${@:2}" -nodes -keyout "$tmp/$1.key" -out "$tmp/$1.csr" \
	    -config /dev/null -subj "/CN=$name" -addext "subjectAltName=DNS:$name" \
	    -addext extendedKeyUsage=serverAuth 2>/dev/null
}
csr rsa "${rsa[@]}"
csr ec "${ec[@]}"

# Its first line names the root.
CERTMONGER_OPERATION=FETCH-ROOTS "$helper" -d "$tmp/ca" | sed 1d >"$tmp/root.pem"
openssl req -x509 -nodes "${ec[@]}" -keyout "$tmp/other.key" -out "$tmp/other.pem" \
    -config /dev/null -subj /CN=Other -days 30 2>/dev/null
cat >"$tmp/amtcert.conf" <<CONF
[ca monger]
backend = exec
command = $helper -d $tmp/ca
trust-anchor = $tmp/root.pem

[ca strange]
backend = exec
command = $helper -d $tmp/ca
trust-anchor = $tmp/other.pem
CONF
askca() {
	run "$B/tests/tools/askca" --config "$tmp/amtcert.conf" --name "$name" "$@"
}

askca --ca monger --do probe
is "$status" 0 "a helper of certmonger is asked"
like "$out" '^outcome: issued$' "and can issue"
like "$out" '^kind: external program$' "its kind is told"
like "$out" '^not-after: 20' "and when its root ends"

for kind in rsa ec; do
	askca --ca monger --csr "$tmp/$kind.csr" --leaf-out "$tmp/$kind.pem"
	is "$status" 0 "a request with an $kind key is submitted"
	like "$out" '^outcome: issued$' "a certificate comes back"
	like "$out" '^judged: accepted$' "and passes the acceptance check"
	run openssl verify -CAfile "$tmp/root.pem" -purpose sslserver "$tmp/$kind.pem"
	is "$status" 0 "and another judge takes it, too"
	is "$(openssl x509 -in "$tmp/$kind.pem" -noout -pubkey)" \
	    "$(openssl pkey -in "$tmp/$kind.key" -pubout)" "it is for the key of the request"
done

askca --ca strange --csr "$tmp/ec.csr"
like "$out" '^outcome: issued$' "a CA outside our anchors issues, too"
like "$out" '^judged: C12 path' "and is refused by the path"

askca --ca strange --do probe
like "$out" 'leads to none of the configured trust anchors' "which the probe says before"
done_testing
