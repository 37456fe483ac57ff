#!/bin/sh
# The whole test command. A piece that fails does not hide the rest: everything runs, then the command fails. The last line
# counts. What a piece printed stays in build/logs (tests/piece.sh).
#
# sh tests/run.sh [PIECE...]   only the pieces whose names are given, e.g. `sh tests/run.sh tidy test_core e2e/cli`
set -u
cd "$(dirname "$0")/.." || exit 1
exec </dev/null
. app/bootstrap.sh
install_missing app/deps.txt tests/deps.txt
mkdir -p build/logs
rm -f build/logs/*.count
only=" $* "

# Some sandboxes forbid the ptrace that the leak finder needs; the other checks do not.
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=0:abort_on_error=0}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"

# plan NAME SECONDS COMMAND...: a line for tests/piece.sh, if the piece is wanted.
plan() {
    case "$only" in "  " | *" $1 "*) echo "$@" ;; esac
}
# As many of the planned pieces at a time as the machine has room for.
side_by_side() { xargs -r -P "$jobs" -L 1 sh tests/piece.sh; }

failed_builds=0
for preset in release test; do
    begin=$(date +%s)
    # Of the release what the pieces below run; benchmarks are commands of their own.
    targets=
    [ $preset = test ] || targets="staffroom sim members"
    # shellcheck disable=SC2086
    if build_preset $preset -k 0 $targets >"build/logs/build-$preset.log" 2>&1; then
        printf '%-28s %s\n' "build $preset" "$(($(date +%s) - begin)) s"
    else
        failed_builds=$((failed_builds + 1))
        echo "build $preset FAILED"
        grep -av '^\[[0-9]*/[0-9]*\]' "build/logs/build-$preset.log" | sed 's/^/    /'
    fi
done

# First what needs the processor alone, the longest in front; then what mostly waits for its daemons and would wait in vain for
# long beside the others.
{
    plan test_core 600 build/test/test_core
    plan test_net 600 build/test/test_net
    for room in storage app fuzz; do plan test_$room 600 build/test/test_$room; done
    plan tidy 600 sh tests/tidy
    plan members_twin 300 python3 tests/tools/members_compare.py build/release/members 1000
    plan sim 600 build/release/sim 1 1000
} | side_by_side
for script in tests/e2e/*.sh; do
    name=${script#tests/e2e/}
    [ "$name" = lib.sh ] || plan "e2e/${name%.sh}" 420 sh "$script" build/release/staffroom
done | side_by_side
plan main-job 120 sh app/demo/main-job.sh build/release/staffroom | side_by_side

cat build/logs/*.count | awk -v builds="$failed_builds" '
    { passed += $1; failed += $2; skipped += $3 }
    END {
        failed += builds
        printf "\n%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
        exit failed > 0
    }'
