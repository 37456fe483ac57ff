#!/bin/sh
# One piece of the test command: sh tests/piece.sh NAME SECONDS COMMAND... runs COMMAND within the time given, which is a bound
# for a hang and not a measure. Its output goes to build/logs/NAME.log and is shown in full when it fails; what it counts goes to
# build/logs/NAME.count as "passed failed skipped". Several pieces may run at once, so all that is said is said in one write.
set -u
name=$1 bound=$2
shift 2
base=build/logs/$(echo "$name" | tr / -)
log=$base.log
echo "0 1 0" >"$base.count" # until it has ended

begin=$(date +%s)
timeout -k 10 "$bound" "$@" >"$log" 2>&1 </dev/null
code=$?
took=$(($(date +%s) - begin))
[ $code != 124 ] || echo "stopped: it took longer than $bound s" >>"$log"

# A log counts by doctest's closing line, or by lines that begin with ok, FAIL, skip. A piece that ends badly without naming a
# failure is one failure; one that ends well without counting is one pass.
if summary=$(grep -a '^\[doctest\] test cases:' "$log" | tail -n 1) && [ -n "$summary" ]; then
    passed=$(echo "$summary" | sed 's/.*| *\([0-9]*\) passed.*/\1/')
    failed=$(echo "$summary" | sed 's/.*| *\([0-9]*\) failed.*/\1/')
    skipped=0
else
    passed=$(grep -ac '^ok ' "$log")
    failed=$(grep -ac '^FAIL ' "$log")
    skipped=$(grep -ac '^skip ' "$log")
fi
[ "$code" = 0 ] || [ "$failed" -gt 0 ] || failed=1
[ $((passed + failed + skipped)) -gt 0 ] || passed=1
echo "$passed $failed $skipped" >"$base.count"

if [ "$failed" = 0 ]; then
    said=$(printf '%-28s %5d passed %3d skipped %5d s' "$name" "$passed" "$skipped" "$took" && echo &&
        grep -a '^skip ' "$log" | sed 's/^/    /')
else
    said=$(printf '%-28s FAILED (exit %d, %d s)' "$name" "$code" "$took" && echo && sed 's/^/    /' "$log")
fi
printf '%s\n' "$said"
