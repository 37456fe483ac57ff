#!/bin/sh
# What two keep between themselves, with a colleague in the same group, on the same network.
. "$(dirname "$0")/lib.sh"

together() {
    as amina init --name "Amina Diallo" && as birk init --name "Birk Ström" && as chipo init --name "Chipo Banda" &&
        daemon amina && science=$(as amina group new Science --kind team | field group) && [ -n "$science" ] &&
        hall=$(as amina invite "$science" --uses 2 | field invite) &&
        daemon birk --peer "127.0.0.1:$(port amina)" && daemon chipo --peer "127.0.0.1:$(port amina)" --peer "127.0.0.1:$(port birk)" &&
        as birk join "$hall" && as chipo join "$hall" &&
        lesson=$(as amina note new "$science" --title "Light and shadow" | field note) && [ -n "$lesson" ] &&
        until_true 20 equal "$science" amina birk chipo
}

hears() { as "$1" feedback list "$lesson" | grep -qF "$2"; }
given() {
    given=$(as birk feedback give "$lesson" --private --worked "The torch, in the dark room" --suggest "Speak louder at the back" | field feedback) &&
        [ -n "$given" ] && until_true 20 hears amina "Speak louder" || return 1
    for who in amina birk; do
        as $who feedback list "$lesson" | grep -q '"private":true' && as $who group list | grep -q '"kind":"pair"' || return 1
    done
    as amina group list | grep -q '"name":"Birk Ström"' && as birk group list | grep -q '"name":"Amina Diallo"'
}
replied() {
    as amina feedback reply "$given" "I will, thank you" && until_true 20 hears birk "I will, thank you"
}
# By then Chipo has everything that the group has, the offer of the pair's key included.
third_has_nothing() {
    until_true 20 equal "$science" amina birk chipo && as chipo sync --seconds 2 >/dev/null || return 1
    hears chipo louder && return 1
    refuses 4 chipo record show "$given" && refuses 4 chipo feedback reply "$given" "Me too" &&
        as chipo group list >"$world/out" && ! grep -q pair "$world/out" && [ "$(as chipo status | number groups)" = 1 ] &&
        as chipo verify | grep -q '"bad":0'
}
open_one() {
    as chipo feedback give "$lesson" --worked "Everybody was silent" && until_true 20 hears birk "Everybody was silent" &&
        as birk feedback list "$lesson" | grep -q '"private":false'
}
stay_two() {
    refuses 5 amina invite "Birk Ström" && refuses 5 amina feedback give "$lesson" --private --worked "My own lesson" &&
        grep -q "between you and yourself" "$world/out"
}
without_daemons() {
    for who in amina birk chipo; do rest $who; done
    apart=$(as chipo feedback give "$lesson" --private --ask "May I use it?" | field feedback) && [ -n "$apart" ] &&
        hears chipo "May I use it?" && as birk feedback list "$lesson" | grep -q "Speak louder" || return 1
    hears amina "May I use it?" && return 1
    daemon amina && exits 0 as birk sync --peer "127.0.0.1:$(port amina)" --seconds 20 &&
        exits 0 as chipo sync --peer "127.0.0.1:$(port amina)" --seconds 20 && hears amina "May I use it?" &&
        exits 0 as birk sync --peer "127.0.0.1:$(port amina)" --seconds 20 || return 1
    hears birk "May I use it?" && return 1
    return 0
}

science='' lesson='' given=''
tell "three colleagues share a group" together
tell "private feedback is heard by whom it is for, and by who gave it" given
tell "a reply goes back" replied
tell "the third colleague never gets it" third_has_nothing
tell "open feedback is heard by all three" open_one
tell "nobody joins what is between two, and nobody is two" stay_two
tell "given without a daemon, it waits until the two meet" without_daemons
finish
