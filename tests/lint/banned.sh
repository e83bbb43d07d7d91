#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Functions and constructions that this project does without, and where.
set -u
cd "$(dirname "$0")/../.." || exit 1
shopt -s nullglob
bad=0

# The code of every file in a folder of its own: comments blanked and strings
# emptied, lines kept.  Once for all patterns.
code=$(mktemp -d "${TMPDIR:-/tmp}/amtcert-lint.XXXXXX") || exit 1
trap 'rm -rf "$code"' EXIT
strip() { # FILE...
	printf '%s\n' "$@" | sed "s,[^/]*\$,," | sort -u | sed "s,^,$code/," | xargs mkdir -p
	awk -v code="$code" '
	FNR == 1 {
		close(file)
		file = code "/" FILENAME
		printf "" >file
		in_comment = 0
	}
	{
		line = $0
		out = ""
		while (line != "") {
			if (in_comment) {
				at = index(line, "*/")
				if (at == 0)
					break
				line = substr(line, at + 2)
				in_comment = 0
			} else if (match(line, /\/\*|"([^"\\]|\\.)*"|\x27([^\x27\\]|\\.)*\x27/)) {
				out = out substr(line, 1, RSTART - 1)
				if (substr(line, RSTART, 2) == "/*") {
					in_comment = 1
					line = substr(line, RSTART + 2)
				} else {
					out = out "\"\""
					line = substr(line, RSTART + RLENGTH)
				}
			} else {
				out = out line
				break
			}
		}
		print out >file
	}' "$@"
}

# ban "why" ERE FILE...
ban() {
	local why=$1 pattern=$2 hits
	shift 2
	hits=$(cd "$code" && grep -nHE -- "$pattern" "$@") || return 0
	sed -E "s,^([^:]*:[0-9]+): ?,\\1: $why: ," <<<"$hits"
	bad=1
}

product=(lib/*/*.[ch] checks/*.[ch] remediate/*.[ch] snmp/*.[ch])
library=(lib/*/*.[ch])
every=("${product[@]}" tests/*/*.[ch])
silent=()
timeless=()
for file in "${product[@]}"; do
	[ "$file" = lib/base/clock.c ] || timeless+=("$file")
done
for file in "${library[@]}"; do
	case $file in
	lib/plugin/*) ;; # what Nagios reads has to be written somewhere
	*) silent+=("$file") ;;
	esac
done

strip "${every[@]}"

ban "banned function" \
    '(^|[^[:alnum:]_])(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|strtok|strtok_r|atoi|atol|atoll|atof|strtol|strtoul|strtod|sscanf|alloca|mktime|localtime|localtime_r|gmtime|ctime|asctime|system|popen|setlocale|tmpnam|mktemp|asprintf|vasprintf)[[:space:]]*\(' \
    "${every[@]}"
ban "no floating point" '(^|[^[:alnum:]_])(float|double)([^[:alnum:]_]|$)' \
    "${product[@]}"
ban "assignment inside a condition" \
    '(^|[^[:alnum:]_])(if|while|switch)[[:space:]]*\(.*\([[:alnum:]_>.*-]+(\[[^]]*\])* = ' \
    "${every[@]}"
ban "no typedef for a struct or enum" 'typedef[[:space:]]+(struct|enum|union)[^(]*$' \
    "${every[@]}"
ban "no cleanup attribute" '__attribute__.*cleanup' "${every[@]}"
ban "comments are /* */" '(^|[^:])//' "${every[@]}"
ban "the library never ends the process" \
    '(^|[^[:alnum:]_])(exit|abort|errx?|verrx?)[[:space:]]*\(' "${library[@]}"
ban "the library never prints" \
    '(^|[^[:alnum:]_])(printf|vprintf|puts|putchar|fputs|fputc|perror|warnx?|fprintf|vfprintf|dprintf)[[:space:]]*\(' \
    "${silent[@]}"
ban "only programs read the clock" \
    '(^|[^[:alnum:]_])(time|gettimeofday|clock_gettime)[[:space:]]*\(' \
    "${timeless[@]}"

if grep -nE '(TODO|FIXME)([^A-Za-z]|$)' "${every[@]}" /dev/null; then
	echo "open ends are written as questions, with what would settle them"
	bad=1
fi
exit $bad
