/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The classes of AMT firmware that this suite speaks to, and the names of their
 * well-known instances.  Intel AMT SDK, WS-Management class reference; instance
 * names observed on AMT 12 to 16.
 */
#ifndef AMTCERT_AMT_CLASS_H
#define AMTCERT_AMT_CLASS_H

#define CLASS_AMT(name) "http://intel.com/wbem/wscim/1/amt-schema/1/AMT_" name
#define CLASS_IPS(name) "http://intel.com/wbem/wscim/1/ips-schema/1/IPS_" name
#define CLASS_CIM(name) "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_" name

#define CLASS_GENERAL_SETTINGS	CLASS_AMT("GeneralSettings")
#define CLASS_SETUP		CLASS_AMT("SetupAndConfigurationService")
#define CLASS_HOST_BASED_SETUP	CLASS_IPS("HostBasedSetupService")
#define CLASS_SYSTEM_PACKAGE	CLASS_CIM("ComputerSystemPackage")
#define CLASS_SOFTWARE_IDENTITY CLASS_CIM("SoftwareIdentity")
#define CLASS_TIME		CLASS_AMT("TimeSynchronizationService")

#define CLASS_CERTIFICATE      CLASS_AMT("PublicKeyCertificate")
#define CLASS_KEY_PAIR	       CLASS_AMT("PublicPrivateKeyPair")
#define CLASS_KEY_MANAGEMENT   CLASS_AMT("PublicKeyManagementService")
#define CLASS_KEY_CAPABILITIES CLASS_AMT("PublicKeyManagementCapabilities")

#define CLASS_TLS_SETTINGS   CLASS_AMT("TLSSettingData")
#define CLASS_TLS_CONTEXT    CLASS_AMT("TLSCredentialContext")
#define CLASS_TLS_COLLECTION CLASS_AMT("TLSProtocolEndpointCollection")

#define CLASS_WIRED_PROFILE	CLASS_AMT("8021XProfile")
#define CLASS_WIRED_CONTEXT	CLASS_AMT("8021xCredentialContext")
#define CLASS_WIRED_SETTINGS	CLASS_IPS("IEEE8021xSettings")
#define CLASS_WIRED_CONTEXT_NEW CLASS_IPS("8021xCredentialContext")
#define CLASS_WIFI_SETTINGS	CLASS_CIM("IEEE8021xSettings")
#define CLASS_WIFI_ENDPOINT	CLASS_CIM("WiFiEndpointSettings")
#define CLASS_WIFI_PORT		CLASS_AMT("WiFiPortConfigurationService")
#define CLASS_ANY_CONTEXT	CLASS_CIM("CredentialContext")
#define CLASS_CIRA_CONTEXT	CLASS_AMT("RemoteAccessCredentialContext")
#define CLASS_CIRA_SERVER	CLASS_AMT("ManagementPresenceRemoteSAP")

#define INSTANCE_TLS_NETWORK	"Intel(r) AMT 802.3 TLS Settings"
#define INSTANCE_TLS_LOCAL	"Intel(r) AMT LMS TLS Settings"
#define INSTANCE_TLS_COLLECTION "TLSProtocolEndpoint Instances Collection"
#define INSTANCE_WIRED_PROFILE	"Intel(r) AMT 802.1x Profile 0"
/* Before the name of a Wi-Fi profile. */
#define INSTANCE_WIFI_8021X    "Intel(r) AMT:IEEE 802.1x Settings "
#define INSTANCE_WIFI_ENDPOINT "Intel(r) AMT:WiFi Endpoint Settings "
#define INSTANCE_VERSION       "AMT" /* of CIM_SoftwareIdentity */

#endif
