#!/bin/sh
# Two schools with a network each (namespaces joined by a cable) and none between them: one stick on three trips makes all four
# computers equal. Only Amina and Chidi ever met, at a workshop; Birk and Dilan came to their groups later, each at home. Needs
# root.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || { echo "skip  two schools without a network between them: needs root" && exit 0; }
people="amina birk chidi dilan"
place() { echo "staffroom-$1-$$"; }
clear_away() {
    for who in $people; do ip netns del "$(place $who)" 2>/dev/null; done
}
for who in $people; do
    ip netns add "$(place $who)" 2>"$world/err" && continue
    clear_away
    echo "skip  two schools without a network between them: no network namespaces here ($(head -n 1 "$world/err"))"
    exit 0
done
leave_both() { leave_nothing && clear_away; }
trap leave_both EXIT
cable() {
    ip link add cable0 netns "$(place "$1")" type veth peer name cable0 netns "$(place "$2")"
    for who in "$1" "$2"; do
        ip -n "$(place "$who")" link set lo up
        ip -n "$(place "$who")" link set cable0 up
    done
    ip -n "$(place "$1")" addr add 10.77.71.1/24 dev cable0
    ip -n "$(place "$2")" addr add 10.77.71.2/24 dev cable0
}
cable amina birk
cable chidi dilan
stick=$world/stick
mkdir "$stick"

# at WHO COMMAND...: on their own computer, where their own network is.
at() {
    who=$1
    shift
    ip netns exec "$(place "$who")" "$program" --home "$world/$who" --json "$@" </dev/null
}
begin_at() { launch "$1" ip netns exec "$(place "$1")" "$program" --home "$world/$1" --json start --foreground; }
root_at() { at "$1" group show "$group" | field root; }
same() { first=$(root_at "$1") && [ -n "$first" ] && [ "$first" = "$(root_at "$2")" ]; }
all_same() { same amina birk && same birk chidi && same chidi dilan; }
sees_one() { [ "$(at "$1" status | number colleagues)" = 1 ]; }
lists() { at "$1" record list "$group" task | grep -qF "$2"; }
film_is_at() {
    rm -rf "$world/got"
    at "$1" resource get "$film" --to "$world/got" >/dev/null && cmp "$world/film.bin" "$world/got/film.bin"
}
# trip FROM TO: the stick travels from one school to the other.
trip() {
    at "$1" carry "$stick" >"$world/out" && grep -q '"safe_to_unplug":true' "$world/out" && at "$2" unload "$stick" >"$world/out" ||
        { cat "$world/out" && return 1; }
}

met_at_a_workshop() {
    as amina init --name "Amina Diallo" && as chidi init --name "Chidi Okafor" && as birk init --name "Birk Ström" &&
        as dilan init --name "Dilan Kaya" && group=$(as amina group new Science --kind plc | field group) && daemon amina &&
        as chidi join "$(as amina invite "$group" | field invite)" --no-discovery && as amina member promote "$group" "Chidi Okafor" &&
        as chidi sync --peer "127.0.0.1:$(port amina)" --no-discovery && rest amina
}
home_again() {
    for who in $people; do begin_at $who || return 1; done
    at birk join "$(at amina invite "$group" | field invite)" && at dilan join "$(at chidi invite "$group" | field invite)" || return 1
    head -c 3000000 /dev/urandom >"$world/film.bin"
    film=$(at birk resource add "$group" "$world/film.bin" --title Film | field resource) && [ -n "$film" ] &&
        at amina record new "$group" task title="from the hill" && at dilan record new "$group" task title="from the valley" &&
        until_true 60 same amina birk && until_true 60 same chidi dilan && until_true 30 film_is_at amina && ! same birk chidi &&
        for who in $people; do sees_one $who || return 1; done
}
first_trip() {
    trip birk chidi && until_true 30 lists chidi "from the hill" && until_true 60 film_is_at chidi &&
        until_true 30 same chidi dilan
}
second_trip() {
    at chidi record new "$group" task title="answer of the valley" && until_true 30 same chidi dilan && trip dilan amina &&
        until_true 30 lists amina "from the valley" && until_true 30 lists birk "from the valley" && until_true 30 same amina birk
}
third_trip() {
    at birk record new "$group" task title="last word of the hill" && until_true 30 same amina birk && trip amina chidi &&
        until_true 30 lists dilan "last word of the hill" && until_true 60 all_same || return 1
    for who in $people; do
        until_true 30 film_is_at $who && lists $who "from the hill" && lists $who "from the valley" && sees_one $who || return 1
    done
}

group='' film=''
tell "two of four met once, at a workshop" met_at_a_workshop
tell "at home each school is equal, and the schools are not" home_again
tell "first trip: from the hill to the valley" first_trip
tell "second trip: the answer" second_trip
tell "third trip: all four are equal, and nobody ever saw the other school" third_trip
finish
