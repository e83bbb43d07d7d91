#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A CA service for tests: EST (RFC 7030), the pages of Microsoft's Web Enrolment and,
from adcs_pages.py, its web services, over TLS on a free loopback port.

usage: caserver.py FOLDER

FOLDER holds tls.pem (chain and key), ca.pem and ca.key that sign, root.pem, and
what a test may change at any time:
  mode      what to do with the next requests: "ok" or the name of a fault
  login     "basic user password" or "digest user password"; absent: none
  any-line  when there: base64 on one long line, in and out
  templates names, one a line, that an enterprise CA offers; absent: stand-alone
  plain     when there: no TLS, for a server in front that does it
  manager   what a person decided: "approve" or "deny"; absent: nothing yet
It writes requests.log (one line per request, no secret in it) and body.N.
Signs with the openssl command and shares no code with the programs it tests.
"""
import base64
import hashlib
import os
import re
import ssl
import sys
import threading
import urllib.parse

import adcs_pages
import service
from service import openssl, path_of, read, write

is_plain = os.path.exists(path_of("plain"))
lock = threading.Lock()
seen = {}  # digest of a request -> how often it came
requests = {}  # number -> (certificate, held for a person?)
count = 0


def sign(csr_der, days="365"):
    """The PEM certificate for a request, or None when it is none."""
    pem = openssl("req", "-inform", "DER", "-verify", data=csr_der)
    if pem is None:
        return None
    with lock:
        write("now.csr", pem)
        write("leaf.ext", b"basicConstraints=critical,CA:FALSE\n"
              b"keyUsage=critical,digitalSignature,keyEncipherment\n"
              b"extendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\n"
              b"authorityKeyIdentifier=keyid:always\n" + read("more.ext").encode())
        return openssl("x509", "-req", "-in", path_of("now.csr"), "-CA", path_of("ca.pem"),
                       "-CAkey", path_of("ca.key"), "-set_serial",
                       str(int.from_bytes(os.urandom(8), "big")), "-sha384", "-days", days,
                       "-copy_extensions", "copy", "-extfile", path_of("leaf.ext"))


def other_leaf():
    """A certificate that is for another key."""
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", path_of("other.key"), "-out", path_of("other.csr"), "-config",
            "/dev/null", "-subj", "/CN=pc1.example.test")
    return sign(openssl("req", "-in", path_of("other.csr"), "-outform", "DER"))


def pkcs7(*pems):
    """Certs-only PKCS#7 in DER."""
    args = []
    with lock:
        for i, pem in enumerate(pems):
            write(f"part{i}.pem", pem)
            args += ["-certfile", path_of(f"part{i}.pem")]
        return openssl("crl2pkcs7", "-nocrl", *args, "-outform", "DER")


def lines(der, width=64, end="\n"):
    text = base64.b64encode(der).decode()
    return "".join(text[i:i + width] + end for i in range(0, len(text), width)).encode()


class Handler(service.Handler):
    media_type = "application/pkcs7-mime"

    def note(self, status):
        peer = {} if is_plain else self.connection.getpeercert() or {}
        names = [v for rdn in peer.get("subject", ()) for k, v in rdn if k == "commonName"]
        login = self.headers.get("Authorization", "none").split(" ")[0]
        with open(path_of("requests.log"), "a", encoding="utf-8") as file:
            file.write(f"{self.command} {self.path} {status} login={login} "
                       f"type={self.headers.get('Content-Type')} "
                       f"expect={self.headers.get('Expect')} peer={names} "
                       f"bytes={len(self.body)}\n")

    def is_welcome(self):
        """Basic or digest as the file login says; answers 401 itself."""
        login = read("login").split(" ")
        if login == [""]:
            return True
        scheme, user, password = login
        given = self.headers.get("Authorization", "")
        if scheme == "basic":
            wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
            if given == wanted:
                return True
            self.answer(401, b"who are you?\n", "text/plain",
                        WWW_Authenticate='Basic realm="lab"')
            return False
        fields = dict(re.findall(r'(\w+)="?([^",]*)"?', given))
        def md5(text):
            return hashlib.md5(text.encode()).hexdigest()
        wanted = md5(":".join([md5(f"{user}:lab:{password}"), "n0", fields.get("nc", ""),
                               fields.get("cnonce", ""), "auth",
                               md5(f"{self.command}:{self.path}")]))
        if given.startswith("Digest ") and fields.get("response") == wanted:
            return True
        self.answer(401, b"", None,
                    WWW_Authenticate='Digest realm="lab", nonce="n0", qop="auth"')
        return False

    def do_GET(self):
        self.body = b""
        self.dispatch()

    def do_POST(self):
        global count
        self.body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        with lock:
            count += 1
            write(f"body.{count}", self.body)
        self.dispatch()

    def dispatch(self):
        mode = read("mode", "ok")
        if self.fault(mode):
            return
        if self.path.startswith("/certsrv/"):
            if self.is_welcome():
                self.certsrv(mode)
            return
        if re.fullmatch(r"/[\w%]+_CE[PS]_\w+/service\.svc/CE[PS]", self.path):
            adcs_pages.Adcs(self, mode, sys.modules["__main__"]).serve()
            return
        match = re.fullmatch(r"/\.well-known/est(?:/lab)?/(\w+)", self.path)
        if match is None:
            self.answer(404, b"no such place\n", "text/plain")
            return
        est = {"cacerts": self.est_cacerts, "csrattrs": self.est_csrattrs,
               "simpleenroll": self.est_enroll}
        if match[1] not in est:
            self.answer(404, b"no such operation\n", "text/plain")
            return
        est[match[1]](mode)

    # EST

    def width(self):
        return 10_000_000 if os.path.exists(path_of("any-line")) else 64

    def est_cacerts(self, mode):
        if mode == "bad cacerts":
            self.answer(200, b"MAA*", "application/pkcs7-mime")
            return
        names = ["root.pem", "ca.pem"] + (["new.pem"] if read("new.pem") else [])
        der = pkcs7(*[read(n).encode() for n in names])
        self.answer(200, lines(der, self.width()), "application/pkcs7-mime")

    def est_csrattrs(self, mode):
        if not self.is_welcome():
            return
        text = read("csrattrs")
        if text == "":
            self.answer(204)
        else:
            self.answer(200, text.encode(), "application/csrattrs")

    def est_enroll(self, mode):
        if not self.is_welcome():
            return
        if self.headers.get("Content-Type") != "application/pkcs10":
            self.answer(400, b"not application/pkcs10\n", "text/plain")
            return
        try:
            self.csr = base64.b64decode(self.body, validate=False)
        except ValueError:
            self.csr = b""
        # One long line is more than some servers read.
        longest = max(map(len, self.body.split(b"\n")))
        leaf = None if longest > max(76, self.width()) else sign(self.csr)
        if leaf is None:
            self.answer(400, b"Invalid or corrupted pkcs10\n", "text/plain")
            return
        if mode.startswith("pending "):
            digest = hashlib.sha256(self.csr).hexdigest()
            seen[digest] = seen.get(digest, 0) + 1
            if seen[digest] <= int(mode.split(" ")[1]):
                after = read("after")
                self.answer(202, b"", None, **({"Retry_After": after} if after else {}))
                return
        self.give(mode, leaf)

    def give(self, mode, leaf):
        ca, root = read("ca.pem").encode(), read("root.pem").encode()
        kind = "application/pkcs7-mime; smime-type=certs-only"
        bags = {"leaf only": lambda: (leaf,), "any order": lambda: (root, ca, leaf),
                "other key": lambda: (other_leaf(), ca), "no leaf": lambda: (root, ca),
                "two leafs": lambda: (leaf, sign(self.csr))}
        der = pkcs7(*bags.get(mode, lambda: (leaf, ca))())
        shapes = {"one line": base64.b64encode(der),
                  "crlf": b"\r\n  " + lines(der, 64, "\r\n"), "pem": leaf,
                  "truncated": lines(der)[:10 * 65 + 2],  # in the middle of a quantum
                  "truncated der": lines(der[:len(der) // 2]),
                  "junk": lines(der)[:200] + b"*" + lines(der)[200:],
                  "junk behind": lines(der) + b"--x--\n", "empty": b"",
                  "behind der": lines(der + b"\x05\x00"), "not signed data": lines(
                      bytes.fromhex("300f06092a864886f70d010701a0020400"))}
        kinds = {"multipart": "multipart/mixed; boundary=x", "no type": None,
                 "wrong type": "application/pkcs10", "TYPE": "Application/PKCS7-MIME"}
        self.answer(200, shapes.get(mode, lines(der, self.width())), kinds.get(mode, kind))

    # Web Enrolment

    def page(self, title, text):
        self.answer(200, f"<HTML><Head><Title>{title}</Title></Head><Body>{text}"
                    "</Body></HTML>".encode(), "text/html")

    def certsrv(self, mode):
        place = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(place.query))
        name = place.path.rsplit("/", 1)[1]
        if name == "certrqxt.asp":
            names = read("templates").split()
            chooser = "" if not names else "<Select Name=lbCertTemplate>" + "".join(
                f'<Option Value="E;{n};0;x">{n} for devices' for n in names) + "</Select>"
            self.page("Microsoft Active Directory Certificate Services",
                      f"<Form Action=certfnsh.asp Method=Post>{chooser}<TextArea></Form>")
        elif name == "certcarc.asp":
            self.page("CA", "<Script>\n\tvar nRenewals=0;\n</Script>")
        elif name == "certfnsh.asp":
            self.certsrv_take(mode)
        elif name == "certnew.cer" and query.get("ReqID") == "CACert":
            self.answer(200, read("ca.pem").encode(), "application/pkix-cert")
        elif name == "certnew.cer":
            self.certsrv_give(mode, query.get("ReqID"))
        elif name == "certnew.p7b":
            der = pkcs7(read("ca.pem").encode(), read("root.pem").encode())
            self.answer(200, b"-----BEGIN CERTIFICATE-----\n" + lines(der) +
                        b"-----END CERTIFICATE-----\n", "application/x-pkcs7-certificates")
        else:
            self.answer(404)

    def certsrv_take(self, mode):
        form = dict(urllib.parse.parse_qsl(self.body.decode(), keep_blank_values=True))
        write("form", "\n".join(f"{k}={v}" for k, v in form.items()).encode())
        der = openssl("req", "-outform", "DER", data=form.get("CertRequest", "").encode())
        leaf = sign(der) if der else None
        names = read("templates").split()
        wanted = re.fullmatch(r"CertificateTemplate:(.*)\r\n", form.get("CertAttrib", ""))
        if leaf is None or form.get("Mode") != "newreq":
            self.page("Error", 'The disposition message is "Error Parsing Request".')
        elif names and wanted is None:
            self.page("Denied", 'The disposition message is "Denied by Policy Module  '
                      '0x80094801, The request contains no certificate template".')
        elif names and wanted[1] not in names:
            self.page("Denied", 'The disposition message is "Denied by Policy Module '
                      '0x80094800".')
        elif mode.startswith("hresult "):
            self.page("Denied", f'The disposition message is "No: {mode[8:]}".')
        elif mode == "words only":
            self.page("Denied", 'The disposition message is "Denied | by\x1b[1m words".')
        elif mode == "other page":
            self.page("Welcome <b>", "nothing")
        else:
            number = str(len(requests) + 17)
            held = not names or mode == "pending"
            requests[number] = (leaf, held)
            if held:
                self.page("Certificate Pending", f"Your Request Id is {number}.\n")
            else:
                self.page("Certificate Issued",
                          f'<A Href="certnew.cer?ReqID={number}&amp;Enc=b64">get</A>')

    def certsrv_give(self, mode, number):
        leaf, held = requests.get(number, (None, False))
        manager = read("manager")
        if leaf is None:
            self.page("Error", "Disposition message: none<br>LastStatus: "
                      "0x80094002 (-2146877438 CERTSRV_E_NO_REQUEST)")
        elif held and manager == "deny":
            self.page("Error", "Disposition message: Denied by LAB\\boss<br>LastStatus: "
                      "0x80094014 (-2146877420 CERTSRV_E_ADMIN_DENIED_REQUEST)")
        elif held and manager != "approve":
            self.page("Pending", "Disposition message: Taken Under Submission<br>"
                      "LastStatus: 0x00000000")
        elif mode == "other key":
            self.answer(200, other_leaf(), "application/pkix-cert")
        elif mode in ("truncated", "junk"):
            broken = leaf[:len(leaf) // 2]
            if mode == "junk":
                broken += b"*" + leaf[len(leaf) // 2 + 1:]
            self.answer(200, broken, "application/pkix-cert")
        elif mode == "wrong type":
            self.answer(200, leaf, "application/octet-stream")
        else:
            self.answer(200, leaf, "application/pkix-cert")


def context():
    """TLS, with certificates of clients where their CA is known; None without."""
    if is_plain:
        return None
    tls = service.tls_context()
    if os.path.exists(path_of("client-ca.pem")):
        tls.load_verify_locations(path_of("client-ca.pem"))
        tls.verify_mode = ssl.CERT_OPTIONAL
        # Up to TLS 1.2 a refusal is part of the handshake, and not in a race with the
        # first request.
        tls.maximum_version = ssl.TLSVersion.TLSv1_2
    return tls


server = service.Server(Handler, context())
print(f"listening {server.port}", flush=True)
server.serve_forever()
