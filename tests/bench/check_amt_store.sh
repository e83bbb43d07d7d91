#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# check_amt_store against the curl command with --digest: as many requests on one
# kept connection to the same device, of which curl only stores the answers.
. tests/bench/lib.sh

make_ca
make_cert bench --not-before -65d --not-after +300d
start_sim sim --set profile=14 --set tls-port=0 --set plain-port=0 --set hostname=bench \
    --set certificate="$tmp/bench.pem" --set key="$tmp/bench.key" || exit 1
printf '%s\n' "$sim_password" >"$tmp/secret"
chmod 600 "$tmp/secret"

instructions "$B/checks/check_amt_store" -H bench.example -I 127.0.0.1 -p "$tls" \
    --trust-anchor "$tmp/ca.pem" --secret-file "$tmp/secret" || exit 1
need "$out" '^AMT_STORE OK'
ours=$instructions
posts=$(grep -c 'authenticated=yes' "$tmp/sim.req")
connections=$(json "$(ask sim 'state device')" connections)

envelope Get AMT_GeneralSettings >"$tmp/body"
ask sim 'zero device' >/dev/null
urls=()
for ((i = 0; i < posts; i++)); do
	urls+=("https://bench.example:$tls/wsman")
done
instructions curl -sS --digest -u "$sim_user:$sim_password" --cacert "$tmp/ca.pem" \
    --resolve "bench.example:$tls:127.0.0.1" --data-binary "@$tmp/body" \
    -H 'Content-Type: application/soap+xml;charset=UTF-8' -H 'Expect:' "${urls[@]}" || exit 1
need "$out" 'GetResponse'
theirs=$instructions
answered=$(grep -c 'authenticated=yes' "$tmp/sim.req")
need "$((answered - posts))" "^$posts\$"

bench check_amt_store requests "$posts"
bench check_amt_store connections "$connections"
bench check_amt_store instructions "$ours"
bench curl_digest instructions "$theirs"
bench check_amt_store instructions_vs_curl "$(ratio "$ours" "$theirs")"
