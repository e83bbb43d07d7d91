#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Makes the seeds of fuzz_sim anew: a request of every kind, after the byte that
# chooses what is read.  usage: tests/fuzz/seeds_sim.sh
cd "$(dirname "$0")/../.." || exit 1
. tests/cli/lib.sh
. tests/sim/client.sh

corpus=tests/fuzz/corpus/sim
mkdir -p "$corpus"
seed() { # NAME BYTE: standard input
	{ printf '%b' "\\x$2" && cat; } >"$corpus/$1"
}
host=h plain=1
wsen=http://schemas.xmlsoap.org/ws/2004/09/enumeration
envelope Get AMT_GeneralSettings | seed get 0a
dialect=wsmancli envelope Get AMT_TLSSettingData "$(selector InstanceID "$network_tls")" | seed get_wsmancli 0a
envelope Enumerate CIM_CredentialContext "" "<n:Enumerate xmlns:n=\"$wsen\"/>" | seed enumerate 0a
envelope Pull X "" "<n:Pull xmlns:n=\"$wsen\"><n:EnumerationContext>01000000-0000-0000-0000-000000000000</n:EnumerationContext><n:MaxElements>9</n:MaxElements></n:Pull>" | seed pull 0a
envelope Put AMT_TLSSettingData "" "<g:AMT_TLSSettingData xmlns:g=\"$(uri AMT_TLSSettingData)\"><g:InstanceID>$network_tls</g:InstanceID><g:Enabled>true</g:Enabled><g:MutualAuthentication>false</g:MutualAuthentication><g:TrustedCN>a</g:TrustedCN></g:AMT_TLSSettingData>" | seed put_tls 0a
envelope Put AMT_TLSCredentialContext "" "$(context_body 0)" | seed put_context 1a
envelope Delete AMT_PublicKeyCertificate "$(selector InstanceID 'Intel(r) AMT Certificate: Handle: 0')" | seed delete 0a
envelope Put AMT_EnvironmentDetectionSettingData "" "<g:AMT_EnvironmentDetectionSettingData xmlns:g=\"$(uri AMT_EnvironmentDetectionSettingData)\"><g:DetectionStrings>a</g:DetectionStrings></g:AMT_EnvironmentDetectionSettingData>" | seed put_kept 0a
m() { envelope "$2" "$1" "" "<r:$2_INPUT xmlns:r=\"$(uri "$1")\">$3</r:$2_INPUT>"; }
m AMT_PublicKeyManagementService AddCertificate '<r:CertificateBlob>MAA=</r:CertificateBlob>' | seed add_certificate 0a
m AMT_PublicKeyManagementService GenerateKeyPair '<r:KeyAlgorithm>0</r:KeyAlgorithm><r:KeyLength>2048</r:KeyLength>' | seed generate 0a
m AMT_PublicKeyManagementService GeneratePKCS10RequestEx "<r:KeyPair>$(epr AMT_PublicPrivateKeyPair InstanceID 'Intel(r) AMT Key: Handle: 0')</r:KeyPair><r:SigningAlgorithm>2</r:SigningAlgorithm><r:NullSignedCertificateRequest>MDAwMA==</r:NullSignedCertificateRequest>" | seed sign 0a
m AMT_SetupAndConfigurationService CommitChanges '' | seed commit 0a
m AMT_SetupAndConfigurationService Unprovision '<r:ProvisioningMode>1</r:ProvisioningMode>' | seed unprovision 0a
m AMT_TimeSynchronizationService SetHighAccuracyTimeSynch '<r:Ta0>1</r:Ta0><r:Tm1>1704586865</r:Tm1><r:Tm2>1704586865</r:Tm2>' | seed time 0a
m AMT_RemoteAccessService AddMpServer '<r:AccessInfo>m</r:AccessInfo><r:InfoFormat>201</r:InfoFormat><r:Port>1</r:Port><r:AuthMethod>2</r:AuthMethod><r:Username>u</r:Username>' | seed add_mps 0a
m AMT_RemoteAccessService AddRemoteAccessPolicyRule "<r:Trigger>1</r:Trigger><r:TunnelLifeTime>0</r:TunnelLifeTime><r:MpServer>$(epr AMT_ManagementPresenceRemoteSAP Name 'Intel(r) AMT:Management Presence Server 0')</r:MpServer>" | seed add_rule 0a
m AMT_WiFiPortConfigurationService AddWiFiSettings "<r:WiFiEndpoint>x</r:WiFiEndpoint><r:WiFiEndpointSettingsInput><r:ElementName>n</r:ElementName><r:SSID>n</r:SSID><r:Priority>9</r:Priority></r:WiFiEndpointSettingsInput>" | seed add_wifi 0a
m AMT_AuthorizationService AddUserAclEntryEx '<r:DigestUsername>x</r:DigestUsername><r:DigestPassword>nN/RkEa1rcQVONvxtwaD6Q==</r:DigestPassword><r:AccessPermission>2</r:AccessPermission><r:Realms>16</r:Realms>' | seed add_user 0a
m AMT_AuditLog ReadRecords '<r:StartIndex>1</r:StartIndex>' | seed audit 0a
m AMT_MessageLog GetRecords '<r:IterationIdentifier>1</r:IterationIdentifier><r:MaxReadRecords>9</r:MaxReadRecords>' | seed events 0a
printf '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><i:Identify xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"/></s:Body></s:Envelope>' | seed identify 0a
printf 'POST /wsman HTTP/1.1\r\nHost: x\r\nAuthorization: Digest username="admin"\r\nContent-Length: 5\r\n\r\nhello' | seed http 00
printf 'POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: TE, close\r\nExpect: 100-continue\r\n\r\n5\r\nhello\r\n00a\r\n0123456789\r\n0\r\n\r\n' | seed http_chunks 00
printf 'Digest username="admin",realm="Digest:0",nonce="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",uri="/wsman",qop=auth,response="00",nc=00000001,cnonce="aa"' | seed login 01
test_finished=yes
