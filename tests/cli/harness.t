#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# tests/run.sh itself: that it sees what failed, what crashed, what ended early,
# what took too long, and that nothing at all is a failure.
. tests/cli/lib.sh

tree=$tmp/tree
mkdir -p "$tree"/tests/{unit,cli,fuzz,lint} "$tree"/b/tests/{unit,fuzz}
cp tests/run.sh "$tree/tests/"

# unit NAME: a program whose text comes from standard input.
unit() {
	: >"$tree/tests/unit/$1.c"
	{ echo '#!/bin/bash'; cat; } >"$tree/b/tests/unit/$1"
	chmod +x "$tree/b/tests/unit/$1"
}
fuzzer() {
	: >"$tree/tests/fuzz/$1.c"
	{ echo '#!/bin/bash'; cat; } >"$tree/b/tests/fuzz/$1"
	chmod +x "$tree/b/tests/fuzz/$1"
}
clear_tree() {
	rm -f "$tree"/tests/*/* "$tree"/b/tests/*/*
}
# verdict "sentence" EXIT LAST-LINE: of a run over everything.
verdict() {
	run env -u ONLY FUZZ_RUNS=20000 "$tree/tests/run.sh" unit:b cli:b fuzz:b lint:b
	is "$status $(tail -n 1 <<<"$out")" "$2 $3" "$1"
}

verdict "nothing ran is a failure" 1 "0 passed, 0 failed"

unit test_a <<'X'
printf '1..2\nok 1 - a\nok 2 - b\n'
X
verdict "what passed is counted" 0 "2 passed, 0 failed"

unit test_b <<'X'
printf '1..3\nok 1 - a\nnot ok 2 - b\n# why\nok 3 - c\n'
exit 1
X
verdict "what failed is counted" 1 "4 passed, 1 failed"
like "$out" '^# why' "and its words are shown"
clear_tree

unit test_c <<'X'
printf '1..3\nok 1 - a\n'
kill -SEGV $$
X
verdict "a crash is a failure" 1 "1 passed, 1 failed"
clear_tree

unit test_d <<'X'
printf '1..3\nok 1 - a\nok 2 - b\n'
X
verdict "a short run is a failure" 1 "2 passed, 1 failed"
clear_tree

unit test_e <<'X'
printf '1..1\nok 1 - a\n'
exit 1
X
verdict "an exit status without a failed line is a failure (a leak)" 1 \
    "1 passed, 1 failed"
clear_tree

: >"$tree/tests/unit/test_f.c"
verdict "a program that is not there is a failure" 1 "0 passed, 1 failed"
clear_tree

unit test_g <<'X'
printf '1..1\nnot ok 1 # SKIP a\n'
X
verdict "all skipped is nothing ran" 1 "0 passed, 0 failed, 1 skipped"
clear_tree

printf 'echo ok 1 - a\necho "ok 2 - b # SKIP no reason"\necho 1..2\n' \
    >"$tree/tests/cli/a.t"
verdict "skipped lines have a count of their own" 0 "1 passed, 0 failed, 1 skipped"
like "$out" 'skipped: b' "and are named"

printf 'echo ok 1 - a\nexit 0\n' >"$tree/tests/cli/b.t"
verdict "a script without a plan is a failure" 1 "2 passed, 1 failed, 1 skipped"
clear_tree

printf '# timeout: 1\necho ok 1 - a\nsleep 60\necho 1..1\n' >"$tree/tests/cli/c.t"
verdict "a script that takes too long is a failure" 1 "1 passed, 1 failed"
clear_tree

fuzzer fuzz_a <<'X'
echo "Done 20000 runs in 1 second(s)"
X
verdict "a fuzz target that did its runs has passed" 0 "1 passed, 0 failed"
fuzzer fuzz_b <<'X'
echo "Done 100 runs in 1 second(s)"
X
verdict "a fuzz target that did fewer has failed" 1 "1 passed, 1 failed"
clear_tree

echo 'exit 0' >"$tree/tests/lint/a.sh"
verdict "a lint that is content has passed" 0 "1 passed, 0 failed"
echo 'echo file:1: bad; exit 1' >"$tree/tests/lint/b.sh"
verdict "a lint that is not has failed" 1 "1 passed, 1 failed"
like "$out" '^file:1: bad' "and is heard"
run "$tree/tests/run.sh" nonsense:b
is "$status" 3 "an unknown kind is wrong usage"
done_testing
