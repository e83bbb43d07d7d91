#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs test programs, shows what failed, and ends with one line that counts.
# usage: tests/run.sh KIND:BUILD-FOLDER ...
#   unit  every tests/unit/test_*.c, a cmocka program        TAP
#   cli   every tests/cli/*.t, a shell script                TAP
#   fuzz  every tests/fuzz/fuzz_*.c, FUZZ_RUNS executions    one result each
#   lint  every tests/lint/*.sh, exit 0 is good              one result each
# ONLY=PATTERN takes the names that match; TEST_JOBS=N runs N at a time, one more than
# there are processors unless set: many wait for a core or a device.
set -u
cd "$(dirname "$0")/.." || exit 1

jobs_max=${TEST_JOBS:-$(($(nproc 2>/dev/null || echo 2) + 1))}
fuzz_runs=${FUZZ_RUNS:-20000}
fuzz_seed=${FUZZ_SEED:-1}
work=$(mktemp -d "${TMPDIR:-/tmp}/amtcert-run.XXXXXX") || exit 1
pids=()
stop() {
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null
	done
	rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

# Seconds a test may take: its own "timeout: N" line, else the kind's.
limit_of() {
	local stated
	stated=$(sed -n '1,20s/.*[#*] timeout: \([0-9][0-9]*\).*/\1/p' "$1" | sed 1q)
	echo "${stated:-$2}"
}

# Under valgrind, why this test cannot run there; "" when it can.
not_under() {
	[ -z "${RUN_UNDER-}" ] || sed -n '1,20s/.*[#*] not under valgrind: //p' "$1" | sed 1q
}

# Run one test; its log and exit status go to $work/N.*.
run_one() { # N KIND FOLDER SOURCE
	local n=$1 kind=$2 folder=$3 source=$4 name limit corpus began=$EPOCHSECONDS
	name=$(basename "${source%.*}")
	export B=$folder
	export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}
	export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
	case $kind in
	unit)
		limit=$(limit_of "$source" 120)
		[ -z "${RUN_UNDER-}" ] || limit=$((limit * 20))
		if [ -n "$(not_under "$source")" ]; then
			printf 'ok 1 # SKIP %s\n1..1\n' "$(not_under "$source")"
		else
			# shellcheck disable=SC2086 # a command with its options
			CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 "$limit" ${RUN_UNDER-} \
			    "$folder/tests/unit/$name"
		fi
		;;
	cli)
		limit=$(limit_of "$source" 120)
		timeout -k 5 "$limit" bash "$source"
		;;
	fuzz)
		limit=$(limit_of "$source" 240)
		corpus=("$work/$n.new" "tests/fuzz/corpus/${name#fuzz_}")
		[ -d "${corpus[1]}" ] || unset 'corpus[1]'
		mkdir -p "$work/$n.new"
		timeout -k 5 "$limit" "$folder/tests/fuzz/$name" -runs="$fuzz_runs" \
		    -seed="$fuzz_seed" -max_len=65536 -timeout=20 -rss_limit_mb=2048 \
		    -print_final_stats=1 -artifact_prefix="$folder/$name-" \
		    "${corpus[@]}"
		;;
	lint)
		timeout -k 5 "$(limit_of "$source" 120)" bash "$source"
		;;
	esac >"$work/$n.log" 2>&1 </dev/null
	echo "$? $((EPOCHSECONDS - began))" >"$work/$n.rc.new"
	mv "$work/$n.rc.new" "$work/$n.rc"
}

# Print "passed failed skipped" of a TAP log. A crash, a missing plan and a short
# run count as one failure each, unless a failed line has already told.
count_tap() { # LOG STATUS
	awk -v status="$2" '
	/^[[:space:]]*(not )?ok [0-9]+.*# [Ss][Kk][Ii][Pp]/ { skipped++; next }
	/^not ok / { failed++ }
	/^ok / { passed++ }
	/^1\.\.[0-9]+/ { planned += substr($1, 4); has_plan = 1 }
	END {
		seen = passed + failed + skipped
		if (!has_plan || seen != planned || (status != 0 && !failed))
			failed++
		print passed + 0, failed + 0, skipped + 0
	}' "$1"
}

count() { # N KIND STATUS
	case $2 in
	unit | cli) count_tap "$work/$1.log" "$3" ;;
	fuzz)
		if [ "$3" = 0 ] && grep -q "^Done $fuzz_runs runs" "$work/$1.log"; then
			echo 1 0 0
		else
			echo 0 1 0
		fi
		;;
	lint) if [ "$3" = 0 ]; then echo 1 0 0; else echo 0 1 0; fi ;;
	esac
}

sources_of() { # KIND
	case $1 in
	unit) printf '%s\n' tests/unit/test_*.c ;;
	cli) printf '%s\n' tests/cli/*.t ;;
	fuzz) printf '%s\n' tests/fuzz/fuzz_*.c ;;
	lint) printf '%s\n' tests/lint/*.sh ;;
	*) return 1 ;;
	esac
}

kinds=() folders=() sources=()
for arg; do
	if ! list=$(sources_of "${arg%%:*}"); then
		echo "tests/run.sh: no such kind: $arg" >&2
		exit 3
	fi
	while read -r source; do
		[ -e "$source" ] || continue # the pattern itself: nothing there yet
		[[ -z ${ONLY-} || $source == *$ONLY* ]] || continue
		kinds+=("${arg%%:*}") folders+=("${arg#*:}") sources+=("$source")
	done <<<"$list"
done

passed=0 failed=0 skipped=0 done_n=0

report() { # N
	local n=$1 status=125 seconds=0 p f s
	[ ! -e "$work/$n.rc" ] || read -r status seconds <"$work/$n.rc"
	touch "$work/$n.log"
	read -r p f s < <(count "$n" "${kinds[n]}" "$status")
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	if [ "$f" != 0 ]; then
		echo "--- FAILED ${kinds[n]} ${sources[n]} in ${folders[n]} (exit $status, $seconds s)"
		grep -v '^ok ' "$work/$n.log" | tail -n 200 | cut -c 1-2000
		echo "---"
	else
		printf '%-5s %-44s %4d passed%s  %s  %d s\n' "${kinds[n]}" "${sources[n]}" "$p" \
		    "$([ "$s" = 0 ] || echo ", $s skipped")" "${folders[n]}" "$seconds"
		sed -nE 's/^[[:space:]]*(not )?ok [0-9]+[ -]*(.*)# [Ss][Kk][Ii][Pp]/      skipped: \2/p' \
		    "$work/$n.log"
	fi
	rm -rf "$work/$n".*
	done_n=$((done_n + 1))
}

# Report in order, whatever order they end in.
next=0
for n in "${!kinds[@]}"; do
	while [ "$(jobs -pr | wc -l)" -ge "$jobs_max" ]; do
		wait -n
	done
	run_one "$n" "${kinds[n]}" "${folders[n]}" "${sources[n]}" &
	pids[n]=$!
	while [ "$next" -lt "$n" ] && [ -e "$work/$next.rc" ]; do
		report "$next"
		next=$((next + 1))
	done
done
while [ "$next" -lt "${#kinds[@]}" ]; do
	wait "${pids[next]}" 2>/dev/null
	report "$next"
	next=$((next + 1))
done
pids=()

if [ $((passed + failed)) = 0 ]; then
	echo "tests/run.sh: nothing ran" >&2
fi
echo "$passed passed, $failed failed$([ "$skipped" = 0 ] || echo ", $skipped skipped")"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
