#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Is a secret in the memory of a running process?

usage: memfind.py PID HEX

Looks at every mapping that can be read for the bytes, in this order and in the reverse
one, which is how a big number lies in memory. Prints "found" or "absent"; exits 2 when
the memory may not be read.
"""
import sys

pid, needle = sys.argv[1], bytes.fromhex(sys.argv[2])
forms = (needle, needle[::-1])
n_bytes = 0
try:
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, \
            open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            span, rights = line.split()[:2]
            first, end = (int(x, 16) for x in span.split("-"))
            if "r" not in rights or "[v" in line:
                continue
            try:
                mem.seek(first)
                block = mem.read(end - first)
            except (OSError, ValueError):
                continue
            n_bytes += len(block)
            if any(form in block for form in forms):
                print("found")
                sys.exit(0)
except OSError as error:
    print(f"memfind: {error}", file=sys.stderr)
    sys.exit(2)
if n_bytes == 0:
    sys.exit(2)
print("absent")
