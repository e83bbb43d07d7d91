#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# amtsim against recorded answers of real firmware: namespaces with their
# prefixes, header, and the properties of each class in their order.
. tests/cli/lib.sh
. tests/sim/client.sh

captures=${AMTCERT_CAPTURES:-../shared/amt/captures}
[ -d "$captures" ] || skip_all "no captures in $captures"

make_ca
make_cert bound
start_sim sim -s profile=14 -s tls-port=0 -s plain-port=0 -s "certificate=$tmp/bound.pem" \
    -s "key=$tmp/bound.key" -s accept-non-secure=yes -s hostname=pc -s mps=192.168.10.196 \
    -s wifi=home -s "wifi-certificate=$tmp/bound.pem" -s "wired-root=$tmp/ca.pem" || exit 1
ask sim 'set device page-size=0' >/dev/null

# The answer without values: declarations, then the elements as they open. Of
# several items the first one is kept.
shape() { # CLASS
	tr '\n\t' '  ' | sed -E 's/= +"/="/g; s/> +/>/g; s/ +</</g' |
	    sed -E "s/(<\/h:$1>)<h:.*<\/g:Items>/\1<\/g:Items>/" |
	    grep -oE 'xmlns:[a-z]+="[^"]*"|<[a-z]:[A-Za-z0-9_]+'
}

compare() { # CAPTURE CLASS: $reply against the file
	local wanted got
	wanted=$(shape "$2" <"$captures/$1.xml")
	got=$(printf '%s' "$reply" | shape "$2")
	is "$got" "$wanted" "$1"
}

for class in AMT_AuthorizationService AMT_CryptographicCapabilities AMT_MessageLog \
    AMT_PublicKeyManagementService AMT_RemoteAccessCapabilities AMT_RemoteAccessService \
    AMT_RemoteAccessPolicyRule AMT_SetupAndConfigurationService \
    AMT_UserInitiatedConnectionService AMT_WiFiPortConfigurationService \
    AMT_8021XProfile IPS_IEEE8021xSettings CIM_EthernetPort CIM_WiFiPort \
    CIM_ComputerSystemPackage IPS_HostBasedSetupService IPS_LANEndpoint \
    IPS_ProvisioningRecordLog; do
	call Get "$class"
	compare "$class.Get" "$class"
done
call Get AMT_TLSSettingData "$(selector InstanceID "$network_tls")"
compare AMT_TLSSettingData.Get AMT_TLSSettingData

for class in AMT_PublicKeyCertificate AMT_PublicPrivateKeyPair AMT_TLSCredentialContext \
    AMT_TLSProtocolEndpointCollection AMT_TLSSettingData AMT_ManagementPresenceRemoteSAP \
    AMT_RemoteAccessPolicyAppliesToMPS AMT_8021xCredentialContext CIM_SoftwareIdentity \
    CIM_WiFiEndpointSettings CIM_ConcreteDependency; do
	enumerate "$class"
	compare "$class.Pull" "$class"
done
enumerate CIM_SystemPackaging
compare CIM_SystemPackaging.Pull CIM_ComputerSystemPackage

# A page that is not the last, with one class in it.
wsen=http://schemas.xmlsoap.org/ws/2004/09/enumeration
call Enumerate CIM_IEEE8021xSettings "" "<n:Enumerate xmlns:n=\"$wsen\"/>"
context=$(value EnumerationContext)
call Pull CIM_IEEE8021xSettings "" "<n:Pull xmlns:n=\"$wsen\"><n:EnumerationContext>$context</n:EnumerationContext><n:MaxElements>999</n:MaxElements></n:Pull>"
compare CIM_IEEE8021xSettings.Pull CIM_IEEE8021xSettings

call Enumerate CIM_CredentialContext "" "<n:Enumerate xmlns:n=\"$wsen\"/>"
context=$(value EnumerationContext)
call Pull CIM_CredentialContext "" "<n:Pull xmlns:n=\"$wsen\"><n:EnumerationContext>$context</n:EnumerationContext><n:MaxElements>999</n:MaxElements></n:Pull>"
reply=$(printf '%s' "$reply" | sed 's/<g:EnumerationContext>[^<]*<\/g:EnumerationContext>//; s/<\/g:PullResponse>/<g:EndOfSequence>&/')
compare CIM_CredentialContext.Pull CIM_CredentialContext

call Enumerate AMT_PublicKeyCertificate "" "<n:Enumerate xmlns:n=\"$wsen\"/>"
compare AMT_PublicKeyCertificate.Enumerate AMT_PublicKeyCertificate
generate_key 0 2048
compare AMT_PublicKeyManagementService.GenerateKeyPair AMT_PublicKeyManagementService
delete_key "$key_handle"
compare AMT_PublicKeyCertificate.Delete AMT_PublicKeyCertificate
"$simca" -m ca -o "$tmp/other.pem" -s Other --key-type p256
add_certificate "$tmp/other.pem" AddTrustedRootCertificate
compare AMT_PublicKeyManagementService.AddTrustedRootCertificate AMT_PublicKeyManagementService
commit
compare AMT_SetupAndConfigurationService.CommitChanges AMT_SetupAndConfigurationService
invoke AMT_TimeSynchronizationService GetLowAccuracyTimeSynch
compare AMT_TimeSynchronizationService.GetLowAccuracyTimeSynch AMT_TimeSynchronizationService
invoke AMT_MessageLog PositionToFirstRecord
compare AMT_MessageLog.PositionToFirstRecord AMT_MessageLog
call Delete AMT_TLSCredentialContext
create_context 0
compare AMT_TLSCredentialContext.Create AMT_TLSCredentialContext

# The whole recorded HTTP message, values and all, but for what cannot be equal.
same() { # what differs from device to device becomes X
	tr -d '\r' | awk '/^([0-9A-F][0-9A-F][0-9A-F][0-9A-F]|0)$/ { next } { printf "%s\n", $0 }' |
	    awk '/^</ || body { body = body $0; next } { print } END { print body }' |
	    sed -E 's/^(Date|Server): .*/\1: X/; s/Digest:[0-9A-F]{32}/X/; s/[0-9A-F]{12}<\/b:MessageID/X/'
}
ask sim 'set device hostname=' >/dev/null
envelope Get AMT_GeneralSettings | sed 's/MessageID>7</MessageID>0</' | post -i --raw |
    sed -n '/^HTTP.*200/,$p' | same >"$tmp/ours"
same <"$captures/HTTP.200.chunked.AMT15.http" >"$tmp/theirs"
is "$(cat "$tmp/ours")" "$(cat "$tmp/theirs")" "HTTP.200: the whole message"
message_id=31
envelope Create AMT_TLSCredentialContext "" "$(context_body 0)" | post -i --raw |
    sed -n '/^HTTP.*400/,$p' | same >"$tmp/ours"
same <"$captures/HTTP.400.fault.AlreadyExists.AMT15.http" >"$tmp/theirs"
is "$(cat "$tmp/ours")" "$(cat "$tmp/theirs")" "HTTP.400: the whole message"
curl -si --data-binary x "http://$host:$plain/wsman" |
    sed -E 's/nonce="[^"]*"/nonce/' | same >"$tmp/ours"
sed -E 's/nonce="[^"]*"/nonce/' "$captures/HTTP.401.challenge.AMT15.http" | same >"$tmp/theirs"
is "$(cat "$tmp/ours")" "$(cat "$tmp/theirs")" "HTTP.401: the whole message"

stop_sim sim "$sim_pid"
done_testing
