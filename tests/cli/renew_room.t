#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# renew_amt_tls and a store without a free place: what an earlier run of ours left goes
# first, what others left never does.
# timeout: 300
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

make_lab p384
make_cert left --not-before -400d --not-after -35d -s $name --san $name
chmod 600 "$tmp/left.key"
mkinv=$B/tests/tools/mkinv
uuid=55e3ae13-bfd2-61bb-17a0-88aedd7037ea

# start_full NAME: certificate, root and an orphan of another key, and not a place more.
start_full() {
	start_device "$1" 14 "orphan-certificate=$tmp/left.pem" "orphan-key=$tmp/left.key" \
	    max-certificates=3 max-keys=2 uuid=$uuid
}

# remember NAME: the journal knows the orphan's key as one of ours.
remember() {
	local spki
	spki=$(openssl x509 -in "$tmp/left.pem" -noout -pubkey |
	    openssl pkey -pubin -outform DER | sha256sum | cut -c 1-64)
	"$mkinv" "$tmp/$1.db" sql "INSERT INTO run (device_uuid, remedy, serial_number,
	    started_at, closed_at, outcome, old_fingerprint, new_spki, new_spki_sha256)
	    VALUES ('$uuid', 'renew_amt_tls', '01', 1, 2, 'done', randomblob(32), x'00',
	    x'$spki')"
}


#
# Ours is in the way
#
start_full ours
pid=$sim_pid
remember ours
renew ours
is "$status" 0 'full of ours: there is a plan'
plan=$(planned)
is "$(sed -n 1,3p <<<"$plan" | cut -d' ' -f1,2)" \
    "AMT_PublicKeyCertificate Delete
AMT_PublicPrivateKeyPair Delete
AMT_PublicKeyManagementService GenerateKeyPair" \
    'full of ours: what is left over goes first'
is "$(grep -c Delete <<<"$plan")" 2 'full of ours: and nothing else goes'
forget ours
renew ours --apply
is "$status" 0 'full of ours: renewed'
is "$(deeds ours)" "$plan" 'full of ours: by the plan'
after=$(ask ours 'state pc1')
is "$(certificates "$after" | wc -l) $(keys "$after" | wc -l)" '3 2' \
    'full of ours: one pair came for one that went'
unlike "$(certificates "$after")" "$(openssl x509 -in "$tmp/left.pem" -outform DER |
    sha256sum | cut -c 1-64)" 'full of ours: the orphan is gone'
verifies "$tls"
ok $? 'full of ours: it is served'
is "$("$mkinv" "$tmp/ours.db" query "SELECT reason FROM archive ORDER BY id")" "left behind
replaced" 'full of ours: and what went is in the archive'
stop_sim ours "$pid"

#
# Others' is in the way
#
start_full theirs
pid=$sim_pid
before=$(ask theirs 'state pc1')
renew theirs --apply
is "$status" 1 "full of others': exit 1"
like "$err" 'MAX_LIMIT_REACHED.*; nothing uses Intel' "full of others': names what is in the way"
is "$(deeds theirs | grep -c Delete)" 0 "full of others': no deletion"
is "$(settings "$(ask theirs 'state pc1')")" "$(settings "$before")" \
    "full of others': the device is as it was"
stop_sim theirs "$pid"

#
# Where the size is known it is not even tried
#
device_lines="trust-anchor = $tmp/ca.pem
store-size = 3,2"
start_full known
pid=$sim_pid
renew known --apply
is "$status" 1 'known to be full: exit 1'
like "$err" 'no free place for another key pair, 2 of 2 taken' 'known to be full: says so'
is "$(deeds known)" '' 'known to be full: nothing was written'
remember known
renew known --apply
is "$status" 0 'known to be full of ours: renewed all the same'
stop_sim known "$pid"
done_testing
