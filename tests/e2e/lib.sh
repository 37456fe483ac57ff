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

# needs_browser WORDS: ends the script with a word where the page cannot be driven.
needs_browser() {
    for need in node chromium; do
        command -v $need >/dev/null || { echo "skip  $1: $need is not installed" && exit 0; }
    done
    [ -d app/web/node_modules/playwright-core ] || { echo "skip  $1: run npm ci in app/web first" && exit 0; }
    CHROMIUM=$(command -v chromium)
    export CHROMIUM
}
# Of a started person's page; good once.
address_of() { field page <"$world/$1.start"; }

# two_computers WORDS: the network namespaces $left and $right, joined by a cable, cable0 on both sides, without addresses; gone
# when the script ends. Ends it with a word where that cannot be.
two_computers() {
    [ "$(id -u)" = 0 ] || { echo "skip  $1: needs root" && exit 0; }
    left=staffroom-l$$ right=staffroom-r$$
    if ! ip netns add $left 2>"$world/err" || ! ip netns add $right 2>>"$world/err"; then
        ip netns del $left 2>/dev/null
        echo "skip  $1: no network namespaces here ($(head -n 1 "$world/err"))"
        exit 0
    fi
    trap unplug_all EXIT
    ip link add cable0 netns $left type veth peer name cable0 netns $right
    for side in $left $right; do
        ip -n $side link set lo up
        ip -n $side link set cable0 up
    done
}
unplug_all() {
    leave_nothing
    ip netns del $left
    ip netns del $right
}

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
