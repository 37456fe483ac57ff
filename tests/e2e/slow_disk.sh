#!/bin/sh
# A colleague's film comes onto a disk that is slower than the line; here it stands still for a while. Nobody waits for it but
# the film.
. "$(dirname "$0")/lib.sh"

command -v c++ >/dev/null || { echo "skip  slow_disk: there is no compiler" && exit 0; }
c++ -shared -fPIC -O1 -o "$world/still_disk.so" tests/e2e/still_disk.cpp -ldl || exit 1

answers() { exits 0 as "$@" && is_json; }

begins() {
    as amina init --name "Amina Diallo" >/dev/null && as birk init --name "Birk Ström" >/dev/null &&
        group=$(as amina group new "Science" --kind plc | field group) && daemon amina &&
        invite=$(as amina invite "$group" | field invite) && as birk join "$invite" --no-discovery >/dev/null &&
        head -c 120000000 /dev/urandom >"$world/film.bin" && answers amina resource add "$group" "$world/film.bin" &&
        touch "$world/still" && export STILL_DISK="$world/still" LD_PRELOAD="$world/still_disk.so" &&
        daemon birk --peer "127.0.0.1:$(port amina)"
    begun=$?
    unset LD_PRELOAD
    return $begun
}
# Both threads that write chunks.
both_wait() { [ "$(wc -c <"$world/still")" = 2 ]; }
stands_still() { until_true 60 both_wait; }
# Each is bounded, so that a program that waits for the disk fails here instead of hanging.
commands_are_answered() {
    for time in 1 2 3 4 5 6 7 8 9 10; do
        exits 0 timeout 20 "$program" --home "$world/birk" --json group list && is_json &&
            exits 0 timeout 20 "$program" --home "$world/birk" --json note new "$group" --title "Written meanwhile $time" &&
            is_json || return 1
    done
}
arrives() { [ "$(as amina note list "$group" | grep -o 'Written meanwhile' | wc -l)" = 10 ]; }
edits_arrive() { until_true 30 arrives; }
film_is_here() {
    rm -rf "$world/got" && as birk resource get film --to "$world/got" >/dev/null && cmp -s "$world/film.bin" "$world/got/film.bin"
}
goes_on() { rm "$world/still" && until_true 60 film_is_here; }

tell "two computers, and a film on one of them" begins
tell "the other's disk stands still while it comes" stands_still
tell "commands are answered meanwhile" commands_are_answered
tell "and what is written meanwhile arrives at the colleague's" edits_arrive
tell "once the disk goes on, so does the film" goes_on
finish
