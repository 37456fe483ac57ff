#!/bin/sh
# A library's files on two computers: a folder as many and as one, links and collections, and which files come by themselves.
. "$(dirname "$0")/lib.sh"

n() { number "$1" <"$world/out"; }
answers() { exits 0 as "$@" && is_json; }
meets() { daemon amina && as birk sync --peer "127.0.0.1:$(port amina)" --no-discovery >/dev/null && rest amina; }
holds() {
    rm -rf "$world/got" && mkdir "$world/got" && as birk resource get "$1" --to "$world/got" >/dev/null &&
        cmp "$world/$2" "$world/got/$2"
}

begins() {
    as amina init --name "Amina Diallo" >/dev/null && as birk init --name "Birk Ström" >/dev/null &&
        group=$(as amina group new "Science" --kind plc | field group) && daemon amina &&
        invite=$(as amina invite "$group" | field invite) && as birk join "$invite" --no-discovery >/dev/null && rest amina
}
folder_as_many() {
    mkdir -p "$world/folder/sub" && echo one >"$world/folder/one.txt" && echo two >"$world/folder/sub/two.txt" &&
        echo no >"$world/folder/.hidden" && answers amina resource add "$group" "$world/folder" &&
        answers amina resource list "$group" && [ "$(grep -o '"title"' "$world/out" | grep -c .)" = 2 ]
}
folder_again() { # one of them new, and one that is another's equal
    echo three >"$world/folder/three.txt" && cp "$world/folder/one.txt" "$world/folder/sub/one.txt" &&
        for time in first second; do
            answers amina resource add "$group" "$world/folder" && [ "$(grep -o '"resources":\[[^]]*' "$world/out" | tr ',' '\n' | grep -c .)" = 4 ] &&
                answers amina resource list "$group" && [ "$(grep -o '"title"' "$world/out" | grep -c .)" = 4 ] || return 1
        done
    rm "$world/folder/three.txt" "$world/folder/sub/one.txt"
}
folder_as_one() {
    answers amina resource add "$group" "$world/folder" --as-one --title Both && answers amina resource show Both &&
        grep -q 'one.txt' "$world/out" && grep -q 'two.txt' "$world/out"
}
# B14, A07: what cannot be taken is named, and the rest comes.
all_but_one() {
    mkdir "$world/odd" && truncate -s 4294967297 "$world/odd/a.bin" && printf 'odd' >"$world/odd/$(printf 'b\nb.txt')" &&
        printf 'last' >"$world/odd/z.txt" && exits 6 as amina resource add "$group" "$world/odd" && is_json &&
        grep -q 'a.bin is larger than 4 GiB' "$world/out" && answers amina resource list "$group" && grep -q '"title":"b b"' "$world/out" &&
        grep -q '"title":"z"' "$world/out" && rm "$world/odd/z.txt" "$world/odd/b"* && refuses 1 amina resource add "$group" "$world/odd"
}
links_and_collections() {
    answers amina resource add "$group" https://example.org/tides --title Tides && answers amina collection new "$group" --title Sea &&
        answers amina collection add Sea Tides && answers amina record show Sea && grep -q '"item":\["' "$world/out"
}
on_demand() {
    head -c 700000 /dev/urandom >"$world/film.bin" && answers birk files policy "$group" on-demand && answers birk files policy "$group" &&
        grep -q '"policy":"on-demand"' "$world/out" &&
        film=$(as amina resource add "$group" "$world/film.bin" --title Film | field resource) && meets &&
        refuses 7 birk resource get "$film" --to "$world/got" && grep -q 'It is with: Amina Diallo' "$world/out" &&
        answers birk resource show "$film" && grep -q '"with":\["Amina Diallo"\]' "$world/out" && answers birk files fetch "$film" && [ "$(n here)" = 0 ] && meets &&
        holds "$film" film.bin
}
drops() {
    used=$(du -s "$world/birk/chunks" | cut -f1) && answers birk files drop "$film" && [ "$(n here)" = 0 ] &&
        [ "$(n elsewhere)" = 700000 ] && [ "$(du -s "$world/birk/chunks" | cut -f1)" -lt "$used" ] &&
        refuses 7 birk resource get "$film" --to "$world/got" && answers birk verify && answers birk files keep "$film" && meets &&
        holds "$film" film.bin && refuses 5 amina files drop "$film" || return 1
}
all_again() {
    head -c 900000 /dev/urandom >"$world/other.bin" &&
        other=$(as amina resource add "$group" "$world/other.bin" --title Other | field resource) && meets &&
        refuses 7 birk resource get "$other" --to "$world/got" && answers birk files policy "$group" all && meets && holds "$other" other.bin
}
too_large() {
    answers birk files policy "$group" all --max-mb 1 && head -c 1500000 /dev/urandom >"$world/large.bin" &&
        large=$(as amina resource add "$group" "$world/large.bin" --title Large | field resource) && meets &&
        refuses 7 birk resource get "$large" --to "$world/got" && holds "$film" film.bin
}
says_what_it_takes() { answers birk storage && [ "$(n here)" -gt 1600000 ] && grep -q '"name":"Science"' "$world/out"; }
paces() {
    answers birk files pace --in-kb 2048 --out-kb 64 && answers birk files pace && [ "$(n in_kb)" = 2048 ] && [ "$(n out_kb)" = 64 ] &&
        answers birk files pause && head -c 300000 /dev/urandom >"$world/paused.bin" &&
        paused=$(as amina resource add "$group" "$world/paused.bin" --title Paused | field resource) && meets &&
        refuses 7 birk resource get "$paused" --to "$world/got" && answers birk storage && grep -q '"paused":true' "$world/out" &&
        answers birk files resume && meets && holds "$paused" paused.bin && answers birk files pace --no-caps && [ "$(n in_kb)" = 0 ]
}
nonsense() { refuses 2 birk files policy "$group" sometimes && refuses 2 birk files pace --in-kb 3 && refuses 4 birk files keep nothing && refuses 4 birk files fetch Tides; }

group='' film='' other='' large=''
tell "two share a library" begins
tell "a folder becomes a resource a file, hidden files left out" folder_as_many
tell "added again, only what is new in it comes; of two that are equal each is one" folder_again
tell "a folder becomes one resource" folder_as_one
tell "B14 A07 of a folder all comes but what is too large, which is named" all_but_one
tell "links, and collections of what is there" links_and_collections
tell "on demand: a file comes when it is asked for" on_demand
tell "dropped, it frees the disk, and can be kept again" drops
tell "all: what was left comes too" all_again
tell "what is too large comes on demand only" too_large
tell "files move at a pace, and wait while they are paused" paces
tell "storage says what a group takes" says_what_it_takes
tell "what makes no sense is refused with words" nonsense
finish
