# SPDX-License-Identifier: BSD-2-Clause
"""Chromium without a screen, over the HTTP API of its driver: nothing else is needed.

Everything is in a folder of the caller, in a session of processes of its own, and ends
with it, whatever ends that.
"""
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

ANSWER_S = 60  # for a page of any size, on a machine with other things to do


class Browser:
    def __init__(self, folder):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
        self.log = open(os.path.join(folder, "chromedriver.log"), "w+b")
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            env=dict(os.environ, HOME=folder, TMPDIR=folder), start_new_session=True)
        self.session = ""
        try:
            self.base = f"http://127.0.0.1:{self._wait_for_port()}"
            self._open_session(folder)
        except BaseException:
            self.close()
            raise

    def _wait_for_port(self):
        end = time.monotonic() + ANSWER_S
        while time.monotonic() < end:
            self.log.seek(0)
            found = re.search(rb"started successfully on port (\d+)", self.log.read())
            if found:
                return int(found.group(1))
            if self.driver.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError("chromedriver does not start")

    def _open_session(self, folder):
        arguments = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--window-size=1280,900",
                     f"--user-data-dir={folder}/profile"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")  # it refuses root with one
        wanted = {"browserName": "chrome", "goog:chromeOptions": {"args": arguments},
                  "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
                  "timeouts": {"script": ANSWER_S * 1000, "pageLoad": ANSWER_S * 1000}}
        answer = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = f"/session/{answer['sessionId']}"

    def _ask(self, method, path, body=None):
        request = urllib.request.Request(self.base + path, method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=ANSWER_S) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def go(self, url):
        self._ask("POST", self.session + "/url", {"url": url})

    def run(self, script, *arguments):
        """The body of a function of the page; what it returns."""
        return self._ask("POST", self.session + "/execute/sync", {"script": script, "args": list(arguments)})

    def _element(self, name):
        found = self._ask("POST", self.session + "/element", {"using": "css selector", "value": f"#{name}"})
        return f"{self.session}/element/{next(iter(found.values()))}"

    def click(self, name):
        """As a person does: what is covered or out of sight cannot be."""
        self._ask("POST", self._element(name) + "/click", {})

    def type(self, name, text):
        """In place of what is there."""
        element = self._element(name)
        self._ask("POST", element + "/clear", {})
        self._ask("POST", element + "/value", {"text": text})

    def wait(self, script, *arguments):
        """Until it returns something true."""
        end = time.monotonic() + ANSWER_S
        while True:
            value = self.run(script, *arguments)
            if value or time.monotonic() > end:
                return value
            time.sleep(0.02)

    def devtools(self, command, **parameters):
        return self._ask("POST", self.session + "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def taken(self, kind):
        """What a log of the browser has got since it was asked last."""
        return self._ask("POST", self.session + "/se/log", {"type": kind})

    def requested(self):
        """Addresses that were asked for."""
        messages = [json.loads(entry["message"])["message"] for entry in self.taken("performance")]
        return [message["params"]["request"]["url"] for message in messages
                if message["method"] == "Network.requestWillBeSent"]

    def close(self):
        try:
            if self.session:
                self._ask("DELETE", self.session)
        except (OSError, RuntimeError):
            pass
        try:
            os.killpg(self.driver.pid, signal.SIGKILL)  # the session that was made for it
        except ProcessLookupError:
            pass
        self.driver.wait()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
