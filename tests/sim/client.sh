# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # used by and set in the scripts that read this
# A WS-Man client of shell and curl for the tests of the simulator, in the three
# dialects that real clients speak.  Needs tests/cli/lib.sh.  It shares nothing
# with the library, so that a misunderstanding of one shows in the other.

amtsim=$B/tests/sim/amtsim
simca=$B/tests/tools/simca
sim_user=admin sim_password=P@ssw0rd

# start_sim NAME ARGUMENT...: a simulator with control socket $tmp/NAME.sock and
# log $tmp/NAME.req; sets sim_pid, and host, tls and plain of its first device.
start_sim() {
	local name=$1
	shift
	rm -f "$tmp/$name.log"
	start "$name" "$amtsim" --control "$tmp/$name.sock" --log "$tmp/$name.req" "$@"
	sim_pid=$started_pid
	wait_for_line "$tmp/$name.log" '^listening' || {
		sed 's/^/# /' "$tmp/$name.log"
		return 1
	}
	# shellcheck disable=SC2034
	read -r _ _ host tls plain < <(grep '^ready ' "$tmp/$name.log")
}

# stop_sim NAME PID: ends it and asserts that it ended well, no leak included.
stop_sim() {
	local pid left=() status
	kill "$2" 2>/dev/null
	wait "$2" 2>/dev/null
	status=$?
	for pid in "${started[@]}"; do
		[ "$pid" = "$2" ] || left+=("$pid")
	done
	started=("${left[@]}")
	is "$status" 0 "the simulator ends well" || sed 's/^/# /' "$tmp/$1.log"
}

# ask NAME COMMAND: say something to a simulator.
ask() {
	"$amtsim" --ask "$tmp/$1.sock" --say "$2"
}

# json TEXT KEY: the first value of that key in a state dump.
json() {
	printf '%s\n' "$1" | grep -oE "\"$2\":(\"[^\"]*\"|[-a-z0-9]+|\[[^]]*\])" |
	    sed -E '1!d; s/^"[^"]*"://; s/^"(.*)"$/\1/'
}

uri() { # CLASS
	case $1 in
	AMT_*) echo "http://intel.com/wbem/wscim/1/amt-schema/1/$1" ;;
	IPS_*) echo "http://intel.com/wbem/wscim/1/ips-schema/1/$1" ;;
	*) echo "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/$1" ;;
	esac
}

action() { # OP CLASS
	case $1 in
	Get | Put | Create | Delete)
		echo "http://schemas.xmlsoap.org/ws/2004/09/transfer/$1"
		;;
	Enumerate | Pull | Release)
		echo "http://schemas.xmlsoap.org/ws/2004/09/enumeration/$1"
		;;
	*) echo "$(uri "$2")/$1" ;;
	esac
}

anonymous=http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous
dialect=mc
message_id=7

# envelope OP CLASS [SELECTORS [BODY]] in the dialect of $dialect.
envelope() {
	local soap=http://www.w3.org/2003/05/soap-envelope
	local wsa=http://schemas.xmlsoap.org/ws/2004/08/addressing
	local wsman=http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd
	local body=${4-} must='s:mustUnderstand="true"'
	case $dialect in
	mc | gw)
		if [ -n "$body" ]; then
			body="<Body>$body</Body>"
		elif [ $dialect = mc ]; then
			body="<Body />"
		else
			body="<Body></Body>"
		fi
		printf '%s' '<?xml version="1.0" encoding="utf-8"?>' \
		    '<Envelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"' \
		    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"' \
		    " xmlns:a=\"$wsa\" xmlns:w=\"$wsman\" xmlns=\"$soap\" >" \
		    "<Header><a:Action>$(action "$1" "$2")</a:Action><a:To>/wsman</a:To>" \
		    "<w:ResourceURI>$(uri "$2")</w:ResourceURI>" \
		    "<a:MessageID>$message_id</a:MessageID>" \
		    "<a:ReplyTo><a:Address>$anonymous</a:Address></a:ReplyTo>" \
		    "<w:OperationTimeout>PT60S</w:OperationTimeout>${3-}</Header>" \
		    "$body</Envelope>"
		;;
	wsmancli)
		printf '%s' '<?xml version="1.0" encoding="UTF-8"?>' \
		    "<s:Envelope xmlns:s=\"$soap\" xmlns:a=\"$wsa\" xmlns:w=\"$wsman\"" \
		    ' xmlns:wsen="http://schemas.xmlsoap.org/ws/2004/09/enumeration">' \
		    "<s:Header><a:Action $must>$(action "$1" "$2")</a:Action>" \
		    "<a:To $must>http://${host:-127.0.0.1}:${plain:-16992}/wsman</a:To>" \
		    "<w:ResourceURI $must>$(uri "$2")</w:ResourceURI>" \
		    "<a:MessageID $must>uuid:d5bd3da2-60d7-10d7-8003-01000000fc02</a:MessageID>" \
		    "<a:ReplyTo><a:Address>$anonymous</a:Address></a:ReplyTo>" \
		    "${3-}</s:Header><s:Body>${4-}</s:Body></s:Envelope>"
		;;
	esac
}

# base: where to post; TLS when that port is open.
base() {
	if [ "${via:-}" = plain ] || [ "$tls" = 0 ]; then
		echo "http://$host:$plain"
	else
		echo "https://$host:$tls"
	fi
}

# post [CURL-OPTION...]: standard input to /wsman; prints the body.
post() {
	curl -sk --max-time 20 --digest -u "$sim_user:$sim_password" --data-binary @- \
	    -H 'Content-Type: application/soap+xml;charset=UTF-8' "$@" "$(base)/wsman"
}

# call OP CLASS [SELECTORS [BODY]]: the answer in $reply, its status in $http; 000
# when there was none.
call() {
	http=$(envelope "$@" | post -o "$tmp/reply" -w '%{http_code}') || http=000
	reply=
	[ ! -e "$tmp/reply" ] || reply=$(tr -d '\0' <"$tmp/reply")
	rm -f "$tmp/reply"
}

# invoke CLASS METHOD [PARAMETERS]; parameters in the prefix r.
invoke() {
	call "$2" "$1" "" \
	    "<r:$2_INPUT xmlns:r=\"$(uri "$1")\">${3-}</r:$2_INPUT>"
	return_value=$(value ReturnValue)
}

selector() { # NAME VALUE
	printf '<w:SelectorSet><w:Selector Name="%s">%s</w:Selector></w:SelectorSet>' \
	    "$1" "$2"
}

epr() { # CLASS SELECTOR VALUE
	printf '%s' "<a:Address>/wsman</a:Address><a:ReferenceParameters>" \
	    "<w:ResourceURI>$(uri "$1")</w:ResourceURI>$(selector "$2" "$3")" \
	    "</a:ReferenceParameters>"
}

# value NAME: text of the first element of that name in $reply.
value() {
	printf '%s\n' "$reply" | grep -oE "<[a-z]:$1>[^<]*</" | sed '1!d; s/<[^>]*>//; s/<\/$//'
}

# enumerate CLASS [MAX-ELEMENTS]: all pages into $items, their number in $pages.
enumerate() {
	local ns=http://schemas.xmlsoap.org/ws/2004/09/enumeration context
	local max="<n:MaxElements>${2:-999}</n:MaxElements>"
	[ "${2:-}" != none ] || max=
	call Enumerate "$1" "" "<n:Enumerate xmlns:n=\"$ns\"></n:Enumerate>"
	context=$(value EnumerationContext)
	items='' pages=0
	while [ -n "$context" ] && [ $pages -lt 50 ]; do
		call Pull "$1" "" "<n:Pull xmlns:n=\"$ns\"><n:EnumerationContext>$context</n:EnumerationContext>$max</n:Pull>"
		[ "$http" = 200 ] || return 1
		items+=$(printf '%s' "$reply" | sed 's/.*<g:Items>//; s/<\/g:Items>.*//')
		pages=$((pages + 1))
		context=$(value EnumerationContext)
	done
}

# put_context HANDLE | create_context HANDLE
context_body() {
	printf '%s' "<g:AMT_TLSCredentialContext xmlns:g=\"$(uri AMT_TLSCredentialContext)\">" \
	    "<g:ElementInContext>$(epr AMT_PublicKeyCertificate InstanceID \
		"Intel(r) AMT Certificate: Handle: $1")</g:ElementInContext>" \
	    "<g:ElementProvidingContext>$(epr AMT_TLSProtocolEndpointCollection ElementName \
		"TLSProtocolEndpointInstances Collection")</g:ElementProvidingContext>" \
	    "</g:AMT_TLSCredentialContext>"
}
put_context() { call Put AMT_TLSCredentialContext "" "$(context_body "$1")"; }
create_context() { call Create AMT_TLSCredentialContext "" "$(context_body "$1")"; }

# put_tls INSTANCE XML-OF-PROPERTIES
put_tls() {
	call Put AMT_TLSSettingData "$(selector InstanceID "$1")" \
	    "<g:AMT_TLSSettingData xmlns:g=\"$(uri AMT_TLSSettingData)\">$2</g:AMT_TLSSettingData>"
}
network_tls='Intel(r) AMT 802.3 TLS Settings'
local_tls='Intel(r) AMT LMS TLS Settings'

commit() { invoke AMT_SetupAndConfigurationService CommitChanges; }

generate_key() { # [ALGORITHM LENGTH]
	invoke AMT_PublicKeyManagementService GenerateKeyPair \
	    "<r:KeyAlgorithm>${1:-0}</r:KeyAlgorithm><r:KeyLength>${2:-2048}</r:KeyLength>"
	key_handle=$(printf '%s' "$reply" | grep -oE 'Key: Handle: [0-9]+' | grep -oE '[0-9]+$')
}

# public_key HANDLE FILE: DERKey of a pair.
public_key() {
	call Get AMT_PublicPrivateKeyPair "$(selector InstanceID "Intel(r) AMT Key: Handle: $1")"
	value DERKey | base64 -d >"$2"
}

pem_body() { # FILE: base64 on one line
	sed '/^-/d' "$1" | tr -d '\n'
}

# sign_request HANDLE ALGORITHM FILE(PEM request)
sign_request() {
	invoke AMT_PublicKeyManagementService GeneratePKCS10RequestEx \
	    "<r:KeyPair>$(epr AMT_PublicPrivateKeyPair InstanceID \
		"Intel(r) AMT Key: Handle: $1")</r:KeyPair><r:SigningAlgorithm>$2</r:SigningAlgorithm><r:NullSignedCertificateRequest>$(pem_body "$3")</r:NullSignedCertificateRequest>"
}

add_certificate() { # FILE [METHOD]
	invoke AMT_PublicKeyManagementService "${2:-AddCertificate}" \
	    "<r:CertificateBlob>$(pem_body "$1")</r:CertificateBlob>"
	cert_handle=$(printf '%s' "$reply" | grep -oE 'Certificate: Handle: [0-9]+' | grep -oE '[0-9]+$')
}

delete_cert() { # HANDLE
	call Delete AMT_PublicKeyCertificate \
	    "$(selector InstanceID "Intel(r) AMT Certificate: Handle: $1")"
}
delete_key() { # HANDLE
	call Delete AMT_PublicPrivateKeyPair \
	    "$(selector InstanceID "Intel(r) AMT Key: Handle: $1")"
}

# served: the SHA-256 fingerprint of the leaf on the TLS port.
served() {
	openssl s_client -connect "$host:$tls" </dev/null 2>/dev/null |
	    openssl x509 -noout -fingerprint -sha256 2>/dev/null |
	    sed 's/.*=//; s/://g' | tr A-F a-f
}

fingerprint() { # FILE
	openssl x509 -in "$1" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f
}

# make_ca: $tmp/ca.pem; make_cert NAME OPTION...: $tmp/NAME.pem and .key from it.
make_ca() {
	"$simca" -m ca -o "$tmp/ca.pem" --key-out "$tmp/ca.key" -s 'Lab CA' \
	    --key-type p256 --not-after +3650d
}
make_cert() {
	local name=$1
	shift
	"$simca" -m cert -o "$tmp/$name.pem" --key-out "$tmp/$name.key" \
	    --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key" -s "$name.example" \
	    --san "$name.example" "$@"
}
