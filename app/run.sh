#!/bin/sh
# From a fresh Debian 12 to the main job: installs what is missing, builds, and shows two teachers' computers becoming equal.
set -u
cd "$(dirname "$0")/.." || exit 1
. app/bootstrap.sh

install_missing app/deps.txt
echo "Building (the first time takes a few minutes) ..." >&2
build_preset release staffroom >&2 || exit 1
sh app/demo/main-job.sh build/release/staffroom || exit 1

if [ -t 1 ]; then
    cat <<'TEXT'

The program is build/release/staffroom. To go on:
  build/release/staffroom init --name "Your name"     make your own profile
  build/release/staffroom start                       meet colleagues on this network
  build/release/staffroom group new "Our school" --kind school
  build/release/staffroom help                        everything else
TEXT
fi
