# Sourced first by every end-to-end script, which is run as `sh tests/e2e/NAME.sh [STAFFROOM-BINARY]`. Cases print one line,
# `ok    WORDS`, `FAIL  WORDS` or `skip  WORDS`; what a case printed follows only when it failed. `finish` ends the script.
set -u
cd "$(dirname "$0")/../.." || exit 1
program=${1:-build/release/staffroom}
[ -x "$program" ] || { echo "FAIL  no program at $program"; exit 1; }
. app/demo/people.sh
failures=0

# tell WORDS COMMAND...: a case, usually a function.
tell() {
    words=$1
    shift
    if "$@" >"$world/case.log" 2>&1; then
        echo "ok    $words"
    else
        echo "FAIL  $words"
        tail -n 40 "$world/case.log" | sed 's/^/      /'
        failures=$((failures + 1))
    fi
}
finish() { [ "$failures" = 0 ] && exit 0 || exit 1; }

# exits CODE COMMAND...: whether the command ends with that code. Its output stays in $world/out and $world/err.
exits() {
    expected=$1
    shift
    "$@" >"$world/out" 2>"$world/err" </dev/null
    actual=$?
    [ $actual = "$expected" ] && return 0
    echo "exit $actual instead of $expected: $*"
    cat "$world/out" "$world/err"
    return 1
}
# The last output is exactly one JSON document of the contract's shape: ok true, or false with code, say and do.
is_json() {
    cmake -P tests/e2e/json.cmake "$world/out" || { cat "$world/out" && return 1; }
}
# refuses CODE WHO COMMAND...: fails with this code, in one document that says what and what to do.
refuses() {
    refusal=$1
    shift
    exits "$refusal" as "$@" && is_json && grep -q '"ok" *: *false' "$world/out"
}
