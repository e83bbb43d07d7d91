#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# renew_amt_tls with CAs other than the embedded one: from a key in the firmware to
# a certificate that is served, and nothing done to a device that cannot be finished.
# timeout: 300
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/ca_lab.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
make_lab p384
make_ca_lab
start_service || exit 1
echo 'basic ra s3cret-w0rd' >"$lab/login"
cat "$tmp/ca.pem" "$lab/root.pem" >"$tmp/anchors.pem"
device_lines="trust-anchor = $tmp/anchors.pem"
login=('auth = basic' 'logname = ra' "secret-file = $lab/secret")

# device NAME PROFILE: a simulated device that knows the CAs of this test.
device() {
	start_device "$1" "$2" || exit 1
	sim=$1 pid=$sim_pid
	conf=$tmp/$1.conf
	section est 'backend = est' "url = https://$site:$port" \
	    "trust-anchor = $lab/root.pem" "${login[@]}"
	section wide 'backend = est' "url = https://$site:$port" \
	    "trust-anchor = $tmp/ca.pem" "server-anchor = $lab/root.pem" "${login[@]}"
	section wrong 'backend = est' "url = https://$site:$port" \
	    "trust-anchor = $lab/root.pem" 'auth = basic' 'logname = ra' \
	    "secret-file = $lab/wrong"
	section corp 'backend = certsrv' "url = https://$site:$port/certsrv" \
	    "trust-anchor = $lab/root.pem" 'template = AMTTLS' "${login[@]}"
	section alone 'backend = certsrv' "url = https://$site:$port/certsrv" \
	    "trust-anchor = $lab/root.pem" "${login[@]}"
	section patient 'backend = certsrv' "url = https://$site:$port/certsrv" \
	    "trust-anchor = $lab/root.pem" 'manual-approval = yes' 'poll = 1s' "${login[@]}"
}

# issuer: of what the device serves now.
issuer() {
	openssl s_client -connect "127.0.0.1:$tls" </dev/null 2>/dev/null |
	    openssl x509 -noout -issuer 2>/dev/null | sed 's/.*CN *= *//'
}

for row in '14 est' '22 est' '16.0 corp'; do
	read -r profile ca <<<"$row"
	echo AMTTLS >"$lab/templates"
	mode ok
	device "$ca-$profile" "$profile"
	renew "$sim" --ca "$ca" --apply
	is "$status" 0 "AMT $profile renews by $ca" || printf '%s\n' "$out$err" | sed 's/^/# /'
	is "$(issuer)" 'Lab Issuing CA' "AMT $profile, $ca: and serves what that CA issued"
	renew "$sim" --ca "$ca" --apply
	like "$out" 'nothing to do' "AMT $profile, $ca: once"
	stop_sim "$sim" "$pid"
done

# What can be known before: no write, and nothing left behind.
mode ok
rm "$lab/templates"
device before 14
state=$(settings "$(ask before 'state pc1')")
holds() { # what is in the store of the device
	local now
	now=$(ask "$1" 'state pc1')
	certificates "$now"
	keys "$now"
}
stored=$(holds before)
for row in 'alone|stand-alone CA: no template, cannot re-enrol' \
    'corp|stand-alone CA: no template, cannot re-enrol' 'wrong|login of ra refused'; do
	forget before
	renew before --ca "${row%%|*}" --apply
	is "$status" 1 "${row%%|*}: refused, and the device is as it was"
	like "$err" "${row#*|}" "${row%%|*}: and says why"
	is "$(deeds before)" '' "${row%%|*}: without a write"
done
is "$(settings "$(ask before 'state pc1')")" "$state" "nothing has changed"
[ -n "$stored" ]
ok $? "the device holds something"
unlike "$(cat "$tmp/before.db"* 2>/dev/null | strings)" 's3cret|wrong-w0rd' \
    "no secret in the inventory"

# What only the answer tells: undone, whatever it was.
for row in 'other key|no certificate has the key|est' 'status 400|HTTP 400|est' \
    'ok|C12 path: does not verify|wide'; do
	IFS='|' read -r what words ca <<<"$row"
	echo "$what" >"$lab/mode"
	renew before --ca "$ca" --apply
	# One senseless answer may be an accident; the second is not.
	if [ "$status" = 2 ]; then
		like "$err" 'answer is not usable.*, asked again from' "$what: asked once more later"
		sqlite3 "$tmp/before.db" 'UPDATE cert_request SET next_poll_at = 0'
		renew before --ca "$ca" --apply
	fi
	is "$status" 1 "$what: the device is as it was" || printf '%s\n' "$err" | sed 's/^/# /'
	like "$err" "$words" "$what: and says why"
	is "$(holds before)" "$stored" "$what: nothing is left behind"
done
stop_sim before "$pid"

# A request that waits for a person: one request, one key, finished by a later run.
mode ok
device slow 14
: >"$lab/requests.log"
renew slow --ca patient --apply
is "$status" 2 "a request waits: the journal says how far"
like "$err" 'pending: the CA has the request; asked .* ago, asked again from' "and so does the text"
n_keys=$(keys "$(ask slow 'state pc1')" | grep -c .)
rm -f "$lab/manager"
sqlite3 "$tmp/slow.db" 'UPDATE cert_request SET next_poll_at = 0'
forget slow
renew slow --ca patient --apply
is "$status" 2 "a later run still waits"
is "$(deeds slow)" '' "and writes nothing to the device"
is "$(keys "$(ask slow 'state pc1')" | grep -c .)" "$n_keys" "the key pair stays"
is "$(sqlite3 "$tmp/slow.db" \
    'SELECT count(*), sum(is_pending), max(attempts) FROM cert_request')" '1|1|2' \
    "one request is known"
echo approve >"$lab/manager"
sqlite3 "$tmp/slow.db" 'UPDATE cert_request SET next_poll_at = 0'
renew slow --ca patient --apply
is "$status" 0 "approved: the next run finishes" || printf '%s\n' "$err" | sed 's/^/# /'
is "$(issuer)" 'Lab Issuing CA' "with what was issued"
is "$(grep -c 'POST /certsrv/certfnsh' "$lab/requests.log")" 1 "it was handed in once"
is "$(sqlite3 "$tmp/slow.db" 'SELECT outcome FROM cert_request')" issued "and is closed"
stop_sim slow "$pid"

# Denied by a person: undone, and the key pair goes.
rm "$lab/manager"
device denied 14
n_keys=$(keys "$(ask denied 'state pc1')" | grep -c .)
renew denied --ca patient --apply
echo deny >"$lab/manager"
sqlite3 "$tmp/denied.db" 'UPDATE cert_request SET next_poll_at = 0'
renew denied --ca patient --apply
is "$status" 1 "denied: the device is as it was"
like "$err" '0x80094014 .*manager denied it' "and says who"
is "$(keys "$(ask denied 'state pc1')" | grep -c .)" "$n_keys" "the key pair that waited is gone"
is "$(sqlite3 "$tmp/denied.db" 'SELECT outcome FROM cert_request')" rejected "the request is closed"
stop_sim denied "$pid"
done_testing
