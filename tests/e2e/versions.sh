#!/bin/sh
# A file's next version takes the place of the one before; two that were made apart are both kept, told apart by who and when.
. "$(dirname "$0")/lib.sh"

n() { number "$1" <"$world/out"; }
answers() { exits 0 as "$@" && is_json; }
# Of the versions of the plan as WHO sees them: how many, how many of them are in it now, the latest by NAME.
versions_of() { as "$1" resource versions plan | tr '{' '\n' | grep '"version"'; }
has_versions() { [ "$(versions_of "$1" | grep -c .)" = "$2" ] && [ "$(versions_of "$1" | grep -c '"current":true')" = "$3" ]; }
version_by() { versions_of "$1" | grep "\"by\":\"$2\"" | head -n 1 | field version; }
gets() { rm -rf "$world/got" && answers "$@" --to "$world/got"; }

begins() {
    as amina init --name "Amina Diallo" >/dev/null && as birk init --name "Birk Ström" >/dev/null &&
        group=$(as amina group new Science --kind team | field group) && daemon amina &&
        as birk join "$(as amina invite "$group" | field invite)" --no-discovery >/dev/null && mkdir "$world/amina's" "$world/birk's" &&
        printf 'the first' >"$world/plan.txt" && answers amina resource add "$group" "$world/plan.txt" && plan=$(field resource <"$world/out")
}
meets() { as birk sync --peer "127.0.0.1:$(port amina)" --no-discovery >/dev/null && equal "$group" amina birk; }
second() {
    printf 'the second' >"$world/plan.txt" && answers amina resource update plan "$world/plan.txt" && grep -q '"changed":true' "$world/out" &&
        [ "$(field resource <"$world/out")" = "$plan" ] && has_versions amina 2 1 && gets amina resource get plan &&
        [ "$(cat "$world/got/plan.txt")" = "the second" ] && answers amina resource update plan "$world/plan.txt" &&
        grep -q '"changed":false' "$world/out" && has_versions amina 2 1
}
apart() {
    meets && printf 'by Amina' >"$world/amina's/plan.txt" && printf 'by Birk' >"$world/birk's/plan.txt" &&
        answers amina resource update plan "$world/amina's/plan.txt" && answers birk resource update plan "$world/birk's/plan.txt" &&
        meets && meets && has_versions amina 4 2 && has_versions birk 4 2 && answers birk resource show plan &&
        grep -q '"by":"Amina Diallo","when"' "$world/out" && grep -q '"by":"Birk Ström","when"' "$world/out" &&
        "$program" --home "$world/birk" resource show plan | grep -q 'plan.txt (Birk Ström, 20'
}
both_are_saved() {
    gets birk resource get plan && [ "$(cat "$world/got/Amina Diallo, 20"*/plan.txt)" = "by Amina" ] &&
        [ "$(cat "$world/got/Birk Ström, 20"*/plan.txt)" = "by Birk" ] && [ "$(find "$world/got" -type f | grep -c .)" = 2 ]
}
either_is_saved() {
    gets birk resource get plan --version "$(version_by birk "Amina Diallo")" && [ "$(cat "$world/got/plan.txt")" = "by Amina" ] &&
        gets amina resource get plan --version "$(version_by amina "Birk Ström" | cut -c1-10)" && [ "$(cat "$world/got/plan.txt")" = "by Birk" ]
}
one_is_chosen() {
    answers birk resource choose plan "$(version_by birk "Amina Diallo")" && meets && has_versions amina 4 1 && gets amina resource get plan &&
        [ "$(cat "$world/got/plan.txt")" = "by Amina" ]
}
an_earlier_one_comes_back() {
    first=$(versions_of amina | grep '"size":9,' | field version) && gets amina resource get plan --version "$first" &&
        [ "$(cat "$world/got/plan.txt")" = "the first" ] && answers amina resource choose plan "$first" && has_versions amina 4 1 && meets &&
        gets birk resource get plan && [ "$(cat "$world/got/plan.txt")" = "the first" ]
}
a_file_of_several() {
    mkdir -p "$world/set/sub" && printf 1 >"$world/set/a.txt" && printf 2 >"$world/set/b.txt" && answers amina resource add "$group" "$world/set" --as-one --title Set &&
        printf 'new b' >"$world/b.txt" && answers amina resource update Set "$world/b.txt" && printf 'new a' >"$world/c.txt" &&
        refuses 5 amina resource update Set "$world/c.txt" && grep -q 'a.txt' "$world/out" &&
        answers amina resource update Set "$world/c.txt" --replaces a.txt && gets amina resource get Set &&
        [ "$(cat "$world/got/b.txt")" = "new b" ] && [ "$(cat "$world/got/c.txt")" = "new a" ] && [ "$(ls "$world/got" | grep -c .)" = 2 ]
}
# Two files of one name out of two folders are no versions of each other.
two_of_one_name() {
    printf 3 >"$world/set/sub/a.txt" && answers amina resource add "$group" "$world/set" --as-one --title Twins && gets amina resource get Twins &&
        [ "$(ls "$world/got" | grep -c txt)" = 3 ] && refuses 5 amina resource update Twins "$world/set/a.txt"
}
guessed() {
    printf 'The sun is in the sky and the sea is below it.' >"$world/sun.txt" && answers amina resource add "$group" "$world/sun.txt" &&
        answers amina resource show sun && grep -q '"language":"en"' "$world/out" && grep -q '"media_type":"text/plain"' "$world/out" &&
        answers amina resource edit sun --language sw --title "The sun" && answers amina resource show "The sun" &&
        grep -q '"language":"sw"' "$world/out" && answers amina resource add "$group" "$world/sun.txt" --title Other --language fr &&
        answers amina resource show Other && grep -q '"language":"fr"' "$world/out"
}
nonsense() {
    refuses 4 amina resource update plan "$world/absent.txt" && refuses 2 amina resource update plan "$world/set" &&
        refuses 4 amina resource update nothing "$world/plan.txt" && refuses 4 amina resource get plan --version aaaaaaaa --to "$world/got" &&
        refuses 4 amina resource choose plan aaaaaaaa && refuses 4 amina resource update plan "$world/plan.txt" --replaces no.txt
}

group='' plan=''
tell "two share a plan" begins
tell "the next version takes the place of the one before, and is the same resource" second
tell "two made apart are both kept, by whom and when" apart
tell "both are saved under their own name, in folders that say whose they are" both_are_saved
tell "either is saved by itself" either_is_saved
tell "one is chosen, everywhere" one_is_chosen
tell "an earlier one comes back" an_earlier_one_comes_back
tell "of several files the one of that name is replaced, or the one that is named" a_file_of_several
tell "two files of one name are no versions of each other" two_of_one_name
tell "type, title and language are guessed, and can be changed" guessed
tell "what makes no sense is refused with words" nonsense
finish
