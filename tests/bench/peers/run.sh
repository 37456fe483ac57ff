#!/bin/sh
# The text beside Yjs, Automerge, Loro, json-joy and diamond-types from npm, in one run:
#   sh tests/bench/peers/run.sh FOLDER-OF-TRACES [ROUNDS]
# They are installed in a temporary folder. Without node, npm or the network it says so and ends well. A few minutes a round.
set -eu
[ $# -ge 1 ] || { echo "Give the folder of the traces." >&2 && exit 2; }
traces=$(cd "$1" && pwd) rounds=${2:-5}
cd "$(dirname "$0")/../../.."
text=$PWD/build/release/text
[ -x "$text" ] || { echo "Build it first: cmake --preset release && ninja -C build/release text" >&2 && exit 2; }
for program in node npm; do
    command -v $program >/dev/null || { echo "skip $program is not here: no peers to measure" && exit 0; }
done
world=$(mktemp -d)
trap 'rm -rf "$world"' EXIT
cp tests/bench/peers/*.mjs "$world"
cd "$world"
echo '{"private": true, "type": "module"}' >package.json
npm install --no-audit --no-fund --loglevel=error yjs@13.6.33 @automerge/automerge@2.2.9 loro-crdt@1.17.1 json-joy@17.67.0 \
    diamond-types-node@1.0.2 >npm.log 2>&1 || { tail -n 3 npm.log >&2 && echo "skip the peers could not be installed from npm" && exit 0; }
node compare.mjs "$text" "$traces" "$rounds"
