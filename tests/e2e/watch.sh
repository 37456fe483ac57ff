#!/bin/sh
# A watched folder: what is added or changed in it follows into the library, also over a power cut, and never twice.
. "$(dirname "$0")/lib.sh"

titles() { as "$1" resource list "$group" | grep -o '"title":"[^"]*"' | sed 's/.*:"\(.*\)"/\1/' | LC_ALL=C sort | tr '\n' ' '; }
lists() { [ "$(titles "$1")" = "$2" ]; }
n() { number "$1" <"$world/out"; }
# says WHO TITLE WORDS: the resource has one file, with these words.
says() {
    rm -rf "$world/got"
    as "$1" resource get "$2" --to "$world/got" >/dev/null || return 1
    [ "$(ls "$world/got" | grep -c .)" = 1 ] && [ "$(cat "$world/got"/*)" = "$3" ]
}

begins() {
    as amina init --name "Amina Diallo" >/dev/null && as birk init --name "Birk Ström" >/dev/null &&
        group=$(as amina group new Science --kind team | field group) && mkdir -p "$world/lessons/week 1" &&
        printf 'tides' >"$world/lessons/tides.txt" && printf 'moon' >"$world/lessons/week 1/moon.txt" && printf 'no' >"$world/lessons/.hidden"
}
watched_without_a_daemon() {
    exits 0 as amina files watch "$group" "$world/lessons" && is_json && [ "$(n added)" = 2 ] && lists amina "moon tides " &&
        exits 0 as amina files watch "$group" "$world/lessons/" && [ "$(n added)" = 0 ] && [ "$(n updated)" = 0 ] &&
        exits 0 as amina files watched && is_json && [ "$(n files)" = 2 ]
}
follows() {
    daemon amina && daemon birk --peer "127.0.0.1:$(port amina)" && as birk join "$(as amina invite "$group" | field invite)" >/dev/null &&
        printf 'stars' >"$world/lessons/stars.txt" && until_true 60 lists birk "moon stars tides " &&
        printf 'tides, second version' >"$world/lessons/tides.txt" && until_true 60 says birk tides "tides, second version" &&
        lists birk "moon stars tides "
}
deleted_stays() { rm "$world/lessons/stars.txt" && sleep 1 && lists amina "moon stars tides " && says amina stars stars; }
id_of() { as "$1" resource list "$group" | tr '{' '\n' | grep "\"title\":\"$2\"" | field id; }
# Another name, another place, both while the program stood still: each time the same resource, and the old name is free.
renamed() {
    tides=$(id_of amina tides) && moon_id=$(id_of amina moon) && mv "$world/lessons/tides.txt" "$world/lessons/ebb and flow.txt" &&
        until_true 60 lists birk "ebb and flow moon stars " && [ "$(id_of birk 'ebb and flow')" = "$tides" ] &&
        says birk "$tides" "tides, second version" && mkdir "$world/lessons/sky" && mv "$world/lessons/week 1/moon.txt" "$world/lessons/sky/" &&
        printf 'other tides' >"$world/lessons/tides.txt" && until_true 60 lists birk "ebb and flow moon stars tides " &&
        [ "$(id_of birk moon)" = "$moon_id" ] && until_true 60 says birk "$(id_of birk tides)" "other tides" &&
        says birk "$tides" "tides, second version" && [ "$(id_of birk tides)" != "$tides" ]
}
# Two of the same content, of which one is deleted.
equal_ones() {
    printf 'same' >"$world/lessons/copy a.txt" && printf 'same' >"$world/lessons/copy b.txt" &&
        until_true 60 lists birk "copy a copy b ebb and flow moon stars tides " && kept=$(id_of birk "copy a") && left=$(id_of birk "copy b") &&
        mv "$world/lessons/copy a.txt" "$world/lessons/the copy.txt" && rm "$world/lessons/copy b.txt" &&
        until_true 60 lists birk "copy b ebb and flow moon stars the copy tides " && [ "$(id_of birk "the copy")" = "$kept" ] &&
        [ "$(id_of birk "copy b")" = "$left" ] && rm "$world/lessons/the copy.txt" && as amina record retire "$kept" >/dev/null &&
        as amina record retire "$left" >/dev/null && until_true 60 lists birk "ebb and flow moon stars tides "
}
# A title that somebody chose stays.
renamed_at_rest() {
    rest amina && as amina record set "$moon_id" title=Moonlight >/dev/null && mv "$world/lessons/sky/moon.txt" "$world/lessons/new moon.txt" &&
        mv "$world/lessons/tides.txt" "$world/lessons/low tide.txt" && daemon amina --peer "127.0.0.1:$(port birk)" &&
        until_true 60 lists birk "Moonlight ebb and flow low tide stars " && [ "$(id_of birk Moonlight)" = "$moon_id" ] &&
        mv "$world/lessons/new moon.txt" "$world/lessons/week 1/moon.txt" && as amina record set "$moon_id" title=moon >/dev/null &&
        until_true 60 lists birk "ebb and flow low tide moon stars " && until_true 60 is_called_moon
}
is_called_moon() { says birk "$moon_id" moon && [ -e "$world/got/moon.txt" ]; }
two_versions_at_once() {
    rest birk
    printf 'moon, by Amina' >"$world/lessons/week 1/moon.txt" && until_true 60 says amina moon "moon, by Amina" || return 1
    moon=$(as birk resource list "$group" | tr '{' '\n' | grep '"title":"moon"' | field id)
    mkdir -p "$world/by-birk" && printf 'moon, by Birk' >"$world/by-birk/moon.txt" &&
        as birk record add "$moon" files="$world/by-birk/moon.txt" >/dev/null && daemon birk --peer "127.0.0.1:$(port amina)" &&
        until_true 30 equal "$group" amina birk && until_true 30 both_are_here
}
both_are_here() {  # the file follows what names it
    rm -rf "$world/both"
    as amina resource get "$moon" --to "$world/both" >/dev/null && grep -rqx "moon, by Amina" "$world/both" &&
        grep -rqx "moon, by Birk" "$world/both"
}
killed() {
    for round in 1 2 3 4; do
        head -c 3000000 /dev/urandom >"$world/lessons/film.bin" && printf '%s' "$round" >"$world/lessons/round $round.txt"
        sleep "$(printf '%d.%03d' $((3 + round % 3)) $((round * 120)))"
        kill -9 "$(pid_of amina)" && wait "$(pid_of amina)" 2>/dev/null
        daemon amina --peer "127.0.0.1:$(port birk)" || return 1
    done
    until_true 60 lists amina "ebb and flow film low tide moon round 1 round 2 round 3 round 4 stars " || { titles amina && return 1; }
    film_is_here() { rm -rf "$world/got" && as amina resource get film --to "$world/got" >/dev/null && cmp -s "$world/lessons/film.bin" "$world/got/film.bin"; }
    until_true 60 film_is_here && [ "$(ls "$world/got" | grep -c .)" = 1 ] && exits 0 as amina verify
}
# What stands before the others in the folder, so that all that comes after it would wait.
one_that_cannot() {
    mkdir "$world/odd" && truncate -s 4294967297 "$world/odd/a.bin" && printf 'odd' >"$world/odd/$(printf 'b\nb.txt')" &&
        printf 'last' >"$world/odd/z.txt" && exits 6 as amina files watch "$group" "$world/odd" && is_json && [ "$(n added)" = 2 ] &&
        grep -q 'a.bin' "$world/out" && titles amina | grep -q 'b b.* z $' && printf 'later' >"$world/odd/zz.txt" &&
        late_is_here() { titles amina | grep -q ' zz $'; } && until_true 60 late_is_here && exits 0 as amina files watched &&
        grep -q 'a.bin is larger than 4 GiB' "$world/out" && exits 0 as amina files unwatch "$group" "$world/odd"
}
no_more() {
    exits 0 as amina files unwatch "$group" "$world/lessons" && printf 'late' >"$world/lessons/late.txt" &&
        refuses 4 amina files unwatch "$group" "$world/lessons" && exits 0 as amina files watched && grep -q '"watched":\[\]' "$world/out" &&
        rest amina && ! lists amina "film late" && ! titles amina | grep -q late
}
nonsense() {
    refuses 4 amina files watch "$group" "$world/absent" && refuses 2 amina files watch "$group" "$world/lessons/low tide.txt" &&
        refuses 5 amina files watch "$group" /proc/self && refuses 5 amina files watch "$group" "$world/amina" && refuses 5 amina files watch "$group" "$world"
}

group='' moon='' tides='' moon_id=''
tell "a folder with two lessons" begins
tell "watched: what lies in it is added once" watched_without_a_daemon
tell "what is added or changed in it reaches a colleague, as the same resource" follows
tell "what is deleted in it stays in the library" deleted_stays
tell "renamed or moved in it, it stays the same resource, under its new name" renamed
tell "of two with the same content, the one that was renamed is the same resource" equal_ones
tell "renamed while the program stood still, too; a chosen title stays" renamed_at_rest
tell "two versions made at the same time are both kept" two_versions_at_once
tell "killed at any moment, everything is there once" killed
tell "B14 A07 one file in it that is too large or strangely named keeps no other out" one_that_cannot
tell "unwatched, it brings no more" no_more
tell "what makes no sense is refused with words" nonsense
finish
