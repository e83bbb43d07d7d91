#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A CMP server for tests (RFC 4210, RFC 9483) with its own DER and its own MACs: right
or wrong in the way that a test wants.

usage: cmpserver.py FOLDER

FOLDER holds tls.pem (chain and key), ca.pem and ca.key that sign, root.pem, and what a
test may change at any time:
  mode     what to do with the next messages: "ok" or the name of a fault; those of
           messages spare the question that comes before a request
  secret   the shared secret; its reference is "ref-1"
  after    seconds of checkAfter
  keep     when there: the next answer is written to the file sent
It listens on two loopback ports, one with TLS, and writes requests.log: a line per
message, no secret in it.  Signs certificates with the openssl command and shares no
code with the programs it tests.
"""
import functools
import hashlib
import hmac
import os
import threading

import service
from service import openssl, path_of, read

lock = threading.Lock()
open_requests = {}  # transaction id -> [certificate, polls to go, our last nonce]

P10CR, CP, ERROR, PKICONF = 4, 3, 23, 19
GENM, GENP, CERTCONF, POLLREQ, POLLREP = 21, 22, 24, 25, 26
NAMES = {P10CR: "p10cr", GENM: "genm", CERTCONF: "certConf", POLLREQ: "pollReq"}
MEDIA_TYPE = "application/pkixcmp"
DIGESTS = {"608648016503040201": "sha256", "2b0e03021a": "sha1"}
MACS = {"2a864886f70d0209": "sha256", "2b06010505080102": "sha1"}


def note(text):
    with lock, open(path_of("requests.log"), "a", encoding="utf-8") as file:
        file.write(text + "\n")


# DER: an element is (tag byte, content, all of its bytes).

def tlv(tag, content=b""):
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def seq(*parts):
    return tlv(0x30, b"".join(parts))


def num(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def context(number, content):
    return tlv(0xa0 | number, content)


def elements(data):
    found = []
    while data:
        size, start = data[1], 2
        if size & 0x80:
            start += size & 0x7f
            size = int.from_bytes(data[2:start], "big")
        found.append((data[0], data[start:start + size], data[:start + size]))
        data = data[start + size:]
    return found


def inside(element):
    return elements(element[1])


class Message:
    """What there is of a request that this server looks at."""

    def __init__(self, data):
        parts = inside(elements(data)[0])
        self.header, self.body = parts[0], parts[1]
        fields = inside(self.header)
        self.sender = fields[1][2]
        tagged = {field[0] & 0x1f: field[1] for field in fields[3:]}
        self.id, self.nonce = (elements(tagged[i])[0][1] for i in (4, 5))
        self.answered = elements(tagged[6])[0][1] if 6 in tagged else None
        self.reference = elements(tagged[2])[0][1] if 2 in tagged else b""
        self.algorithm = elements(tagged[1])[0] if 1 in tagged else None
        self.type = self.body[0] & 0x1f
        self.content = elements(self.body[1])[0]
        rest = {part[0] & 0x1f: part[1] for part in parts[2:]}
        self.protection = elements(rest[0])[0][1][1:] if 0 in rest else None

    def is_protected(self):
        if self.protection is None or self.reference != b"ref-1":
            return False
        return hmac.compare_digest(self.protection,
                                   mac(self.algorithm, self.header[2] + self.body[2]))


def mac(algorithm, data, secret=None):
    """Password-based MAC of RFC 4210 5.1.3.1."""
    salt, digest, count, method = inside(inside(algorithm)[1])
    key = (read("secret") if secret is None else secret).encode() + salt[1]
    for _ in range(int.from_bytes(count[1], "big")):
        key = hashlib.new(DIGESTS[inside(digest)[0][1].hex()], key).digest()
    return hmac.new(key, seq(data), MACS[inside(method)[0][1].hex()]).digest()


def sign(csr, issuer="ca"):
    """The certificate for a request, in DER; None when it is no request."""
    pem = openssl("req", "-inform", "DER", "-verify", data=csr)
    if pem is None:
        return None
    with lock:
        for name, text in (("now.csr", pem), ("leaf.ext", b"basicConstraints=critical,CA:FALSE\n"
                           b"keyUsage=critical,digitalSignature,keyEncipherment\n"
                           b"subjectKeyIdentifier=hash\n"
                           b"authorityKeyIdentifier=keyid:always\n")):
            with open(path_of(name), "wb") as file:
                file.write(text)
        return openssl("x509", "-req", "-in", path_of("now.csr"), "-CA",
                       path_of(issuer + ".pem"), "-CAkey", path_of(issuer + ".key"),
                       "-set_serial", str(int.from_bytes(os.urandom(8), "big")), "-sha384",
                       "-days", "365", "-copy_extensions", "copy", "-extfile",
                       path_of("leaf.ext"), "-outform", "DER")


def other_request():
    """A request with another key and the same names."""
    return openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384",
                   "-nodes", "-keyout", path_of("other.key"), "-config", "/dev/null", "-subj",
                   "/CN=pc1.example.test", "-addext", "subjectAltName=DNS:pc1.example.test",
                   "-outform", "DER")


@functools.lru_cache
def der_of(name):
    return openssl("x509", "-in", path_of(name), "-outform", "DER")


def status(value, fail_bit=None, words=None):
    parts = [num(value)]
    if words is not None:
        parts.append(seq(tlv(12, words.encode())))
    if fail_bit is not None:
        bits = bytearray(fail_bit // 8 + 1)
        bits[fail_bit // 8] = 0x80 >> fail_bit % 8
        parts.append(tlv(3, bytes([7 - fail_bit % 8]) + bits))
    return seq(*parts)


def cert_reply(info, certificate=None):
    pair = b"" if certificate is None else seq(context(0, certificate))
    return CP, seq(seq(seq(num(-1), info, pair)))


class Handler(service.Handler):
    media_type = MEDIA_TYPE
    challenge = 'Basic realm="lab"'

    def do_GET(self):
        note("GET")
        self.answer(405)

    def do_POST(self):
        data = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        mode = read("mode", "ok")
        if self.fault(mode):
            note(f"POST {mode}")
            return
        if self.headers.get("Content-Type") != MEDIA_TYPE:
            self.answer(415)
            return
        try:
            message = Message(data)
            is_known = message.is_protected()
        except (IndexError, KeyError, ValueError):
            note("broken")
            self.answer(400)
            return
        note(f"{NAMES.get(message.type, message.type)} {'known' if is_known else 'unknown'} "
             f"path={self.path} login={self.headers.get('Authorization', 'none').split(' ')[0]}")
        if message.type == POLLREQ and mode == "lost poll":
            self.answer(503)
            return
        if message.type == GENM and not mode.startswith("genm "):
            mode = "ok"
        self.reply(mode.removeprefix("genm "), message, is_known)

    def reply(self, mode, message, is_known):
        kind, body = self.body_for(mode, message, is_known)
        parts = self.protect(mode, message, kind, body, is_known)
        # A later message has to answer this one.
        if message.id in open_requests:
            open_requests[message.id][2] = self.nonce
        data = seq(*parts)
        if os.path.exists(path_of("keep")) and not os.path.exists(path_of("sent")):
            with open(path_of("sent"), "wb") as file:
                file.write(data)
        shapes = {"truncated": data[:len(data) // 2], "junk behind": data + b"\x05\x00",
                  "empty": b"", "not DER": b"\x30\x80" + data[4:]}
        kinds = {"wrong type": "application/octet-stream", "no type": None,
                 "TYPE": "Application/PKIXCMP; x=y"}
        self.answer(200, shapes.get(mode, data), kinds.get(mode, MEDIA_TYPE))

    def protect(self, mode, message, kind, body, is_known):
        """Header, body and what protects them."""
        sender = inside(elements(der_of("ca.pem"))[0])[0]
        name = [e for e in inside(sender) if e[0] == 0x30][3][2]  # its subject
        self.nonce = os.urandom(16)
        count = 1_000_000 if mode == "many iterations" else 500
        algorithm = seq(tlv(6, bytes.fromhex("2a864886f67d07420d")), seq(
            tlv(4, os.urandom(16)), seq(tlv(6, bytes.fromhex("608648016503040201"))),
            num(count), seq(tlv(6, bytes.fromhex("2a864886f70d0209")))))
        is_protected = not mode.startswith("unprotected") and is_known
        header = seq(
            num(2), context(4, name), message.sender,
            context(1, algorithm) if is_protected else b"",
            context(2, tlv(4, b"ref-1")),
            context(4, tlv(4, b"x" * 16 if mode == "wrong id" else message.id)),
            context(5, tlv(4, self.nonce)),
            context(6, tlv(4, b"x" * 16 if mode == "wrong nonce" else message.nonce)))
        body = context(kind, body)
        extra = context(1, seq(der_of("ca.pem")))
        if not is_protected:
            return header, body, extra
        value = mac(elements(algorithm)[0], header + body, "guess" if mode == "wrong mac" else None)
        return header, body, context(0, tlv(3, b"\0" + value)), extra

    def body_for(self, mode, message, is_known):
        words = mode.split(" ", 2)
        if not is_known:
            return ERROR, seq(status(2, 1, "who is that?"))
        if mode.startswith("error "):
            return ERROR, seq(status(2, int(words[1]), "an | error"))
        if mode.startswith("unprotected error "):
            return ERROR, seq(status(2, int(words[2]), "not protected"))
        if message.type == GENM:
            return GENP, seq(seq(tlv(6, bytes.fromhex("2b06010505070411")),
                                 seq(der_of("ca.pem"), der_of("root.pem"))))
        if message.type == P10CR:
            return self.take_request(mode, message)
        known = open_requests.get(message.id)
        if known is None or message.answered != known[2]:
            return ERROR, seq(status(2, 13, "not the last nonce"))
        if message.type == POLLREQ:
            known[1] -= 1
            if known[1] < 0:
                return cert_reply(status(0), known[0])
            return POLLREP, seq(seq(num(-1), num(int(read("after", "30")))))
        if message.type == CERTCONF:
            told = inside(inside(message.content)[0]) if message.content[1] else []
            verdict = [e for e in told if e[0] == 0x30]
            is_refused = verdict and inside(verdict[0])[0][1] != b"\0"
            note(f"confirmed {'rejected' if is_refused else 'accepted'}")
            return PKICONF, tlv(5)
        return ERROR, seq(status(2, 2, "what?"))

    def take_request(self, mode, message):
        words = mode.split(" ", 2)
        request = message.content[2]
        if mode.startswith("reject "):
            return cert_reply(status(2, int(words[1]), words[2] if len(words) > 2 else None))
        if mode.startswith("status-only "):
            return cert_reply(status(int(words[1])))
        if mode == "other key":
            request = other_request()
        certificate = sign(request, "foreign" if mode == "foreign issuer" else "ca")
        if certificate is None:
            return cert_reply(status(2, 9))
        polls = int(words[1]) if mode.startswith("pending ") else 0
        open_requests[message.id] = [certificate, polls, None]
        if polls > 0 or mode == "lost poll":
            return cert_reply(status(3))
        if mode == "no certificate":
            return cert_reply(status(0))
        if mode == "junk certificate":
            return cert_reply(status(0), seq(num(1)))
        return cert_reply(status(1 if mode == "with changes" else 0), certificate)


plain = service.Server(Handler)
threading.Thread(target=plain.serve_forever, daemon=True).start()
server = service.Server(Handler, service.tls_context())
print(f"listening {server.port} plain {plain.port}", flush=True)
server.serve_forever()
