#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# renew_amt_8021x: killed, cut off or refused at every request that it sends, by each of
# the three ways in which firmware binds a certificate to 802.1X.
# timeout: 900
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/remedy_faults.sh

make_lab p256
remedy=$B/remediate/renew_amt_8021x
remedy_args=()
uuid=55e3ae13-bfd2-61bb-17a0-88aedd7037ea
make_cert net -s net1.example --san net1.example --eku clientAuth --not-before -335d --not-after +30d
make_cert theirs
chmod 600 "$tmp"/*.key
shared_sets=("certificate=$tmp/pc1.pem" "key=$tmp/pc1.key" "root=$tmp/ca.pem" "uuid=$uuid"
	"orphan-certificate=$tmp/theirs.pem" "orphan-key=$tmp/theirs.key")
spki=$(openssl x509 -in "$tmp/net.pem" -noout -pubkey | openssl pkey -pubin -outform DER |
    sha256sum | cut -c 1-64)
"$B/tests/tools/mkinv" "$tmp/before.db" sql "INSERT INTO run (device_uuid, remedy, serial_number,
    started_at, closed_at, outcome, old_fingerprint, new_spki, new_spki_sha256)
    VALUES ('$uuid', 'renew_amt_8021x', '01', 1, 2, 'done', randomblob(32), x'00', x'$spki')"
tls=1
configure matrix 14

judge() { # NAME
	local state client
	prune_rest "$1"
	state=$(ask "$1" 'state pc1')
	[[ $state =~ \"$bound\":\[?\{[^}]*\"client\":([0-9]+) ]] && client=${BASH_REMATCH[1]}
	certificates "$state" | cut -d ' ' -f 1 | grep -qx "$client" || echo 'what is bound is not in the store;'
	[[ $state != *"$(fingerprint "$tmp/net.pem")"* ]] || echo 'the old one is there;'
	[[ $state != *'"has_certificate":false'* ]] || echo 'a key without certificate;'
	[[ $state == *"$(fingerprint "$tmp/theirs.pem")"* ]] || echo 'theirs is gone;'
	[ "$(certificates "$state" | wc -l) $(keys "$state" | wc -l)" = '4 3' ] || echo 'too many or too few are there;'
	[ "$(json "$state" served)" = "$(json "$before" served)" ] || echo 'another certificate is served;'
	[[ $state == *'"failures":0,'* ]] || echo 'a login failed;'
	journal_is_closed "$1"
}

bound=wired
wired=("wired-certificate=$tmp/net.pem" "wired-key=$tmp/net.key")
device_sets=("${shared_sets[@]}" "${wired[@]}")
run_matrix 79 5 'wired'

# Of the other ways only what binds is another request: of the rest few cases.
# shellcheck disable=SC2317 # called by run_matrix
pick() {
	local i n picked=()
	n=$(grep -nE ' (op=Put class=AMT_8021XProfile|.* method=UpdateWiFiSettings) ' "$tmp/requests" |
	    cut -d : -f 1)
	for ((i = 0; i < ${#cases[@]}; i++)); do
		[ $((i % 3)) != 0 ] || [ "${cases[i]% *}" != "$n" ] || picked+=("${cases[i]}")
	done
	cases=("${picked[@]}")
	step=1
}
device_sets=("${shared_sets[@]}" "${wired[@]}" ips-8021x=no)
run_matrix 83 5 'wired, without IPS classes'
bound=wifi
device_sets=("${shared_sets[@]}" wifi=office "wifi-certificate=$tmp/net.pem" "wifi-key=$tmp/net.key")
run_matrix 89 5 'Wi-Fi'
done_testing
