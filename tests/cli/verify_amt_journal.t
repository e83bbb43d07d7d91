#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# verify_amt_journal: three renewals, three archived certificates, one flipped byte.
# timeout: 180
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

verify=$B/remediate/verify_amt_journal
make_lab p256
start_device thrice 14
pid=$sim_pid
replaced=$(fingerprint "$tmp/pc1.pem")
for i in 1 2 3; do
	renew thrice --apply --force not-due --actor "job $i"
	is "$status" 0 "renewal $i"
	[ "$i" = 3 ] || replaced+=" $(json "$(ask thrice 'state pc1')" served)"
done
stop_sim thrice "$pid"

run "$verify" -f "$tmp/thrice.conf"
is "$status $err" '0 ' 'the journal is whole'
like "$out" '^journal: whole: [0-9]+ entries \([0-9]+ steps, 3 runs, 3 certificates\); newest sha256:[0-9a-f]{64}$' \
    'and says what it holds'
newest=${out##* }

run "$verify" -f "$tmp/thrice.conf" --pem
is "$status" 0 'with what was replaced'
like "$out" '^# 20[0-9TZ:-]+ device [0-9a-f-]{36} -: replaced, asked by job 2, run 2, CA local \(local\), request -$' \
    'each with who did it and why'
printf '%s\n' "$out" | awk -v out="$tmp/old" '/BEGIN/ { n++ } n { print > (out n ".pem") }'
found=$(for i in 1 2 3; do fingerprint "$tmp/old$i.pem"; done | tr '\n' ' ')
is "${found% }" "$replaced" 'three certificates, those that were served'
[ ! -e "$tmp/old4.pem" ]
ok $? 'and no other'

run "$verify" -f "$tmp/thrice.conf" --known "$newest"
is "$status" 0 'the digest that was printed before is known'
cp "$tmp/thrice.db" "$tmp/cut.db"
sqlite3 "$tmp/cut.db" 'DELETE FROM step WHERE id = (SELECT max(id) FROM step);
    DELETE FROM chain WHERE id > (SELECT max(id) FROM chain) - 2;
    UPDATE run SET closed_at = NULL, outcome = NULL WHERE id = 3'
run "$verify" --inventory "$tmp/cut.db"
is "$status" 0 'an end that was cut off with its entries looks whole'
run "$verify" --inventory "$tmp/cut.db" --known "$newest"
is "$status" 2 'but not to who knows the newest digest'
like "$out" 'its end was cut off' 'and it says so'

sqlite3 "$tmp/thrice.db" "UPDATE archive SET der = CAST(x'31' || substr(der, 2) AS BLOB)
    WHERE run_id = 2"
run "$verify" -f "$tmp/thrice.conf"
is "$status" 2 'one flipped byte breaks it'
like "$out" '^journal: broken: ' 'it says so'
like "$out" '^journal: archived certificate [0-9]+ was changed, or what comes before it$' 'and where'

run "$verify" --inventory "$tmp/none.db"
is "$status" 1 'no journal'
run "$verify" --known sha1:00
is "$status" 3 'no digest'
like "$err" '^verify_amt_journal: --known: sha1:00: not sha256:' 'and says so'
run "$verify" --help
is "$status" 3 'help'
done_testing
