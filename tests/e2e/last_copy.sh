#!/bin/sh
# Nobody deletes the last copy of a file by mistake: three colleagues on one network, one of whom fetches only what she asks for.
. "$(dirname "$0")/lib.sh"

drops() { as "$1" files drop "$film" >"$world/out"; }
keeps() { refuses 5 "$1" files drop "$film"; }
has() { as "$1" resource show "$film" | grep -q '"here":true'; }
# says_with WHO NAMES: who has it, as WHO knows; only one who has not is asked.
says_with() { as "$1" resource show "$film" | tr -d ' \n' | grep -qF "\"with\":[$2]"; }

begins() {
    for who in amina birk chipo; do as $who init --name "$who" >/dev/null || return 1; done
    group=$(as amina group new Science --kind team | field group) && daemon amina && daemon birk --peer "127.0.0.1:$(port amina)" &&
        daemon chipo --peer "127.0.0.1:$(port amina)" --peer "127.0.0.1:$(port birk)" || return 1
    for who in birk chipo; do as $who join "$(as amina invite "$group" | field invite)" >/dev/null || return 1; done
    as chipo files policy "$group" on-demand >/dev/null && head -c 3000000 /dev/urandom >"$world/film.bin" &&
        film=$(as amina resource add "$group" "$world/film.bin" | field resource) && until_true 30 has birk && until_true 30 says_with chipo '"amina","birk"'
}
giver_may_drop() { until_true 30 drops amina && ! has amina && until_true 30 says_with amina '"birk"' && until_true 30 says_with chipo '"birk"'; }
last_one_may_not() { until_true 10 keeps birk && keeps birk && has birk; }
after_a_fetch() {
    as amina files fetch "$film" --wait >/dev/null && has amina && until_true 30 drops birk && ! has birk && keeps amina && has amina &&
        until_true 30 says_with birk '"amina"'
}
group='' film=''
tell "a film on two of three computers, and each knows on which" begins
tell "who put it in may drop it once a colleague has it" giver_may_drop
tell "the last one keeps it, though another says that she lacks nothing" last_one_may_not
tell "fetched again, it may go elsewhere" after_a_fetch
finish
