#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# amtsim on the wire: digest, HTTP form, envelopes, and the three client
# dialects.  Items 1 to 8 of the checklist for a faithful simulator.
. tests/cli/lib.sh
. tests/sim/client.sh

start_sim sim --set profile=14 --set version=15.0.23.1706 --set tls-port=0 \
    --set plain-port=0 --set password="$sim_password" || exit 1
name=device

# raw REQUEST: bytes to the plain port, everything that comes back.
raw() {
	exec 9<>"/dev/tcp/$host/$plain" || return 1
	printf '%b' "$1" >&9
	timeout 5 cat <&9
	exec 9>&-
}

#
# HTTP
#
out=$(raw 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' | tr -d '\r')
is "$out" 'HTTP/1.1 303 See Other
Location: /logon.htm
Content-Length: 0
Server: Intel(R) Active Management Technology 15.0.23.1706' "GET / leads to the logon page"
out=$(raw 'GET /logon.htm HTTP/1.0\r\n\r\n' | tr -d '\r' | sed 1q)
is "$out" 'HTTP/1.1 200 OK' "the logon page exists"

out=$(raw 'POST /wsman HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n' | tr -d '\r')
is "$(printf '%s\n' "$out" | sed -E '7,$d; s/realm="Digest:[0-9A-F]{32}"/REALM/; s/nonce="[A-Za-z0-9+\/]{32}"/NONCE/')" \
    'HTTP/1.1 401 Unauthorized
WWW-Authenticate: Digest REALM, NONCE,stale="false",qop="auth"
Content-Type: text/html
Server: Intel(R) Active Management Technology 15.0.23.1706
Content-Length: 434
Connection: close' "the challenge has the captured form, line by line"
is "$(printf '%s' "$out" | sed '1,7d' | wc -c)" 434 "its page is as long as it says"

envelope Get AMT_GeneralSettings | post --raw -D "$tmp/head" -o "$tmp/raw"
is "$(tr -d '\r' <"$tmp/head" | sed -n '/^HTTP.*200/,$p' | sed 's/^Date: .*/Date:/')" \
    'HTTP/1.1 200 OK
Date:
Server: Intel(R) Active Management Technology 15.0.23.1706
X-Frame-Options: DENY
Content-Type: application/soap+xml; charset=UTF-8
Transfer-Encoding: chunked' "an answer has the captured headers in their order"
head=$(sed -n '/^HTTP.*200/,$p' "$tmp/head" | wc -c)
first=$((16#$(head -c 4 "$tmp/raw")))
is $((head + first + 8)) 770 "headers and first chunk fill a buffer of 770 bytes"
sizes=$(awk -v RS='\r\n' '/^([0-9A-F][0-9A-F][0-9A-F][0-9A-F]|0)$/' "$tmp/raw" | tr '\n' ' ')
like "$sizes" '^[0-9A-F]{4} (02FA )+[0-9A-F]{4} 0 $' \
    "later chunks hold 762 bytes, sizes have four digits, the last is a single 0"
is "$(tail -c 5 "$tmp/raw" | od -An -c | tr -d ' \n')" '0\r\n\r\n' "and nothing follows it"

via=plain call Get AMT_Nothing
envelope Get AMT_Nothing | post -D "$tmp/head" --raw -o "$tmp/raw"
like "$(tr -d '\r' <"$tmp/head" | tail -n 2)" '^Connection: close' "a 400 fault closes the connection"
like "$(head -c 6 "$tmp/raw")" '^0[0-9A-F]{3}' "a fault is one chunk"
is "$(awk -v RS='\r\n' '/^([0-9A-F][0-9A-F][0-9A-F][0-9A-F]|0)$/' "$tmp/raw" | wc -l)" 2 "and only one"
out=$(printf 'no xml' | post -i | tr -d '\r')
like "$out" '^HTTP/1.1 400 Bad Request' "what is no SOAP gets a page with 400"
like "$out" 'Bad Request\.' "that says so"
out=$(printf '<!DOCTYPE a []><a/>' | post -o /dev/null -w '%{http_code}')
is "$out" 400 "a DTD is refused"

now=$(date +%s)
ask sim "clock $name +100000" >/dev/null
envelope Get AMT_GeneralSettings | post -D "$tmp/head" -o /dev/null
seen=$(date -d "$(tr -d '\r' <"$tmp/head" | sed -n 's/^Date: //p')" +%s)
[ $((seen - now)) -ge 100000 ] && [ $((seen - now)) -lt 100060 ]
ok $? "Date is the clock of the firmware"
invoke AMT_TimeSynchronizationService GetLowAccuracyTimeSynch
[ $(($(value Ta0) - seen)) -le 60 ] && [ "$(value Ta0)" -ge "$seen" ]
ok $? "Ta0 is the same clock"
ask sim "clock $name -100000" >/dev/null

#
# Requests in other forms
#
body=$(envelope Get AMT_GeneralSettings)
is "$(printf '%s' "$body" | post -o /dev/null -w '%{http_code}' -H 'Transfer-Encoding: chunked')" 200 "a request in chunks"
out=$(raw 'POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1\r\nConnection: TE, close\r\n\r\n')
like "$out" '^HTTP/1.1 401' "chunks have an end"
out=$(raw 'GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /logon.htm HTTP/1.1\r\nConnection: TE, close\r\n\r\n')
is "$(printf '%s' "$out" | grep -c '^HTTP/1.1 ')" 2 "and what follows them is the next request"
for bad in 'x\r\nabc\r\n0\r\n\r\n' '3\r\nabcd\r\n0\r\n\r\n' 'ffffffffffffffff\r\nabc' '3xyz\r\n'; do
	out=$(raw "POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n$bad")
	like "$out" '^HTTP/1.1 400 ' "chunks that are none: $bad"
done
exec 9<>"/dev/tcp/$host/$plain"
printf 'POST /wsman HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n' >&9
read -r -t 5 line <&9
is "$line" $'HTTP/1.1 100 Continue\r' "Expect is answered"
printf 'hello' >&9
out=$(timeout 5 cat <&9)
exec 9>&-
is "$(printf '%s' "$out" | grep -c 'Continue')" 0 "once"
like "$out" '^HTTP/1.1 401' "and then comes the answer"

#
# Digest
#
wrong() {
	curl -s -i --digest -u "admin:$1" -d x "http://$host:$plain/wsman" |
	    sed -E 's/nonce="[^"]*"/NONCE/'
}
is "$(wrong aaaaaaaa)" "$(wrong bbbbbbbbbbbb)" "any wrong password gets the same bytes"
state=$(ask sim "state $name")
is "$(json "$state" failures_in_a_row)" 2 "each counts once"
call Get AMT_GeneralSettings
is "$http" 200 "the right password goes on"
is "$(json "$(ask sim "state $name")" failures_in_a_row)" 0 "and ends the row of failures"
for _ in 1 2 3 4 5 6 7 8 9 10; do wrong aaaaaaaa >/dev/null; done
call Get AMT_GeneralSettings
is "$http" 401 "ten failures in a row lock the right password out, too"
ask sim "set $name lockout=no" >/dev/null
call Get AMT_GeneralSettings
is "$http" 200 "unless the lock-out is switched off"
unlike "$(cat "$tmp/sim.req")" 'response|cnonce|aaaaaaaa|P@ss' "no credential is logged"

md5() { printf '%s' "$1" | openssl md5 -r | cut -d' ' -f1; }
challenge() { # sets realm and nonce
	local line
	line=$(raw 'POST /wsman HTTP/1.1\r\nContent-Length: 0\r\n\r\n' | grep -a WWW-Auth)
	realm=$(printf '%s' "$line" | sed 's/.*realm="\([^"]*\)".*/\1/')
	nonce=$(printf '%s' "$line" | sed 's/.*nonce="\([^"]*\)".*/\1/')
}
answer_to() { # NC CNONCE
	md5 "$(md5 "admin:$realm:$sim_password"):$nonce:$1:$2:auth:$(md5 POST:/wsman)"
}
posted() { # AUTHORIZATION-VALUE: the status of a request with that header
	local body
	body=$(envelope Get AMT_GeneralSettings)
	raw "POST /wsman HTTP/1.1\r\nAuthorization: $1\r\nHost: $host:$plain\r\nContent-Length: ${#body}\r\nConnection: close\r\n\r\n$body" |
	    sed -n '1s/HTTP\/1.1 \([0-9]*\).*/\1/p'
}
challenge
is "$(md5 "$nonce" | wc -c) ${#nonce}" "33 32" "a nonce has 32 characters"
unlike "$nonce" '=' "and no padding"
is "$(posted "Digest username=\"admin\",realm=\"$realm\",nonce=\"$nonce\",uri=\"/wsman\",qop=auth,response=\"$(answer_to 00000001 aa55)\",nc=00000001,cnonce=\"aa55\"")" \
    200 "bare qop and nc, header before Host, as MeshCentral sends them"
is "$(posted "Digest username=\"admin\", realm=\"$realm\", nonce=\"$nonce\", uri=\"/wsman\", response=\"$(answer_to 00000003 abcdef)\", qop=\"auth\", nc=\"00000003\", cnonce=\"abcdef\"")" \
    200 "the same nonce on another connection, everything quoted, a step in nc"
challenge
is "$(posted "Digest username=\"admin\",realm=\"$realm\",nonce=\"$nonce\",uri=\"/wsman\",qop=\"auth\",response=\"$(answer_to 00000002 123abc)\",nc=\"00000002\",cnonce=\"123abc\"")" \
    200 "a fresh nonce may start with nc 2, as the Go library does"
is "$(posted "Digest username=\"admin\",realm=\"$realm\",nonce=\"$nonce\",uri=\"/wsman\",qop=auth,nc=\"6\",cnonce=\"x\",response=\"$(answer_to 6 x)\"")" \
    200 "nc may be short"
is "$(posted "Digest username=\"admin\",realm=\"$realm\",nonce=\"$nonce\",uri=\"/other\",qop=auth,nc=\"7\",cnonce=\"x\",response=\"$(answer_to 7 x)\"")" \
    401 "another uri is refused"
body=$(envelope Get AMT_GeneralSettings)
with_body() { # an answer that covers the body
	md5 "$(md5 "admin:$realm:$sim_password"):$nonce:9:x:auth-int:$(md5 "POST:/wsman:$(md5 "$body")")"
}
int_posted() {
	posted "Digest username=\"admin\",realm=\"$realm\",nonce=\"$nonce\",uri=\"/wsman\",qop=auth-int,nc=9,cnonce=\"x\",response=\"$(with_body)\""
}
is "$(int_posted)" 401 "auth-int is refused where it is not offered"
ask sim "set $name qop-both=yes" >/dev/null
like "$(raw 'POST /wsman HTTP/1.1\r\nContent-Length: 0\r\n\r\n')" 'qop="auth-int, auth"' "it can be offered"
is "$(int_posted)" 200 "and then covers the body"
body=${body/Get</Put<}
is "$(int_posted)" 401 "really"
ask sim "set $name qop-both=no" >/dev/null
ask sim "set $name nonce-uses=1" >/dev/null
challenge
posted "Digest username=\"admin\",realm=\"$realm\",nonce=\"$nonce\",uri=\"/wsman\",qop=auth,nc=1,cnonce=\"x\",response=\"$(answer_to 1 x)\"" >/dev/null
failures=$(json "$(ask sim "state $name")" failures)
body=$(envelope Get AMT_GeneralSettings)
like "$(raw "POST /wsman HTTP/1.1\r\nAuthorization: Digest username=\"admin\",realm=\"$realm\",nonce=\"$nonce\",uri=\"/wsman\",qop=auth,nc=2,cnonce=\"x\",response=\"$(answer_to 2 x)\"\r\nContent-Length: ${#body}\r\n\r\n$body")" \
    'stale="true"' "a nonce used up is stale"
is "$(json "$(ask sim "state $name")" failures)" "$failures" "which is no failed login"
ask sim "set $name nonce-uses=0" >/dev/null

#
# Envelopes
#
call Get AMT_TLSSettingData "$(selector InstanceID "$network_tls")"
prefixes=$(printf '%s' "$reply" | grep -oE 'xmlns:[a-z]+=' | tr -d '\n')
is "$prefixes" 'xmlns:a=xmlns:b=xmlns:c=xmlns:d=xmlns:e=xmlns:f=xmlns:g=xmlns:xsi=' \
    "an answer declares a to g and xsi in that order"
is "$(printf '%s' "$reply" | sed 's/.*<a:Header>//; s/<\/a:Header>.*//' | grep -oE '<[bc]:[A-Za-z]+' | tr '\n' ' ')" \
    '<b:To <b:RelatesTo <b:Action <b:MessageID <c:ResourceURI ' "its header is in the captured order"
unlike "$reply" '/>' "no element closes itself"
unlike "$reply" '>[[:space:]]+<' "there is no white space between elements"
first=$(value MessageID)
message_id='uuid:A &amp; B' call Get AMT_TLSSettingData "$(selector InstanceID "$network_tls")"
like "$reply" '<b:RelatesTo>uuid:A &amp; B</b:RelatesTo>' "RelatesTo is the MessageID as it came"
is $((16#${first##*-} + 1)) $((16#$(value MessageID | sed 's/.*-//'))) "the own MessageID rises by one"
like "$first" '^uuid:00000000-8086-8086-8086-[0-9A-F]{12}$' "and has the captured form"

message_id=31 create_context 9
is "$http" 500 "an AMT reason is a 500"
like "$reply" 'e:InternalError.*<a:Detail><a:Text xml:lang="en-US">AMT-STATUS 2053</a:Text></a:Detail>' \
    "whose Detail holds the status"
prefixes=$(printf '%s' "$reply" | grep -oE 'xmlns:[a-z]+=' | tr -d '\n')
is "$prefixes" 'xmlns:g=xmlns:f=xmlns:e=xmlns:d=xmlns:c=xmlns:b=xmlns:a=xmlns:h=xmlns:i=xmlns:xsi=' \
    "a fault has the prefixes of faults"
unlike "$reply" 'ResourceURI' "and no ResourceURI"

for class in AMT_GeneralSettings AMT_SetupAndConfigurationService IPS_HostBasedSetupService \
    AMT_WiFiPortConfigurationService AMT_MessageLog CIM_ComputerSystemPackage \
    AMT_TimeSynchronizationService AMT_AuditLog AMT_CryptographicCapabilities; do
	call Get "$class"
	names=$(printf '%s' "$reply" | sed 's/.*<a:Body>//; s/<b:ReferenceParameters>.*<\/b:ReferenceParameters>//g' |
	    grep -oE '<g:[A-Za-z0-9]+>' | sed '1d')
	printf '%s\n' "$names" | sort -c 2>/dev/null && [ "$http" = 200 ] && [ -n "$names" ]
	ok $? "$class: a Get without selectors; properties sorted"
done

call Get AMT_PublicKeyCertificate "$(selector InstanceID 'Intel(r) AMT Certificate: Handle: 77')"
is "$http" 400 "an unknown instance is a 400"
call Nonsense AMT_GeneralSettings "" '<x/>'
like "$reply" 'ActionNotSupported' "so is an unknown method"
invoke AMT_PublicKeyManagementService GenerateKeyPair '<r:KeyAlgorithm>0</r:KeyAlgorithm>'
like "$reply" 'e:SchemaValidationError' "a missing parameter violates the schema"
invoke AMT_PublicKeyManagementService GenerateKeyPair '<r:KeyAlgorithm>0</r:KeyAlgorithm><r:KeyLength>2048</r:KeyLength><r:More>1</r:More>'
like "$reply" 'e:SchemaValidationError' "so does an unknown one"
invoke AMT_PublicKeyManagementService GeneratePKCS10RequestEx '<r:KeyPair></r:KeyPair><r:SigningAlgorithm>1</r:SigningAlgorithm><r:NullSignedCertificateRequest>AA==</r:NullSignedCertificateRequest>'
is "$http" 400 "and an empty reference"
call Get AMT_GeneralSettings '<w:OptionSet xmlns:q="http://www.w3.org/2003/05/soap-envelope" q:mustUnderstand="true"></w:OptionSet>'
like "$reply" '<a:Value>a:MustUnderstand</a:Value>' "an OptionSet that must be understood is not"
call Get AMT_GeneralSettings '<w:MaxEnvelopeSize>8192</w:MaxEnvelopeSize>'
is "$http" 400 "MaxEnvelopeSize below 50000 is refused"
call Get AMT_GeneralSettings '<w:MaxEnvelopeSize>51200</w:MaxEnvelopeSize>'
is "$http" 200 "and taken from there on"
call Get AMT_GeneralSettings '<w:OperationTimeout>PT5S</w:OperationTimeout>'
is "$http" 200 "a short OperationTimeout is no fault"

identify='<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"><s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>'
reply=$(printf '%s' "$identify" | post)
like "$reply" '<a:Header></a:Header><a:Body><b:IdentifyResponse><b:ProtocolVersion>.*<b:ProductVersion>AMT 15.0<' "Identify"
is "$(printf '%s' "$identify" | curl -s -o /dev/null -w '%{http_code}' --data-binary @- "http://$host:$plain/wsman-anon/identify")" \
    404 "not without login"
ask sim "set $name identify-anonymous=yes" >/dev/null
is "$(printf '%s' "$identify" | curl -s -o /dev/null -w '%{http_code}' --data-binary @- "http://$host:$plain/wsman-anon/identify")" \
    200 "unless switched on"

ask sim "set $name identify=no" >/dev/null
is "$(printf '%s' "$identify" | post -o /dev/null -w '%{http_code}')" 400 "Identify can be switched off"

#
# Enumerations
#
enumerate CIM_SoftwareIdentity
is "$pages $(printf '%s' "$items" | grep -o '<h:CIM_SoftwareIdentity>' | wc -l)" '1 11' "one page when the client allows 999"
like "$reply" '<g:EndOfSequence></g:EndOfSequence></g:PullResponse>' "with the end marked, not self-closed"
enumerate CIM_SoftwareIdentity none
is "$pages" 11 "without MaxElements one item a page"
ask sim "set $name page-size=4" >/dev/null
enumerate CIM_SoftwareIdentity
is "$pages $(printf '%s' "$items" | grep -o '<h:InstanceID>' | sort | uniq | wc -l)" '3 1' "the firmware may page on its own"
ask sim "set $name page-size=1" >/dev/null
call Enumerate CIM_SoftwareIdentity "" '<n:Enumerate xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"/>'
context=$(value EnumerationContext)
like "$context" '^[0-9A-F]{8}-0000-0000-0000-000000000000$' "a context is a little-endian counter"
pull="<n:Pull xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\"><n:EnumerationContext>$context</n:EnumerationContext><n:MaxElements>999</n:MaxElements></n:Pull>"
call Pull CIM_SoftwareIdentity "" "$pull"
like "$reply" '<g:PullResponse><g:EnumerationContext>.*</g:EnumerationContext><g:Items>.*</g:Items></g:PullResponse>' \
    "when more is to come the context is first and there is no end"
call Release CIM_SoftwareIdentity "" "<n:Release xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\"><n:EnumerationContext>$context</n:EnumerationContext></n:Release>"
is "$http" 200 "Release"
call Pull CIM_SoftwareIdentity "" "$pull"
is "$http $(printf '%s' "$reply" | grep -o 'c:InvalidEnumerationContext')" '500 c:InvalidEnumerationContext' "a dead context is a 500"
is "$(printf '%s' "$reply" | sed 's/<b:RelatesTo>[^<]*/<b:RelatesTo>31/' | wc -c)" $((16#4CE)) \
    "that fault is as long as the captured chunk of 04CE"
ask sim "set $name page-size=0" >/dev/null
enumerate AMT_8021xCredentialContext
is "$items" "" "an empty enumeration"
like "$reply" '<g:PullResponse><g:Items></g:Items><g:EndOfSequence></g:EndOfSequence></g:PullResponse>' "has no item and an end"
enumerate CIM_SystemPackaging
like "$items" '^<h:CIM_ComputerSystemPackage>' "a base class lists what derives from it"

#
# The dialects, each through the operations it uses
#
for dialect in mc gw wsmancli; do
	call Get AMT_GeneralSettings
	is "$http" 200 "$dialect: get"
	enumerate AMT_TLSSettingData
	is "$(printf '%s' "$items" | grep -o '</h:AMT_TLSSettingData>' | wc -l)" 2 "$dialect: enumerate and pull"
	invoke AMT_TimeSynchronizationService GetLowAccuracyTimeSynch
	is "$return_value" 0 "$dialect: invoke"
	put_tls "$network_tls" '<g:Enabled>false</g:Enabled><g:MutualAuthentication>false</g:MutualAuthentication>'
	is "$http" 200 "$dialect: put"
	like "$reply" 'transfer/PutResponse.*<g:AMT_TLSSettingData><g:AcceptNonSecure' "$dialect: the instance comes back"
	create_context 3
	is "$http" 500 "$dialect: create"
	delete_cert 3
	is "$http" 400 "$dialect: delete"
done
dialect=mc

#
# A new password
#
invoke AMT_AuthorizationService SetAdminAclEntryEx \
    "<r:Username>admin</r:Username><r:DigestPassword>$(printf '%s' "admin:$(json "$(ask sim state)" realm):N3w!Passw0rd" | openssl md5 -binary | base64)</r:DigestPassword>"
is "$return_value" 0 "SetAdminAclEntryEx"
call Get AMT_GeneralSettings
is "$http" 401 "the old password is refused"
sim_password='N3w!Passw0rd'
call Get AMT_GeneralSettings
is "$http" 200 "the new one is not"

stop_sim sim "$sim_pid"
done_testing
