#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# reprovision_amt_tls on a device whose TLS is off, over the plain port: killed, cut off
# or refused at every request that it sends, with every fault and every code that
# firmware has.
# timeout: 900
#
# Mutual TLS is set and its anchor missing, so that every step on the way is taken.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/remedy_faults.sh
. tests/cli/reprovision.sh

make_lab p256
make_cert theirs -s their.example
make_cert console --eku clientAuth,2.16.840.1.113741.1.2.1
chmod 600 "$tmp"/*.key
# The login is known: a run that is killed in its first one would keep others waiting.
awk -v out="$tmp/key" '/BEGIN/ { n++ } { print > (out n ".pem") }' "$tmp/pool.pem"
cp "$tmp/key1.pem" "$tmp/pool.pem"
start_off before 14
pid=$sim_pid
renew before --plain --apply
is "$status" 0 'set up once before'
stop_sim before "$pid"
rm -r "$tmp/before.db.lock"
cat "$tmp/key2.pem" "$tmp/key3.pem" >"$tmp/pool.pem"
remedy_args=(--plain)
device_sets=(tls=no mutual=yes "orphan-certificate=$tmp/theirs.pem"
	"orphan-key=$tmp/theirs.key")
their_key=$(openssl pkey -in "$tmp/theirs.key" -pubout -outform DER | sha256sum | cut -d ' ' -f 1)
device_lines="trust-anchor = $tmp/ca.pem
client-cert = $tmp/console.pem
client-key = $tmp/console.key
plain-allowed = yes"

# The ports of a device differ from case to case, and that of TLS is closed.
eval "$(declare -f boot | sed '1s/^boot/boot_tls/')"
boot() {
	local state tls
	boot_tls "$@"
	state=$(ask "$1" 'state pc1')
	tls=$(json "$state" tls_port) port=$(json "$state" plain_port)
	configure "$1" 14
	configure "$1" 14
	command=("$remedy" -f "$tmp/$1.conf" -H "$name" -p "$port" -t 30 --apply --plain)
}

judge() { # NAME
	local state wanted found new
	state=$(ask "$1" 'state pc1')
	lets_us_in "$(json "$state" tls_port)" || echo 'our client certificate is not taken;'
	new=$(json "$state" served)
	every "$state" '"sha256":"([0-9a-f]{64})","subject"'
	[ ${#found[@]} = 3 ] || echo "${#found[@]} certificates;"
	for wanted in "$(fingerprint "$tmp/ca.pem")" "$(fingerprint "$tmp/theirs.pem")" "$new"; do
		[[ " ${found[*]} " == *" $wanted "* ]] || echo "certificate $wanted is gone;"
	done
	every "$state" '"sha256":"([0-9a-f]{64})","type"'
	[ ${#found[@]} = 2 ] || echo "${#found[@]} keys;"
	[[ " ${found[*]} " == *" $their_key "* ]] || echo 'their key is gone;'
	[ "$(network "$1")" = 'enabled=true mutual=true plain=false' ] ||
		echo "settings: $(network "$1");"
	[[ $state == *'"failures":0,'* ]] || echo 'a login failed;'
	journal_is_closed "$1"
}

run_matrix 61 10 'a device whose TLS is off'
done_testing
