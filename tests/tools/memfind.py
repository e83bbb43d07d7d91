#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Which secrets are in the memory of a running process?

usage: memfind.py PID HEX...

Looks at every mapping that can be read for the bytes, in this order and in the reverse
one, which is how a big number lies in memory. The shadow of a sanitizer, terabytes that
hold no data, is left out. Prints "found" or "absent" for each in one line; exits 2
when the memory may not be read.
"""
import sys

SHADOW_BYTES = 1 << 30

pid, needles = sys.argv[1], [bytes.fromhex(text) for text in sys.argv[2:]]
found = [False] * len(needles)
n_bytes = 0
try:
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, \
            open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            span, rights = line.split()[:2]
            first, end = (int(x, 16) for x in span.split("-"))
            if "r" not in rights or "[v" in line or end - first > SHADOW_BYTES:
                continue
            try:
                mem.seek(first)
                block = mem.read(end - first)
            except (OSError, ValueError):
                continue
            n_bytes += len(block)
            for i, needle in enumerate(needles):
                found[i] = found[i] or needle in block or needle[::-1] in block
except OSError as error:
    print(f"memfind: {error}", file=sys.stderr)
    sys.exit(2)
if n_bytes == 0:
    sys.exit(2)
print(*("found" if it else "absent" for it in found))
