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

compared=' '
compare() { # CAPTURE CLASS: $reply against the file
	local wanted got
	compared+="$1 "
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

# The answers to Enumerate are alike but for the class.
for class in AMT_AuditLog AMT_EthernetPortSettings AMT_SetupAndConfigurationService \
    AMT_TimeSynchronizationService AMT_WiFiPortConfigurationService IPS_8021xCredentialContext \
    IPS_HostBasedSetupService; do
	call Enumerate "$class" "" "<n:Enumerate xmlns:n=\"$wsen\"/>"
	compare "$class.Enumerate" "$class"
done

# What is written, and what writing answers.
put() { # CLASS PROPERTIES
	call Put "$1" "" "<r:$1 xmlns:r=\"$(uri "$1")\">$2</r:$1>"
}
put AMT_GeneralSettings '<r:DHCPSyncRequiresHostname>1</r:DHCPSyncRequiresHostname>'
call Get AMT_GeneralSettings
compare AMT_GeneralSettings.Get AMT_GeneralSettings
put AMT_GeneralSettings '<r:IdleWakeTimeout>1</r:IdleWakeTimeout>'
put AMT_EnvironmentDetectionSettingData '<r:DetectionStrings>a.example</r:DetectionStrings>'
compare AMT_EnvironmentDetectionSettingData.Put AMT_EnvironmentDetectionSettingData
put AMT_EnvironmentDetectionSettingData '<r:DetectionStrings>a.example</r:DetectionStrings><r:DetectionStrings>b.example</r:DetectionStrings>'
call Get AMT_EnvironmentDetectionSettingData
compare AMT_EnvironmentDetectionSettingData.Get AMT_EnvironmentDetectionSettingData
put AMT_8021XProfile '<r:Enabled>false</r:Enabled>'
compare AMT_8021XProfile.Put AMT_8021XProfile
call Get AMT_MPSUsernamePassword
compare AMT_MPSUsernamePassword.Get AMT_MPSUsernamePassword
put AMT_MPSUsernamePassword '<r:RemoteID>me</r:RemoteID>'
compare AMT_MPSUsernamePassword.Put AMT_MPSUsernamePassword
put AMT_RemoteAccessPolicyAppliesToMPS '<r:MpsType>2</r:MpsType>'
compare AMT_RemoteAccessPolicyAppliesToMPS.Put AMT_RemoteAccessPolicyAppliesToMPS
enumerate AMT_AuthorizationService
compare AMT_AuthorizationService.Pull AMT_AuthorizationService
# The recorded device had no address.
enumerate AMT_EthernetPortSettings
reply=$(printf '%s' "$reply" | sed -E 's/<h:IPAddress>[^<]*<\/h:IPAddress>//')
compare AMT_EthernetPortSettings.Pull both

# Methods.
method() { # CLASS METHOD PARAMETERS
	invoke "$1" "$2" "${3-}"
	compare "$1.$2" "$1"
}
hash=$(printf x | openssl md5 -binary | base64)
acl() { invoke AMT_AuthorizationService "$@"; }
acl AddUserAclEntryEx "<r:DigestUsername>x</r:DigestUsername><r:DigestPassword>$hash</r:DigestPassword><r:AccessPermission>2</r:AccessPermission><r:Realms>16</r:Realms>"
method AMT_AuthorizationService EnumerateUserAclEntries '<r:StartIndex>1</r:StartIndex>'
method AMT_AuthorizationService GetUserAclEntryEx '<r:Handle>1</r:Handle>'
method AMT_AuthorizationService RemoveUserAclEntry '<r:Handle>2</r:Handle>'
ask sim 'clock device +1' >/dev/null
invoke AMT_TimeSynchronizationService SetHighAccuracyTimeSynch \
    "<r:Ta0>$(date +%s)</r:Ta0><r:Tm1>$(date +%s)</r:Tm1><r:Tm2>$(date +%s)</r:Tm2>"
invoke AMT_AuditLog ReadRecords '<r:StartIndex>1</r:StartIndex>'
reply=$(printf '%s' "$reply" | sed -E 's/(<g:EventRecords>[^<]*<\/g:EventRecords>){2,}/\1\1/')
compare AMT_AuditLog.ReadRecords AMT_AuditLog
generate_key 0 2048
public_key "$key_handle" "$tmp/key.der"
"$simca" -m request -o "$tmp/null.csr" --public-key "$tmp/key.der" -s pc
sign_request "$key_handle" 1 "$tmp/null.csr"
compare AMT_PublicKeyManagementService.GeneratePKCS10RequestEx AMT_PublicKeyManagementService
delete_key "$key_handle"
compare AMT_PublicPrivateKeyPair.Delete AMT_PublicPrivateKeyPair
method AMT_SetupAndConfigurationService SetMEBxPassword '<r:Password>P@ssw0rd</r:Password>'
method AMT_UserInitiatedConnectionService RequestStateChange '<r:RequestedState>32771</r:RequestedState>'
method CIM_WiFiPort RequestStateChange '<r:RequestedState>32769</r:RequestedState>'
method IPS_IEEE8021xSettings SetCertificates
method IPS_HostBasedSetupService Setup '<r:NetAdminPassEncryptionType>2</r:NetAdminPassEncryptionType><r:NetworkAdminPassword>x</r:NetworkAdminPassword>'
method IPS_HostBasedSetupService AddNextCertInChain '<r:NextCertificate>x</r:NextCertificate>'
proxy='<r:AccessInfo>p.example</r:AccessInfo><r:InfoFormat>201</r:InfoFormat><r:Port>80</r:Port><r:NetworkDnsSuffix>example</r:NetworkDnsSuffix>'
invoke IPS_HTTPProxyService AddProxyAccessPoint "$proxy"
invoke IPS_HTTPProxyService AddProxyAccessPoint "$proxy"
is "$return_value" 2058 "a failed method"
compare IPS_HTTPProxyService.AddProxyAccessPoint_2058 IPS_HTTPProxyService
method AMT_WiFiPortConfigurationService AddWiFiSettings \
    "<r:WiFiEndpoint>$(epr CIM_WiFiEndpoint Name x)</r:WiFiEndpoint><r:WiFiEndpointSettingsInput><r:ElementName>n</r:ElementName><r:SSID>n</r:SSID><r:Priority>9</r:Priority></r:WiFiEndpointSettingsInput>"
call Delete AMT_RemoteAccessPolicyRule "$(selector PolicyRuleName Periodic)"
compare AMT_RemoteAccessPolicyRule.Delete AMT_RemoteAccessPolicyRule
call Delete AMT_ManagementPresenceRemoteSAP "$(selector Name 'Intel(r) AMT:Management Presence Server 0')"
compare AMT_ManagementPresenceRemoteSAP.Delete AMT_ManagementPresenceRemoteSAP
method AMT_RemoteAccessService AddMpServer \
    '<r:AccessInfo>m.example</r:AccessInfo><r:InfoFormat>201</r:InfoFormat><r:Port>4433</r:Port><r:AuthMethod>2</r:AuthMethod><r:Username>u</r:Username><r:Password>P@ssw0rd</r:Password><r:CN>m.example</r:CN>'
call Delete CIM_WiFiEndpointSettings "$(selector InstanceID 'Intel(r) AMT:WiFi Endpoint Settings n')"
is "$http" 200 "Delete of a Wi-Fi profile"

# Every recording is compared above but those that are no recordings: copies of
# another class, and bodies no firmware sends.
for file in "$captures"/*.xml; do
	name=$(basename "$file" .xml)
	case $name in
	AMT_PublicKeyManagementService.Delete) continue ;;        # a copy
	AMT_SetupAndConfigurationService.GetUuid) continue ;;     # a request's envelope
	CIM_WiFiEndpointSettings.Delete) continue ;;              # a body that a delete has not
	AMT_AuthorizationService.SetAdminAclEntryEx) continue ;;  # at the end
	esac
	[[ $compared == *" $name "* ]]
	ok $? "$name is compared" || true
done

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

method AMT_AuthorizationService SetAdminAclEntryEx "<r:Username>admin</r:Username><r:DigestPassword>$hash</r:DigestPassword>"
stop_sim sim "$sim_pid"
done_testing
