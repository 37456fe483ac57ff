#!/bin/sh
# A computer whose disk is full: what colleagues have waits, both sides know why, and all of it comes once there is room. And while files come, how fast they do and how long it takes is told.
. "$(dirname "$0")/lib.sh"

n() { number "$1" <"$world/out"; }
answers() { exits 0 as "$@" && is_json; }
says() { as "$1" "$2" | grep -q "$3"; }
small_disk() { mkdir -m 700 "$world/birk" && mount -t tmpfs -o size=330m,mode=700 tmpfs "$world/birk" 2>/dev/null; }
[ "$(id -u)" = 0 ] && small_disk || { echo "skip  S15 D04 a full disk between two: needs the right to mount a small one" && exit 0; }
trap 'leave_nothing 2>/dev/null; umount -l "$world/birk"; rm -rf "$world"' EXIT

begins() {
    as amina init --name "Amina Diallo" >/dev/null && as birk init --name "Birk Ström" >/dev/null &&
        group=$(as amina group new Science --kind team | field group) && daemon amina && daemon birk --peer "127.0.0.1:$(port amina)" &&
        as birk join "$(as amina invite "$group" | field invite)" >/dev/null && until_true 20 equal "$group" amina birk
}
both_know() {
    head -c 100000000 /dev/urandom >"$world/film.bin" && printf 'small' >"$world/sheet.txt" &&
        as amina resource add "$group" "$world/film.bin" >/dev/null && until_true 60 says birk status '"disk_full":true' &&
        until_true 20 says amina colleagues '"disk_full":true' && says amina colleagues 'The disk of this computer is full' &&
        until_true 20 says amina storage '"colleagues_full":\["Birk Ström"\]' && [ "$(as birk storage | number to_come)" -gt 10000000 ]
}
asks_for_nothing() {
    before=$(du -s "$world/birk" | cut -f1) && as amina note new "$group" --title "Comes all the same" >/dev/null &&
        exits 6 as birk sync --seconds 3 && is_json && grep -q 'Disk full' "$world/out" && refuses 5 birk files fetch film --wait &&
        grep -q 'Disk full' "$world/out" && until_true 20 says_note && refuses 7 birk resource get film --to "$world/got" && after=$(du -s "$world/birk" | cut -f1) &&
        [ $((after - before)) -lt 2000 ] && answers birk note new "$group" --title "One's own"
}
says_note() { as birk note list "$group" | grep -q "Comes all the same"; }
comes_with_room() {
    as birk files pace --in-kb 8000 >/dev/null && mount -o remount,size=570m "$world/birk" && until_true 20 says birk status '"disk_full":false' &&
        until_true 20 says amina colleagues '"disk_full":false' && until_true 30 is_timed && as birk files pace --no-caps >/dev/null &&
        until_true 60 film_is_here
}
is_timed() { as birk storage >"$world/out" && [ "$(n in_bytes_s)" -gt 100000 ] && [ -n "$(n seconds_left)" ]; }
film_is_here() { rm -rf "$world/got" && as birk resource get film --to "$world/got" >/dev/null && cmp -s "$world/film.bin" "$world/got/film.bin"; }

group=''
tell "two are near, one of them with a small disk" begins
tell "D05 S15 a disk becomes full while a film comes: both sides are told" both_know
tell "D04 while files find no room, none is asked for; notes come, and one's own are saved" asks_for_nothing
tell "D05 once there is room the film goes on, with its rate and the time that is left" comes_with_room
finish
