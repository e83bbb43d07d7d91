#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# amtsim: what differs between the generations of the firmware, and faults on
# purpose.  Items 11, 12 and 17 of the checklist.
. tests/cli/lib.sh
. tests/sim/client.sh

make_ca
make_cert rsa
make_cert p384 --key-type p384 --digest sha384
make_cert intermediate
{
	printf '[defaults]\ntls-port = 0\nplain-port = 0\n'
	for p in 9 11.8 14 16.0 16.1 19 22; do
		printf '[device amt%s]\nprofile = %s\n' "$p" "$p"
		case $p in
		9 | 11.8 | 14) printf 'certificate = rsa.pem\nkey = rsa.key\n' ;;
		16.0) printf 'tls = yes\n' ;;
		esac
	done
} >"$tmp/all.conf"
start_sim all -d "$tmp/all.conf" || exit 1
pid=$sim_pid

at() { # PROFILE: sets host, tls, plain
	read -r _ _ host tls plain < <(ask all list | grep "^ready amt$1 ")
}
speaks() { # VERSIONS: which of them the device accepts
	local v out=
	for v in 1 1_1 1_2 1_3; do
		openssl s_client -connect "$host:$tls" "-tls$v" -cipher 'ALL:@SECLEVEL=0' \
		    </dev/null 2>&1 | grep -q 'Cipher is [A-Z]' && out+="$v "
	done
	echo "$out"
}

for row in '9|1 1_1 ' '11.8|1_1 1_2 ' '14|1_2 ' '16.0|1_2 ' '16.1|1_2 ' '19|1_2 1_3 ' '22|1_2 1_3 '; do
	at "${row%%|*}"
	is "$(speaks)" "${row#*|}" "AMT ${row%%|*}: TLS versions"
done
for row in '9|no' '11.8|no' '14|no' '16.0|yes' '16.1|yes' '19|yes' '22|yes'; do
	p=${row%%|*}
	at "$p"
	state=$(ask all "state amt$p")
	is "$(printf '%s' "$state" | grep -q '"read_only":true' && echo yes || echo no)" "${row#*|}" \
	    "AMT $p: a certificate of its own: ${row#*|}"
done
for p in 16.1 19 22; do
	at $p
	is "$plain" 0 "AMT $p: no plain port"
	call Get AMT_TLSSettingData "$(selector InstanceID "$network_tls")"
	is "$(value NonSecureConnectionsSupported)" false "AMT $p: NonSecureConnectionsSupported"
	put_tls "$network_tls" '<g:Enabled>true</g:Enabled><g:MutualAuthentication>false</g:MutualAuthentication><g:AcceptNonSecureConnections>true</g:AcceptNonSecureConnections>'
	like "$reply" 'AMT-STATUS 16' "AMT $p: plain text is refused"
	put_tls "$network_tls" '<g:Enabled>false</g:Enabled><g:MutualAuthentication>false</g:MutualAuthentication>'
	like "$reply" 'AMT-STATUS 16' "AMT $p: so is TLS off"
	envelope Get AMT_GeneralSettings | post -D "$tmp/head" -o /dev/null
	like "$(cat "$tmp/head")" 'Content-Type: application/soap\+xml;charset=UTF-8' "AMT $p: content type without a blank"
	create_context 0
	like "$reply" 'e:AlreadyExists' "AMT $p: there is a context from the start"
	delete_cert 0
	like "$reply" 'AMT-STATUS 16' "AMT $p: its own certificate stays"
done
at 16.0
call Get AMT_TLSSettingData "$(selector InstanceID "$network_tls")"
is "$(value NonSecureConnectionsSupported)" "" "AMT 16.0 does not know that property"

at 9
generate_key 0 1024
is "$return_value" 0 "AMT 9: RSA 1024"
"$simca" -m ca -o "$tmp/sub.pem" --key-out "$tmp/sub.key" --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key" -s Sub
add_certificate "$tmp/sub.pem" AddTrustedRootCertificate
is "$return_value" 2063 "AMT 9: an intermediate is no root"
at 11.8
add_certificate "$tmp/sub.pem" AddTrustedRootCertificate
is "$return_value" 0 "AMT 11.8 takes it"
at 19
generate_key
public_key "$key_handle" "$tmp/19.der"
like "$(base64 -w0 "$tmp/19.der")" '^MIIBIjANBgkqhkiG9w0BAQ' "AMT 19: DERKey is a SubjectPublicKeyInfo"
"$simca" -m request -o "$tmp/19.csr" --public-key "$tmp/19.der" -s x
sign_request "$key_handle" 0 "$tmp/19.csr"
is "$return_value" 2066 "AMT 19: no SHA-1 signature"
at 14
generate_key 1 384
is "$return_value" 2066 "AMT 14: no P-384"

at 22
enumerate AMT_PublicPrivateKeyPair
like "$items" 'DERKey>MHYwEAYHKoZIzj0CAQYFK4EEACID.*Key: Handle: 0<' "AMT 22: the factory key is P-384, at handle 0"
for row in 'ECDSA+SHA256 no' 'ECDSA+SHA384 yes'; do
	openssl s_client -connect "$host:$tls" -sigalgs "${row% *}" -tls1_2 </dev/null 2>&1 | grep -q 'Cipher is ECDHE'
	is "$? ${row% *}" "$([ "${row#* }" = yes ] && echo 0 || echo 1) ${row% *}" "AMT 22: TLS with ${row% *}: ${row#* }"
done
generate_key 1 384
is "$return_value" 0 "AMT 22: P-384"
ec=$key_handle
public_key "$ec" "$tmp/22.der"
"$simca" -m request -o "$tmp/22.csr" --public-key "$tmp/22.der" -s amt22.example
sign_request "$ec" 1 "$tmp/22.csr"
is "$return_value" 2066 "AMT 22: SHA-256 is not enough"
sign_request "$ec" 2 "$tmp/22.csr"
value SignedCertificateRequest | base64 -d >"$tmp/22.req"
like "$(openssl req -inform DER -in "$tmp/22.req" -verify -noout -text 2>&1)" 'ecdsa-with-SHA384' "AMT 22: SHA-384 is"
"$simca" -m sign -o "$tmp/22.pem" --request "$tmp/22.req" --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key" --digest sha256
add_certificate "$tmp/22.pem"
is "$return_value" 0 "AMT 22: a certificate with SHA-256 is stored"
put_context "$cert_handle"
is "$http $(printf '%s' "$reply" | grep -o 'AMT-STATUS [0-9]*')" '500 AMT-STATUS 1' "AMT 22: but not bound"
"$simca" -m sign -o "$tmp/22b.pem" --request "$tmp/22.req" --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key" --digest sha384
add_certificate "$tmp/22b.pem"
put_context "$cert_handle"
is "$http" 200 "AMT 22: with SHA-384 it is"
commit
is "$(served)" "$(fingerprint "$tmp/22b.pem")" "AMT 22: and served"
at 16.0
call Delete AMT_TLSCredentialContext
commit
is "$return_value" 0 "AMT 16: without a context its own certificate is served"
like "$(openssl s_client -connect "$host:$tls" </dev/null 2>&1)" 'subject=CN = Intel' "really"
stop_sim all "$pid"
start_sim own -s profile=16.1 -s tls-port=0 -s plain-port=0 -s "certificate=$tmp/rsa.pem" \
    -s "key=$tmp/rsa.key" || exit 1
is "$(served)" "$(fingerprint "$tmp/rsa.pem")" "AMT 16: another certificate is bound"
enumerate AMT_PublicKeyCertificate
is "$(printf '%s' "$items" | grep -oE 'ReadOnlyCertificate>(true|false)' | tr '\n' ' ')" \
    'ReadOnlyCertificate>false ReadOnlyCertificate>true ' "AMT 16: its own stays beside it"
stop_sim own "$sim_pid"

#
# The chain: what continues the leaf, no root
#
"$simca" -m cert -o "$tmp/deep.pem" --key-out "$tmp/deep.key" --ca "$tmp/sub.pem" --ca-key "$tmp/sub.key" -s deep
start_sim chain -s profile=14 -s tls-port=0 -s plain-port=0 -s "certificate=$tmp/deep.pem" \
    -s "key=$tmp/deep.key" -s "chain=$tmp/sub.pem" -s "root=$tmp/ca.pem" -s rsa-only=yes || exit 1
out=$(openssl s_client -connect "$host:$tls" -showcerts -CAfile "$tmp/ca.pem" </dev/null 2>&1)
is "$(printf '%s\n' "$out" | grep -c 'BEGIN CERT')" 2 "leaf and intermediate are sent, the root is not"
like "$out" 'Verify return code: 0' "which is enough to verify"
like "$(openssl s_client -connect "$host:$tls" -cipher ECDHE </dev/null 2>&1)" 'no peer certificate|handshake failure' "rsa-only: no ECDHE"
chain_pid=$sim_pid

#
# No RFC 5746, which OpenSSL 3 refuses unless told otherwise
#
ask chain 'set device no-rfc5746=yes' >/dev/null
ask chain 'set device rsa-only=no' >/dev/null
out=$(openssl s_client -connect "$host:$tls" </dev/null 2>&1)
like "$out" 'unsafe legacy renegotiation disabled' "no-rfc5746: OpenSSL's default does not connect"
out=$(openssl s_client -connect "$host:$tls" -legacy_server_connect -CAfile "$tmp/ca.pem" -showcerts </dev/null 2>&1)
like "$out" 'Secure Renegotiation IS NOT supported' "with the option it does"
like "$out" 'Cipher is AES128-GCM-SHA256' "with RSA key exchange"
like "$out" 'Extended master secret: no' "and no extended master secret"
is "$(printf '%s\n' "$out" | grep -c 'BEGIN CERT')" 2 "the chain is the same"
cat >"$tmp/legacy.cnf" <<'END'
openssl_conf = a
[a]
ssl_conf = b
[b]
system_default = c
[c]
Options = UnsafeLegacyServerConnect
END
legacy_call() { OPENSSL_CONF=$tmp/legacy.cnf call "$@"; }
legacy_call Get AMT_GeneralSettings
is "$http" 200 "WS-Man works over it"
OPENSSL_CONF=$tmp/legacy.cnf generate_key 0 2048
is "$return_value" 0 "in both directions"
OPENSSL_CONF=$tmp/legacy.cnf delete_key "$key_handle"
ask chain 'set device no-rfc5746=no' >/dev/null
ask chain 'set device rsa-only=yes' >/dev/null

#
# Faults
#
fault() { ask chain "fault device none" >/dev/null && ask chain "fault device $1" >/dev/null; }
n_keys() { ask chain state | grep -o '"bits"' | wc -l; }

before=$(n_keys)
fault Invoke:AMT_PublicKeyManagementService:GenerateKeyPair:1:cut-before-read
generate_key
is "$http $(n_keys)" "000 $before" "cut-before-read: no answer, nothing done"
generate_key
is "$http $(n_keys)" "200 $((before + 1))" "only once"
fault Invoke:AMT_PublicKeyManagementService:GenerateKeyPair:1:cut-before-answer
generate_key
is "$http $(n_keys)" "000 $((before + 2))" "cut-before-answer: no answer, but done"
fault Get:AMT_GeneralSettings:2:cut-in-answer
call Get AMT_GeneralSettings
is "$http" 200 "the first one is whole"
envelope Get AMT_GeneralSettings | post -o "$tmp/part"
is "$?" 18 "cut-in-answer: half of the second"
fault Get:AMT_GeneralSettings:1:cut-after-answer
call Get AMT_GeneralSettings
is "$http" 200 "cut-after-answer: the answer is there"
fault Get:1:status=503
call Get AMT_GeneralSettings
is "$http" 503 "status"
fault Put:1:amt-status=2075
put_context 0
like "$reply" 'AMT-STATUS 2075' "amt-status"
fault Invoke:1:return-value=23
generate_key
is "$http $return_value" '200 23' "return-value"
like "$reply" '<b:Address>default<' "with a placeholder"
fault any:1+:garbage
call Get AMT_GeneralSettings
unlike "$reply" 'Envelope' "garbage"
call Get AMT_GeneralSettings
unlike "$reply" 'Envelope' "again and again"
fault any:1:wrong-relates-to
call Get AMT_GeneralSettings
unlike "$reply" 'RelatesTo>7<' "wrong-relates-to"
fault any:1:dtd
call Get AMT_GeneralSettings
like "$reply" '<!DOCTYPE' "dtd"
fault any:1:huge
envelope Get AMT_GeneralSettings | post --max-time 2 -o "$tmp/huge"
[ "$(wc -c <"$tmp/huge")" -gt 10000000 ]
ok $? "huge: it does not end"
rm -f "$tmp/huge"
fault any:1:slow=400
started_ms=$(date +%s%3N)
call Get AMT_GeneralSettings
[ $(($(date +%s%3N) - started_ms)) -ge 400 ] && [ "$http" = 200 ]
ok $? "slow"
fault any:1:hang
envelope Get AMT_GeneralSettings | post --max-time 1 -o /dev/null
is "$?" 28 "hang"
fault any:1:stale
call Get AMT_GeneralSettings
is "$http" 200 "stale: the client gets another nonce and goes on"
fault any:1:not-http
call Get AMT_GeneralSettings
isnt=$http
is "$isnt" 000 "not-http"
fault http:2:cut-before-read
call Get AMT_GeneralSettings
is "$http" 000 "http counts the request without login, too"
for action in cut-before-answer cut-in-answer cut-after-answer; do
	fault "http:1:$action"
	call Get AMT_GeneralSettings
	if [ $action = cut-before-answer ]; then
		is "$http" 000 "$action: no challenge"
	else
		is "$http" 200 "$action: the head of the challenge is enough"
	fi
	like "$(tail -n 2 "$tmp/chain.req")" "authorization=no .*status=401 .*fault=$action" \
	    "and the log says so"
done
fault http:1:freeze
envelope Get AMT_GeneralSettings | post --max-time 1 -o /dev/null
is "$?" 28 "freeze: instead of the challenge"
ask chain 'set device hang=no' >/dev/null
call Get AMT_GeneralSettings
is "$http" 200 "until hang=no"

fault Put:1:power-loss-drop
put_tls "$network_tls" '<g:Enabled>true</g:Enabled><g:MutualAuthentication>false</g:MutualAuthentication><g:AcceptNonSecureConnections>true</g:AcceptNonSecureConnections>'
state=$(ask chain state)
is "$http $(json "$state" restarts) $(json "${state#*\"pending\"}" accept_non_secure)" '000 1 false' "power-loss-drop"
fault Put:1:power-loss-keep
put_tls "$network_tls" '<g:Enabled>true</g:Enabled><g:MutualAuthentication>false</g:MutualAuthentication><g:AcceptNonSecureConnections>true</g:AcceptNonSecureConnections>'
state=$(ask chain state)
is "$http $(json "$state" restarts) $(json "${state#*\"pending\"}" accept_non_secure) $(json "$state" plain_open)" '000 2 true false' "power-loss-keep"
fault Put:1:reboot-apply
put_tls "$network_tls" '<g:Enabled>true</g:Enabled><g:MutualAuthentication>false</g:MutualAuthentication><g:AcceptNonSecureConnections>true</g:AcceptNonSecureConnections>'
is "$http $(json "$(ask chain state)" plain_open)" '200 true' "reboot-apply: answered first"
ask chain 'set device restart-ms=700' >/dev/null
commit
is "$return_value" 0 "a commit that takes time is answered"
is "$(json "$(ask chain state)" tls_open)" false "and the ports are closed for a while"
# shellcheck disable=SC2317 # called by wait_for
port_is_open() { [ "$(json "$(ask chain state)" tls_open)" = true ]; }
wait_for 5 port_is_open
ok $? "but not for ever"
call Get AMT_GeneralSettings
is "$http" 200 "and TLS answers again"
like "$(ask chain 'fault device nonsense')" '^error: ' "a rule that is none is refused"
like "$(ask chain 'fault device Get:1:nonsense')" '^error: .*no such action' "so is an unknown action"
like "$(cat "$tmp/chain.req")" 'op=Put .*write=yes .*fault=power-loss-drop' "the log names operation and fault"
stop_sim chain "$chain_pid"
done_testing
