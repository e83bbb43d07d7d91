#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Rooms depend downwards: every #include "room/file.h" is allowed by LAYERS.
set -eu
cd "$(dirname "$0")/../.."

set -- lib/*/*.[ch] checks/*.[ch] remediate/*.[ch] snmp/*.[ch] tests/sim/*.[ch]
files=
for file; do
	[ -e "$file" ] && files="$files $file"
done

# shellcheck disable=SC2086 # one word per file
awk '
FILENAME == "tests/lint/LAYERS" {
	if ($0 !~ /^#/ && NF > 0) {
		known[$1] = 1
		for (i = 2; i <= NF; i++)
			allowed[$1, $i] = 1
	}
	next
}
FNR == 1 {
	n = split(FILENAME, part, "/")
	room = part[n - 1]
	if (!(room in known)) {
		print FILENAME ": room " room " is not in tests/lint/LAYERS"
		bad = 1
	}
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, quoted, "\"")
	header = quoted[2]
	if (header !~ /\//) {
		# A program may have a header of its own beside it.
		if (FILENAME ~ /^(tests|checks|remediate)\//)
			next
		print FILENAME ":" FNR ": include names no room: " header
		bad = 1
		next
	}
	split(header, part, "/")
	if ((room, "!" header) in allowed ||
	    (part[1] != room && !((room, part[1]) in allowed) &&
	     !((room, header) in allowed))) {
		print FILENAME ":" FNR ": " room " may not include " header
		bad = 1
	}
}
END { exit bad }
' tests/lint/LAYERS $files
