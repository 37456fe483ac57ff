#!/bin/sh
# Pieces of a file that a disk spoils, at whoever gives them, at whoever gets them, and between the two: nothing wrong is ever
# shown, and what is right comes again.
. "$(dirname "$0")/lib.sh"

n() { number "$1" <"$world/out"; }
answers() { exits 0 as "$@" && is_json; }
pieces() { (cd "$world/$1/chunks" && find . -type f -size +200k | sort); }
flip() { printf '\125\252\125' | dd of="$1" bs=1 seek=1000 conv=notrunc 2>/dev/null; }
gets() { rm -rf "$world/got" && as "$1" resource get "$2" --to "$world/got" >/dev/null && cmp "$world/$2.bin" "$world/got/$2.bin"; }
near() { daemon "$1" --peer "127.0.0.1:$(port amina)"; }
lacks() { [ "$(as "$1" storage | number elsewhere)" -gt 0 ]; }
lacks_nothing() { [ "$(as "$1" storage | number elsewhere)" = 0 ]; }

begins() {
    for who in amina birk chidi; do as $who init --name $who >/dev/null || return 1; done
    group=$(as amina group new Science --kind team | field group) && daemon amina && invite=$(as amina invite "$group" --uses 5 | field invite) &&
        as birk join "$invite" --no-discovery >/dev/null && as chidi join "$invite" --no-discovery >/dev/null &&
        for film in film other third; do head -c 4000000 /dev/urandom >"$world/$film.bin" || return 1; done
}
# While Birk fetches slowly, three pieces that are still to be given are damaged, each in another way.
at_the_giver() {
    answers amina files pace --out-kb 600 && film=$(as amina resource add "$group" "$world/film.bin" | field resource) && near birk || return 1
    few() { count=$(pieces birk | grep -c .) && [ "$count" -ge 1 ] && [ "$count" -le 8 ]; }
    until_true 30 few && pieces birk >"$world/there" && pieces amina | grep -vxFf "$world/there" >"$world/to-come" || return 1
    # The next ones may be on their way already: of those to come the last.
    tail -n 3 "$world/to-come" >"$world/hit" && [ "$(grep -c . "$world/hit")" = 3 ] || return 1
    cd "$world/amina/chunks" && flip "$(sed -n 1p "$world/hit")" && truncate -s 1000 "$(sed -n 2p "$world/hit")" && rm "$(sed -n 3p "$world/hit")"
    cd - >/dev/null && answers amina files pace --no-caps || return 1
    all_but_three() { [ "$(pieces birk | grep -c .)" = 12 ]; }
    gives_up_three() { ! pieces amina | grep -qxFf "$world/hit"; }
    until_true 60 all_but_three && until_true 60 gives_up_three && lacks amina && lacks birk && answers birk verify &&
        answers amina verify && refuses 7 birk resource get film --to "$world/got"
}
added_again() {
    answers amina resource add "$group" "$world/film.bin" --title again && until_true 60 gets birk film && gets amina film &&
        lacks_nothing amina && answers amina verify && answers birk verify
}
# Three of them; one look at the file finds all.
read_and_mended() {
    for victim in $(pieces amina | sed -n '1p;6p;11p'); do flip "$world/amina/chunks/$victim" || return 1; done
    refuses 74 amina resource get film --to "$world/got2" && [ -z "$(ls "$world/got2")" ] && until_true 60 lacks_nothing amina &&
        gets amina film && answers amina verify
}
at_the_getter() {
    victim=$(pieces birk | tail -n 1) && flip "$world/birk/chunks/$victim" && refuses 74 birk verify && grep -q '"bad":1' "$world/out" &&
        answers birk repair && [ "$(n repaired)" = 1 ] && until_true 60 gets birk film && answers birk verify
}
# As a power cut may leave them: half a piece under its own name, and no word of it in the store.
drops_other() { as birk files drop other >/dev/null; } # once it has heard that Amina has all
half_written() {
    as amina resource add "$group" "$world/other.bin" >/dev/null && until_true 60 gets birk other && pieces birk >"$world/all" &&
        until_true 20 drops_other && pieces birk >"$world/left" && grep -vxFf "$world/left" "$world/all" >"$world/names" &&
        [ "$(grep -c . "$world/names")" -ge 15 ] || return 1
    while read -r name; do mkdir -p "$world/birk/chunks/${name%/*}" && head -c 9000 /dev/urandom >"$world/birk/chunks/$name" || return 1; done <"$world/names"
    answers birk files keep other && until_true 60 gets birk other && answers birk verify
}
by_courier() {
    rest birk && rest amina && as amina resource add "$group" "$world/third.bin" >/dev/null && mkdir "$world/stick" &&
        victim=$(cd "$world/amina/chunks" && find . -type f -size +200k -newer "$world/all" | head -n 1) && flip "$world/amina/chunks/$victim" &&
        exits 6 as amina carry "$world/stick" && is_json && [ "$(n damaged)" = 1 ] && grep -q '"safe_to_unplug":true' "$world/out" &&
        answers chidi unload "$world/stick" && gets chidi film && gets chidi other && refuses 7 chidi resource get third --to "$world/got" &&
        answers amina resource add "$group" "$world/third.bin" --title mended && answers chidi carry "$world/stick" &&
        answers amina unload "$world/stick" && answers amina carry "$world/stick" && answers chidi unload "$world/stick" && gets chidi third
}

group='' invite=''
tell "three share a group" begins
tell "A04 D08 pieces damaged at the giver while a colleague fetches: nothing wrong is taken, and both know what they lack" at_the_giver
tell "A04 the teacher adds the file once more: both have it whole" added_again
tell "A04 D08 damaged pieces are noticed as the file is saved, and come from a colleague" read_and_mended
tell "D08 a damaged piece is found by the check and mended while the program runs" at_the_getter
tell "D01 S15 half-written pieces under their own names are no pieces" half_written
tell "B03 what is damaged here is not packed, and goes on the next trip" by_courier
finish
