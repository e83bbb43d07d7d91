# SPDX-License-Identifier: BSD-2-Clause
"""What the CA services of the tests have in common: a folder whose files a test may
change at any time, the openssl command, and what any server may do to any request.

The folder is the first argument of the program.  Its file "mode" names what Handler
does with the next requests: one of the faults below, or what a service makes of it.
"""
import http.server
import os
import socketserver
import ssl
import subprocess
import sys
import time

folder = sys.argv[1]


def path_of(name):
    return os.path.join(folder, name)


def read(name, default=""):
    try:
        with open(path_of(name), encoding="utf-8") as file:
            return file.read().strip()
    except FileNotFoundError:
        return default


def write(name, data):
    with open(path_of(name), "wb") as file:
        file.write(data)
    return path_of(name)


def openssl(*args, data=b""):
    """What the command printed, or None when it failed."""
    done = subprocess.run(["openssl", *args], input=data, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    media_type = "text/plain"  # of what the service answers
    challenge = None  # that comes with a 401 which a test asked for

    def log_message(self, *args):
        pass

    def note(self, code):
        """Keep what came, and the status that it gets; 0 for none."""

    def answer(self, code, body=b"", kind=None, **headers):
        self.note(code)
        self.send_response(code)
        if kind is not None:
            self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def break_off(self, data):
        """Answer with these bytes and no more."""
        self.note(0)
        self.wfile.write(data)
        self.close_connection = True

    def fault(self, mode):
        """Do what any server may do to any request; False when mode is none of that."""
        if mode.startswith("status "):
            words = mode.split(" ")
            more = {"Retry_After": " ".join(words[2:])} if len(words) > 2 else {}
            if words[1] == "401" and self.challenge is not None:
                more["WWW_Authenticate"] = self.challenge
            self.answer(int(words[1]), b"says the server | \x1b[1m\nmore\n", "text/plain",
                        **more)
        elif mode == "redirect":
            self.answer(302, b"", None, Location="https://evil.example.test/steal")
        elif mode == "big":
            self.answer(200, b"A" * 10_000_000, self.media_type)
        elif mode == "hang":
            self.note(0)
            time.sleep(60)
        elif mode == "close":
            self.break_off(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\nContent-Type: " +
                           self.media_type.encode() + b"\r\n\r\nMII")
        elif mode == "no http":
            self.break_off(b"SSH-2.0-x\r\n")
        elif mode == "login page":
            self.answer(200, b"<html><title>Please log in</title></html>", "text/html")
        else:
            return False
        return True


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """On a free loopback port: over TLS when there is a context for it."""
    daemon_threads = True

    def __init__(self, handler, tls=None):
        super().__init__(("127.0.0.1", 0), handler)
        self.tls = tls

    @property
    def port(self):
        return self.server_address[1]

    def get_request(self):
        sock, address = super().get_request()
        sock.settimeout(120)
        if self.tls is not None:
            sock = self.tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return sock, address

    def handle_error(self, request, client_address):
        pass


def tls_context():
    """For the chain and key in tls.pem."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path_of("tls.pem"))
    return context
