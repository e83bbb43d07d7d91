# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # used by and set in the scripts that read this
# A remedy that meets one fault at one of its requests, as tests/cli/renew_faults.sh
# has it for renew_amt_tls.  A script sets $remedy, ${remedy_args[@]}, and
# ${device_sets[@]}, and defines judge NAME, which says what is wrong with a device in
# the end.  Needs tests/cli/lib.sh, tests/sim/client.sh, tests/cli/renew.sh.
#
# Of the many cases some are taken, more of the writes than of the readings, and a few
# with a sanitizer; FAULT_STEP=1 takes all.
. tests/cli/renew_faults.sh

# boot NAME LOG [FAULT]: a simulator in the state before, with that fault; sets boot_pid,
# port and the command. A journal is $tmp/before.db, where there is one.
boot() {
	local line set file sets=()
	[ -p "$tmp/$1.say" ] || mkfifo "$tmp/$1.say"
	for set in "${device_sets[@]}"; do
		sets+=(--set "$set")
	done
	"$amtsim" --control "$tmp/$1.sock" --log "$2" --key-pool "$tmp/pool.pem" \
	    --name pc1 --set profile=14 --set tls-port=0 --set plain-port=0 \
	    "${sets[@]}" --set "fault=${3-}" >"$tmp/$1.say" 2>&1 &
	boot_pid=$!
	exec 4<"$tmp/$1.say"
	while read -r -t 20 line <&4; do
		case $line in
		ready*) read -r _ _ _ port _ <<<"$line" ;;
		listening*) break ;;
		*) echo "$line" ;;
		esac
	done
	rm -f "$tmp/$1.db"*
	for file in "$tmp"/before.db*; do
		[ ! -e "$file" ] || cp "$file" "$tmp/$1${file#"$tmp/before"}"
	done
	command=("$remedy" -f "$tmp/matrix.conf" -H "$name" -p "$port" -t 30 --apply
		--inventory "$tmp/$1.db" "${remedy_args[@]}")
}

# one_case NAME N FAULT: sets $result to "1" or "2", the run that ended well, or to what
# is wrong.
one_case() {
	local runs=1 log=/dev/null
	if [ "$3" = kill ]; then
		[ -p "$tmp/$1.req" ] || mkfifo "$tmp/$1.req"
		exec 3<>"$tmp/$1.req"
		log=$tmp/$1.req
	fi
	boot "$1" "$log" "http:$2:${action[$3]}"
	if [ "$3" = kill ]; then
		kill_there "$1"
		runs=2
	elif ! attempt "$1"; then
		runs=2
	fi
	result=
	[ $runs = 1 ] || attempt "$1" ||
		result="the second run: $(head -n 1 "$tmp/$1.out"); "
	result+=$(judge "$1")
	kill "$boot_pid"
	wait "$boot_pid" || result+='the simulator did not end well; '
	exec 3<&-
	rm -rf "$tmp/$1.db"*
	result=${result:-$runs}
}

# journal_is_closed NAME: what is wrong with the journal: an open run, none that is done.
journal_is_closed() {
	local runs
	runs=$(sqlite3 "$tmp/$1.db" "SELECT group_concat(outcome) FROM run
	    WHERE remedy = '${remedy##*/}';
	    SELECT 1 FROM run WHERE closed_at IS NULL")
	[[ $runs =~ ^((undone|refused|done),)*done$ ]] || echo "journal: $runs;"
}

# pick: of ${cases[@]} every third of a write and every $step-th of the others.
pick() {
	local i is_write picked=() writes=0 others=0
	is_write=" $(grep -n ' write=yes ' "$tmp/requests" | cut -d : -f 1 | tr '\n' ' ') "
	for ((i = 0; i < ${#cases[@]}; i++)); do
		if [[ $is_write == *" ${cases[i]% *} "* ]]; then
			[ $((writes++ % 3)) != 0 ] || picked+=("${cases[i]}")
		elif [ $((others++ % step)) = 0 ]; then
			picked+=("${cases[i]}")
		fi
	done
	cases=("${picked[@]}")
	step=1
}

# log_in_once: the inventory of before knows that the password is good. Else it would
# take a run that was killed in its first login for one that is still at it.
log_in_once() {
	"$B/tests/tools/mkinv" "$tmp/before.db" query 'SELECT 1' >/dev/null
	boot prime /dev/null
	"$B/checks/check_amt_clock" -f "$tmp/matrix.conf" -H "$name" -p "$port" \
	    --inventory "$tmp/before.db" >"$tmp/prime.out" 2>&1
	kill "$boot_pid"
	wait "$boot_pid"
}

# run_matrix STEP WRITES WHAT: count a run without faults, which writes that often, then
# meet its requests with faults, every STEP-th case of the readings. Needs judge. One
# script may have several.
run_matrix() {
	local n
	rm -f "$tmp"/result.* "$tmp/requests"
	take_every "$1"
	# Three or so of these matrices are run with a sanitizer, slowly.
	[ "$step" != 11 ] || [ -n "${FAULT_STEP-}" ] || step=199
	log_in_once
	boot count "$tmp/requests"
	before=$(ask count 'state pc1')
	attempt count
	is "$?" 0 "$3" || sed 's/^/# /' "$tmp/count.out"
	is "$(judge count)" '' "$3: leaves all as it should be"
	kill "$boot_pid"
	wait "$boot_pid"
	n=$(wc -l <"$tmp/requests")
	is "$(grep -c ' write=yes ' "$tmp/requests")" "$2" "$3: writes $2 times"
	every_fault 1 "$n"
	[ "$step" != "$1" ] || pick
	run_cases
	print_matrix 1 "$n"
}
