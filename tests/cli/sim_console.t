#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# amtsim: what consoles ask for besides certificates, so that their whole first
# contact works: settings that come back as written, hardware, power, remote
# access, Wi-Fi profiles, accounts, logs.
. tests/cli/lib.sh
. tests/sim/client.sh

make_ca
make_cert bound
start_sim sim -s profile=14 -s tls-port=0 -s plain-port=0 -s redirection-port=0 -s "certificate=$tmp/bound.pem" \
    -s "key=$tmp/bound.key" -s accept-non-secure=yes || exit 1
first_pid=$sim_pid
via=plain

# put CLASS PROPERTIES [SELECTORS]
put() {
	call Put "$1" "${3-}" "<r:$1 xmlns:r=\"$(uri "$1")\">$2</r:$1>"
}
all_of() { # NAME: every text of that name, in one line
	printf '%s\n' "$reply$items" | grep -oE "<[a-z]:$1>[^<]*</" |
	    sed 's/<[^>]*>//; s/<\/$//' | tr '\n' ' '
}
items=

#
# Settings
#
for row in 'AMT_RedirectionService ListenerEnabled true' 'IPS_OptInService OptInRequired 1' \
    'AMT_BootSettingData UseSOL true' 'AMT_GeneralSettings IdleWakeTimeout 7' \
    'AMT_WiFiPortConfigurationService localProfileSynchronizationEnabled 1' \
    'IPS_KVMRedirectionSettingData SessionTimeout 9' \
    'AMT_SetupAndConfigurationService ZeroTouchConfigurationEnabled false' 'IPS_HTTPProxyService SyncEnabled true'; do
	read -r class name wanted <<<"$row"
	call Get "$class"
	[ "$http" = 200 ] && [ "$(value "$name")" != "$wanted" ]
	ok $? "$class: $name is something else at first"
	put "$class" "<r:$name>$wanted</r:$name><r:Unknown>1</r:Unknown>"
	is "$http $(value "$name")" "200 $wanted" "$class: Put answers with the new $name"
	call Get "$class"
	is "$(value "$name")" "$wanted" "$class: and so does Get"
	names=$(printf '%s' "$reply" | sed 's/.*<a:Body>//' | grep -oE '<g:[A-Za-z0-9]+>' | sed 1d)
	printf '%s\n' "$names" | sort -c 2>/dev/null
	ok $? "$class: the properties stay sorted"
done
is "$(json "$(ask sim 'state *')" redirection_open)" true 'the redirection port opens with its setting'
put AMT_RedirectionService '<r:ListenerEnabled>false</r:ListenerEnabled>'
is "$(json "$(ask sim 'state *')" redirection_open)" false 'and closes with it'
call Get AMT_GeneralSettings
realm=$(value DigestRealm)
put AMT_GeneralSettings '<r:DigestRealm>Digest:0</r:DigestRealm><r:InstanceID>x</r:InstanceID><r:HostName>newname</r:HostName>'
is "$(value DigestRealm) $(value InstanceID) $(value HostName)" \
    "$realm Intel(r) AMT: General Settings newname" "keys and computed properties are not written, names are"
put AMT_EnvironmentDetectionSettingData '<r:DetectionStrings>a.example</r:DetectionStrings><r:DetectionStrings>b.example</r:DetectionStrings>'
is "$(all_of DetectionStrings)" 'a.example b.example ' "an array keeps its order"
put AMT_EnvironmentDetectionSettingData '<r:DetectionAlgorithm>0</r:DetectionAlgorithm>'
is "$(all_of DetectionStrings)" '' "and is gone when it is not sent"
port='Intel(r) AMT Ethernet Port Settings'
put AMT_EthernetPortSettings "<r:DHCPEnabled>false</r:DHCPEnabled>" "$(selector InstanceID "$port 1")"
is "$http $(value DHCPEnabled) $(value InstanceID)" "200 false $port 1" "one instance of two is written"
enumerate AMT_EthernetPortSettings
is "$(reply='' all_of DHCPEnabled)" 'true false ' "and only that one"
items=

for row in 'AMT_RedirectionService 32771 32771' 'CIM_KVMRedirectionSAP 2 6' 'CIM_KVMRedirectionSAP 3 3' \
    'CIM_WiFiPort 32769 32769' 'AMT_UserInitiatedConnectionService 32768 32768'; do
	read -r class asked wanted <<<"$row"
	invoke "$class" RequestStateChange "<r:RequestedState>$asked</r:RequestedState>"
	call Get "$class"
	is "$return_value $(value EnabledState)" "0 $wanted" "$class: RequestStateChange $asked"
done
invoke AMT_TimeSynchronizationService EnableLocalTimeSync '<r:Enable>false</r:Enable>'
call Get AMT_TimeSynchronizationService
is "$(value LocalTimeSyncEnabled)" 2 "EnableLocalTimeSync"
invoke AMT_RedirectionService RequestStateChange ''
like "$reply" 'e:SchemaValidationError' "RequestStateChange needs a state"

#
# Hardware and power
#
for class in CIM_Chassis CIM_Card CIM_BIOSElement CIM_Processor AMT_BootCapabilities \
    CIM_BootService CIM_PowerManagementService IPS_PowerManagementService; do
	call Get "$class"
	is "$http" 200 "$class"
done
enumerate CIM_Chip
is "$pages $(printf '%s' "$items" | grep -oE '<h:CIM_[A-Za-z]+>' | tr -d '\n')" \
    '2 <h:CIM_Chip><h:CIM_PhysicalMemory><h:CIM_PhysicalMemory>' "a processor chip, then memory on a page of its own"
enumerate CIM_PhysicalPackage
is "$(printf '%s' "$items" | grep -oE '<h:CIM_[A-Za-z]+>' | tr -d '\n')" '<h:CIM_Card><h:CIM_Chassis>' "packages"
enumerate CIM_ServiceAvailableToElement
like "$items" '^<h:CIM_AssociatedPowerManagementService>.*<h:PowerState>2<' "the PC is on"
system=$(epr CIM_ComputerSystem Name ManagedSystem)
invoke CIM_PowerManagementService RequestPowerStateChange \
    "<r:PowerState>8</r:PowerState><r:ManagedElement>$system</r:ManagedElement>"
enumerate CIM_ServiceAvailableToElement
is "$return_value $(reply='' all_of PowerState)" '0 8 ' "and off when asked"
items=

#
# Remote access
#
add_mps() { # HOST PORT METHOD-AND-CREDENTIAL
	invoke AMT_RemoteAccessService AddMpServer \
	    "<r:AccessInfo>$1</r:AccessInfo><r:InfoFormat>201</r:InfoFormat><r:Port>$2</r:Port>$3<r:CN>$1</r:CN>"
}
password='<r:AuthMethod>2</r:AuthMethod><r:Username>me</r:Username><r:Password>P@ssw0rd</r:Password>'
add_mps mps.example 4433 "$password"
like "$reply" '<g:MpServer>.*<c:Selector Name="CreationClassName">AMT_ManagementPresenceRemoteSAP</c:Selector><c:Selector Name="Name">Intel\(r\) AMT:Management Presence Server 0</c:Selector>' \
    "AddMpServer names what it made"
add_mps mps.example 4433 "$password"
is "$return_value" 2058 "once"
like "$reply" '<g:MpServer><b:Address>default</b:Address>' "with a placeholder"
add_mps cert.example 4433 "<r:AuthMethod>1</r:AuthMethod><r:Certificate>$(epr AMT_PublicKeyCertificate InstanceID 'Intel(r) AMT Certificate: Handle: 0')</r:Certificate>"
is "$return_value" 0 "a server that wants a certificate"
add_mps bad.example 4433 "<r:AuthMethod>1</r:AuthMethod><r:Certificate>$(epr AMT_PublicKeyCertificate InstanceID 'Intel(r) AMT Certificate: Handle: 9')</r:Certificate>"
is "$return_value" 36 "which must be there"
enumerate AMT_RemoteAccessCredentialContext
like "$items" 'AMT_MPSUsernamePassword.*Server 0.*AMT_PublicKeyCertificate.*Handle: 0.*Server 1' "its credential is a user or a certificate"
call Get AMT_MPSUsernamePassword
is "$(value RemoteID)" me "the user"
put AMT_MPSUsernamePassword '<r:RemoteID>other</r:RemoteID><r:Secret>P@ssw0rd</r:Secret>'
like "$reply" 'PutResponse.*<a:Body></a:Body>' "can be changed, with an empty answer"
sap() {
	epr AMT_ManagementPresenceRemoteSAP Name "Intel(r) AMT:Management Presence Server $1"
}
add_rule() { # TRIGGER SERVER...
	local servers='' n
	for n in "${@:2}"; do servers+="<r:MpServer>$(sap "$n")</r:MpServer>"; done
	invoke AMT_RemoteAccessService AddRemoteAccessPolicyRule \
	    "<r:Trigger>$1</r:Trigger><r:TunnelLifeTime>0</r:TunnelLifeTime><r:ExtendedData>AAAAAAAAAAo=</r:ExtendedData>$servers"
}
add_rule 2 0 1
like "$reply" 'PolicyRuleName">Periodic<' "a policy for two servers"
add_rule 2 0
is "$return_value" 2058 "one of a kind"
add_rule 1 5
is "$return_value" 36 "servers must be there"
enumerate AMT_RemoteAccessPolicyAppliesToMPS
is "$(reply='' all_of OrderOfAccess)" '0 1 ' "both are linked to it"
items=
call Delete AMT_ManagementPresenceRemoteSAP "$(selector Name 'Intel(r) AMT:Management Presence Server 0')"
is "$http" 200 "a server is deleted"
enumerate AMT_RemoteAccessPolicyAppliesToMPS
like "$items" 'Server 1<' "and its link with it"
unlike "$items" 'Server 0<' "but not the other one"
call Delete AMT_RemoteAccessPolicyRule "$(selector PolicyRuleName Periodic)"
enumerate AMT_RemoteAccessPolicyRule
is "$items" '' "no policy is left"
proxy='<r:AccessInfo>proxy.example</r:AccessInfo><r:InfoFormat>201</r:InfoFormat><r:Port>3128</r:Port><r:NetworkDnsSuffix>example</r:NetworkDnsSuffix>'
invoke IPS_HTTPProxyService AddProxyAccessPoint "$proxy"
is "$return_value" 0 "a proxy"
invoke IPS_HTTPProxyService AddProxyAccessPoint "$proxy"
is "$return_value" 2058 "once"
enumerate IPS_HTTPProxyAccessPoint
like "$items" 'AccessInfo>proxy.example<' "is listed"
items=

#
# Wi-Fi
#
settings=http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_WiFiEndpointSettings
add_wifi() { # NAME METHOD PRIORITY [MORE]
	invoke AMT_WiFiPortConfigurationService AddWiFiSettings \
	    "<r:WiFiEndpoint>$(epr CIM_WiFiEndpoint Name 'WiFi Endpoint 0')</r:WiFiEndpoint><r:WiFiEndpointSettingsInput xmlns:q=\"$settings\"><q:ElementName>$1</q:ElementName><q:InstanceID>Intel(r) AMT:WiFi Endpoint Settings $1</q:InstanceID><q:AuthenticationMethod>$2</q:AuthenticationMethod><q:EncryptionMethod>4</q:EncryptionMethod><q:SSID>$1</q:SSID><q:Priority>$3</q:Priority><q:PSKPassPhrase>12345678</q:PSKPassPhrase></r:WiFiEndpointSettingsInput>${4-}"
}
add_wifi home 6 1
is "$return_value" 0 "a Wi-Fi profile"
like "$reply" 'xmlns:h="http://schemas.dmtf.org/wbem/wscim/1/common"' "with the captured declarations"
add_wifi home 6 2
is "$return_value" $((32768 + 2058)) "a name is taken once"
add_wifi office 7 2 '<r:IEEE8021xSettingsInput><q:AuthenticationProtocol xmlns:q="x">0</q:AuthenticationProtocol></r:IEEE8021xSettingsInput>'
is "$return_value" 4 "EAP-TLS needs a client certificate"
cert=$(epr AMT_PublicKeyCertificate InstanceID 'Intel(r) AMT Certificate: Handle: 0')
add_wifi office 7 2 "<r:IEEE8021xSettingsInput><q:AuthenticationProtocol xmlns:q=\"x\">0</q:AuthenticationProtocol></r:IEEE8021xSettingsInput><r:ClientCredential>$cert</r:ClientCredential>"
is "$return_value" 0 "and takes one"
enumerate CIM_IEEE8021xSettings
like "$items" 'ElementName>office<' "which gives it 802.1X settings"
enumerate CIM_CredentialContext
like "$items" 'Handle: 0<.*802.1x Settings office<' "and a context"
call Delete CIM_WiFiEndpointSettings "$(selector InstanceID 'Intel(r) AMT:WiFi Endpoint Settings home')"
is "$http" 200 "a profile is deleted"
like "$reply" 'DeleteResponse.*<a:Body></a:Body>' "with an empty answer"
enumerate CIM_WiFiEndpointSettings
is "$(reply='' all_of SSID)" 'office ' "one is left"
items=

enumerate CIM_Service
is "$(printf '%s' "$items" | grep -oE '<h:(AMT_SetupAndConfigurationService|IPS_OptInService|CIM_BootService)>' | wc -l)" 3 \
    "a base class lists what derives from it"
items=

#
# Presence, as scanners ask for it
#
pong() { # HEX: what comes back for these bytes, in hex
	exec 9<>"/dev/udp/$host/6230"
	printf '%b' "$(printf '%s' "$1" | sed 's/../\\x&/g')" >&9
	timeout 2 dd bs=64 count=1 <&9 2>/dev/null | od -An -tx1 | tr -d ' \n'
	exec 9>&-
}
start_sim ping -s profile=11.8 -s address=127.99.$((RANDOM % 250)).1 -s rmcp-port=6230 -s tls-port=0 -s plain-port=0 \
    -s "certificate=$tmp/bound.pem" -s "key=$tmp/bound.key" -s accept-non-secure=yes || exit 1
is "$(pong 06000006000011be802a0000)" "0600ff06000011be402a001000000157$(printf '%04x' "$tls")b8060120000000000000" \
    "an RMCP ping: port, version, provisioned, both ports"
is "$(pong 06000006000011be402a0000)" '' "nothing else is answered"
ask ping 'set device dead=yes' >/dev/null
is "$(pong 06000006000011be802a0000)" '' "nor is anything when the PC is off"
stop_sim ping "$sim_pid"
read -r _ _ host tls plain < <(grep '^ready ' "$tmp/sim.log")

#
# Accounts
#
acl() { invoke AMT_AuthorizationService "$@"; }
acl EnumerateUserAclEntries '<r:StartIndex>1</r:StartIndex>'
is "$(value TotalCount) $(value HandlesCount) $(value Handles)" '1 1 1' "the firmware's own account"
acl GetUserAclEntryEx '<r:Handle>1</r:Handle>'
# shellcheck disable=SC2016 # a name with dollars
is "$(value DigestUsername) $(value AccessPermission) $(value Realms)" '$$uns 0 16' "as captured"
hash=$(printf x | openssl md5 -binary | base64)
acl AddUserAclEntryEx "<r:DigestUsername>helpdesk</r:DigestUsername><r:DigestPassword>$hash</r:DigestPassword><r:AccessPermission>2</r:AccessPermission><r:Realms>5</r:Realms><r:Realms>13</r:Realms>"
is "$return_value $(value Handle)" '0 2' "one more"
acl AddUserAclEntryEx "<r:DigestUsername>helpdesk</r:DigestUsername><r:DigestPassword>$hash</r:DigestPassword><r:AccessPermission>2</r:AccessPermission>"
is "$return_value" 2058 "a name is taken once"
acl AddUserAclEntryEx "<r:DigestUsername>x</r:DigestUsername><r:DigestPassword>AAAA</r:DigestPassword><r:AccessPermission>2</r:AccessPermission>"
is "$return_value" 2054 "the hash has 16 bytes"
acl GetUserAclEntryEx '<r:Handle>2</r:Handle>'
is "$(all_of Realms)" '5 13 ' "with its realms"
acl SetAclEnabledState '<r:Handle>2</r:Handle><r:Enabled>false</r:Enabled>'
acl GetAclEnabledState '<r:Handle>2</r:Handle>'
is "$(value Enabled)" false "switched off"
acl RemoveUserAclEntry '<r:Handle>1</r:Handle>'
is "$return_value" 16 "the firmware's own account stays"
acl RemoveUserAclEntry '<r:Handle>2</r:Handle>'
is "$return_value" 0 "another one goes"
acl GetUserAclEntryEx '<r:Handle>2</r:Handle>'
is "$return_value" 2053 "and is gone"
invoke AMT_SetupAndConfigurationService SetMEBxPassword '<r:Password>weak</r:Password>'
is "$return_value" 2054 "a weak password is refused"
invoke AMT_SetupAndConfigurationService SetMEBxPassword '<r:Password>P@ssw0rd</r:Password>'
is "$return_value" 0 "a strong one is taken"
invoke IPS_HostBasedSetupService Setup '<r:NetAdminPassEncryptionType>2</r:NetAdminPassEncryptionType><r:NetworkAdminPassword>0</r:NetworkAdminPassword>'
is "$return_value" 32 "a provisioned device is not set up again"

#
# Logs
#
ask sim 'set device lockout=no' >/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do
	curl -s -o /dev/null --digest -u admin:wrong -d x "http://$host:$plain/wsman"
done
invoke AMT_MessageLog PositionToFirstRecord
invoke AMT_MessageLog GetRecords "<r:IterationIdentifier>$(value IterationIdentifier)</r:IterationIdentifier><r:MaxReadRecords>2</r:MaxReadRecords>"
is "$(value NoMoreRecords) $(all_of RecordArray | wc -w)" 'false 2' "the event log in parts"
next=$(value IterationIdentifier)
invoke AMT_MessageLog GetRecords "<r:IterationIdentifier>$next</r:IterationIdentifier><r:MaxReadRecords>390</r:MaxReadRecords>"
is "$(value NoMoreRecords)" true "to its end"
is "$(value RecordArray | base64 -d | od -An -tx1 | tr -d ' \n' | cut -c9-)" \
    ff066f056810ff2661aa0a000000000000 "ten refused passwords are a record, byte for byte as captured"
call Get AMT_MessageLog
is "$(value CurrentNumberOfRecords)" 3 "the log counts them"
invoke AMT_AuditLog ReadRecords '<r:StartIndex>1</r:StartIndex>'
like "$(for r in $(all_of EventRecords); do printf '%s' "$r" | base64 -d | od -An -tx1 | tr -d ' \n'; echo; done)" \
    '^00100005.*0100$' "and so does the audit log, as event 1605"

stop_sim sim "$first_pid"
done_testing
