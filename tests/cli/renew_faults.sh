# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # used by and set in the scripts that read this
# A renewal that meets one fault at one of its requests, for every request and every
# fault.  Needs tests/cli/lib.sh, tests/sim/client.sh and tests/cli/renew.sh.
#
#   kill       the run is killed when the firmware has done the request, unanswered
#   before     the connection is cut before the request is read
#   unanswered ... when it is done, before the answer
#   half       ... in the middle of the answer
#   after      ... behind the answer
#   500        the answer is HTTP 500
#   amtN       the answer is a fault with AMT-STATUS N
#   rvN        a method returns N and does nothing
#   loss/d /k /a     power fails when a write is done, unanswered: what is pending is
#                    dropped, kept, applied
#   boot/d /k /a     the same behind the answer
#
# The device must serve a certificate that verifies in between, and be renewed in the
# end, with nothing left over and nothing missing.
#
# A sanitized build, ten times as slow, takes every eleventh case: eleven shares no
# factor with the number of faults of a reading, so each meets all sorts of requests.
# FAULT_STEP=1 takes all of them whatever the build, and every code of each request;
# FAULT_AT=N those of the N-th request alone.

jobs_max=4
# take_every N: every N-th case, unless the build or who runs it says otherwise.
take_every() {
	step=$1
	! grep -q fsanitize "$B/flags" || step=11
	step=${FAULT_STEP:-$step}
}

faults_of_all='kill before unanswered half after 500'
faults_of_readings='amt1 amt16 amt36 amt38 amt2075'
faults_of_calls='' # Put, Create, Delete
faults_of_methods=''
faults_of_writes='loss/d loss/k loss/a boot/d boot/k boot/a'
declare -A action=([kill]=freeze [before]=cut-before-read [unanswered]=cut-before-answer
	[half]=cut-in-answer [after]=cut-after-answer [500]=status=500
	[loss/d]=power-loss-drop [loss/k]=power-loss-keep [loss/a]=power-loss-apply
	[boot/d]=reboot-drop [boot/k]=reboot-keep [boot/a]=reboot-apply)
for code in 1 2 16 23 36 38 47 48 49 1024 2057 2058 2061 2063 2064 2066 2075 2081 2082; do
	action[amt$code]=amt-status=$code action[rv$code]=return-value=$code
	faults_of_calls+=" amt$code" faults_of_methods+=" rv$code"
done

# prepare_faults: a device that was renewed before, so that the journal knows its key
# pair, with somebody else's pair beside it, and a CA whose issuer it has not stored.
prepare_faults() {
	make_lab p256
	awk -v out="$tmp/key" '/BEGIN/ { n++ } { print > (out n ".pem") }' "$tmp/pool.pem"
	cp "$tmp/key1.pem" "$tmp/pool.pem"
	start_device first 14
	renew first --apply
	is "$status" 0 'a first renewal'
	stop_sim first "$sim_pid"
	make_cert ours -s "$name" --san "$name" --key "$tmp/key1.pem" --not-before -335d --not-after +30d
	make_cert theirs -s their.example
	cat "$tmp/key2.pem" "$tmp/key3.pem" >"$tmp/pool.pem"
	"$simca" -m ca -o "$tmp/sub.pem" --key-out "$tmp/sub.key" -s 'Issuing CA' \
	    --key-type p256 --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key"
	chmod 600 "$tmp"/*.key "$tmp"/key*.pem
	ca_lines="cert-file = $tmp/sub.pem
key-file = $tmp/sub.key
chain-file = $tmp/ca.pem"
	tls=1
	configure matrix 14
}

more_faults=''

# boot NAME LOG [FAULT]: a simulator in the state before, with that fault and with
# $more_faults; sets boot_pid and port. What it says comes through a pipe, so that
# nobody has to look again and again.
boot() {
	local line
	[ -p "$tmp/$1.say" ] || mkfifo "$tmp/$1.say"
	"$amtsim" --control "$tmp/$1.sock" --log "$2" --key-pool "$tmp/pool.pem" \
	    --name pc1 --set profile=14 --set tls-port=0 --set plain-port=0 \
	    --set "certificate=$tmp/ours.pem" --set "key=$tmp/key1.pem" \
	    --set "root=$tmp/ca.pem" --set "orphan-certificate=$tmp/theirs.pem" \
	    --set "orphan-key=$tmp/theirs.key" --set "fault=${3-} $more_faults" >"$tmp/$1.say" 2>&1 &
	boot_pid=$!
	exec 4<"$tmp/$1.say"
	while read -r -t 20 line <&4; do
		case $line in
		ready*) read -r _ _ _ port _ <<<"$line" ;;
		listening*) break ;;
		*) echo "$line" ;;
		esac
	done
	cp "$tmp/first.db" "$tmp/$1.db"
	cp "$tmp/first.db-wal" "$tmp/$1.db-wal"
	command=("$remedy" -f "$tmp/matrix.conf" -H "$name" -p "$port" -t 30 --apply
		--inventory "$tmp/$1.db")
}

# attempt NAME: one run.
attempt() {
	"${command[@]}" >"$tmp/$1.out" 2>&1 </dev/null
}

# verifies_now: a handshake whose certificate is good for $name.
verifies_now() {
	[[ $(openssl s_client -connect "127.0.0.1:$port" -no-CApath -no-CAstore \
	    -CAfile "$tmp/ca.pem" -verify_return_error -verify_hostname "$name" \
	    </dev/null 2>/dev/null) == *'Verify return code: 0'* ]]
}

# every STATE REGEX: what its group matches, each time, into ${found[@]}.
every() {
	local rest=$1
	found=()
	while [[ $rest =~ $2 ]]; do
		found+=("${BASH_REMATCH[1]}")
		rest=${rest#*"${BASH_REMATCH[0]}"}
	done
}

# remember_before NAME: what judge() compares with.
remember_before() {
	local state
	state=$(ask "$1" 'state pc1')
	before=$(settings "$state")
	old_leaf=$(json "$state" served)
	their_key=$(keys "$state" | sed -n '2s/.* //p')
	others="$(fingerprint "$tmp/ca.pem") $(fingerprint "$tmp/theirs.pem") $(fingerprint "$tmp/sub.pem")"
}

# prune_rest NAME: what the firmware would not delete stays until the next renewal, and
# prune_amt_store takes it along as well.
prune_rest() {
	[[ $(<"$tmp/$1.out") == *'stays in the store until the next renewal'* ]] || return 0
	"$B/remediate/prune_amt_store" "${command[@]:1}" >"$tmp/$1.prune" 2>&1 </dev/null ||
		echo "prune_amt_store: $(head -n 1 "$tmp/$1.prune");"
}

# What is wrong with a device that was renewed; nothing when all is well.
judge() { # NAME
	local state new wanted found runs
	prune_rest "$1"
	state=$(ask "$1" 'state pc1')
	[[ $state =~ \"served\":\"([0-9a-f]+)\" ]]
	new=${BASH_REMATCH[1]}
	verifies_now || echo "what is served does not verify;"
	[ "$new" != "$old_leaf" ] || echo "the old certificate is served;"
	every "$state" '"sha256":"([0-9a-f]{64})","subject"'
	[ ${#found[@]} = 4 ] || echo "${#found[@]} certificates;"
	for wanted in $others $new; do
		[[ " ${found[*]} " == *" $wanted "* ]] || echo "certificate $wanted is gone;"
	done
	every "$state" '"sha256":"([0-9a-f]{64})","type"'
	[ ${#found[@]} = 2 ] || echo "${#found[@]} keys;"
	[[ " ${found[*]} " == *" $their_key "* ]] || echo "their key is gone;"
	[[ $state != *'"has_certificate":false'* ]] || echo "a key without certificate;"
	[[ $state =~ \"handle\":([0-9]+),\"sha256\":\"$new\" ]]
	wanted=${BASH_REMATCH[1]}
	every "$state" '"context":([0-9]+)'
	[ "${found[*]}" = "$wanted $wanted" ] || echo "context ${found[*]}, not $wanted;"
	[[ $state == *'"failures":0,'* ]] || echo "a login failed;"
	runs=$(sqlite3 "$tmp/$1.db" \
	    "SELECT group_concat(outcome) FROM run WHERE remedy <> 'prune_amt_store';
	    SELECT 1 FROM run WHERE closed_at IS NULL")
	[[ $runs =~ ^done(,(undone|refused))*,done$ ]] || echo "journal: $runs;"
}

# kill_there NAME: a run, killed when the firmware has gone silent.
kill_there() {
	local run line
	"${command[@]}" >"$tmp/$1.out" 2>&1 </dev/null &
	run=$!
	while read -r -t 20 line <&3 && [[ $line != *fault=freeze* ]]; do :; done
	kill -KILL $run
	wait $run 2>/dev/null
	ask "$1" 'set pc1 hang=no' >/dev/null
}

# label N: what the N-th request asks for.
label() {
	sed -nE "$1"'{
		s/.* op=([^ ]+) class=([^ ]+) method=([^ ]+) .*/\1 \2 \3/
		s/ -$//
		s/^- -$/login/
		s/^Invoke [^ ]+ //
		p
	}' "$tmp/requests"
}

# few_codes N FAULTS: of the codes some, others for each request; into ${few[@]}.
few_codes() {
	local i all
	read -ra all <<<"$2"
	few=()
	for ((i = $1 % code_step; i < ${#all[@]}; i += code_step)); do
		few+=("${all[i]}")
	done
}
code_step=1

# every_fault FIRST LAST: into ${cases[@]}, for these requests of $tmp/requests.
every_fault() {
	local n line fault few faults
	[ -z "${FAULT_STEP-}" ] || code_step=1
	cases=()
	for ((n = $1; n <= $2; n++)); do
		[ "${FAULT_AT:-$n}" = "$n" ] || continue
		line=$(sed -n "${n}p" "$tmp/requests")
		faults=$faults_of_all
		case $line in
		*' op=- '*) few=() ;;
		*' op=Invoke '*) few_codes "$n" "$faults_of_methods" ;;
		*' write=yes '*) few_codes "$n" "$faults_of_calls" ;;
		*) few_codes "$n" "$faults_of_readings" ;;
		esac
		faults+=" ${few[*]}"
		[[ $line != *' write=yes '* ]] || faults+=" $faults_of_writes"
		for fault in $faults; do
			cases+=("$n $fault")
		done
	done
}

# worker K: every jobs_max-th of the cases that are taken; one_case NAME N FAULT of the
# script sets $result to "1" or "2", the run that ended well, or to what is wrong.
worker() {
	local i result
	for ((i = $1 * step; i < ${#cases[@]}; i += jobs_max * step)); do
		# shellcheck disable=SC2086 # two words
		one_case "w$1" ${cases[i]}
		echo "$result" >"$tmp/result.$i"
	done
}

# run_cases: all of them, some at a time.
run_cases() {
	local k workers=()
	for ((k = 0; k < jobs_max; k++)); do
		worker $k &
		workers+=($!)
		started+=($!)
	done
	wait "${workers[@]}"
}

# print_matrix FIRST LAST: a result for each case, then requests by faults; 1 and 2 are
# the run that ended well, X is a failure.
print_matrix() {
	local i n fault result columns taken=0
	local -A cell
	for i in "${!cases[@]}"; do
		[ -e "$tmp/result.$i" ] || continue
		taken=$((taken + 1))
		result=$(cat "$tmp/result.$i")
		n=${cases[i]% *} fault=${cases[i]#* }
		cell[${cases[i]}]=X
		[[ $result != [12] ]] || cell[${cases[i]}]=$result
		[[ $result == [12] ]]
		ok $? "$fault at request $n, $(label "$n"): renewed" || printf '#   %s\n' "$result"
	done
	columns="$faults_of_all $faults_of_calls $faults_of_methods $faults_of_writes"
	{
		printf '%-51s' 'request'
		# shellcheck disable=SC2086
		printf ' %s' $columns
		echo
		for ((n = $1; n <= $2; n++)); do
			printf '%2d %-48s' "$n" "$(label "$n")"
			for fault in $columns; do
				printf " %${#fault}s" "${cell["$n $fault"]-.}"
			done
			echo
		done
		echo "$(($2 - $1 + 1)) requests, ${#cases[@]} cases, $taken taken, $(
			printf '%s\n' "${cell[@]}" | grep -c '[12]'
		) as they should be ($(printf '%s\n' "${cell[@]}" | grep -c 1) in the same run)"
	} | sed 's/^/# /'
}
