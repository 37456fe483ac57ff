#!/bin/sh
# The README's two commands in a bare Debian 12: debootstrap's smallest system with nothing mounted in it, not even /proc.
# A command of its own, since it downloads a system and its packages:
#   sh tests/bare_chroot.sh FOLDER [COMMAND]     as root; FOLDER/base is kept for the next time, FOLDER/root is made anew
# COMMAND is what to run instead of both, e.g. 'sh app/run.sh'.
set -eu
cd "$(dirname "$0")/.."
[ $# -ge 1 ] || { echo "usage: bare_chroot.sh FOLDER [COMMAND]" >&2; exit 2; }
[ "$(id -u)" = 0 ] || { echo "skip  bare chroot: needs root" && exit 0; }
command -v debootstrap >/dev/null || { echo "skip  bare chroot: debootstrap is not installed" && exit 0; }
folder=$1
run=${2:-'sh app/run.sh && sh tests/run.sh'}

mkdir -p "$folder"
[ -e "$folder/base/etc/debian_version" ] || debootstrap --variant=minbase bookworm "$folder/base"
rm -rf "$folder/root"
cp -a "$folder/base" "$folder/root"
mkdir "$folder/root/staffroom"
git -c core.quotePath=false ls-files -z | tar --null -T - -cf - | tar -xf - -C "$folder/root/staffroom"

begin=$(date +%s)
code=0
env -i PATH="$PATH" HOME=/root chroot "$folder/root" sh -c "cd /staffroom && $run" || code=$?
echo "bare chroot: exit $code after $(($(date +%s) - begin)) s"
exit $code
