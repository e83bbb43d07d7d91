#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# amtsim: references in requests and answers, and what 802.1X profiles keep, as
# consoles that set up a whole device need it.
# timeout: 120
. tests/cli/lib.sh
. tests/sim/client.sh

make_ca
make_cert pc1
start_sim sim -s profile=14 -s tls-port=0 -s plain-port=0 -s "certificate=$tmp/pc1.pem" \
    -s "key=$tmp/pc1.key" -s tls=no -s "orphan-certificate=$tmp/ca.pem" || exit 1
via=plain
cert=$(epr AMT_PublicKeyCertificate InstanceID 'Intel(r) AMT Certificate: Handle: 0')
issuer=$(epr AMT_PublicKeyCertificate InstanceID 'Intel(r) AMT Certificate: Handle: 1')

put() { # CLASS PROPERTIES [SELECTORS]
	call Put "$1" "${3-}" "<r:$1 xmlns:r=\"$(uri "$1")\">$2</r:$1>"
}

#
# A reference as a selector: every part of it counts
#
add_mps() {
	invoke AMT_RemoteAccessService AddMpServer \
	    "<r:AccessInfo>$1</r:AccessInfo><r:InfoFormat>201</r:InfoFormat><r:Port>4433</r:Port><r:AuthMethod>2</r:AuthMethod><r:Username>me</r:Username><r:Password>P@ssw0rd</r:Password><r:CN>$1</r:CN>"
}
add_rule() { # TRIGGER
	invoke AMT_RemoteAccessService AddRemoteAccessPolicyRule \
	    "<r:Trigger>$1</r:Trigger><r:TunnelLifeTime>0</r:TunnelLifeTime><r:ExtendedData></r:ExtendedData><r:MpServer>$(epr AMT_ManagementPresenceRemoteSAP Name 'Intel(r) AMT:Management Presence Server 0')</r:MpServer>"
}
# end NAME CLASS KEY VALUE: a selector that is a reference with all four keys.
end() {
	printf '<w:Selector Name="%s"><a:EndpointReference><a:Address>%s</a:Address><a:ReferenceParameters><w:ResourceURI>%s</w:ResourceURI><w:SelectorSet><w:Selector Name="CreationClassName">%s</w:Selector><w:Selector Name="%s">%s</w:Selector><w:Selector Name="SystemCreationClassName">CIM_ComputerSystem</w:Selector><w:Selector Name="SystemName">Intel(r) AMT</w:Selector></w:SelectorSet></a:ReferenceParameters></a:EndpointReference></w:Selector>' \
	    "$1" "$anonymous" "$(uri "$2")" "$2" "$3" "$4"
}
link() { # RULE
	printf '<w:SelectorSet>'
	end ManagedElement AMT_ManagementPresenceRemoteSAP Name 'Intel(r) AMT:Management Presence Server 0'
	end PolicySet AMT_RemoteAccessPolicyRule PolicyRuleName "$1"
	printf '</w:SelectorSet>'
}
types() {
	enumerate AMT_RemoteAccessPolicyAppliesToMPS
	printf '%s\n' "$items" | grep -oE '<h:MpsType>[0-9]+|PolicyRuleName">[A-Za-z ]+' | sed 's/.*>//' | tr '\n' ' '
}
add_mps mps.example
add_rule 0
add_rule 2
put AMT_RemoteAccessPolicyAppliesToMPS '<r:MpsType>2</r:MpsType>' "$(link Periodic)"
is "$http $(types)" '200 0 User Initiated 2 Periodic ' "Put means the association that both references name"
put AMT_RemoteAccessPolicyAppliesToMPS '<r:MpsType>1</r:MpsType>' "$(link Alert)"
is "$http" 400 "and none that only looks alike"
call Get AMT_RemoteAccessPolicyAppliesToMPS "$(link 'User Initiated')"
is "$(value MpsType)" 0 "Get finds it in the same way"

#
# An empty reference violates the schema
#
empty() { # CLASS METHOD PARAMETERS
	invoke "$@"
	like "$http $reply" '^400 .*e:SchemaValidationError' "$1 $2"
}
empty IPS_IEEE8021xSettings SetCertificates "<r:ServerCertificateIssuer></r:ServerCertificateIssuer><r:ClientCertificate>$cert</r:ClientCertificate>"
empty AMT_RemoteAccessService AddMpServer '<r:AccessInfo>x.example</r:AccessInfo><r:InfoFormat>201</r:InfoFormat><r:Port>4433</r:Port><r:AuthMethod>2</r:AuthMethod><r:Certificate></r:Certificate><r:Username>me</r:Username><r:Password>P@ssw0rd</r:Password>'
empty CIM_BootConfigSetting ChangeBootOrder '<r:Source></r:Source>'
put AMT_8021XProfile '<r:Enabled>true</r:Enabled><r:ClientCertificate></r:ClientCertificate>'
like "$http $reply" '^400 .*e:SchemaValidationError' "AMT_8021XProfile Put"
invoke CIM_BootConfigSetting ChangeBootOrder
is "$return_value" 0 "one that is left out does not"

#
# Enumerations of references
#
pull_mode() { # CLASS MODE: the items of the first page
	local ns=http://schemas.xmlsoap.org/ws/2004/09/enumeration
	call Enumerate "$1" "" "<n:Enumerate xmlns:n=\"$ns\"><w:OptimizeEnumeration/><w:EnumerationMode>$2</w:EnumerationMode></n:Enumerate>"
	call Pull "$1" "" "<n:Pull xmlns:n=\"$ns\"><n:EnumerationContext>$(value EnumerationContext)</n:EnumerationContext><n:MaxElements>999</n:MaxElements></n:Pull>"
	items=$(printf '%s' "$reply" | sed 's/.*<g:Items>//; s/<\/g:Items>.*//')
}
of_key() { # HANDLE
	printf '<b:EndpointReference><b:Address>%s</b:Address><b:ReferenceParameters><c:ResourceURI>%s</c:ResourceURI><c:SelectorSet><c:Selector Name="InstanceID">Intel(r) AMT Key: Handle: %s</c:Selector></c:SelectorSet></b:ReferenceParameters></b:EndpointReference>' \
	    "$anonymous" "$(uri AMT_PublicPrivateKeyPair)" "$1"
}
pull_mode AMT_PublicPrivateKeyPair EnumerateEPR
is "$items" "$(of_key 0)" "EnumerateEPR lists references"
pull_mode AMT_PublicPrivateKeyPair EnumerateObjectAndEPR
like "$items" '^<c:Item><h:AMT_PublicPrivateKeyPair>.*</h:AMT_PublicPrivateKeyPair><b:EndpointReference>.*</c:Item>$' \
    "EnumerateObjectAndEPR pairs them with the objects"
pull_mode AMT_SetupAndConfigurationService EnumerateEPR
is "$(printf '%s' "$items" | grep -oE 'Selector Name="[A-Za-z]+"' | tr -d '\n')" \
    'Selector Name="CreationClassName"Selector Name="Name"Selector Name="SystemCreationClassName"Selector Name="SystemName"' \
    "a service is known by four keys"
pull_mode AMT_TLSCredentialContext EnumerateEPR
like "$items" 'Name="ElementInContext"><b:EndpointReference>.*Handle: 0<.*Name="ElementProvidingContext"><b:EndpointReference>.*Instances Collection<' \
    "a context by both its ends"
pull_mode AMT_TLSProtocolEndpointCollection EnumerateEPR
like "$items" 'Selector Name="ElementName">TLSProtocolEndpoint Instances Collection<' "the collection by its name"
call Enumerate AMT_PublicPrivateKeyPair "" '<n:Enumerate xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"><w:EnumerationMode>Other</w:EnumerationMode></n:Enumerate>'
is "$http" 400 "there is no other mode"

#
# 802.1X: the names are kept, the passwords are not shown
#
shown() { # the names that 802.1X needs, in one line
	printf '%s\n' "$reply$items" |
	    grep -oE '<[gh]:(Domain|Password|RoamingIdentity|ServerCertificateName|ServerCertificateNameComparison|Username)>[^<]*' |
	    sed 's/<[gh]://; s/>/=/' | tr '\n' ' '
}
items=
names='<r:Domain>CORP</r:Domain><r:Password>P@ssw0rd</r:Password><r:RoamingIdentity>anonymous@corp.example</r:RoamingIdentity><r:ServerCertificateName>radius.example</r:ServerCertificateName><r:ServerCertificateNameComparison>1</r:ServerCertificateNameComparison><r:Username>host/pc1</r:Username>'
kept='Domain=CORP RoamingIdentity=anonymous@corp.example ServerCertificateName=radius.example ServerCertificateNameComparison=1 Username=host/pc1 '
put AMT_8021XProfile "<r:Enabled>true</r:Enabled><r:ActiveInS0>true</r:ActiveInS0><r:AuthenticationProtocol>0</r:AuthenticationProtocol><r:ClientCertificate>$cert</r:ClientCertificate>$names"
is "$(shown)" "$kept" "AMT_8021XProfile: Put answers with the names"
call Get AMT_8021XProfile
is "$(shown)" "$kept" "and Get with them"
call Get IPS_IEEE8021xSettings
is "$(shown)" "$kept" "the newer class is of the same mind"
put IPS_IEEE8021xSettings '<r:Enabled>2</r:Enabled><r:AuthenticationProtocol>0</r:AuthenticationProtocol><r:Username>host/pc2</r:Username>'
is "$(shown)" 'Username=host/pc2 ' "IPS_IEEE8021xSettings: Put is the whole of it"
put IPS_IEEE8021xSettings '<r:Enabled>3</r:Enabled>'
is "$(shown)" '' "nothing is shown when it is off"
wifi() { # METHOD FIRST-PARAMETER ENDPOINT-SETTINGS 802.1X-SETTINGS
	local cim=http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2
	invoke AMT_WiFiPortConfigurationService "$1" \
	    "$2<r:WiFiEndpointSettingsInput xmlns:q=\"$cim/CIM_WiFiEndpointSettings\">$3</r:WiFiEndpointSettingsInput><r:IEEE8021xSettingsInput xmlns:q=\"$cim/CIM_IEEE8021xSettings\">${4//r:/q:}</r:IEEE8021xSettingsInput><r:ClientCredential>$cert</r:ClientCredential><r:CACredential>$issuer</r:CACredential>"
}
wifi AddWiFiSettings "<r:WiFiEndpoint>$(epr CIM_WiFiEndpoint Name 'WiFi Endpoint 0')</r:WiFiEndpoint>" \
    '<q:ElementName>office</q:ElementName><q:AuthenticationMethod>7</q:AuthenticationMethod><q:EncryptionMethod>4</q:EncryptionMethod><q:SSID>office</q:SSID><q:Priority>1</q:Priority>' \
    "<r:AuthenticationProtocol>0</r:AuthenticationProtocol>$names"
is "$return_value" 0 "a Wi-Fi profile"
enumerate CIM_IEEE8021xSettings
is "$(reply='' shown)" "$kept" "keeps the same names"
wifi UpdateWiFiSettings "<r:WiFiEndpointSettings>$(epr CIM_WiFiEndpointSettings InstanceID 'Intel(r) AMT:WiFi Endpoint Settings office')</r:WiFiEndpointSettings>" \
    '<q:Priority>2</q:Priority>' '<r:Username>host/pc2</r:Username>'
enumerate CIM_IEEE8021xSettings
is "$return_value $(reply='' shown)" "0 ${kept/pc1/pc2}" "UpdateWiFiSettings changes what it names and no more"
call Delete CIM_WiFiEndpointSettings "$(selector InstanceID 'Intel(r) AMT:WiFi Endpoint Settings office')"
is "$http" 200 "and it is deleted"

#
# A context while TLS is off holds nothing
#
delete_cert 0
is "$http" 500 "the certificate of a context stays"
call Delete AMT_TLSCredentialContext
is "$http" 200 "the context goes"
delete_key 0
is "$http" 200 "then, without CommitChanges, the key"
delete_cert 0
is "$http" 200 "and the certificate"

stop_sim sim "$sim_pid"
done_testing
