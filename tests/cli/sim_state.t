#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# amtsim inside: keys, requests, store, contexts, pending and committed settings,
# TLS as served, mutual TLS, clock.  Items 9 to 18 of the checklist.
. tests/cli/lib.sh
. tests/sim/client.sh

make_ca
make_cert old --not-before -335d --not-after +30d
make_cert new
make_cert orphan
make_cert sha1 --digest sha1 --key-type rsa:1024
cat >"$tmp/pc1.conf" <<END
[defaults]
profile = 14
tls-port = 0
plain-port = 0
[device pc1]
hostname = pc1
domain = example
uuid = 55e3ae13-bfd2-61bb-17a0-88aedd7037ea
certificate = old.pem
key = old.key
orphan-certificate = orphan.pem
orphan-key = orphan.key
accept-non-secure = yes
wired-certificate = sha1.pem
wired-key = sha1.key
wired-root = ca.pem
wifi = home
wifi-certificate = sha1.pem
mps = mps.example
mps-certificate = sha1.pem
END

start_sim sim -d "$tmp/pc1.conf" || exit 1
is "$(served)" "$(fingerprint "$tmp/old.pem")" "TLS serves the certificate of the device file"
state=$(ask sim state)
is "$(json "$state" served)" "$(fingerprint "$tmp/old.pem")" "and the state says so"
out=$(openssl s_client -connect "$host:$tls" </dev/null 2>&1)
like "$out" 'Protocol  *: TLSv1.2|New, TLSv1.2' "TLS 1.2 in this generation"
like "$out" 'Cipher is AES128-GCM-SHA256' "RSA key exchange comes first"
like "$out" 'Extended master secret: no' "no extended master secret"
unlike "$out" 'TLS session ticket:' "no ticket"
like "$out" 'Session-ID: [0-9A-F]{8}$' "a session id of four bytes"
like "$out" 'No client certificate CA names sent' "no list of client CAs"
unlike "$(openssl s_client -connect "$host:$tls" -tls1_1 -cipher DEFAULT@SECLEVEL=0 </dev/null 2>&1)" \
    'New, TLSv1' "no TLS 1.1"

#
# Identity
#
invoke AMT_SetupAndConfigurationService GetUuid
is "$(value UUID)" 'E67jVdK/u2EXoIiu3XA36g==' "GetUuid: the bytes of the capture"
call Get CIM_ComputerSystemPackage
is "$(value PlatformGUID)" 13AEE355D2BFBB6117A088AEDD7037EA "PlatformGUID: the same"
call Get AMT_GeneralSettings
is "$(value HostName) $(value DomainName)" 'pc1 example' "names"
is "$(value DigestRealm)" "$(json "$state" realm)" "the realm"
call Get CIM_SoftwareIdentity "$(selector InstanceID AMT)"
is "$(value VersionString)" 14.1.67 "the version by its selector"

#
# Keys and requests
#
generate_key
is "$return_value" 0 "a key pair"
pair=$key_handle
generate_key
first=$key_handle
public_key "$pair" "$tmp/a.der"
public_key "$first" "$tmp/b.der"
! cmp -s "$tmp/a.der" "$tmp/b.der"
ok $? "every pair is a new one"
like "$(base64 -w0 "$tmp/a.der")" '^MIIBCgKCAQEA' "DERKey is PKCS#1 in this generation"
"$simca" -m request -o "$tmp/null.csr" --public-key "$tmp/a.der" -s pc1.example
sign_request "$pair" 1 "$tmp/null.csr"
value SignedCertificateRequest | base64 -d >"$tmp/signed.der"
like "$(openssl req -inform DER -in "$tmp/signed.der" -verify -noout 2>&1)" 'verify OK' "the request is really signed"
openssl req -in "$tmp/null.csr" -outform DER -out "$tmp/null.der"
is "$(openssl asn1parse -inform DER -in "$tmp/signed.der" -strparse 4 -noout -out - | openssl sha256)" \
    "$(openssl asn1parse -inform DER -in "$tmp/null.der" -strparse 4 -noout -out - | openssl sha256)" \
    "what is signed is byte for byte what was sent"
sign_request "$first" 1 "$tmp/null.csr"
is "$return_value" 2064 "another pair does not sign it"
sign_request 60 1 "$tmp/null.csr"
is "$return_value" 2053 "no pair, no signature"
sign_request "$pair" 0 "$tmp/null.csr"
is "$return_value" 0 "SHA-1 is possible before 18"
generate_key 0 3072
is "$return_value" 2066 "RSA 3072 is unsupported"
like "$reply" '<g:KeyPair><b:Address>default</b:Address><b:ReferenceParameters><c:ResourceURI></c:ResourceURI><c:SelectorSet></c:SelectorSet></b:ReferenceParameters></g:KeyPair><g:ReturnValue>2066' \
    "a failed method has a placeholder for its reference"
delete_key "$first"
is "$http" 200 "a key without certificate can go"
generate_key
is "$key_handle" "$first" "its handle is used again"
delete_key "$key_handle"

openssl rsa -in "$tmp/new.key" -traditional -outform DER -out "$tmp/new.der" 2>/dev/null
add_key() {
	invoke AMT_PublicKeyManagementService AddKey \
	    "<r:KeyBlob>$(base64 -w0 "$tmp/new.der")</r:KeyBlob>"
}
add_key
is "$return_value" 0 "AddKey takes a private key"
like "$reply" 'AMT_PublicKeyCertificate</c:ResourceURI>.*Key: Handle: [0-9]' "and names it as captured"
added=$(printf '%s' "$reply" | grep -oE 'Key: Handle: [0-9]+' | grep -oE '[0-9]+$')
add_key
is "$return_value" 2058 "once"
delete_key "$added"

"$simca" -m sign -o "$tmp/pc1.pem" --request "$tmp/signed.der" --ca "$tmp/ca.pem" \
    --ca-key "$tmp/ca.key" --san pc1.example
add_certificate "$tmp/pc1.pem"
is "$return_value" 0 "the certificate for it"
wanted=$cert_handle
add_certificate "$tmp/pc1.pem"
is "$return_value" 2058 "twice is a duplicate"
printf -- '-----BEGIN\nAAAA\n-----END\n' >"$tmp/bad.pem"
add_certificate "$tmp/bad.pem"
is "$return_value" 2063 "bytes that are no certificate"
enumerate AMT_PublicKeyCertificate
like "$items" 'Issuer>CN=Lab CA</h:Issuer>.*TrustedRootCertficate>' "the store shows it, with the firmware's spelling"
enumerate CIM_ConcreteDependency
like "$items" "Certificate: Handle: $wanted<.*Key: Handle: $pair<" "and the pair it belongs to"

#
# Context, pending and committed
#
message_id=31 create_context "$wanted"
is "$http $(printf '%s' "$reply" | wc -c)" "400 $((16#4CC))" "Create beside a context: AlreadyExists, 1228 bytes as captured"
like "$reply" 'e:AlreadyExists' "by name"
"$simca" -m cert -o "$tmp/nokey.pem" --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key" -s x
add_certificate "$tmp/nokey.pem"
nokey=$cert_handle
put_context "$nokey"
like "$reply" 'AMT-STATUS 2060' "a certificate without key cannot be bound"
put_certificate() { # HANDLE FILE
	call Put AMT_PublicKeyCertificate "$(selector InstanceID "Intel(r) AMT Certificate: Handle: $1")" \
	    "<r:AMT_PublicKeyCertificate xmlns:r=\"$(uri AMT_PublicKeyCertificate)\"><r:X509Certificate>$(pem_body "$2")</r:X509Certificate></r:AMT_PublicKeyCertificate>"
}
"$simca" -m cert -o "$tmp/nokey2.pem" --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key" -s y
put_certificate "$nokey" "$tmp/nokey2.pem"
is "$http $(value X509Certificate)" "200 $(pem_body "$tmp/nokey2.pem")" "Put of a certificate changes its bytes"
put_certificate "$nokey" "$tmp/pc1.pem"
like "$reply" 'AMT-STATUS 2058' "but not to those of another one"
put_certificate 0 "$tmp/nokey.pem"
like "$reply" 'AMT-STATUS 16' "nor to another key where one is in use"
put_certificate "$nokey" "$tmp/bad.pem"
like "$reply" 'AMT-STATUS 2063' "nor to what is none"
put_context "$wanted"
is "$http" 200 "Put replaces"
is "$(served)" "$(fingerprint "$tmp/old.pem")" "but serves nothing new"
enumerate AMT_TLSCredentialContext
like "$items" "Handle: $wanted<" "though it is what is read"
delete_cert 0
like "$reply" 'AMT-STATUS 16' "the committed certificate cannot be deleted"
delete_cert "$wanted"
like "$reply" 'AMT-STATUS 16' "nor the pending one"
delete_key "$pair"
like "$reply" 'AMT-STATUS 16' "nor its key"
commit
is "$return_value" 0 "CommitChanges"
is "$(served)" "$(fingerprint "$tmp/pc1.pem")" "now the new certificate is served"
delete_cert 0
is "$http" 200 "and the old one can go"
delete_key 0
is "$http" 200 "with its key"
context=$(printf '<w:SelectorSet><w:Selector Name="ElementInContext"><a:EndpointReference>%s</a:EndpointReference></w:Selector><w:Selector Name="ElementProvidingContext"><a:EndpointReference>%s</a:EndpointReference></w:Selector></w:SelectorSet>' \
    "$(epr AMT_PublicKeyCertificate InstanceID "Intel(r) AMT Certificate: Handle: $wanted")" \
    "$(epr AMT_TLSProtocolEndpointCollection ElementName 'TLSProtocolEndpointInstances Collection')")
call Delete AMT_TLSCredentialContext "$context"
is "$http" 200 "a context is deleted by its two references"
commit
is "$return_value" 2057 "TLS without a context cannot be committed before 16"
create_context "$wanted"
is "$http" 200 "Create when there is none"
like "$reply" 'transfer/CreateResponse.*<g:ResourceCreated>.*<c:Selector Name="ElementInContext"><b:EndpointReference>.*Handle: '"$wanted"'<' "names what it made"
call Delete AMT_TLSCredentialContext
is "$http" 200 "Delete without selectors, as NOMIS sends it"
create_context "$wanted"

ask sim 'set pc1 sticky=yes' >/dev/null
put_context 1
commit
is "$(served)" "$(fingerprint "$tmp/pc1.pem")" "sticky: the old certificate stays"
ask sim 'set pc1 sticky=no' >/dev/null
put_context "$wanted"
commit

#
# Who refers to what
#
enumerate CIM_CredentialContext
is "$(printf '%s' "$items" | grep -oE '<h:[A-Za-z0-9_]*CredentialContext>' | tr '\n' ' ')" \
    '<h:CIM_CredentialContext> <h:AMT_TLSCredentialContext> <h:IPS_8021xCredentialContext> <h:IPS_8021xCredentialContext> ' \
    "CIM_CredentialContext lists TLS, wired and Wi-Fi, not CIRA"
is "$pages" 3 "a page for each class"
enumerate AMT_RemoteAccessCredentialContext
like "$items" 'AMT_PublicKeyCertificate.*AMT_ManagementPresenceRemoteSAP' "CIRA has a class of its own"
enumerate CIM_IEEE8021xSettings
like "$items" 'Settings home<.*<h:IPS_IEEE8021xSettings>' "802.1X settings of both kinds"
state=$(ask sim state)
client=$(printf '%s' "$state" | grep -oE '"wired":\{[^}]*' | grep -oE '"client":[0-9]+' | grep -oE '[0-9]+')
delete_cert "$client"
like "$reply" 'AMT-STATUS 16' "an 802.1X certificate is in use"
invoke IPS_IEEE8021xSettings SetCertificates \
    "<r:ServerCertificateIssuer>$(epr AMT_PublicKeyCertificate InstanceID 'Intel(r) AMT Certificate: Handle: 0')</r:ServerCertificateIssuer><r:ClientCertificate>$(epr AMT_PublicKeyCertificate InstanceID "Intel(r) AMT Certificate: Handle: $wanted")</r:ClientCertificate>"
is "$return_value" 2053 "SetCertificates: an unknown handle"
invoke IPS_IEEE8021xSettings SetCertificates \
    "<r:ClientCertificate>$(epr AMT_PublicKeyCertificate InstanceID "Intel(r) AMT Certificate: Handle: $wanted")</r:ClientCertificate>"
is "$return_value" 0 "SetCertificates"
invoke AMT_WiFiPortConfigurationService UpdateWiFiSettings \
    "<r:WiFiEndpointSettings>$(epr CIM_WiFiEndpointSettings InstanceID 'Intel(r) AMT:WiFi Endpoint Settings home')</r:WiFiEndpointSettings><r:ClientCredential>$(epr AMT_PublicKeyCertificate InstanceID "Intel(r) AMT Certificate: Handle: $wanted")</r:ClientCredential>"
is "$return_value" 0 "UpdateWiFiSettings"

#
# Settings and ports
#
put_tls "$network_tls" '<g:Enabled>true</g:Enabled><g:MutualAuthentication>false</g:MutualAuthentication><g:AcceptNonSecureConnections>false</g:AcceptNonSecureConnections>'
via=plain call Get AMT_GeneralSettings
is "$http" 200 "16992 is open until the commit"
commit
via=plain call Get AMT_GeneralSettings
is "$http" 000 "and closed after it"
put_tls "$network_tls" '<g:Enabled>true</g:Enabled>'
like "$reply" 'AMT-STATUS 36' "MutualAuthentication must be told when TLS is on"
put_tls "$local_tls" '<g:Enabled>true</g:Enabled><g:MutualAuthentication>false</g:MutualAuthentication><g:AcceptNonSecureConnections>false</g:AcceptNonSecureConnections>'
is "$(value AcceptNonSecureConnections)" true "the local one is read-only"
cn=
for i in 1 2 3 4 5; do cn+="<g:TrustedCN>$i.example</g:TrustedCN>"; done
put_tls "$network_tls" "<g:Enabled>true</g:Enabled><g:MutualAuthentication>false</g:MutualAuthentication>$cn"
like "$reply" 'AMT-STATUS 23' "five TrustedCN are one too many"
put_tls "$network_tls" '<g:Enabled>false</g:Enabled><g:MutualAuthentication>false</g:MutualAuthentication>'
ask sim 'reboot pc1 drop' >/dev/null
state=$(ask sim state)
is "$(json "${state#*\"pending\"}" enabled)" true "a restart may lose what was not committed"
put_tls "$network_tls" '<g:Enabled>true</g:Enabled><g:MutualAuthentication>false</g:MutualAuthentication><g:AcceptNonSecureConnections>true</g:AcceptNonSecureConnections>'
ask sim 'reboot pc1 keep' >/dev/null
state=$(ask sim state)
is "$(json "$state" plain_open) $(json "${state#*\"pending\"}" accept_non_secure)" 'false true' "or keep it pending"
ask sim 'reboot pc1 apply' >/dev/null
is "$(json "$(ask sim state)" plain_open)" true "or put it into effect"

#
# Mutual authentication against the device's own clock
#
make_cert console --eku clientAuth,2.16.840.1.113741.1.2.1
make_cert stranger --eku clientAuth
put_tls "$network_tls" '<g:Enabled>true</g:Enabled><g:MutualAuthentication>true</g:MutualAuthentication><g:AcceptNonSecureConnections>true</g:AcceptNonSecureConnections>'
commit
is "$return_value" 0 "mutual authentication, a trusted root being there"
with() { # CLIENT: the status over TLS with its certificate
	envelope Get AMT_GeneralSettings |
	    post -o /dev/null -w '%{http_code}' --cert "$tmp/$1.pem" --key "$tmp/$1.key" 2>/dev/null
}
is "$(with console)" 200 "a console certificate is let in"
is "$(with stranger)" 000 "one without Intel's key usage is not"
call Get AMT_GeneralSettings
is "$http" 000 "and none at all is not"
like "$(openssl s_client -connect "$host:$tls" </dev/null 2>&1)" 'Acceptable client certificate CA names' "roots are named"
add_certificate_plain() { via=plain add_certificate "$@"; }
add_certificate_plain "$tmp/console.pem" AddTrustedRootCertificate
is "$return_value" 16 "no new root while it is on"
via=plain put_tls "$network_tls" '<g:Enabled>true</g:Enabled><g:MutualAuthentication>true</g:MutualAuthentication><g:TrustedCN>other.example</g:TrustedCN>'
is "$(with console)" 000 "TrustedCN takes effect at once"
via=plain put_tls "$network_tls" '<g:Enabled>true</g:Enabled><g:MutualAuthentication>true</g:MutualAuthentication><g:TrustedCN>.EXAMPLE</g:TrustedCN>'
is "$(with console)" 200 "as a suffix"
ask sim 'clock pc1 reset' >/dev/null
is "$(with console)" 000 "with the clock of 2004 no client certificate is valid yet"
via=plain invoke AMT_TimeSynchronizationService GetLowAccuracyTimeSynch
like "$(value Ta0)" '^10729152' "which is what it shows"
now=$(date +%s)
via=plain invoke AMT_TimeSynchronizationService SetHighAccuracyTimeSynch \
    "<r:Ta0>$(value Ta0)</r:Ta0><r:Tm1>$now</r:Tm1><r:Tm2>$now</r:Tm2>"
is "$return_value" 0 "the clock is set over plain text"
is "$(with console)" 200 "and TLS works again"
via=plain call Get AMT_TimeSynchronizationService
is "$(value TimeSource)" 1 "the clock is a configured one now"
via=plain invoke AMT_TimeSynchronizationService SetHighAccuracyTimeSynch \
    "<r:Ta0>$now</r:Ta0><r:Tm1>1</r:Tm1><r:Tm2>1</r:Tm2>"
is "$return_value" 34 "a time before 2004 is refused"
via=plain put_tls "$network_tls" '<g:Enabled>true</g:Enabled><g:MutualAuthentication>false</g:MutualAuthentication><g:AcceptNonSecureConnections>true</g:AcceptNonSecureConnections>'
via=plain commit

#
# Limits
#
ask sim 'set pc1 max-keys=4' >/dev/null
generate_key
generate_key
is "$return_value" 23 "the key store is full"
ask sim 'set pc1 max-certificates=5' >/dev/null
make_cert more
add_certificate "$tmp/more.pem"
is "$return_value" 23 "the certificate store is full"
ask sim 'set pc1 flash-writes=0' >/dev/null
commit
is "$return_value" 38 "too many flash writes"
ask sim 'set pc1 flash-writes=-1' >/dev/null
call Get AMT_PublicKeyManagementCapabilities
is "$(value RootCertMaxCount)" 8 "the capabilities tell the limits"
ask sim 'set pc1 capabilities=no' >/dev/null
call Get AMT_PublicKeyManagementCapabilities
is "$http" 400 "unless the class is unknown"

#
# A key takes time
#
ask sim 'set pc1 max-keys=8' >/dev/null
ask sim 'set pc1 key-ms=1500' >/dev/null
# shellcheck disable=SC2317 # called by wait_for
state_is_busy() { ask sim state | grep -q '"making_key":true'; }
(generate_key && echo "$return_value" >"$tmp/slow") &
slow=$!
wait_for 5 state_is_busy
generate_key
is "$return_value" 2082 "meanwhile others get 2082"
call Get AMT_GeneralSettings
is "$http" 200 "and what has nothing to do with keys works"
wait "$slow"
is "$(cat "$tmp/slow")" 0 "the pair is there in the end"
n_keys() { ask sim state | grep -o '"bits"' | wc -l; }
before=$(n_keys)
envelope GenerateKeyPair AMT_PublicKeyManagementService "" \
    "<r:GenerateKeyPair_INPUT xmlns:r=\"$(uri AMT_PublicKeyManagementService)\"><r:KeyAlgorithm>0</r:KeyAlgorithm><r:KeyLength>2048</r:KeyLength></r:GenerateKeyPair_INPUT>" |
    post --max-time 1 -o /dev/null
is "$?" 28 "a client that does not wait"
# shellcheck disable=SC2317 # called by wait_for
one_more_key() { [ "$(n_keys)" = $((before + 1)) ]; }
wait_for 5 one_more_key
ok $? "finds the pair made all the same"
ask sim 'set pc1 key-ms=0' >/dev/null

#
# On and off
#
ask sim 'set pc1 dead=yes' >/dev/null
call Get AMT_GeneralSettings
is "$http" 000 "a PC that is switched off says nothing"
ask sim 'set pc1 dead=no' >/dev/null
call Get AMT_GeneralSettings
is "$http" 200 "and answers when it is on again"

invoke AMT_AuditLog ReadRecords '<r:StartIndex>1</r:StartIndex>'
like "$(value EventRecords | base64 -d | od -An -tx1 | tr -d ' \n')" '^001000' "the audit log has records"
invoke AMT_SetupAndConfigurationService Unprovision '<r:ProvisioningMode>1</r:ProvisioningMode>'
is "$return_value" 0 "Unprovision"
state=$(ask sim state)
is "$(json "$state" tls_open) $(json "$state" plain_open) $(json "$state" certificates)" 'false false []' "nothing is left"

stop_sim sim "$sim_pid"
done_testing
