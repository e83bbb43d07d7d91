# SPDX-License-Identifier: BSD-2-Clause
"""The files for managers, read by a YAML parser: what must be true of each is checked,
and what they say of the MIB is printed, for the caller to hold against the MIB.

usage: nms_files.py zabbix FILE      a template
       nms_files.py librenms FILE    a discovery file
       nms_files.py prometheus FILE  a module of snmp_exporter, in either layout
       nms_files.py alerts FILE MODULE-FILE
prints: "name NAME OID" for an object named with its number, "oid OID" for one without,
        "state NAME VALUE LABEL" for each value that has a name
Ends with 1 and a sentence on the first thing that is wrong.
"""
import re
import sys
import uuid

import yaml

OID = re.compile(r"1(\.[0-9]+){8,}")
MODULE_KEYS = {"walk", "get", "metrics", "max_repetitions", "retries", "timeout", "filters",
               "use_unconnected_udp_socket", "allow_nonincreasing_oids"}
OLD_MODULE_KEYS = MODULE_KEYS | {"version", "auth"}
AUTH_KEYS = {"version", "community", "security_level", "username", "password",
             "auth_protocol", "priv_protocol", "priv_password", "context_name"}
METRIC_KEYS = {"name", "oid", "type", "help", "indexes", "lookups", "enum_values",
               "regex_extracts"}


def need(condition, sentence):
    if not condition:
        sys.exit("nms_files.py: " + sentence)


def load(path):
    """One document without a key twice, which the parser would pass over."""
    class Strict(yaml.SafeLoader):
        pass

    def mapping(loader, node):
        keys = [loader.construct_object(key) for key, _ in node.value]
        need(len(keys) == len(set(keys)), f"{path}: a key comes twice: {node.start_mark}")
        return yaml.SafeLoader.construct_mapping(loader, node, deep=True)

    Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Strict)


def everywhere(node, key):
    """Values of a key at any depth."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from everywhere(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from everywhere(value, key)


def zabbix(path):
    export = load(path)["zabbix_export"]
    need(re.fullmatch(r"[5-7]\.[0-9]", export["version"]), "no version of Zabbix")
    ids = list(everywhere(export, "uuid"))
    need(len(ids) == len(set(ids)), "an identifier comes twice")
    for one in ids:
        need(re.fullmatch("[0-9a-f]{32}", one) and uuid.UUID(one).version == 4,
             f"{one}: is no UUID of version 4")
    for template in export["templates"]:
        keys = [item["key"] for item in template["items"]]
        for rule in template["discovery_rules"]:
            keys += [rule["key"]] + [item["key"] for item in rule["item_prototypes"]]
        need(len(keys) == len(set(keys)), "a key of an item comes twice")
        for expression in everywhere(template, "expression"):
            asked = re.match(r"last\(/([^/]+)/(.+)\)(<>|[=<>])[0-9]+$", expression)
            need(asked and asked[1] == template["template"] and asked[2] in keys,
                 f"{expression}: asks for no item of the template")
        maps = {one["name"] for one in template["valuemaps"]}
        for used in everywhere(template, "valuemap"):
            need(used["name"] in maps, f"{used['name']}: is no value map")
        for oid in everywhere(template, "snmp_oid"):
            found = OID.search(oid)
            need(found, f"{oid}: no object")
            print("oid", found[0])
        for one in template["valuemaps"]:
            name = {"amtcert state": "amtCertWorstState",
                    "amtcert inventory": "amtCertInventoryState"}[one["name"]]
            for row in one["mappings"]:
                print("state", name, row["value"], row["newvalue"])


def librenms(path):
    sensors = load(path)["modules"]["sensors"]
    need(set(sensors) <= {"state", "count"}, "a kind of sensor that is not known")
    for kind in sensors.values():
        for one in kind["data"]:
            name = re.fullmatch(r"AMT-CERT-MIB::(\w+)", one["oid"])
            need(name and one["value"] == one["oid"], f"{one['oid']}: no object")
            oid = re.fullmatch(r"\.([0-9.]+)\.\{\{ \$index \}\}", one["num_oid"])
            need(oid, f"{one['num_oid']}: no number")
            need(one["index"] == name[1] + ".{{ $index }}", f"{one['index']}: no index")
            print("name", name[1], oid[1])
            for row in one.get("states", []):
                need(row["generic"] in (0, 1, 2, 3), f"{row}: no state of LibreNMS")
                print("state", name[1], row["value"], row["descr"])


def modules_of(path):
    """Of the layout from 0.23 on, or of the one before."""
    file = load(path)
    if "modules" not in file:
        return file, OLD_MODULE_KEYS
    need(set(file) == {"auths", "modules"}, "neither layout")
    for auth in file["auths"].values():
        need(set(auth) <= AUTH_KEYS and auth["version"] in (1, 2, 3), "auths: not known")
    return file["modules"], MODULE_KEYS


def prometheus(path):
    modules, keys = modules_of(path)
    for module in modules.values():
        need(set(module) <= keys, f"{set(module) - keys}: no keys of a module")
        for oid in module["walk"]:
            print("oid", oid)
        names = [metric["name"] for metric in module["metrics"]]
        need(len(names) == len(set(names)), "a metric comes twice")
        for metric in module["metrics"]:
            need(set(metric) <= METRIC_KEYS, f"{metric['name']}: a key that is not known")
            need(any(metric["oid"].startswith(oid + ".") for oid in module["walk"]),
                 f"{metric['name']}: is not walked")
            print("name", metric["name"], metric["oid"])
            for value, label in metric.get("enum_values", {}).items():
                print("state", metric["name"], value, label)
            for lookup in metric.get("lookups", []):
                print("name", lookup["labelname"], lookup["oid"])


def alerts(path, module_path):
    known = {metric["name"] for module in modules_of(module_path)[0].values()
             for metric in module["metrics"]}
    for group in load(path)["groups"]:
        for rule in group["rules"]:
            used = set(re.findall(r"\bamtCert\w+", rule["expr"]))
            need(used and used <= known, f"{rule['alert']}: {used - known}: no such metric")
            need(rule["annotations"]["summary"], f"{rule['alert']}: says nothing")


if __name__ == "__main__":
    {"zabbix": zabbix, "librenms": librenms, "prometheus": prometheus,
     "alerts": alerts}[sys.argv[1]](*sys.argv[2:])
