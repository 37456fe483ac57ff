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
used() { du -s "$world/birk" | cut -f1; }
film_waits() {
    before=$(used) && head -c 100000000 /dev/urandom >"$world/film.bin" && printf 'small' >"$world/sheet.txt" &&
        as amina resource add "$group" "$world/film.bin" >/dev/null && until_true 60 says birk status '"disk_full":true' &&
        as amina resource add "$group" "$world/sheet.txt" >/dev/null && until_true 60 as birk resource get sheet --to "$world/sheets" >"$world/out" &&
        until_true 20 says amina colleagues '"disk_full":true' && says amina colleagues 'The disk of this computer is full' &&
        until_true 20 says amina storage '"colleagues_full":\["Birk Ström"\]' && as birk storage >"$world/out" &&
        [ "$(n no_room)" -gt 99000000 ] && [ "$(n to_free)" -gt 20000000 ] && [ "$(n to_come)" -gt 99000000 ] && refuses 5 birk files fetch film && grep -q 'Disk full' "$world/out" &&
        exits 6 as birk sync --seconds 3 && grep -q 'Disk full' "$world/out" && [ $(($(used) - before)) -lt 3000 ]
}
waits_on_the_stick() {
    printf 'small, too' >"$world/list.txt" && rest birk && as amina resource add "$group" "$world/list.txt" >/dev/null && mkdir "$world/stick" &&
        answers amina carry "$world/stick" && [ "$(n chunks)" -gt 90 ] && before=$(used) && exits 6 as birk unload "$world/stick" && is_json &&
        grep -q 'Disk full' "$world/out" && [ "$(n no_room)" -gt 99000000 ] && [ $(($(used) - before)) -lt 3000 ] &&
        as birk resource get list --to "$world/sheets" >/dev/null && daemon birk --peer "127.0.0.1:$(port amina)"
}
asks_for_nothing() {
    head -c 50000000 /dev/urandom >"$world/birk/other.bin" && until_true 20 full_for_all && before=$(used) && printf 'late' >"$world/late.txt" &&
        as amina resource add "$group" "$world/late.txt" >/dev/null && as amina note new "$group" --title "Comes all the same" >/dev/null &&
        exits 6 as birk sync --seconds 3 && is_json && grep -q 'Disk full' "$world/out" && refuses 5 birk files fetch late --wait &&
        grep -q 'Disk full' "$world/out" && until_true 20 says_note && refuses 7 birk resource get late --to "$world/got" &&
        [ $(($(used) - before)) -lt 2000 ] && answers birk note new "$group" --title "One's own"
}
full_for_all() { [ "$(as birk status | number free)" -lt 276000000 ]; }
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
tell "D05 S15 a film that does not fit as a whole is not begun, a worksheet comes all the same, and both sides are told" film_waits
tell "D05 from a stick, too, all is taken but the film that does not fit" waits_on_the_stick
tell "D04 while files find no room, none is asked for; notes come, and one's own are saved" asks_for_nothing
tell "D05 once there is room the film goes on, with its rate and the time that is left" comes_with_room
finish
