#!/bin/sh
# Looks for new inputs with libFuzzer and keeps those that reach further: sh tests/fuzz/run.sh [SECONDS a target]
# Needs clang; says so and ends well without it. What crashes is left as a file in build/fuzz and named.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}
command -v clang++ >/dev/null || { echo "skip clang++ is not here: nothing was fuzzed (apt install clang)"; exit 0; }
rm -rf build/fuzz
mkdir -p build/fuzz
flags="-std=c++20 -O1 -g1 -I. -D_GLIBCXX_ASSERTIONS -fsanitize=address,undefined -fno-sanitize-recover=all"
# The rooms' own sources, so that libFuzzer sees which lines an input reaches.
for source in core/*.cpp core/*/*.cpp net/address.cpp net/beacon_message.cpp net/message.cpp net/reconcile_frame.cpp net/courier/part.cpp \
    tests/fuzz/decoders.cpp tests/fuzz/text.cpp tests/fuzz/libfuzzer.cpp; do
    echo "$source build/fuzz/$(echo "$source" | tr / _).o"
done | xargs -n 2 -P "$(nproc)" sh -c 'clang++ '"$flags"' -fsanitize=fuzzer-no-link -c "$0" -o "$1"'
# shellcheck disable=SC2086
clang++ $flags -fsanitize=fuzzer build/fuzz/*.o -lsodium -lutf8proc -o build/fuzz/fuzz
for target in decoders text snapshot; do
    old=build/fuzz/$target.old new=build/fuzz/$target.new kept=build/fuzz/$target.kept
    rm -rf "$old" "$new" "$kept"
    mkdir -p "$old" "$new" "$kept"
    python3 - tests/fuzz/corpus/$target.hex "$old" <<'PY'
import pathlib, sys
lines = pathlib.Path(sys.argv[1]).read_text().split("\n") if pathlib.Path(sys.argv[1]).exists() else []
for number, line in enumerate(lines):
    pathlib.Path(sys.argv[2], str(number)).write_bytes(bytes.fromhex(line))
PY
    export STAFFROOM_FUZZ=$target ASAN_OPTIONS=detect_leaks=0
    build/fuzz/fuzz -max_total_time="$seconds" -max_len=1024 -len_control=0 -artifact_prefix=build/fuzz/crash- -print_final_stats=1 \
        "$new" "$old" 2>build/fuzz/$target.log || { tail -n 40 build/fuzz/$target.log; exit 1; }
    build/fuzz/fuzz -merge=1 "$kept" "$old" "$new" 2>>build/fuzz/$target.log
    python3 - "$kept" tests/fuzz/corpus/$target.hex <<'PY'
import pathlib, sys
kept = sorted(path.read_bytes().hex() for path in pathlib.Path(sys.argv[1]).iterdir())
pathlib.Path(sys.argv[2]).write_text("".join(line + "\n" for line in sorted(kept, key=len)))
print(len(kept), "inputs kept in", sys.argv[2])
PY
done
