#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A SCEP server for tests (RFC 8894), over http on a free loopback port.

usage: scepserver.py FOLDER

FOLDER holds ca.pem and ca.key (RSA) that sign, challenge, and what a test may change
at any time:
  mode     what to do with messages: "ok" or the name of a fault
  front    the same for every request, GetCACaps and GetCACert included
  caps     the answer to GetCACaps
  manager  what a person decided of a request that is held: "approve" or "deny"
  ra.pem, ra.key           a certificate of the CA that encrypts and signs in its place
  other.pem, other.key     somebody else, who takes part in faults
It writes requests.log, a line per request and no secret in it. It reads and writes
DER by hand, has the openssl command do the rest, and shares no code with the programs
it tests.
"""
import hashlib
import os
import threading
import urllib.parse

import service
from service import openssl, path_of, read, write

lock = threading.Lock()
held = {}  # transaction -> (certificate, digest of the signer's)
nonces = set()

DATA = bytes.fromhex("06092a864886f70d010701")
SIGNED = bytes.fromhex("06092a864886f70d010702")
SHA256 = bytes.fromhex("300d06096086480165030402010500")
RSA = bytes.fromhex("300d06092a864886f70d0101010500")
CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
AES_128_CBC = bytes.fromhex("0609608648016503040102")
NAMES = {2: "type", 3: "status", 4: "fail", 5: "sender", 6: "recipient", 7: "id"}


# DER by hand.

def tlv(tag, *parts):
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(body).to_bytes(size, "big") + body


def children(der):
    """(tag, content, whole) of each element."""
    found = []
    while der:
        size, start = der[1], 2
        if size & 0x80:
            start += size & 0x7f
            size = int.from_bytes(der[2:start], "big")
        found.append((der[0], der[start:start + size], der[:start + size]))
        der = der[start + size:]
    return found


def scep_oid(number):
    return bytes.fromhex("060a6086480186f8450109") + bytes([number])


def der_of(pem_name):
    return openssl("x509", "-in", path_of(pem_name), "-outform", "DER")


def issuer_and_serial(cert_der):
    tbs = children(children(children(cert_der)[0][1])[0][1])
    return tlv(0x30, tbs[3][2], tbs[1][2])


def subject_of(cert_der):
    return children(children(children(cert_der)[0][1])[0][1])[5][2]


def attributes_of(message):
    """The signed attributes of SCEP by name, and the last SignerInfo's digest OID."""
    signed = children(children(children(children(message)[0][1])[1][1])[0][1])
    signer = children(children(signed[-1][1])[0][1])
    found = {}
    for _, body, _ in children(next(c for t, c, _ in signer if t == 0xa0)):
        oid, values = children(body)
        number = oid[1][-1]
        if oid[2] == scep_oid(number):
            found[NAMES[number]] = children(values[1])[0][1]
    return found


def make_reply(attributes, content, by="ca"):
    """SignedData around content, None for none, as a CertRep."""
    inside = [tlv(0x30, CONTENT_TYPE, tlv(0x31, DATA)),
              tlv(0x30, MESSAGE_DIGEST,
                  tlv(0x31, tlv(0x04, hashlib.sha256(content or b"").digest())))]
    for number, value in attributes:
        tag = 0x04 if number in (5, 6) else 0x13
        inside.append(tlv(0x30, scep_oid(number), tlv(0x31, tlv(tag, value))))
    signed = b"".join(sorted(inside))
    signature = openssl("dgst", "-sha256", "-sign", path_of(f"{by}.key"),
                        data=tlv(0x31, signed))
    signer = tlv(0x30, b"\x02\x01\x01", issuer_and_serial(der_of(f"{by}.pem")), SHA256,
                 tlv(0xa0, signed), RSA, tlv(0x04, signature))
    packed = b"" if content is None else tlv(0xa0, tlv(0x04, content))
    return tlv(0x30, SIGNED, tlv(0xa0, tlv(
        0x30, b"\x02\x01\x01", tlv(0x31, SHA256), tlv(0x30, DATA, packed),
        tlv(0x31, signer))))


# The CA.

def sign(csr_der):
    """The PEM certificate for a request, or None when it is none."""
    pem = openssl("req", "-inform", "DER", "-verify", data=csr_der)
    if pem is None:
        return None
    write("leaf.ext", b"basicConstraints=critical,CA:FALSE\nsubjectKeyIdentifier=hash\n"
          b"authorityKeyIdentifier=keyid:always\n")
    return openssl("x509", "-req", "-in", write("now.csr", pem), "-CA", path_of("ca.pem"),
                   "-CAkey", path_of("ca.key"), "-set_serial",
                   str(int.from_bytes(os.urandom(8), "big")), "-sha384", "-days", "365",
                   "-copy_extensions", "copy", "-extfile", path_of("leaf.ext"))


def other_leaf():
    """A certificate that is for another key."""
    return sign(openssl("req", "-new", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                        path_of("spare.key"), "-config", "/dev/null", "-outform", "DER",
                        "-subj", "/CN=pc1.example"))


def certs_only(*pems):
    args = []
    for i, pem in enumerate(pems):
        args += ["-certfile", write(f"part{i}.pem", pem)]
    return openssl("crl2pkcs7", "-nocrl", *args, "-outform", "DER")


def envelop(der, recipient):
    return openssl("cms", "-encrypt", "-binary", "-aes128", "-outform", "DER",
                   path_of(recipient), data=der)


class Handler(service.Handler):
    media_type = "application/x-pki-message"

    def note(self, status):
        with open(path_of("requests.log"), "a", encoding="utf-8") as file:
            file.write(f"{self.command} {self.path} {status} {self.seen}\n")

    def do_GET(self):
        self.seen = ""
        place = urllib.parse.urlsplit(self.path)
        operation = urllib.parse.parse_qs(place.query).get("operation", [""])[0]
        if self.fault(read("front", "ok")):
            return
        if operation == "GetCACaps":
            self.answer(200, read("caps", "AES\nSHA-256\nPOSTPKIOperation\nRenewal")
                        .encode(), "text/plain")
        elif operation == "GetCACert" and os.path.exists(path_of("ra.pem")):
            pems = [read(n).encode() + b"\n" for n in ("ra.pem", "ca.pem")]
            self.answer(200, certs_only(*pems), "application/x-x509-ca-ra-cert")
        elif operation == "GetCACert":
            self.answer(200, der_of("ca.pem"), "application/x-x509-ca-cert")
        else:
            self.answer(404, b"no such operation\n", "text/plain")

    def do_POST(self):
        self.seen = ""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.fault(read("front", "ok")):
            return
        with lock:
            self.message(body)

    def message(self, body):
        """One PKIMessage, as the openssl command reads it."""
        who = "ra" if os.path.exists(path_of("ra.pem")) else "ca"
        envelope = openssl("cms", "-verify", "-noverify", "-binary", "-inform", "DER",
                           "-in", write("message.der", body), "-signer",
                           path_of("signer.pem"))
        content = envelope and openssl(
            "cms", "-decrypt", "-binary", "-inform", "DER", "-in",
            write("envelope.der", envelope), "-inkey", path_of(f"{who}.key"), "-recip",
            path_of(f"{who}.pem"))
        if not content or self.headers.get("Content-Type") != self.media_type:
            self.answer(400, b"no PKIMessage\n", "text/plain")
            return
        seen = attributes_of(body)
        aes = "aes128" if AES_128_CBC in envelope else "other"
        fresh = "fresh" if seen["sender"] not in nonces else "stale"
        nonces.add(seen["sender"])
        self.seen = f"{seen['type'].decode()} {seen['id'].decode()} {aes} {fresh}"
        mode = read("mode", "ok")
        if self.fault(mode):
            return
        kinds = {b"19": self.take_request, b"20": self.take_poll}
        kinds[seen["type"]](mode, who, seen, content)

    def take_request(self, mode, who, seen, csr):
        if mode in ("truncated", "stranger", "other transaction", "wrong type", "no type"):
            self.reply(mode, who, seen, b"3")  # what is in it must not matter
            return
        text = openssl("req", "-inform", "DER", "-noout", "-text", data=csr) or b""
        given = [line.split(b":", 1)[1] for line in text.splitlines()
                 if b"challengePassword" in line]
        leaf = sign(csr)
        if leaf is None or given != [read("challenge").encode()]:
            self.reply(mode, who, seen, b"2", b"2")
        elif mode.startswith("fail "):
            self.reply(mode, who, seen, b"2", mode[5:].encode())
        elif mode == "pending":
            held[seen["id"]] = (leaf, read("signer.pem"))
            self.reply(mode, who, seen, b"3")
        else:
            self.reply(mode, who, seen, b"0", leaf=leaf)

    def take_poll(self, mode, who, seen, names):
        leaf, signer = held.get(seen["id"], (None, None))
        parts = [whole for _, _, whole in children(children(names)[0][1])]
        wanted = [subject_of(der_of("ca.pem")), subject_of(der_of("signer.pem"))]
        manager = read("manager")
        if leaf is None:
            self.reply(mode, who, seen, b"2", b"4")
        elif signer != read("signer.pem") or parts != wanted:
            self.reply(mode, who, seen, b"2", b"1")
        elif manager == "deny":
            self.reply(mode, who, seen, b"2", b"2")
        elif manager == "approve":
            self.reply(mode, who, seen, b"0", leaf=leaf)
        else:
            self.reply(mode, who, seen, b"3")

    def reply(self, mode, who, seen, status, fail=None, leaf=None):
        kind = {"wrong type": "application/octet-stream", "no type": None}
        ident = b"0" * 40 if mode == "other transaction" else seen["id"]
        nonce = bytes(16) if mode == "other nonce" else seen["sender"]
        attributes = [(2, b"3"), (7, ident), (3, status), (5, os.urandom(16)), (6, nonce)]
        if fail is not None:
            attributes.append((4, fail))
        content = None
        if leaf is not None:
            inner = certs_only(other_leaf() if mode == "other key" else leaf,
                               read("ca.pem").encode() + b"\n")
            content = envelop(inner, "other.pem" if mode == "other recipient"
                              else "signer.pem")
            if mode == "unsigned":
                self.answer(200, inner, self.media_type)
                return
        by = {"stranger": "other"}.get(mode, who)
        der = make_reply(attributes, content, by)
        if mode == "truncated":
            der = der[:len(der) // 2]
        self.answer(200, der, kind.get(mode, self.media_type))


server = service.Server(Handler)
print(f"listening {server.port}", flush=True)
server.serve_forever()
