/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The XML namespaces of a WS-Management message, and the addresses of its
 * actions.  DSP0226 1.2 annex A; WS-Addressing, WS-Transfer and WS-Enumeration in
 * the 2004 versions that DSP0226 binds.
 */
#ifndef AMTCERT_WSMAN_NS_H
#define AMTCERT_WSMAN_NS_H

#define NS_SOAP	       "http://www.w3.org/2003/05/soap-envelope"
#define NS_ADDRESSING  "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define NS_WSMAN       "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define NS_ENUMERATION "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
#define NS_TRANSFER    "http://schemas.xmlsoap.org/ws/2004/09/transfer"

#define NS_ANONYMOUS NS_ADDRESSING "/role/anonymous"

#endif
