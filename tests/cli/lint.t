#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The project's own lints find what they are there to find.
. tests/cli/lib.sh

tree=$tmp/tree
mark='SPDX-License-Identifier: BSD-2-Clause'

# A small tree in which all is well.
fresh() {
	rm -rf "$tree"
	mkdir -p "$tree"/{lib/{base,x509,policy,amt},checks,remediate,tests/{lint,sim}}
	cp tests/lint/*.sh tests/lint/LAYERS "$tree/tests/lint/"
	put lib/base/a.h "int a_get(void);"
	put lib/base/a.c '#include "base/a.h"'
	put lib/amt/change.h "int change_it(void);"
	put lib/policy/verdict.h \
	    '#define REASON_MAP(X) X(REASON_DUE, STATE_WARNING, "due", REMEDY_RENEW, "due")'
	put lib/policy/remedy.c '#include "policy/verdict.h"' \
	    'const char *p = "renew_amt_x"; /* REMEDY_RENEW */'
	program remediate/renew_amt_x
}
put() { # FILE LINE...
	local file=$1
	shift
	printf '%s\n' "/* $mark */" "$@" >"$tree/$file"
}
program() { # a source with its manual
	put "$1.c" 'int' 'main(void)' '{' '	return 0;' '}'
	printf '%s\n' ".\\\" $mark" '.Sh NAME' '.Sh SYNOPSIS' '.Sh DESCRIPTION' \
	    '.Sh EXIT STATUS' '.Sh EXAMPLES' >"$tree/$1.8"
}
# finds LINT ERE "sentence": it fails, and says so.
finds() {
	run env B="$tree/b" bash "$tree/tests/lint/$1.sh"
	like "$status ${out//$'\n'/ }" "^1 .*$2" "$3" || printf '%s\n' "$out" "$err" | sed 's/^/# /'
}
content() { # LINT
	run env B="$tree/b" bash "$tree/tests/lint/$1.sh"
	is "$status$out" "0" "$1.sh has nothing to say of a good tree"
}

fresh
content layers
content banned
content headers
content pairs
content symbols

put lib/base/a.c '#include "base/a.h"' '#include "x509/cert.h"'
finds layers 'base may not include x509/cert.h' "a room that looks upwards"
fresh
put checks/check_x.c '#include "amt/change.h"'
finds layers 'checks may not include amt/change.h' "a check that could write"
fresh
put lib/amt/b.c '#include "policy/verdict.h"'
finds layers 'amt may not include policy/verdict.h' "a header of a room that is half open"
put lib/amt/b.c '#include "policy/facts.h"'
content layers
put lib/base/a.c '#include "a.h"'
finds layers 'names no room' "an include without its room"
fresh
mkdir "$tree/lib/utils"
put lib/utils/a.c
finds layers 'room utils is not in' "a room nobody planned"

while read -r line; do
	fresh
	put lib/base/a.c '#include "base/a.h"' "$line"
	finds banned 'lib/base/a.c:3: ' "banned: $line"
done <<'X'
	x = atoi("1");
	(void)strcpy(a, b);
	double d;
	if ((x = get()) != 0)
	while ((a->b[i] = get()) != NULL)
	exit(1);
	printf("x");
	t = time(NULL);
	typedef struct x x_t;
	x = 1; // no
X
fresh
put lib/base/a.c '#include "base/a.h"' '/* not strcpy(a, b), not' ' * atoi(x) */' \
    'const char *s = "atoi(x) // \" exit(1)";' "char c = '\"'; /* double */" \
    'if (x == 1 && (y == 2))'
content banned
put lib/base/a.c '#include "base/a.h"' '/* TO''DO: later */'
finds banned 'a.c:3:' "an open end"

fresh
put lib/base/a.h 'size_t a_get(void);'
finds headers 'a.h: does not compile alone' "a header that leans on another"
fresh
put lib/base/a.c '#include <stdio.h>' '#include "base/a.h"'
finds headers 'includes <stdio.h> first' "a source that does not begin with its header"
fresh
echo 'int x;' >"$tree/checks/x.c"
finds headers 'checks/x.c: first line' "a file without its licence"

fresh
rm "$tree/remediate/renew_amt_x.8"
finds pairs 'no manual page' "a program without a manual"
fresh
rm "$tree/remediate/renew_amt_x.c"
finds pairs 'names renew_amt_x, which is not in remediate' "a remedy without a program"
fresh
put lib/policy/remedy.c '#include "policy/verdict.h"' \
    'x = { "renew_amt_x", true }, { "later_amt_x", false }; /* REMEDY_RENEW */'
content pairs
put lib/policy/remedy.c '#include "policy/verdict.h"' \
    'x = { "renew_amt_x", false }; /* REMEDY_RENEW */'
finds pairs 'says that renew_amt_x does not ship' "a program that the table does not know of"
fresh
put lib/policy/verdict.h '#define REASON_MAP(X) X(REASON_DUE, STATE_WARNING, "due", 0, "due")'
finds pairs 'REASON_DUE: has no remedy' "a reason without a remedy"
fresh
sed -i '/EXIT STATUS/d' "$tree/remediate/renew_amt_x.8"
finds pairs 'no section EXIT STATUS' "a manual without exit status"
fresh
mkdir -p "$tree/b/remediate"
printf '#!/bin/sh\necho "  -x, --extra-long=X"\n' >"$tree/b/remediate/renew_amt_x"
chmod +x "$tree/b/remediate/renew_amt_x"
finds pairs 'does not document --extra-long' "an option that the manual leaves out"
echo '.It Fl x , Fl -extra-long Ar X' >>"$tree/remediate/renew_amt_x.8"
content pairs

# Symbols: real objects, one check that holds the writer and one that does not.
fresh
program checks/check_amt_tls
put lib/amt/change.c '#include "amt/change.h"' 'int change_it(void) { return 1; }'
mkdir -p "$tree/b/lib/amt" "$tree/b/checks"
cc -I"$tree/lib" -c "$tree/lib/amt/change.c" -o "$tree/b/lib/amt/change.o"
cc "$tree/checks/check_amt_tls.c" -o "$tree/b/checks/check_amt_tls"
content symbols
cc "$tree/checks/check_amt_tls.c" "$tree/b/lib/amt/change.o" \
    -o "$tree/b/checks/check_amt_tls"
finds symbols 'can write to a device: change_it' "a check that holds the writer"
cc "$tree/checks/check_amt_tls.c" -Wl,--no-as-needed -lxml2 \
    -o "$tree/b/checks/check_amt_tls"
finds symbols 'links libxml2' "a check that links what it should not"
rm "$tree/b/checks/check_amt_tls"
finds symbols 'not built' "a check that is not there to be looked at"
done_testing
