#!/bin/sh
# The whole test command. A piece that fails does not hide the rest: everything runs, then the command fails. Each piece
# writes build/logs/NAME.log, shown in full when it fails. The last line counts.
#
# sh tests/run.sh [PIECE...]   only the pieces whose names are given, e.g. `sh tests/run.sh tidy test_core e2e/cli`
set -u
cd "$(dirname "$0")/.." || exit 1
exec </dev/null
. app/bootstrap.sh
install_missing app/deps.txt tests/deps.txt
mkdir -p build/logs
passed=0 failed=0 skipped=0
only=" $* "

# Some sandboxes forbid the ptrace that the leak finder needs; the other checks do not.
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=0:abort_on_error=0}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"

# Adds what a log counts: doctest's closing line, or lines that begin with ok, FAIL, skip. A piece that ends badly without
# naming a failure is one failure; one that ends well without counting is one pass.
count() {
    log=$1 code=$2
    if summary=$(grep -a '^\[doctest\] test cases:' "$log" | tail -n 1) && [ -n "$summary" ]; then
        good=$(echo "$summary" | sed 's/.*| *\([0-9]*\) passed.*/\1/')
        bad=$(echo "$summary" | sed 's/.*| *\([0-9]*\) failed.*/\1/')
        none=0
    else
        good=$(grep -ac '^ok ' "$log")
        bad=$(grep -ac '^FAIL ' "$log")
        none=$(grep -ac '^skip ' "$log")
    fi
    [ "$code" = 0 ] || [ "$bad" -gt 0 ] || bad=1
    [ $((good + bad + none)) -gt 0 ] || good=1
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + none))
}

# piece NAME SECONDS COMMAND...: runs within the time given, which is a bound for a hang and not a measure.
piece() {
    name=$1 bound=$2
    shift 2
    case "$only" in "  " | *" $name "*) ;; *) return 0 ;; esac
    log=build/logs/$(echo "$name" | tr / -).log
    begin=$(date +%s)
    timeout -k 10 "$bound" "$@" >"$log" 2>&1
    code=$?
    took=$(($(date +%s) - begin))
    [ $code != 124 ] || echo "stopped: it took longer than $bound s" >>"$log"
    count "$log" $code
    if [ $code = 0 ] && [ "$bad" = 0 ]; then
        printf '%-28s %5d passed %3d skipped %5d s\n' "$name" "$good" "$none" "$took"
        grep -a '^skip ' "$log" | sed 's/^/    /'
    else
        printf '%-28s FAILED (exit %d, %d s)\n' "$name" "$code" "$took"
        sed 's/^/    /' "$log"
    fi
}

for preset in release test; do
    begin=$(date +%s)
    # Of the release what the pieces below run; benchmarks are commands of their own.
    targets=
    [ $preset = test ] || targets="staffroom sim members"
    # shellcheck disable=SC2086
    if build_preset $preset -k 0 $targets >"build/logs/build-$preset.log" 2>&1; then
        printf '%-28s %s\n' "build $preset" "$(($(date +%s) - begin)) s"
    else
        failed=$((failed + 1))
        echo "build $preset FAILED"
        grep -av '^\[[0-9]*/[0-9]*\]' "build/logs/build-$preset.log" | sed 's/^/    /'
    fi
done

piece tidy 300 sh tests/tidy
for room in core storage net app fuzz; do
    if [ -x build/test/test_$room ]; then piece test_$room 300 build/test/test_$room; fi
done
piece members_twin 180 python3 tests/tools/members_compare.py build/release/members 1000
if [ -x build/release/sim ]; then piece sim 300 build/release/sim 1 1000; fi
for script in tests/e2e/*.sh; do
    name=${script#tests/e2e/}
    case "$name" in lib.sh | '*.sh') continue ;; esac
    piece "e2e/${name%.sh}" 420 sh "$script" build/release/staffroom
done
if [ -e app/demo/main-job.sh ]; then piece main-job 120 sh app/demo/main-job.sh build/release/staffroom; fi

echo
line="$passed passed, $failed failed"
[ "$skipped" = 0 ] || line="$line, $skipped skipped"
echo "$line"
[ "$failed" = 0 ]
