#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# All of it by a user without rights: check, event handler, evaluation, worker and every
# remedy; and nothing that they leave behind is of anybody else, or open to others.
# timeout: 300
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

# root becomes nobody for it.
user=$(id -u)
as=()
if [ "$user" = 0 ]; then
	command -v setpriv >/dev/null || skip_all 'no setpriv'
	user=65534
	as=(setpriv "--reuid=$user" --regid=65534 --clear-groups --no-new-privs)
fi
# Where it cannot look at its own processes it looks for no leaks.
export ASAN_OPTIONS=detect_leaks=0

make_lab p256
make_cert net -s net1.example --san net1.example --eku clientAuth --not-before -335d --not-after +30d
"$simca" -m ca -o "$tmp/new.pem" --key-out "$tmp/new.key" -s 'New root' --key-type p256
start_device pc1 14 clock-offset=-90000 "wired-certificate=$tmp/net.pem" "wired-key=$tmp/net.key"
pid=$sim_pid

# Its home, with programs, configuration and secrets of its own.
home=$tmp/home
mkdir -p "$home/bin"
cp "$B"/remediate/{{sync,install,prune,renew,reprovision,work,evaluate,verify}_amt_*,amt_event_handler} \
    "$B/checks/check_amt_tls" "$home/bin"
rm -f "$home"/bin/*.[do]
cp "$tmp"/{ca.pem,ca.key,new.pem,password} "$home"
sed "s,$tmp/,$home/,g" "$tmp/pc1.conf" >"$home/pc1.conf"
printf '[queue]\nprogram-dir = %s\nstop-file = %s\n' "$home/bin" "$home/stop" >>"$home/pc1.conf"
chmod 711 "$tmp"
chmod 700 "$home"
[ ${#as[@]} = 0 ] || chown -R "$user:65534" "$home"

# may PROGRAM OPTION...: that user runs it.
may() {
	run "${as[@]}" "$home/bin/$1" -f "$home/pc1.conf" "${@:2}"
}
is "$("${as[@]}" id -u)" "$user" "user $user"
may check_amt_tls -H $name --record
is "$status" 1 'the check finds what is due'
may amt_event_handler --hostname $name --service amt-tls --state WARNING --state-type HARD \
    --attempt 3 --host-downtime 0 --service-downtime 0 --flapping 0 --acknowledged 0 --in-window 1
like "$err" ': queued: renew_amt_tls, due, job 1$' 'the event handler queues'
may work_amt_queue
is "$status" 0 'the worker renews' || printf '%s\n' "$err" | sed 's/^/# /'
like "$err" ': done, attempt 1, ' 'and says so'
verifies "$tls"
ok $? 'what is served verifies'
may check_amt_tls -H $name --record
is "$status" 0 'the next check is OK'
may evaluate_amt_fleet
is "$status" 0 'the fleet is evaluated'
for remedy in sync_amt_clock "install_amt_root --root=$home/new.pem" prune_amt_store \
    renew_amt_8021x reprovision_amt_tls; do
	# shellcheck disable=SC2086 # with its option
	may $remedy -H $name --apply
	is "$status $err" '0 ' "${remedy%% *}"
done
may verify_amt_journal
is "$status" 0 'the journal is whole'
is "$(find "$home" ! -user "$user")" '' 'nothing is of another user'
is "$(find "$home" -name 'pc1.db*' -perm /077)" '' 'and the inventory is closed to all others'
stop_sim pc1 "$pid"
done_testing
