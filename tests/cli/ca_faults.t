#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Everything that may be wrong with a CA, for each backend: a renewal ends with the right
# outcome, nothing is loaded or bound, and no secret is told.  What a CA says to a single
# question is in ca_est.t, ca_certsrv.t, ca_adcs.t, ca_cmp.t, ca_scep.t and ca_answers.t.
# AMTCERT_CA_FAULTS=all runs every row, else two of each backend, chosen by AMTCERT_SEED.
# In the lines with the backends "." was not chosen now, "-" cannot be.
# timeout: 900
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/ca_device.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
knows_localhost || skip_all "nobody knows localhost"
seed=${AMTCERT_SEED:-$$}
RANDOM=$seed
echo "# AMTCERT_SEED=$seed"
n=2
[[ $B != *san* ]] || n=1

# A row is BACKEND FAULT~HOW~EXIT~WORDS. HOW is what the server does from now on; with
# "front" before it, to every question and not to messages alone; with "ca" before it,
# another section that meets a server which is all right.
table="\
est tls~ca est-tls~4~local issuer certificate
est type~wrong type~1~content type application/pkcs10
est truncated~truncated der~1~not one ContentInfo
est base64~junk~1~[Bb]ase64
est pending~pending 1000~2~pending: the CA has the request
est 401~ca est-401~4~login of LAB.svc refused
est 500~status 500~1~HTTP 500
est 503~status 503 120~1~HTTP 503
est redirect~redirect~4~not followed
est big~big~4~more than 1048576 bytes
est key~other key~1~no certificate has the key
certsrv tls~ca certsrv-tls~4~local issuer certificate
certsrv type~wrong type~1~content type application/octet-stream
certsrv truncated~truncated~1~PEM
certsrv base64~junk~1~PEM
certsrv pending~pending~2~pending: the CA has the request
certsrv 401~ca certsrv-401~4~login of LAB.svc refused
certsrv 500~status 500~1~HTTP 500
certsrv 503~status 503 120~1~HTTP 503
certsrv redirect~redirect~4~not followed
certsrv big~big~4~more than 1048576 bytes|content type
certsrv key~other key~1~no certificate has the key
adcs tls~ca adcs-tls~4~local issuer certificate
adcs type~wrong type~1~content type text/xml
adcs truncated~truncated~1~not one ContentInfo
adcs base64~junk~1~base64
adcs soap~hresult 8009ffff~1~0x8009FFFF: Denied
adcs pending~pending~2~pending: the CA has the request
adcs 401~ca adcs-401~4~FailedAuthentication
adcs 500~status 500~1~HTTP 500
adcs 503~busy~1~HTTP 503
adcs redirect~redirect~4~not followed
adcs big~big~4~content type application/pkcs7-mime
adcs key~other key~1~no certificate has the key
adcs message~other message~4~RelatesTo
cmp tls~ca cmp-tls~4~local issuer certificate
cmp type~wrong type~1~content type application/octet-stream
cmp truncated~truncated~1~not one PKIMessage
cmp pending~pending 1000~2~pending: the CA has the request
cmp 401~ca cmp-401~4~badMessageCheck
cmp 500~status 500~1~HTTP 500
cmp 503~status 503 120~1~HTTP 503
cmp redirect~redirect~4~not followed
cmp big~big~4~more than 262144 bytes
cmp key~other key~1~for another key
cmp nonce~wrong nonce~1~nonce is not ours
cmp message~wrong id~1~another transaction
scep tls~ca scep-tls~4~is not in trust-anchor
scep type~wrong type~1~content type application/octet-stream
scep truncated~truncated~1~not one ContentInfo
scep pending~pending~2~pending: the CA has the request
scep 401~ca scep-401~1~not allowed: badRequest
scep 500~front status 500~1~HTTP 500
scep 503~status 503 120~1~HTTP 503
scep redirect~redirect~1~not followed
scep big~big~1~more than [0-9]* bytes
scep key~other key~1~no certificate has the key
scep nonce~other nonce~1~recipientNonce
scep message~other transaction~1~transaction
exec type~echo '<html>Please log in</html>'~1~PEM|certificate
exec truncated~sign | head -c 600~1~PEM
exec base64~sign | sed '5s/./*/'~1~PEM
exec pending~echo 30; echo 17; exit 5~2~pending: the CA has the request
exec 401~echo 'access denied'; exit 4~1~lacks configuration: access denied
exec 500~echo 'no route'; exit 3~1~cannot be reached: no route
exec big~head -c 10000000 /dev/zero~1~wrote more than 1048576 bytes
exec key~cat $tmp/pc1.pem~1~no certificate has the key
"
faults='tls type truncated base64 soap pending 401 500 503 redirect big key nonce message'
backends='est certsrv adcs cmp scep exec'

make_lab rsa:2048 # which SCEP needs
start_ca_service || exit 1
echo AMTTLS >"$lab/templates"
start_device sim 14 || exit 1
stop_sim sim "$sim_pid"

add_ca cas est est '' "secret-file = $lab/secret"
add_ca cas certsrv certsrv /certsrv "secret-file = $lab/secret" 'template = AMTTLS'
add_ca cas adcs adcs /ADPolicyProvider_CEP_UsernamePassword/service.svc/CEP \
    "secret-file = $lab/secret" 'template = AMTTLS'
sed -i '/^\[ca adcs\]/,$s/^auth = basic/auth = username/' "$tmp/cas.conf"
serve_ca cas cmp https://localhost:PORT/ 'reference = ref-1' "shared-secret-file = $lab/secret"
serve_ca cas scep http://127.0.0.1:PORT/scep 'plain-allowed = yes' "challenge-file = $lab/secret"
# Each once more with a wrong secret, and with somebody else's anchor for its server.
"$simca" -m ca -o "$tmp/foreign.pem" --key-out "$tmp/foreign.key" -s 'Foreign Root' --key-type p256
cat >"$tmp/helper" <<-END
	#!/bin/bash
	env >"$tmp/helper.env"
	sign() {
		printf '%s\n' "\$CERTMONGER_CSR" | openssl req -outform DER -out "$tmp/csr.der" &&
			"$simca" -m sign -o "$tmp/issued.pem" --request "$tmp/csr.der" \\
			    --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key" && cat "$tmp/issued.pem"
	}
	case \$CERTMONGER_OPERATION in
	SUBMIT | POLL) . "$tmp/mode" ;;
	*) exit 6 ;;
	esac
END
chmod 700 "$tmp/helper"
{
	cat "$tmp/cas.conf"
	sed "s/^\[ca \(.*\)\]/[ca \1-401]/; s,$lab/secret,$lab/wrong," "$tmp/cas.conf"
	sed "s/^\[ca \(.*\)\]/[ca \1-tls]/; /^\[ca scep/,\$s,$tmp/ca.pem,$tmp/foreign.pem,
	    s,^backend = [eacm].*,&\nserver-anchor = $tmp/foreign.pem," "$tmp/cas.conf"
	printf '%s\n' '[ca exec]' 'backend = exec' 'trial = no' "command = $tmp/helper" "trust-anchor = $tmp/ca.pem"
} >>"$tmp/sim.conf"

# put HOW: the servers do so from now on, and the helper of exec.
put() {
	local front=ok mode=ok
	case $1 in
	'ca '*) ;;
	'front '*) front=${1#front } ;;
	*) mode=$1 ;;
	esac
	printf '%s' "$mode" | tee "$lab/mode" "$tmp/cmp/mode" "$tmp/mode" >"$tmp/scep/mode"
	printf '%s' "$front" >"$tmp/scep/front"
}

# judge FAULT EXIT WORDS: what is wrong with the run that has ended; nothing.
judge() {
	local told kept=("$tmp/sim.db")
	[ "$backend" != scep ] || kept=() # the request that bears the challenge waits there
	told=$(cat "$tmp/.out" "$tmp/.err" "$tmp/sim.req" "${kept[@]}" | tr -d '\0')
	[ "$status" = "$2" ] || echo "exit $status, not $2"
	grep -Eq -- "$3" <<<"$err" || echo "not said: $3"
	[ "$2" != 2 ] || [ "$1" != pending ] || grep -q 'asked again from 20' <<<"$err" || echo 'no time to ask'
	! grep -Eq 's3cret|wrong-w0rd|czNjcmV0' <<<"$told" || echo 'a secret is told'
	[ "$2" = 2 ] || grep -q 'the device is as it was' <<<"$err" || echo 'what became of the device is not said'
	! deeds sim | grep -Eq 'AddCertificate|AMT_TLSCredentialContext' || echo 'something was loaded or bound'
	[ "$(json "$now" served)" = "$(json "$before" served)" ] || echo 'another certificate is served'
	[ "$(certificates "$now")" = "$(certificates "$before")" ] || echo 'the store has other certificates'
	[ "$2" = 2 ] || [ "$(keys "$now")" = "$(keys "$before")" ] || echo 'a key pair is left'
}

# meet BACKEND FAULT HOW EXIT WORDS: a new device and a run; $verdict.
meet() {
	local ca=$1 pid
	[ "${3#ca }" = "$3" ] || ca=${3#ca }
	rm -rf "$tmp"/sim.db*
	put "$3"
	start_sim sim --key-pool "$tmp/pool.pem" --name pc1 --set profile=14 --set tls-port=0 \
	    --set plain-port=0 --set "certificate=$tmp/pc1.pem" --set "key=$tmp/pc1.key" \
	    --set "root=$tmp/ca.pem"
	pid=$sim_pid
	before=$(ask sim 'state pc1')
	: >"$lab/requests.log"
	renew sim -p "$tls" --ca "$ca" --apply
	if [ "$2" = pending ]; then # and for ever
		sqlite3 "$tmp/sim.db" 'UPDATE cert_request SET next_poll_at = 0'
		renew sim -p "$tls" --ca "$ca" --apply
	fi
	now=$(ask sim 'state pc1')
	verdict=$(judge "$2" "$4" "$5")
	[ "$2" != 401 ] || [ "$(grep -c ' 401 ' "$lab/requests.log")" -le 1 ] || verdict+=' asked twice'
	kill "$pid"
	wait "$pid" || verdict+=' the simulator did not end well'
}

for backend in $backends; do
	rows=$(grep "^$backend " <<<"$table")
	[ "${AMTCERT_CA_FAULTS-}" = all ] ||
		rows=$(shuf -n "$n" --random-source=<(yes "$RANDOM") <<<"$rows")
	bad='' line=''
	declare -A met=()
	while IFS='~' read -r what how code words; do
		meet "$backend" "${what#* }" "$how" "$code" "$words"
		met[${what#* }]=ok
		[ -z "$verdict" ] || {
			met[${what#* }]=bad
			bad+="$what: $verdict; "
			sed 's/^/# /' "$tmp/.err"
		}
	done <<<"$rows"
	for fault in $faults; do
		if grep -q "^$backend $fault~" <<<"$table"; then
			line+=" $fault:${met[$fault]-.}"
		else
			line+=" $fault:-"
		fi
	done
	echo "# $backend$line"
	unset met
	is "$bad" '' "$backend: ends as it should"
done

# While it waits for a CA: what anybody sees of a process.
put hang
: >"$lab/requests.log"
start_sim sim --key-pool "$tmp/pool.pem" --name pc1 --set profile=14 --set tls-port=0 --set plain-port=0 \
    --set "certificate=$tmp/pc1.pem" --set "key=$tmp/pc1.key" --set "root=$tmp/ca.pem" || exit 1
start waiting "$remedy" -f "$tmp/sim.conf" -H $name -p "$tls" -t 60 --ca certsrv --apply
wait_for 30 grep -q . "$lab/requests.log"
seen=$(tr '\0' ' ' <"/proc/$started_pid/cmdline")
stop "$started_pid"
like "$seen" '--ca certsrv --apply' 'the command line of a run that waits can be read'
unlike "$seen" 's3cret' 'and shows no secret'
stop_sim sim "$sim_pid"
! grep -Eq 's3cret|wrong-w0rd' "$tmp/helper.env" 2>/dev/null
ok $? 'the helper is told no secret'
done_testing
