#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What a Windows CA says of its template reaches the checks and the queue: a major version
# that is raised there forces re-enrolment though 300 d are left, and a renewal ends it.
# timeout: 300
. tests/cli/lib.sh
. tests/cli/ca_lab.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
make_lab
start_service || exit 1
echo 'username LAB\svc s3cret-w0rd' >"$lab/login"
mode ok

# Their own make_lab and make_ca, and another name.
service=$host:$port
. tests/sim/client.sh
. tests/cli/renew.sh
make_lab p384
oid=1.3.6.1.4.1.311.21.8.1.2.3.4
make_cert pc1 --not-before -65d --not-after +300d \
    --extra 1.3.6.1.4.1.311.21.7=3015060D2B060104018237150801020304020165020104
chmod 600 "$tmp"/*.key
cat "$tmp/ca.pem" "$lab/root.pem" >"$tmp/both.pem"
device_lines="trust-anchor = $tmp/both.pem
ca = corp"
start_device dev 16.1
cat >>"$tmp/dev.conf" <<-EOF
	[ca corp]
	backend = adcs
	url = https://$service/ADPolicyProvider_CEP_UsernamePassword/service.svc/CEP
	trust-anchor = $lab/root.pem
	auth = username
	logname = LAB\\svc
	secret-file = $lab/secret
	template = AMTTLS
EOF

# says MAJOR MINOR R VALIDITY FLAGS: what the CA says of its template from now on.
says() {
	printf '%s\t%s\n' '<majorRevision>101<' "<majorRevision>$1<" \
	    '<minorRevision>4<' "<minorRevision>$2<" \
	    'Seconds>3628800<' "Seconds>$3<" 'Seconds>31536000<' "Seconds>$4<" \
	    '<enrollmentFlags>0<' "<enrollmentFlags>$5<" >"$lab/policy-edit"
	# What it issues from then on.
	printf '1.3.6.1.4.1.311.21.7 = ASN1:SEQUENCE:template\n[template]\nid = OID:%s\n' \
	    $oid >"$lab/more.ext"
	printf 'major = INTEGER:%s\nminor = INTEGER:%s\n' "$1" "$2" >>"$lab/more.ext"
}
ca_check() { # STATUS ERE "sentence" OPTION...
	run "$B/checks/check_amt_ca" -f "$tmp/dev.conf" --ca corp --inventory "$tmp/dev.db" "${@:4}"
	is "$status" "$1" "$3" || sed 's/^/# /' "$tmp/.out"
	like "$out" "$2" "$3: and says so"
}
tls_check() { # STATUS ERE "sentence" OPTION...
	run "$B/checks/check_amt_tls" -f "$tmp/dev.conf" -H $name "${@:4}"
	is "$status" "$1" "$3" || sed 's/^/# /' "$tmp/.out"
	like "$out" "$2" "$3: and says so"
}
evaluation() { # ERE "sentence"
	run "$B/remediate/evaluate_amt_fleet" -f "$tmp/dev.conf" --inventory "$tmp/dev.db" --dry-run
	like "$out" "$1" "$2"
}

# Nothing is known before the CA is asked, and nothing is kept without being told to.
says 101 4 3628800 31536000 0
tls_check 0 'valid, (299|300) d left' 'a certificate with 300 d left' --record
ca_check 0 'template AMTTLS version 101\.4, R 42 d, lifetime 365 d' 'the CA says what it wants' -v
unlike "$out" 'the inventory has' 'which the inventory does not know yet'
ca_check 0 'the inventory has its templates as of 0 s ago' 'and keeps when told to' --record -v
tls_check 0 'valid' 'the version that is wanted is fine'
evaluation ' 0 certificates or settings due' 'and nothing is queued'

# The feed says R, unless the operator does; every number has an origin.
says 102 0 4320000 63072000 2
ca_check 0 'expect pending at every renewal' 'a CA that holds requests' --record -v
tls_check 1 're-enrol wanted: template version 101 is below the wanted 102 of CA corp' \
    'a major version that was raised forces re-enrolment' --record --explain
like "$out" 'renewal period R = 4320000 s' 'its renewal period counts'
like "$out" 'CA corp, as read [0-9]+ s ago \(20.*Z\)' 'with its age'
like "$out" "R is the template's" 'and where it is from'
tls_check 0 'valid' 'a version that is set by hand counts more' --template-major 101
tls_check 1 'R is as configured' 'as does a period' --renew-before 20d --explain
tls_check 0 'valid' 'another policy asks no CA' --policy scs
evaluation ": renew_amt_tls: template_old, .* would be queued" 'the queue gets it by itself'
sed 's/^ca = corp/&\npolicy-from = none/' "$tmp/dev.conf" >"$tmp/none.conf"
chmod 600 "$tmp/none.conf"
run "$B/checks/check_amt_tls" -f "$tmp/none.conf" -H $name
is "$status" 0 'nor does who wants none'

# Old news is not acted on.
age="UPDATE ca_policy SET read_at = read_at"
sqlite3 "$tmp/dev.db" "$age - 7 * 86400 - 60"
tls_check 0 'what CA corp wants was read 7 d ago and is not acted on' 'old news force nothing' -v
evaluation ' 0 certificates or settings due' 'and queue nothing'
renew dev --apply
is "$status" 0 'nor does the remedy'
like "$out" 'nothing to do' 'which says so'
ca_check 1 'as of 7 d ago: nobody acts on them any more, run this with --record' \
    'the check of the CA warns'
sed 's/^ca = corp/&\npolicy-max-age = 8d/' "$tmp/dev.conf" >"$tmp/patient.conf"
chmod 600 "$tmp/patient.conf"
run "$B/checks/check_amt_tls" -f "$tmp/patient.conf" -H $name
is "$status" 1 'how old is too old can be set'
ca_check 0 'as of 0 s ago' 'until it is run so' --record -v

# A renewal ends it, and learns what the CA says on its way.
says 103 0 4320000 63072000 0
renew dev --apply
is "$status" 0 'a renewal' || sed 's/^/# /' "$tmp/.out" "$tmp/.err"
like "$out" 'taken, but C9 time: issued for 365 d, the template says 730 d' \
    'what is cut by the CA is told'
is "$(sqlite3 "$tmp/dev.db" 'SELECT major FROM ca_template')" 103 'the newest version was learned'
tls_check 0 'valid, (364|365) d left' 'and the new certificate is fine' --record
evaluation ' 0 certificates or settings due' 'nothing is left to do'

# The other way round it is not for us to act.
says 102 0 4320000 63072000 0
ca_check 0 'version 102\.0' 'a CA that says less than it issued' --record -v
tls_check 3 'template version 103 is above 102 of CA corp' 'leaves it to a person' --record
evaluation ' 0 certificates or settings due' 'and nothing is queued for it'
unlike "$(cat "$tmp/.out")" 's3cret' 'no secret in the text'
stop_sim dev "$sim_pid"
done_testing
