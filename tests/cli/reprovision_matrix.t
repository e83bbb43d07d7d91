#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# reprovision_amt_tls on an expired device: killed, cut off or refused at every request
# that it sends, with every fault and every code that firmware has.
# timeout: 900
#
# The device holds a pair of somebody else's and an expired one of ours, its clock was
# reset, and the CA's issuer is not stored yet.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/remedy_faults.sh
. tests/cli/reprovision.sh

make_lab p256
awk -v out="$tmp/key" '/BEGIN/ { n++ } { print > (out n ".pem") }' "$tmp/pool.pem"
cp "$tmp/key1.pem" "$tmp/pool.pem"
start_device before 14
pid=$sim_pid
run "$B/remediate/renew_amt_tls" -f "$tmp/before.conf" -H $name --apply
is "$status" 0 'a renewal of before'
stop_sim before "$pid"
rm -r "$tmp/before.db.lock"
make_cert ours -s $name --san $name --key "$tmp/key1.pem" --not-before -375d --not-after -10d
make_cert theirs -s their.example
cat "$tmp/key2.pem" "$tmp/key3.pem" >"$tmp/pool.pem"
"$simca" -m ca -o "$tmp/sub.pem" --key-out "$tmp/sub.key" -s 'Issuing CA' \
    --key-type p256 --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key"
chmod 600 "$tmp"/*.key "$tmp"/key*.pem
ca_lines="cert-file = $tmp/sub.pem
key-file = $tmp/sub.key
chain-file = $tmp/ca.pem"
tls=1
configure matrix 14
remedy_args=()
device_sets=("certificate=$tmp/ours.pem" "key=$tmp/key1.pem" "root=$tmp/ca.pem"
	"orphan-certificate=$tmp/theirs.pem" "orphan-key=$tmp/theirs.key" clock-offset=-200000000)
their_key=$(openssl pkey -in "$tmp/theirs.key" -pubout -outform DER | sha256sum | cut -d ' ' -f 1)

judge() { # NAME
	local state wanted found new
	prune_rest "$1"
	state=$(ask "$1" 'state pc1')
	verifies_now || echo 'what is served does not verify;'
	new=$(json "$state" served)
	every "$state" '"sha256":"([0-9a-f]{64})","subject"'
	[ ${#found[@]} = 4 ] || echo "${#found[@]} certificates;"
	for wanted in "$(fingerprint "$tmp/ca.pem")" "$(fingerprint "$tmp/theirs.pem")" \
	    "$(fingerprint "$tmp/sub.pem")" "$new"; do
		[[ " ${found[*]} " == *" $wanted "* ]] || echo "certificate $wanted is gone;"
	done
	every "$state" '"sha256":"([0-9a-f]{64})","type"'
	[ ${#found[@]} = 2 ] || echo "${#found[@]} keys;"
	[[ " ${found[*]} " == *" $their_key "* ]] || echo 'their key is gone;'
	clock_is_right "$1" || echo 'the clock is wrong;'
	[[ $state == *'"failures":0,'* ]] || echo 'a login failed;'
	journal_is_closed "$1"
}

run_matrix 61 8 'an expired device'
done_testing
