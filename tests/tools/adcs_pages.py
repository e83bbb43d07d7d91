# SPDX-License-Identifier: BSD-2-Clause
"""The web services before a Windows CA, for caserver.py: policy (MS-XCEP) and
enrolment (MS-WSTEP) as SOAP 1.2.  Shares no code with the programs it tests.

Beside what caserver.py reads, FOLDER holds:
  login        "username NAME PASSWORD": what a UsernameToken must say; "kerberos NAME":
               who has to come from the server in front
  policy-edit  lines "old<TAB>new": replacements in the list of templates
and it gets soap.log: what was wrong with a message, one line each.
"""
import base64
import re
import xml.etree.ElementTree as ET

S = "http://www.w3.org/2003/05/soap-envelope"
A = "http://www.w3.org/2005/08/addressing"
P = "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy"
E = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment"
T = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
SECEXT = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
X509 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
KIND = "application/soap+xml; charset=utf-8"

POLICY = """
<GetPoliciesResponse xmlns="{P}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <response><policyID>{{0A1B2C3D}}</policyID><policyFriendlyName>Lab</policyFriendlyName>
  <nextUpdateHours>8</nextUpdateHours><policiesNotChanged xsi:nil="true"/>
  <policies><policy><policyOIDReference>1</policyOIDReference>
   <cAs><cAReference>0</cAReference></cAs>
   <attributes><commonName> AMTTLS </commonName><policySchema>2</policySchema>
    <certificateValidity><validityPeriodSeconds>31536000</validityPeriodSeconds>
     <renewalPeriodSeconds>3628800</renewalPeriodSeconds></certificateValidity>
    <permission><enroll>true</enroll><autoEnroll>false</autoEnroll></permission>
    <privateKeyAttributes><minimalKeyLength>256</minimalKeyLength><keySpec>1</keySpec>
     <algorithmOIDReference xsi:nil="true"/></privateKeyAttributes>
    <revision><majorRevision>101</majorRevision><minorRevision>4</minorRevision></revision>
    <supersededPolicies xsi:nil="true"/><privateKeyFlags>16842752</privateKeyFlags>
    <subjectNameFlags>65537</subjectNameFlags><enrollmentFlags>0</enrollmentFlags>
    <generalFlags>131649</generalFlags><rARequirements xsi:nil="true"/>
    <extensions><extension><oIDReference>3</oIDReference><critical>false</critical>
     <value>MAoGCCsG&#xD;
      AQUFBwMB</value></extension></extensions>
   </attributes></policy></policies></response>
 <cAs><cA><uris>
   <cAURI><clientAuthentication>2</clientAuthentication><uri>{base}_Kerberos/service.svc/CES</uri>
    <priority>1</priority><renewalOnly>false</renewalOnly></cAURI>
   <cAURI><clientAuthentication>4</clientAuthentication><uri>{base}_UsernamePassword/service.svc/CES</uri>
    <priority>2</priority><renewalOnly>false</renewalOnly></cAURI>
   <cAURI><clientAuthentication>8</clientAuthentication><uri>{base}_Certificate/service.svc/CES</uri>
    <priority>1</priority><renewalOnly>false</renewalOnly></cAURI></uris>
  <certificate>{ca}</certificate><enrollPermission>true</enrollPermission>
  <cAReferenceID>0</cAReferenceID></cA></cAs>
 <oIDs><oID><value>1.3.6.1.4.1.311.21.8.1.2.3.4</value><group>9</group>
   <oIDReferenceID>1</oIDReferenceID><defaultName>AMT TLS server</defaultName></oID>
  <oID><value>2.5.29.37</value><group>6</group><oIDReferenceID>3</oIDReferenceID>
   <defaultName>Enhanced Key Usage</defaultName></oID></oIDs>
</GetPoliciesResponse>
"""

ids = set()
requests = {}  # number -> (certificate, held for a person?)


class Adcs:
    """One message of one client; lab is the module of caserver.py."""

    def __init__(self, handler, mode, lab):
        self.handler, self.mode, self.lab = handler, mode, lab
        self.url = f"https://{handler.headers.get('Host')}{handler.path}"
        self.id = "urn:uuid:none"

    def envelope(self, inner, action):
        relates = "urn:uuid:other" if self.mode == "other message" else self.id
        start = "<!DOCTYPE x []>" if self.mode == "doctype" else ""
        text = (f'{start}<q:Envelope xmlns:q="{S}" xmlns:w="{A}"><q:Header><w:Action>{action}'
                f"</w:Action><w:RelatesTo> {relates}\n</w:RelatesTo></q:Header><q:Body>{inner}"
                "</q:Body></q:Envelope>")
        return (text[:len(text) // 2] if self.mode == "half" else text).encode()

    def fault(self, reason, subcode="", detail="", status=500):
        sub = f"<q:Subcode><q:Value>{subcode}</q:Value></q:Subcode>" if subcode else ""
        self.handler.answer(status, self.envelope(
            f"<q:Fault><q:Code><q:Value>q:Receiver</q:Value>{sub}</q:Code><q:Reason>"
            f'<q:Text xml:lang="en-US">{reason}</q:Text></q:Reason>{detail}</q:Fault>',
            E + "/fault"), KIND)

    def refuse(self, number, reason, invalid="true", status=500):
        signed = number - (1 << 32)
        self.fault(reason, "", f'<q:Detail><e:CertificateEnrollmentWSDetail xmlns:e="{E}">'
                   f"<e:ErrorCode>{signed}</e:ErrorCode><e:InvalidRequest>{invalid}"
                   "</e:InvalidRequest></e:CertificateEnrollmentWSDetail></q:Detail>", status)

    def wrong(self, what):
        with open(self.lab.path_of("soap.log"), "a", encoding="utf-8") as file:
            file.write(f"{self.handler.path}: {what}\n")
        self.fault("test: " + what, "q:Sender")

    def is_known(self, root):
        """The login that the path names, and no other; answers itself if not."""
        token = root.find(f".//{{{SECEXT}}}UsernameToken")
        basic = self.handler.headers.get("Authorization")
        if "UsernamePassword" in self.handler.path:
            given = [token.findtext(f"{{{SECEXT}}}{n}") for n in ("Username", "Password")] \
                if token is not None else []
            if given == self.lab.read("login").split(" ")[1:] and basic is None:
                return True
            self.fault("At least one security token could not be validated",
                       "wsse:FailedAuthentication")
            return False
        if token is not None:
            self.wrong("a UsernameToken that nobody asked for")
            return False
        if "Certificate" in self.handler.path:
            if self.handler.connection.getpeercert():
                return True
            self.handler.answer(403, b"", None)
            return False
        if self.lab.is_plain:
            if "kerberos " + str(self.handler.headers.get("X-User")) == self.lab.read("login"):
                return True
            self.handler.answer(403, b"", None)
            return False
        self.handler.answer(401, b"", None, WWW_Authenticate="Negotiate")
        return False

    def serve(self):
        try:
            root = ET.fromstring(self.handler.body)
        except ET.ParseError:
            self.wrong("no XML")
            return
        head = f"{{{S}}}Header/{{{A}}}"
        self.id = root.findtext(head + "MessageID") or ""
        action = root.findtext(head + "Action")
        if self.id in ids or not re.fullmatch(r"urn:uuid:[-0-9a-f]{36}", self.id):
            self.wrong("MessageID is not fresh")
        elif root.findtext(head + "To") != self.url:
            self.wrong("To is not the URL")
        elif not self.handler.headers.get("Content-Type").startswith("application/soap+xml"):
            self.wrong("content type")
        elif self.is_known(root):
            ids.add(self.id)
            body = root.find(f"{{{S}}}Body")
            if action == P + "/IPolicy/GetPolicies" and self.handler.path.endswith("/CEP"):
                self.policies(body)
            elif action == E + "/RST/wstep" and self.handler.path.endswith("/CES"):
                self.enrol(body)
            else:
                self.fault("no such action", "w:ActionNotSupported")

    def policies(self, body):
        version = body.findtext(f".//{{{P}}}clientVersion")
        if self.mode == "old server" and version is not None:
            self.fault("The formatter threw an exception", "d:DeserializationFailed")
            return
        base = f"https://{self.handler.headers.get('Host')}/Lab%20CA_CES"
        der = self.lab.openssl("x509", "-outform", "DER",
                               data=self.lab.read("ca.pem").encode())
        text = POLICY.format(P=P, base=base, ca=self.lab.lines(der).decode())
        for line in self.lab.read("policy-edit").splitlines():
            old, new = line.split("\t")
            assert old in text, old
            text = text.replace(old, new)
        self.handler.answer(200, self.envelope(text, P + "/IPolicy/GetPoliciesResponse"),
                            KIND)

    def enrol(self, body):
        kind = body.findtext(f".//{{{T}}}RequestType")
        if kind == E + "/QueryTokenStatus":
            self.query(body.findtext(f".//{{{E}}}RequestID"))
            return
        token = body.find(f".//{{{SECEXT}}}BinarySecurityToken")
        if kind != T + "/Issue" or body.findtext(f".//{{{T}}}TokenType") != X509 or \
                token.get("EncodingType") != SECEXT + "#base64binary" or \
                token.get("ValueType") != E + "#PKCS10":
            self.wrong("not a request for a certificate")
            return
        csr = base64.b64decode(token.text)
        self.lab.write("posted.csr", csr)
        if self.mode.startswith("hresult "):
            words = self.mode.split(" ", 3)
            self.refuse(int(words[1], 16), "Denied by Policy Module",
                        *(words[2:3] or ["true"]), *[int(w) for w in words[3:]])
        elif self.mode == "busy":
            self.handler.answer(503, b"", None, Retry_After=1)
        elif self.mode.startswith("fault "):
            self.fault("Something", self.mode[6:])
        elif "AMTTLS".encode("utf-16-be") not in csr:
            self.refuse(0x80094801, "The request contains no certificate template")
        else:
            leaf = self.lab.sign(csr)
            if leaf is None:
                self.refuse(0x80094001, "The request is none")
                return
            number = str(len(requests) + 1017)
            requests[number] = (leaf, self.mode == "pending")
            self.give(number)

    def query(self, number):
        if number not in requests:
            self.refuse(0x80094002, "There is no such request", "false")
            return
        leaf, is_held = requests[number]
        manager = self.lab.read("manager")
        if is_held and manager == "deny":
            self.refuse(0x80094014, "Denied by LAB\\boss", "false")
            return
        if is_held and manager == "approve":
            requests[number] = (leaf, False)
        self.give(number)

    def give(self, number):
        leaf, is_held = requests[number]
        place = self.lab.read("place") or self.url
        if is_held:
            inner = (f"<b:SecurityTokenReference><b:Reference URI=\"{place}\"/>"
                     "</b:SecurityTokenReference>")
            self.collection(number, "", inner)
            return
        if self.mode == "other key":
            leaf = self.lab.other_leaf()
        der = self.lab.openssl("x509", "-outform", "DER", data=leaf)
        bag = self.lab.pkcs7(leaf, self.lab.read("ca.pem").encode(),
                             self.lab.read("root.pem").encode())
        texts = {"truncated": base64.b64encode(bag[:len(bag) // 2]).decode(),
                 "junk": "MII*" + base64.b64encode(bag).decode(), "no bag": None}
        bag_text = texts.get(self.mode, self.lab.lines(bag, 64, "&#xD;\n").decode())
        cert = f"<b:BinarySecurityToken>{base64.b64encode(der).decode()}</b:BinarySecurityToken>"
        if self.mode in ("only bag", "nothing"):
            cert = ""
        if self.mode == "nothing":
            bag_text = None
        self.collection(number, "" if bag_text is None else
                        f"<b:BinarySecurityToken>{bag_text}</b:BinarySecurityToken>", cert)

    def collection(self, number, bag, inner):
        one = (f'<t:RequestSecurityTokenResponse><t:TokenType>{X509}</t:TokenType>'
               f'<e:DispositionMessage xmlns:e="{E}" xml:lang="de">Ausgestellt'
               f"</e:DispositionMessage>{bag}<t:RequestedSecurityToken>{inner}"
               f'</t:RequestedSecurityToken><RequestID xmlns="{E}">{number}</RequestID>'
               "</t:RequestSecurityTokenResponse>")
        body = (f'<t:RequestSecurityTokenResponseCollection xmlns:t="{T}" xmlns:b="{SECEXT}">'
                f"{one * (2 if self.mode == 'twice' else 1)}"
                "</t:RequestSecurityTokenResponseCollection>")
        kind = "text/xml" if self.mode == "wrong type" else KIND
        self.handler.answer(200, self.envelope(body, E + "/RSTRC/wstep"), kind)
