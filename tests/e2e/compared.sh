#!/bin/sh
# Coming in without a code or a camera: two teachers next to each other compare six words.
. "$(dirname "$0")/lib.sh"

begun() {
    as amina init --name "Amina Diallo" && as birk init --name "Birk Ström" && daemon amina && daemon birk &&
        science=$(as amina group new Science --kind team | field group) && note=$(as amina note new "$science" --title Lesson | field note)
}
find() { as birk compare find --peer "127.0.0.1:$(port amina)" >"$world/found" && cat "$world/found"; }
words_at() { as "$1" compare words | field words; }
no_window() { refuses 4 amina compare same && refuses 3 carla compare words && refuses 4 amina compare different; }
six_words() {
    as amina compare open "$science" && find && theirs=$(field words <"$world/found") && [ "$(echo "$theirs" | wc -w)" = 6 ] &&
        grep -q '"with":"Amina Diallo"' "$world/found" && as amina compare words >"$world/out" && grep -q '"with":"Birk Ström"' "$world/out" &&
        [ "$(field words <"$world/out")" = "$theirs" ]
}
different() {
    as birk compare different && as amina compare different && refuses 4 birk compare same && refuses 4 amina compare same &&
        ! as amina members "$science" | grep -q Birk
}
# Birk says so first, and waits for Amina.
same() {
    find && [ "$(words_at amina)" = "$(field words <"$world/found")" ] && [ "$(words_at amina)" != "$theirs" ] || return 1
    as birk compare same >"$world/joined" 2>&1 &
    joining=$!
    sleep 0.5
    ! as amina members "$science" | grep -q Birk && as amina compare same && wait $joining || { cat "$world/joined" && return 1; }
    grep -q '"complete":true' "$world/joined" && until_true 20 equal "$science" amina birk && as birk note show "$note" &&
        as amina members "$science" | grep -q '"name":"Birk Ström","role":"member"'
}
once() {
    as carla init --name Carla && daemon carla && as carla compare find --peer "127.0.0.1:$(port amina)" >"$world/out" 2>&1 &
    seeking=$!
    sleep 2
    ! as amina members "$science" | grep -q Carla && refuses 4 carla compare same && as amina compare open "$science" --minutes 1 &&
        rest carla
    wait $seeking
    daemon carla && as carla compare find --peer "127.0.0.1:$(port amina)" >"$world/out" && [ "$(field words <"$world/out")" = "$(words_at amina)" ] &&
        as amina compare same && as carla compare same && as carla note show "$note"
}
# Two colleagues next to each other let somebody in: Dana says whose words she compares.
several() {
    maths=$(as birk group new Maths --kind team | field group) && as amina compare open "$science" && as birk compare open "$maths" &&
        as dana init --name Dana && daemon dana || return 1
    seek() { as dana compare find --peer "127.0.0.1:$(port amina)" --peer "127.0.0.1:$(port birk)" "$@" >"$world/out"; }
    until_true 20 both_found && seek --with "Birk Ström" && grep -q '"with":"Birk Ström"' "$world/out" &&
        [ "$(field words <"$world/out")" = "$(words_at birk)" ] && as birk compare same && as dana compare same &&
        as dana group list | grep -q Maths && ! as dana group list | grep -q Science
}
both_found() { ! seek && grep -q "Several colleagues.*Amina Diallo" "$world/out"; }
only_organisers() { refuses 5 birk compare open "$science" && refuses 2 amina compare open "$science" --minutes 1000; }

science='' note='' theirs=''
tell "Amina with a group, Birk next to her" begun
tell "without a window there is nothing to say" no_window
tell "both screens show the same six words, and who the other is" six_words
tell "P05 the words differ: both forget, nobody is in" different
tell "the words are the same: he is in once both have said so" same
tell "P03 a window is good for one newcomer; another needs another" once
tell "several windows are open: whose it is, is said" several
tell "only an organiser opens a window, and not for long" only_organisers
finish
