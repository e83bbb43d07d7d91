#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# check_amt_ca: files that are good, and files that are wrong in one way each.
. tests/cli/lib.sh
. tests/cli/plugin.sh

simca=$B/tests/tools/simca
check=$B/checks/check_amt_ca
setup_oid=2.16.840.1.113741.1.2.3
cd "$tmp" || exit 1
umask 077

ca() { # NAME OPTION...
	"$simca" -m ca -o "$1.pem" --key-out "$1.key" -s "CA $1" --key-type p384 "${@:2}" || exit 1
}
setup() { # NAME OPTION...: certificate, key and root in one PEM file
	"$simca" -m cert -o "$1.crt" --key-out "$1.key" --ca root.pem --ca-key root.key \
	    -s setup.example --san setup.example --key-type p384 --digest sha384 "${@:2}" || exit 1
	cat "$1.crt" "$1.key" root.pem >"$1.pem"
}
ca root --not-before -400d --not-after +3650d
ca ending --not-before -3000d --not-after +20d
ca due --not-before -3000d --not-after +35d
ca ended --not-before -3000d --not-after -5d
setup good --eku "serverAuth,$setup_oid" --not-before -65d --not-after +300d
setup rung60 --eku "serverAuth,$setup_oid" --not-before -305d --not-after +59d
setup rung30 --eku "serverAuth,$setup_oid" --not-before -335d --not-after +29d
setup rung1 --eku "serverAuth,$setup_oid" --not-before -365d --not-after +20h
setup gone --eku "serverAuth,$setup_oid" --not-before -400d --not-after -1d
setup purpose --eku serverAuth --not-after +300d
setup sha1 --eku "serverAuth,$setup_oid" --digest sha1 --not-after +300d
setup rsa1024 --eku "serverAuth,$setup_oid" --key-type rsa:1024 --digest sha256 --not-after +300d
setup outlook --eku "serverAuth,clientAuth,$setup_oid" --key-type rsa:2048 --digest sha256 \
    --not-after +300d
cat good.crt root.pem >no-key.pem
cat good.crt rung60.key root.pem >other-key.pem
cat good.crt good.key >no-root.pem

# crl NAME DAYS: a list of the root that ends in so many days.
crl() {
	local end
	end=$(date -u -d "@$(($(date +%s) + $2 * 86400))" +%Y%m%d%H%M%SZ)
	: >index.txt
	echo 01 >crlnumber
	printf '%s\n' '[ca]' 'default_ca = x' '[x]' 'database = index.txt' 'crlnumber = crlnumber' \
	    'default_md = sha256' >ca.cnf
	openssl ca -config ca.cnf -gencrl -cert root.pem -keyfile root.key \
	    -crl_lastupdate "$(date -u -d '@1700000000' +%Y%m%d%H%M%SZ)" -crl_nextupdate "$end" \
	    -out "$1.crl" 2>openssl.log || sed 's/^/# /' openssl.log
}
crl fresh 30
crl stale 3
crl over -2

run "$check" --ca-file root.pem
says AMT_CA 0 'ca CN=CA root: valid, (3649|3650) d left' "a CA that lasts"
while IFS=% read -r status_wanted text options; do
	# shellcheck disable=SC2086 # options are words
	run "$check" $options
	says AMT_CA "$status_wanted" "$text" "$options"
done <<'ROWS'
1%ca CN=CA due: renewal overdue 7 d, 3[45] d left%--ca-file due.pem
2%ca CN=CA ended: expired [45] d ago%--ca-file root.pem --ca-file ended.pem
2%not the certificate of a CA%--ca-file good.crt
0%revocation list of CN=CA root ends in (29|30) d%--crl fresh.crl
1%revocation list of CN=CA root ends in [23] d%--crl stale.crl
0%revocation list of CN=CA root ends in [23] d%--crl stale.crl --crl-warning 1d
2%revocation list of CN=CA root ended [12] d ago%--crl over.crl
0%setup CN=setup.example: valid, (299|300) d left%--provisioning good.pem
1%5[89] d left .*beyond the warning threshold%--provisioning rung60.pem
2%2[89] d left .*beyond the critical threshold%--provisioning rung30.pem
2%(19|20) h left .*beyond the critical threshold%--provisioning rung1.pem
2%expired 1 d ago%--provisioning gone.pem
0%valid, 5[89] d left%--provisioning rung60.pem --days=10,5
2%neither the purpose 2\.16\.840%--provisioning purpose.pem
2%weak signature digest, sha1%--provisioning sha1.pem
2%weak key, RSA of 1024 bit%--provisioning rsa1024.pem
0%AMT 22 asks for SHA-384.*public CAs stop issuing%--provisioning outlook.pem -v
2%private key is not in the file%--provisioning no-key.pem
2%private key is not in the file%--provisioning other-key.pem
1%does not hold its path to the root%--provisioning no-root.pem
3%none\.pem%--provisioning none.pem
3%--ca-file: none\.pem%--ca-file none.pem
3%--crl: root\.key: RFC 5280 5\.1: not a revocation list%--crl root.key
ROWS

# PKCS#12, its pass phrase, and who may read it.
openssl pkcs12 -export -in good.crt -inkey good.key -certfile root.pem -passout pass:Sesame -out good.pfx
echo Sesame >secret
echo Open >wrong
run "$check" --provisioning good.pfx --secret-file secret
says AMT_CA 0 'setup CN=setup.example: valid' "a PKCS#12 file with its pass phrase"
run "$check" --provisioning good.pfx --secret-file wrong
says AMT_CA 3 'the pass phrase is wrong' "a wrong pass phrase"
run "$check" --provisioning good.pfx
says AMT_CA 3 'needs a pass phrase' "no pass phrase"
chmod 644 good.pfx
run "$check" --provisioning good.pfx --secret-file secret
says AMT_CA 3 'open to group or others' "a key that others can read"
run "$check"
is "$status" 3 "no file at all is wrong usage"
like "$out" '^AMT_CA UNKNOWN - --ca: missing' "and says what is missing"
run "$check" --help
is "$status" 3 "--help exits 3"
is "$(awk 'length > 80' <<<"$out")" "" "in 80 columns"
done_testing
