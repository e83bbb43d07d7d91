# SPDX-License-Identifier: BSD-2-Clause
"""CSV, JSON and OpenMetrics of one inventory: read by readers of others, compared."""
import csv, json, sys

folder = sys.argv[1]


def read(name):
    with open(f"{folder}/{name}", encoding="utf-8", newline="") as file:
        return file.read()


document = json.loads(read("json"))
rows = list(csv.reader(read("csv").splitlines(keepends=True), strict=True))
head, rows = rows[0], rows[1:]
assert all(len(row) == len(head) for row in rows), "fields"
assert read("csv").count("\r\n") == len(rows) + 1, "line ends"
table = [dict(zip(head, row)) for row in rows]
assert len(table) == len(document["devices"]) == document["counts"]["devices"], "devices"
for row, device in zip(table, document["devices"]):
    for key in ("name", "group", "issuer", "text", "last_error", "state"):
        text = device[key]
        start = text.lstrip(" ")[:1]
        guard = "'" if start and start in "=+-@\uff1d\uff0b\uff0d\uff20" else ""
        assert row[key] == guard + text, (key, row[key], text)
for state in ("ok", "warning", "critical", "unknown"):
    assert sum(row["state"] == state for row in table) == document["counts"][state], state

days = list(csv.reader(read("days").splitlines(keepends=True), strict=True))
names, days = days[0][1:], days[1:]
assert [day[0] for day in days][:1] == ["overdue"] and days[-1][0] == "beyond" and len(days) == 402
assert len(names) == len(document["forecasts"])
n = document["counts"]["certificates"]
for i, forecast in enumerate(document["forecasts"]):
    column = [int(day[1 + i]) for day in days]
    assert column == [forecast["overdue"], *forecast["days"], forecast["beyond"]], forecast["name"]
    assert sum(column) == forecast["certificates"], forecast["name"]
    assert forecast["kind"] in ("issuer", "issuers") or sum(column) == n, forecast["name"]
assert sum(f["certificates"] for f in document["forecasts"] if f["kind"].startswith("issuer")) == n
without = document["counts"]["without_certificate"]
assert without == sum(device["certificates"] == 0 for device in document["devices"])
assert sum(device["certificates"] for device in document["devices"]) == n
print("agree", len(table), n, document["forecasts"][0]["overdue"])

try:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
except ImportError:
    print("no parser of OpenMetrics")
    sys.exit()
families = {f.name: f for f in text_string_to_metric_families(read("openmetrics"))}
assert families["amtcert_certificates"].samples[0].value == n
for sample in families["amtcert_devices"].samples:
    assert sample.value == document["counts"][sample.labels["state"]]
later = {tuple(s.labels.items()): s.value for s in families["amtcert_renewals_later"].samples}
for sample in families["amtcert_renewals"].samples:
    labels = dict(sample.labels)
    within = int(labels.pop("within_days"))
    forecast = next(f for f in document["forecasts"] if (f["kind"], f["name"]) == (labels["kind"], labels["name"]))
    assert sample.value == forecast["overdue"] + sum(forecast["days"][:within]), labels
    assert later[tuple(labels.items())] == forecast["beyond"], labels
assert len(later) == len(document["forecasts"])
for sample in families["amtcert_device_state"].samples:
    device = next(d for d in document["devices"] if str(d["id"]) == sample.labels["id"])
    assert sample.labels["name"] == device["name"] and sample.labels["group"] == device["group"]
    assert sample.value == ["ok", "warning", "critical", "unknown"].index(device["state"])
assert len(families["amtcert_device_state"].samples) == len(table)
print("openmetrics", len(families))
