# SPDX-License-Identifier: BSD-2-Clause
"""The page of report_amt_fleet in a real browser: facts, one "name value" a line.

usage: page_probe.py FOLDER use PAGE JSON...     everything; the first JSON is what the
                                                 report says of the same moment, others
                                                 what it says with a what-if
       page_probe.py FOLDER compare PAGE PAGE    which elements they have
       page_probe.py FOLDER time PAGE            milliseconds, for people
       several of these in one browser, with -- between them
"""
import json
import sys
import time

from browser import Browser

READY = "return document.body.dataset.ready === 'yes'"
SHOWN = "return Number(document.body.dataset.shown)"


def fact(name, value):
    print(name, str(value).replace("\n", " "), flush=True)


def column(browser, key):
    return browser.run("return [...document.querySelectorAll('tr.row .c-' + arguments[0])]"
                       ".map((cell) => cell.textContent)", key)


def day(at):
    if at is None:
        return "\u2013"
    return time.strftime("%Y-%m-%d", time.gmtime(at))


def look_at_loading(browser, document):
    fact("requests", len(browser.requested()) - 1)
    fact("console", len(browser.taken("browser")))
    fact("shown", browser.run(SHOWN))
    fact("devices", len(document["devices"]))
    fact("rows_in_dom", browser.run("return document.querySelectorAll('tr.row').length"))
    fact("tiles", browser.run("return BY_URGENCY.map((s) => at('tile-' + s).firstChild.textContent.replace(/\\D/g, '')).join()"))
    counts = document["counts"]
    fact("counts", ",".join(str(counts[state]) for state in ("critical", "warning", "unknown", "ok")))
    by_id = {tuple(r) for r in browser.run("return rows.map((r) => [r.name, r.group, r.why, r.issuer, r.address])")}
    fact("texts", by_id == {(d["name"], d["group"], d["text"], d["issuer"], d["address"]) for d in document["devices"]})


def look_at_table(browser, document):
    browser.click("th-due")
    dues = sorted((d["due_at"] for d in document["devices"]), key=lambda at: float("inf") if at is None else at)
    fact("sorted_up", column(browser, "due")[:20] == [day(at) for at in dues[:20]])
    fact("aria_sort", browser.run("return at('th-due').getAttribute('aria-sort')"))
    browser.click("th-due")
    fact("sorted_down", column(browser, "due")[:20] == [day(at) for at in dues[::-1][:20]])
    browser.run("at('frame').scrollTop = at('frame').scrollHeight")
    fact("last_row", browser.wait("return [...document.querySelectorAll('tr.row .c-due')].pop().textContent"
                                  " === arguments[0]", day(dues[0])))
    browser.type("filter", "BERLIN")
    wanted = sum("berlin" in "\n".join((d["name"], d["group"], d["text"], d["address"], d["issuer"])).lower()
                 for d in document["devices"])
    fact("filtered", browser.wait(SHOWN + " === arguments[0]", wanted))
    fact("fragment", browser.run("return location.hash"))
    browser.click("tile-critical")
    fact("filtered_twice", browser.run(SHOWN) == sum(
        d["state"] == "critical" and "berlin" in d["group"].lower() for d in document["devices"]))
    browser.run("location.hash = '#state=warning'")
    fact("by_fragment", browser.wait(SHOWN + " === arguments[0]", document["counts"]["warning"]))
    browser.run("location.hash = ''")
    browser.wait(SHOWN + " === arguments[0]", len(document["devices"]))


def look_at_timeline(browser, document):
    for key, word in (("due_at", "due"), ("ends_at", "end")):
        bars = browser.run("return [...document.querySelectorAll('#timeline title')].map((t) => t.textContent)")
        seen = sum(int("".join(c for c in bar.split(": ")[1] if c.isdigit())) for bar in bars
                   if bar.rstrip("s").endswith(word))
        legend = browser.run("return at('timeline-legend').lastChild.textContent").rstrip(".").split(", ")[1:]
        out = sum(int("".join(c for c in part if c.isdigit())) for part in legend if part.split(" ")[1].startswith(word))
        fact("timeline_" + word, seen + out == sum(d[key] is not None for d in document["devices"]))
    fact("today", browser.run("return document.querySelectorAll('line.today').length"))
    browser.run("document.querySelector('#timeline .bar.due').dispatchEvent(new Event('click'))")
    fact("bar_filters", browser.run("return view.filter.startsWith('due:') && shown.length > 0"))
    browser.run("location.hash = ''")
    browser.wait(SHOWN + " === arguments[0]", len(document["devices"]))


def same_forecast(browser, wanted):
    return browser.run("const f = compared(); return f === null ? null :"
                       " [f.certificates, f.overdue, f.days, f.beyond]") == [
        wanted[key] for key in ("certificates", "overdue", "days", "beyond")]


def look_at_forecasts(browser, documents):
    document = documents[0]
    written = browser.run("return data.forecasts.map((f) => [f.kind, f.name, f.certificates, f.overdue, f.days, f.beyond])")
    fact("forecasts", written == [[f[key] for key in ("kind", "name", "certificates", "overdue", "days", "beyond")]
                                  for f in document["forecasts"]])
    browser.run("at('second').value = 'asked'; at('second').dispatchEvent(new Event('change'))")
    for other in documents[1:]:
        words = dict(word.split("=") for word in other["what_if"].split(", "))
        policy = words.get("policy", "autoenroll")
        browser.run("at('ask-policy').value = arguments[0]; at('ask-policy').dispatchEvent(new Event('change'))", policy)
        if "renew-before" in words:
            browser.type("ask-days", words["renew-before"].rstrip("d"))
        if "fraction" in words:
            browser.type("ask-share", words["fraction"])
        browser.type("ask-lifetime", words.get("lifetime", "").rstrip("d"))
        fact("asked_" + other["what_if"].replace(" ", ""), same_forecast(
            browser, next(f for f in other["forecasts"] if f["kind"] == "what-if")))
    browser.type("ask-lifetime", "x")
    browser.run("at('days').focus()")
    browser.run("at('days').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }))")
    fact("hint", browser.run("return at('days-hint').textContent").startswith(day(document["first_day_at"])))


def look_at_phone(browser, page):
    browser.devtools("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=2, mobile=True)
    browser.go(page + "#compare=asked")
    browser.wait(READY)
    fact("phone_width", browser.run("return document.documentElement.scrollWidth"))
    fact("phone_text", browser.run("return Math.min(...[...document.querySelectorAll('body *')].filter((e) => e.offsetWidth > 0)"
                                   ".map((e) => parseFloat(getComputedStyle(e).fontSize))) >= 12"))
    fact("phone_head", browser.run("return getComputedStyle(document.querySelector('thead')).display"))
    browser.devtools("Emulation.clearDeviceMetricsOverride")


def look_at_paper(browser, page):
    browser.go("about:blank")
    browser.go(page)
    browser.wait(READY)
    browser.devtools("Emulation.setEmulatedMedia", media="print")
    browser.run("dispatchEvent(new Event('beforeprint'))")
    fact("paper_rows", browser.run("return document.querySelectorAll('tr.row').length"))
    fact("paper_controls", browser.run("return [...document.querySelectorAll('.controls')]"
                                       ".every((e) => getComputedStyle(e).display === 'none')"))
    fact("paper_frame", browser.run("return getComputedStyle(at('frame')).maxHeight"))
    browser.devtools("Emulation.setEmulatedMedia", media="")
    browser.run("dispatchEvent(new Event('afterprint'))")


def elements_of(browser):
    """How many of each, but for drawings, rows and choices, which follow the fleet."""
    return browser.run("const n = {}; for (const e of document.querySelectorAll('*'))"
                       " if (!at('rows').contains(e) && !e.closest('svg') && !e.closest('select'))"
                       " n[e.localName] = (n[e.localName] || 0) + 1;"
                       " return Object.keys(n).sort().map((k) => k + ':' + n[k]).join()")


def look_at_safety(browser, prefix=""):
    """Last: it makes the browser complain."""
    fact(prefix + "cells", browser.run("return [...at('rows').querySelectorAll('*')]"
                              ".every((e) => ['tr', 'td', 'span'].includes(e.localName))"))
    fact(prefix + "quiet", len(browser.taken("browser")) == 0 and browser.run("return window.broken === undefined"))
    browser.run("const s = document.createElement('script'); s.textContent = 'window.broken = 1'; document.body.append(s)")
    fact(prefix + "foreign_script", browser.run("return window.broken === undefined"))
    fact(prefix + "foreign_request", browser.run("return fetch('data:,x').then(() => 'made', () => 'refused')"))


def load(browser, page):
    browser.go("about:blank")
    browser.requested()
    browser.taken("browser")
    begun = time.monotonic()
    browser.go("file://" + page)
    if not browser.wait(READY):
        raise RuntimeError(f"{page}: is not drawn")
    return int((time.monotonic() - begun) * 1000)


def use(browser, page, *names):
    documents = []
    for name in names:
        with open(name, encoding="ascii") as file:
            documents.append(json.load(file))
    load(browser, page)
    look_at_loading(browser, documents[0])
    look_at_table(browser, documents[0])
    look_at_timeline(browser, documents[0])
    look_at_forecasts(browser, documents)
    look_at_phone(browser, "file://" + page)
    look_at_paper(browser, "file://" + page)
    look_at_safety(browser)


def compare(browser, page, other):
    load(browser, page)
    fact("elements", elements_of(browser))
    load(browser, other)
    fact("other_elements", elements_of(browser))
    look_at_safety(browser, "other_")


def measure(browser, page):
    fact("load", load(browser, page))
    for name, script in (("sort", "at('th-name').firstChild.click()"), ("filter", "view.filter = '10.0.1'; refresh()"),
                         ("what_if", "view.compare = 'asked'; view.ask.days = 30; refresh()")):
        fact(name, browser.run(f"const begun = performance.now(); {script}; return Math.round(performance.now() - begun)"))


NO_BROWSER = 77  # exit status: it does not start here


def main():
    folder, *words = sys.argv[1:]
    try:
        started = Browser(folder)
    except RuntimeError as error:
        print("; ".join(str(error).splitlines()), file=sys.stderr)
        sys.exit(NO_BROWSER)
    with started as browser:
        while words:
            end = words.index("--") if "--" in words else len(words)
            how, *names = words[:end]
            words = words[end + 1:]
            {"use": use, "compare": compare, "time": measure}[how](browser, *names)


if __name__ == "__main__":
    main()
