#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# renew_amt_tls with backend adcs: refused before anything is written, issued at once,
# and held until a person approves.
# timeout: 300
. tests/cli/lib.sh
. tests/cli/ca_lab.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
make_lab
start_service || exit 1
echo 'username LAB\svc s3cret-w0rd' >"$lab/login"
service=$host:$port

# Their own make_lab and make_ca, and another name.
. tests/sim/client.sh
. tests/cli/renew.sh
make_lab p384
cat "$tmp/ca.pem" "$lab/root.pem" >"$tmp/both.pem"
device_lines="trust-anchor = $tmp/both.pem"
ca_section="[ca corp]
backend = adcs
url = https://$service/ADPolicyProvider_CEP_UsernamePassword/service.svc/CEP
trust-anchor = $lab/root.pem
auth = username
logname = LAB\\svc
secret-file = $lab/secret
template = AMT TLS server
poll = 1s"

# served_by_ours PORT: is what the device presents good, and of that CA?
served_by_ours() {
	openssl s_client -connect "127.0.0.1:$1" -no-CApath -no-CAstore -CAfile "$lab/root.pem" \
	    -verify_return_error -verify_hostname $name </dev/null >"$tmp/.served" 2>&1 &&
		grep -q 'Verify return code: 0' "$tmp/.served"
}

# in_time DEVICE: renew, once the time for it has come.
# shellcheck disable=SC2317 # called by wait_for
in_time() {
	renew "$1" --ca corp --apply
	[ "$status" = 0 ]
}

# Not before the policy permits it.
mode ok
start_device dev 16.1
printf '%s\n' "$ca_section" >>"$tmp/dev.conf"
printf '<enroll>true\t<enroll>false\n' >"$lab/policy-edit"
forget dev
renew dev --ca corp --apply
is "$status" 4 "a template that we may not use is refused"
like "$out$err" 'template AMTTLS: this account may not enrol' "with the reason"
is "$(deeds dev)" "" "before anything is written"
rm "$lab/policy-edit"

# A wrong password meets the CA once, however many runs there are.
printf '%s\n' "$ca_section" | sed "s/^.ca corp/[ca wrong/; s,^secret-file.*,secret-file = $lab/wrong," \
    >>"$tmp/dev.conf"
renew dev --ca wrong --apply
is "$status" 4 "a login that is refused ends the run"
like "$out$err" 'FailedAuthentication' "by a fault of the service"
before=$(n_requests)
renew dev --ca wrong --apply
is "$status" 4 "the next run ends, too"
is "$(n_requests)" "$before" "before the CA is asked"
is "$(deeds dev)" "" "and nothing was written"

# A fault at the CA leaves what is served; the next run goes on.
mode busy
renew dev --ca corp --apply
like "$out$err" 'HTTP 503' "a CA that is busy is tried again later"
! served_by_ours "$tls"
ok $? "and nothing was bound"
mode ok
wait_for 30 in_time dev
is "$status" 0 "then it issues" || sed 's/^/# /' "$tmp/.out" "$tmp/.err"
served_by_ours "$tls"
ok $? "and the device presents it, with its chain"
openssl req -in "$lab/posted.csr" -inform DER -noout -text >"$tmp/text"
like "$(cat "$tmp/text")" '1\.3\.6\.1\.4\.1\.311\.20\.2' "the firmware signed the name of the template, too"
unlike "$(cat "$tmp"/dev.req "$tmp/.out" "$tmp/.err")" 's3cret' "no secret of the CA went to the device"
stop_sim dev "$sim_pid"

# Held, and asked after by the next run.
start_device held 16.1
printf '%s\n' "$ca_section" >>"$tmp/held.conf"
mode pending
renew held --ca corp --apply
like "$out$err" 'waits|pending' "a request that a person decides about waits"
! served_by_ours "$tls"
ok $? "with the old certificate in use"
record() {
	"$B/tests/tools/mkinv" "$tmp/held.db" query "SELECT standing, is_trial, ca_request_id <> '' FROM ca_record ORDER BY id"
}
is "$(record)" '3|1|1' "as did the trial before it, which says nothing of the CA"
mode ok
echo approve >"$lab/manager"
before=$(grep -c 'CE[PS] 200' "$lab/requests.log")
wait_for 30 in_time held
is "$status" 0 "once approved, the next run takes it" || sed 's/^/# /' "$tmp/.out" "$tmp/.err"
served_by_ours "$tls"
ok $? "and the device presents it"
is "$(($(grep -c 'CE[PS] 200' "$lab/requests.log") - before))" 1 "asked by its number, handed in once"
is "$(record)" $'3|1|1\n1|0|0' "and from then on the CA is known as good"
stop_sim held "$sim_pid"

# What says that waiting helps, or that the CA has lost the request, costs no key pair.
start_device again 16.1
printf '%s\ntrial = no\n' "$ca_section" >>"$tmp/again.conf"
# at_once SET: for the next run it is time; the request was kept as SET says.
at_once() {
	sqlite3 "$tmp/again.db" "UPDATE cert_request SET next_poll_at = 0 ${1-} WHERE closed_at IS NULL"
}
mode 'hresult 80094807'
renew again --ca corp --apply
is "$status" 2 "a template that the CA does not know yet leaves the run open"
like "$err" '0x80094807 .*asked again from .*the next run goes on' "and says so"
mode pending
at_once
renew again --ca corp --apply
like "$err" 'waits|pending' "the next run is taken"
mode ok
at_once ", cookie = CAST(replace(CAST(cookie AS TEXT), ca_request_id, '4711') AS BLOB)"
renew again --ca corp --apply
is "$status" 0 "a request that the CA has lost is handed in again" || sed 's/^/# /' "$tmp/.out" "$tmp/.err"
served_by_ours "$tls"
ok $? "and the device presents what comes of it"
is "$(grep -c 'method=GenerateKeyPair ' "$tmp/again.req")" 1 "all with one key pair"
stop_sim again "$sim_pid"
done_testing
