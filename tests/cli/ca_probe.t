#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# check_amt_ca --ca: what can be wrong with a CA, each with its state and the sentence
# that tells what to do; requests that wait there, by their age.
# timeout: 300
. tests/cli/lib.sh
. tests/cli/plugin.sh
. tests/cli/ca_lab.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
check=$B/checks/check_amt_ca
mkinv=$B/tests/tools/mkinv
make_lab
start_service || exit 1
echo 'basic LAB\svc s3cret-w0rd' >"$lab/login"
umask 077

common=('backend = certsrv' "url = https://$host:$port/certsrv" "trust-anchor = $lab/root.pem"
	'auth = basic' 'logname = LAB\svc' "secret-file = $lab/secret")
printf '[defaults]\ninventory = %s\n' "$tmp/inv.db" >"$tmp/amtcert.conf"
section alone "${common[@]}"
section patient "${common[@]}" 'manual-approval = yes'
section corp "${common[@]}" 'template = AMTTLS'
section wrong "${common[@]/%"$lab/secret"/$lab/wrong}" 'template = AMTTLS'
section stranger "${common[@]/%"$lab/root.pem"/$lab/ca2.pem}" 'template = AMTTLS'
section off "${common[@]/%":$port/certsrv"/:1/certsrv}"
make_ca ca2 'Other Root' ''

asks() { # CA STATUS ERE "sentence" OPTION...
	run "$check" -f "$tmp/amtcert.conf" --ca "$1" "${@:5}"
	says AMT_CA "$2" "$3" "$4"
}

# An enterprise CA.
echo AMTTLS >"$lab/templates"
mode ok
asks corp 0 'CA corp \(certsrv\): enterprise, can renew by template AMTTLS' \
    'an enterprise CA that offers the template'
echo Other >"$lab/templates"
asks corp 2 'template AMTTLS is not offered to this account: publish it at the CA, and give the account Read and Enroll; ' \
    'a template that is not published'
run "$check" -f "$tmp/amtcert.conf" --ca corp --json
like "$out" '"ca_no_template"' 'which has a word of its own'

# A stand-alone CA.
rm "$lab/templates"
asks alone 2 'CA alone \(certsrv\): stand-alone CA: no template, cannot re-enrol: .* Use an enterprise CA .*manual-approval = yes' \
    'a stand-alone CA, and the ways out'
asks patient 0 'stand-alone, can renew; stand-alone CA: no template, cannot re-enrol: a CA manager must approve each request' \
    'one that is accepted as such is told, too'

# Not there, not ours, not for us.
asks off 2 'CA off \(certsrv\): localhost:1: .*: see whether its service runs' 'one that is out of reach'
asks off 1 'localhost:1: ' 'in the state of --unreachable' --unreachable=warning
asks wrong 2 'login of LAB.*svc refused.*: give the account of \[ca\] the right to enrol, or correct its secret' \
    'one that does not let us in'
asks stranger 2 'CA stranger .*certificate' 'one whose server cannot be verified'
mode 'login page'
asks corp 2 'not the page that takes requests .*: see whether url leads to a CA' 'another page'
mode ok
asks nobody 3 'there is no section \[ca nobody\]' 'a section that is not there'
run "$check" -f "$tmp/amtcert.conf" --ca corp --pending-warning 4d
is "$status" 3 'limits that cannot be meant'
like "$out" '^AMT_CA UNKNOWN - --pending-warning: longer than --pending-critical' 'are wrong usage'

# A request that waits, by its age.
since() { # DAYS
	"$mkinv" "$tmp/inv.db" sql "DELETE FROM cert_request; INSERT INTO cert_request
	    (device_uuid, remedy, ca, csr_sha256, spki_sha256, created_at, is_pending, text)
	    VALUES ('55e3ae13-bfd2-61bb-17a0-88aedd7037ea', 'renew_amt_tls', '${2:-patient (certsrv)}',
	    zeroblob(32), zeroblob(32), unixepoch() - $1 * 86400 - 60, 1, 'the CA has the request')"
}
since 0
asks patient 0 'pending at CA patient \(certsrv\) since 20[0-9-]+: 1 waiting' 'a request that waits' -v
since 1
asks patient 1 'pending at CA patient .*the oldest for 1 d .*approve or deny it there' 'for a day'
since 3
asks patient 2 'pending at CA patient .*the oldest for 3 d ' 'for three days'
asks patient 0 'pending' 'limits of the operator' -v --pending-warning 5d --pending-critical 6d
since 3 'corp (certsrv)'
asks patient 0 'can renew' 'what waits at another CA is not told here'
asks patient 0 'inventory not used: .*nowhere' 'an inventory that is not there' -v --inventory "$tmp/nowhere.db"

# The embedded CA: its end, its list. Nothing is written by a check.
local_ca() { # NAME DAYS LINE...
	mkdir "$tmp/$1"
	"$B/tests/tools/simca" -m ca -o "$lab/local-$1.pem" --key-out "$lab/local-$1.key" \
	    -s "Local $1" --key-type p384 --not-before -3000d --not-after "+$2d"
	section "$1" 'backend = local' "cert-file = $lab/local-$1.pem" "key-file = $lab/local-$1.key" \
	    "issued-file = $tmp/$1/issued.db" "${@:3}"
}
local_ca good 3000
local_ca short 300
local_ca due 36 'lifetime = 10d'
local_ca ending 10 'lifetime = 10d'
local_ca list 3000 "crl-file = $tmp/list/ca.crl" 'crl-lifetime = 20d'
asks good 0 'ca CN=Local good: valid, (2999|3000) d left .*; CA good \(local\): local, can renew' 'an embedded CA'
asks short 0 'what it issues is cut to its own end \(20[0-9-]+\): renew its certificate' \
    'one that lives no longer than what it issues' -v
asks due 1 'ca CN=Local due: renewal overdue' 'one that is about to end'
asks ending 2 'ca CN=Local ending: renewal overdue' 'one that ends'
is "$(ls "$tmp/good" "$tmp/short")" "$(printf '%s\n' "$tmp/good:" '' "$tmp/short:")" 'a check writes nothing'
asks list 2 'ca\.crl: No such file.* \(publish_amt_crl publishes one\)' 'no list is published'
list() { # FROM TO
	printf '%s\n' '[ca]' 'default_ca = x' '[x]' "database = $tmp/index" 'default_md = sha384' >"$tmp/ca.cnf"
	: >"$tmp/index"
	openssl ca -config "$tmp/ca.cnf" -gencrl -cert "$lab/local-list.pem" -keyfile "$lab/local-list.key" \
	    -crl_lastupdate "$(date -u -d "$1" +%Y%m%d%H%M%SZ)" \
	    -crl_nextupdate "$(date -u -d "$2" +%Y%m%d%H%M%SZ)" -out "$tmp/list/ca.crl" 2>/dev/null
}
list '-20 days' '+9 days'
asks list 0 'its revocation list ends in [89] d' 'a list that is current' -v
list '-20 days' '+3 days'
asks list 1 'its revocation list ends in [23] d \(20[0-9-]+\): see to it that a timer runs publish_amt_crl' 'one about to end'
list '-20 days' '-2 days'
before=$(sha256sum "$tmp/list/ca.crl")
asks list 2 'its revocation list is stale, it ended 2 d ago \(20[0-9-]+\): run publish_amt_crl' 'a stale one'
is "$(sha256sum "$tmp/list/ca.crl")" "$before" 'which the check leaves to others'
askca --ca list --do probe
asks list 0 'can renew' 'as a remedy before its first write does'
chmod 644 "$lab/local-good.key"
asks good 3 'local-good\.key' 'a key that others can read is not used'
unlike "$out$err" 's3cret|wrong-w0rd' 'no secret in any text'
done_testing
