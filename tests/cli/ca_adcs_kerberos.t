#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Backend adcs with Kerberos by software that is not ours: MIT's KDC, and Apache with
# mod_auth_gssapi in front of the web services.
# timeout: 300
. tests/cli/lib.sh
. tests/cli/ca_lab.sh

PATH=$PATH:/usr/sbin:/sbin
modules=/usr/lib/apache2/modules
for program in python3 krb5kdc kdb5_util kadmin.local apache2; do
	command -v $program >/dev/null || skip_all "$program is not installed"
done
[ -e $modules/mod_auth_gssapi.so ] || skip_all "mod_auth_gssapi is not installed"
knows_localhost || skip_all "localhost has no address"

make_lab
openssl req -new -key "$lab/ec.key" -out "$lab/ec.csr" -config /dev/null -subj "/CN=$name" \
    -addext "subjectAltName=DNS:$name" -addext extendedKeyUsage=serverAuth \
    -addext 1.3.6.1.4.1.311.20.2=ASN1:BMPSTRING:AMTTLS
touch "$lab/plain"
start_service || exit 1
backend=$port
echo 'kerberos svc-amt@LAB.TEST' >"$lab/login"

# A realm.
export KRB5_CONFIG=$lab/krb5.conf KRB5_KDC_PROFILE=$lab/kdc.conf KRB5CCNAME=MEMORY:none
unset KRB5_CLIENT_KTNAME
kdc=127.0.0.1:$(free_port)
cat >"$lab/krb5.conf" <<-END
	[libdefaults]
	default_realm = LAB.TEST
	dns_lookup_kdc = false
	dns_lookup_realm = false
	dns_canonicalize_hostname = false
	rdns = false
	[realms]
	LAB.TEST = {
	kdc = $kdc
	}
	[domain_realm]
	localhost = LAB.TEST
END
cat >"$lab/kdc.conf" <<-END
	[kdcdefaults]
	kdc_listen = $kdc
	kdc_tcp_listen = $kdc
	[realms]
	LAB.TEST = {
	database_name = $lab/principal
	key_stash_file = $lab/stash
	}
END
{
	kdb5_util create -s -r LAB.TEST -P master
	for principal in HTTP/localhost svc-amt other; do
		kadmin.local -q "addprinc -randkey $principal"
	done
	kadmin.local -q "ktadd -k $lab/http.keytab HTTP/localhost"
	kadmin.local -q "ktadd -k $lab/svc.keytab svc-amt"
	kadmin.local -q "ktadd -k $lab/other.keytab other"
} >"$tmp/realm.log" 2>&1
start kdc krb5kdc -n
kdc_pid=$started_pid

# A web server that asks for tickets. Started by root it has children of nobody.
chmod 755 "$tmp" "$lab"
chmod 644 "$lab/http.keytab"
front=$(free_port)
{
	printf '%s\n' "ServerRoot $lab" 'ServerName localhost' "Listen 127.0.0.1:$front" \
	    "PidFile $lab/apache.pid" "ErrorLog $tmp/apache.log" "DefaultRuntimeDir $lab" \
	    'Mutex posixsem'
	for module in mpm_prefork authn_core authz_core authz_user headers ssl auth_gssapi \
		proxy proxy_http; do
		echo "LoadModule ${module}_module $modules/mod_$module.so"
	done
	printf '%s\n' 'SSLEngine on' "SSLCertificateFile $lab/tls.pem" \
	    "SSLCertificateKeyFile $lab/tls.pem" 'ProxyPreserveHost on' '<Location />' \
	    'AuthType GSSAPI' 'AuthName lab' "GssapiCredStore keytab:$lab/http.keytab" \
	    'Require valid-user' 'RequestHeader set X-User expr=%{REMOTE_USER}' \
	    "ProxyPass http://127.0.0.1:$backend/" '</Location>'
} >"$lab/apache.conf"
# When it ends it ends its process group: that must not be ours.
start front setsid apache2 -f "$lab/apache.conf" -D FOREGROUND
front_pid=$started_pid
wait_for 30 bash -c "exec 3<>/dev/tcp/127.0.0.1/$front"
ok $? "a web server with mod_auth_gssapi listens" ||
	sed 's/^/# /' "$tmp/front.log" "$tmp/apache.log" "$tmp/realm.log"

common=('backend = adcs' "trust-anchor = $lab/root.pem" 'template = AMTTLS'
	"url = https://$host:$front/ADPolicyProvider_CEP_Kerberos/service.svc/CEP")
section keytab "${common[@]}" "keytab = $lab/svc.keytab"
section other "${common[@]}" "keytab = $lab/other.keytab"
section cache "${common[@]}"

mode ok
askca --ca keytab --do probe
like "$out" '^outcome: issued$' "from a keytab, without anybody's kinit, policy is had" ||
	sed 's/^/# /' "$tmp/apache.log"
: >"$lab/requests.log"
askca --ca keytab --csr "$lab/ec.csr"
like "$out" '^outcome: issued$' "and a certificate"
like "$out" '^judged: accepted$' "which is accepted"
is "$(grep -c ' 200 ' "$lab/requests.log")" 2 "by two messages that came through"
askca --ca cache --do probe
like "$out" '^outcome: not allowed$' "without keytab and ticket there is no login"
like "$out" 'no Kerberos ticket could be had' "and that is the reason"
askca --ca other --do probe
like "$out" '^outcome: not allowed$' "an account without permission is refused"
like "$out" 'Kerberos login refused|has no permission' "as that"
stop "$kdc_pid"
askca --ca keytab --do probe
like "$out" 'no Kerberos ticket could be had .*(KDC|contact)' "a KDC that is away is named"
unlike "$out$err" 'svc\.keytab.*BEGIN|Negotiate Y' "no token in text and log"
stop "$front_pid"
done_testing
