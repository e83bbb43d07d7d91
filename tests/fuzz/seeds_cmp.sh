#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Makes the seeds of fuzz_cmp anew: what the test server answers, with the secret that
# the target knows.  usage: B=build/gcc tests/fuzz/seeds_cmp.sh
set -eu
cd "$(dirname "$0")/../.."
. tests/cli/lib.sh
. tests/cli/ca_lab.sh
corpus=tests/fuzz/corpus/cmp
mkdir -p "$corpus"

make_lab
start_service cmpserver.py
section corp 'backend = cmp' "url = http://127.0.0.1:$plain_port/" 'plain-allowed = yes' \
    "trust-anchor = $lab/root.pem" "recipient-cert = $lab/ca.pem" 'reference = ref-1' \
    "shared-secret-file = $lab/secret"
mode 'pending 9'
askca --ca corp --csr "$lab/ec.csr" --cookie-out "$tmp/cookie"
for kind in 0 1 2; do
	{
		printf '%b' "\\$kind"
		cat "$tmp/cookie"
	} >"$corpus/waits_$kind"
done

# One answer of each kind, as it was sent.
answer() { # NAME KIND MODE
	mode "$3"
	rm -f "$lab/sent"
	askca --ca corp --csr "$lab/ec.csr" --do "${4-submit}"
	{
		printf '%b' "\\$2"
		cat "$lab/sent"
	} >"$corpus/$1"
}
touch "$lab/keep"
answer issued 0 ok
answer refused 0 'reject 9 words'
answer error 0 'error 2'
answer unprotected 0 'unprotected error 24'
answer certs 2 ok probe
test_finished=yes
