#!/bin/sh
# Two schools that never share a network become equal by one stick and three trips. All homes are on one computer and no
# daemon of one school ever knows an address of the other; within a school two computers meet as they like.
. "$(dirname "$0")/lib.sh"

stick=$world/stick
mkdir "$stick"
n() { number "$1" <"$world/out"; }
carries() { exits 0 as "$1" carry "$stick" && is_json && grep -q '"safe_to_unplug":true' "$world/out"; }
unloads() { exits 0 as "$1" unload "$stick" && is_json && grep -q '"safe_to_unplug":true' "$world/out"; }
meets() { daemon "$1" && as "$2" sync --peer "127.0.0.1:$(port "$1")" --no-discovery && rest "$1"; }
shows() { as "$1" note show "$2" | grep -qF "$3" || { echo "$1 lacks: $3" && return 1; }; }
has_file() {
    rm -rf "$world/got" && mkdir "$world/got" && as "$1" resource get "$2" --to "$world/got" >/dev/null &&
        cmp "$world/film.bin" "$world/got/film.bin"
}

# The hill school is Amina and Birk, the valley school Chidi and Dilan. They met once, at a workshop.
met_once() {
    for who in amina birk chidi dilan eve; do as $who init --name $who >/dev/null || return 1; done
    group=$(as amina group new "Science" --kind plc | field group) && [ -n "$group" ] && daemon amina &&
        invite=$(as amina invite "$group" --uses 5 | field invite) || return 1
    for who in birk chidi dilan; do as $who join "$invite" --no-discovery || return 1; done
    as amina member promote "$group" chidi && rest amina || return 1
    # Twice round: what the last brings is for the first too.
    for who in birk chidi dilan birk chidi; do meets amina $who || return 1; done
    equal "$group" amina birk chidi dilan
}
both_work_apart() {
    head -c 3000000 /dev/urandom >"$world/film.bin" &&
        film=$(as amina resource add "$group" "$world/film.bin" --title Film | field resource) && [ -n "$film" ] &&
        note=$(as amina note new "$group" --title Hill | field note) && [ -n "$note" ] &&
        echo "from the hill" >"$world/hill.md" && as amina note edit "$note" --from "$world/hill.md" &&
        other=$(as dilan note new "$group" --title Valley | field note) && [ -n "$other" ] && meets amina birk &&
        meets chidi dilan && ! equal "$group" birk chidi
}
first_trip() {  # hill to valley
    carries birk && [ "$(n commits)" -ge 2 ] && [ "$(n chunks)" -ge 12 ] && unloads chidi && [ "$(n chunks)" -ge 12 ] &&
        shows chidi "$note" "from the hill" && has_file chidi "$film"
}
# What they wrote goes back; nothing of what the hill has is packed again.
second_trip() {
    carries chidi && [ "$(n commits)" -ge 1 ] && [ "$(n commits)" -le 3 ] && [ "$(n chunks)" = 0 ] && [ "$(n receipts)" -ge 1 ] &&
        unloads birk && [ "$(n receipts)" -ge 1 ] && meets birk amina && meets chidi dilan && as amina note list "$group" | grep -q Valley &&
        equal "$group" amina birk chidi dilan
}
third_trip() {
    echo "from the hill, again" >"$world/hill.md" && as amina note edit "$note" --from "$world/hill.md" &&
        carries amina && [ "$(n commits)" -ge 1 ] && [ "$(n chunks)" = 0 ] && unloads dilan &&
        shows dilan "$note" "from the hill, again" && meets dilan chidi && meets amina birk && equal "$group" amina birk chidi dilan
}
nothing_is_owed_twice() {
    unloads dilan && [ "$(n commits)" = 0 ] && unloads amina && carries amina && [ "$(n commits)" = 0 ] && carries amina &&
        [ "$(n commits)" = 0 ] && [ "$(n chunks)" = 0 ]
}
# Eve is in no group of theirs.
carries_blind() {
    echo "by a stranger's hand" >"$world/hill.md" && as amina note edit "$note" --from "$world/hill.md" &&
        carries amina && unloads eve && [ "$(n for_others)" -ge 1 ] && [ "$(n commits)" = 0 ] || return 1
    exits 0 as eve courier list && is_json && [ "$(n bytes)" -gt 0 ] || return 1
    ! grep -raq "stranger's hand\|Science\|amina" "$world/eve/courier" "$stick" || { echo "not sealed" && return 1; }
    mkdir "$world/other-stick" && exits 0 as eve carry "$world/other-stick" && [ "$(n passed_on)" -ge 1 ] &&
        exits 0 as chidi unload "$world/other-stick" && shows chidi "$note" "by a stranger's hand"
}
a_removed_member_gives() {
    as birk note new "$group" --title "before" >/dev/null && as amina member remove "$group" birk >/dev/null &&
        as birk note new "$group" --title "after I was told to go" >/dev/null && rm -rf "$world/gone" && mkdir "$world/gone" &&
        as birk carry "$world/gone" && exits 0 as amina unload "$world/gone" && is_json &&
        ! as amina note list "$group" | grep -qF "after I was told to go"
}
with_daemons() {
    daemon amina && daemon chidi && echo "while it runs" >"$world/hill.md" && as amina note edit "$note" --from "$world/hill.md" &&
        carries amina && unloads chidi && shows chidi "$note" "while it runs" && rest amina && rest chidi
}
# A group of two is offered in the group of many: one trip brings the offer and what is in it.
private_by_stick() {
    as amina feedback give "$other" --private --worked "For your eyes" >/dev/null && carries amina && unloads dilan &&
        as dilan feedback list "$other" | grep -qF "For your eyes" && unloads birk &&
        ! as birk feedback list "$other" | grep -qF "For your eyes"
}
three_times() {
    as amina carry "$stick" && as dilan unload "$stick" || return 1
    before=$(root dilan "$group")
    for time in 1 2 3; do unloads dilan && [ "$(n commits)" = 0 ] && [ "$(n chunks)" = 0 ] || return 1; done
    [ "$(root dilan "$group")" = "$before" ]
}
strange_things() {
    mkdir -p "$world/odd/staffroom" && ln -s /etc/passwd "$world/odd/staffroom/aaaaaaaaaaaaaaaa.stf" &&
        mkfifo "$world/odd/staffroom/bbbbbbbbbbbbbbbb.stf" && ln -s /dev/zero "$world/odd/staffroom/cccccccccccccccc.stf" &&
        exits 6 as amina unload "$world/odd" && is_json && grep -q aaaaaaaaaaaaaaaa "$world/out" &&
        ln -s "$world/odd" "$world/link" && mkdir "$world/trap" && ln -s "$world/odd/staffroom" "$world/trap/staffroom" &&
        refuses 5 amina unload "$world/trap" && refuses 4 amina unload "$world/nowhere" && refuses 4 amina carry "$world/nowhere"
}
strange_names() {
    mkdir -p "$world/names/staffroom" && printf x >"$world/names/staffroom/$(printf 'a\nb')" &&
        printf x >"$world/names/staffroom/$(printf 'exam\342\200\256fdp.stf')" && exits 0 as amina unload "$world/names" && is_json
}
# Made large without content, as a stick may hold it: sparse parts that end in nothing, and one of 40 GB.
peak_mb() { echo $(($(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(pid_of "$1")/status") / 1024)); }
huge() {
    rm -rf "$world/huge" && mkdir "$world/huge" && as amina note new "$group" --title huge >/dev/null && as amina carry "$world/huge" &&
        for part in "$world"/huge/staffroom/*.stf; do truncate -s 2147483648 "$part" || return 1; done
    truncate -s 40G "$world/huge/staffroom/aaaaaaaaaaaaaaaa.stf" && daemon chidi || return 1
    before=$(peak_mb chidi)
    exits 6 as chidi unload "$world/huge" && is_json && [ "$(n commits)" -ge 1 ] && after=$(peak_mb chidi) && rest chidi &&
        echo "$before MiB before, $after MiB at most" && [ $((after - before)) -le 64 ]
}
write_protected() {
    as amina note new "$group" --title "locked stick" >/dev/null && rm -rf "$world/ro" && mkdir "$world/ro" &&
        as amina carry "$world/ro" && chmod -R a-w "$world/ro" || return 1
    [ "$(id -u)" != 0 ] || chattr -R +i "$world/ro" 2>/dev/null || { echo "cannot protect" && touch "$world/unprotected"; }
    exits 0 as chidi unload "$world/ro" && is_json && shown=$? || shown=1
    [ "$(id -u)" != 0 ] || chattr -R -i "$world/ro" 2>/dev/null
    chmod -R u+w "$world/ro"
    [ $shown = 0 ] && as chidi note list "$group" | grep -qF "locked stick"
}

full_stick() {
    mkdir "$world/small" && [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=3m tmpfs "$world/small" 2>/dev/null || return 0
    title=$(as amina note new "$group" --title "Full stick" | field note) && as amina carry "$world/small" >/dev/null
    cat /dev/zero >"$world/small/fill" 2>/dev/null
    exits 0 as chidi unload "$world/small" && is_json && grep -q '"left_receipt":false' "$world/out" && [ "$(n commits)" -ge 1 ] &&
        shows chidi "$title" ""
    took=$?
    umount -l "$world/small" && return $took
}
# Whoever's stick is not plugged in fills a folder of the computer's own.
on_own_disk() {
    mkdir "$world/forgotten" && exits 0 as birk carry "$world/forgotten" && grep -q '"on_this_computer":true' "$world/out" &&
        "$program" --home "$world/birk" carry "$world/forgotten" 2>&1 | grep -q "own disk, not on a stick" || return 1
    [ -w /dev/shm ] && [ "$(stat -c %d /dev/shm)" != "$(stat -c %d "$world")" ] || return 0
    elsewhere=$(mktemp -d -p /dev/shm) && exits 0 as birk carry "$elsewhere" && ! grep -q on_this_computer "$world/out" &&
        "$program" --home "$world/birk" carry "$elsewhere" 2>&1 | grep -q "take the stick out"
    said=$?
    rm -r "$elsewhere" && return $said
}

group='' note='' other='' film='' invite=''
tell "two schools met once" met_once
tell "each works on, and meets its own" both_work_apart
tell "first trip: the valley has the hill's notes and its film" first_trip
tell "second trip: the valley's work and its receipt come back, and only that" second_trip
tell "third trip: exact, and all four are equal" third_trip
tell "B06 unloaded three times, a stick changes nothing" three_times
tell "whatever they have is not carried again" nothing_is_owed_twice
tell "B08 a stranger carries for others and cannot read it" carries_blind
tell "with daemons running it is the same" with_daemons
tell "what only two may read comes in the same trip as the offer" private_by_stick
tell "B10 links, pipes and devices in place of a part are refused" strange_things
tell "B14 strange names on a stick are of no account" strange_names
tell "B05 40 GB on a stick: at most 64 MiB more memory" huge
tell "B13 a write-protected stick is unloaded" write_protected
tell "B12 B13 a full stick is unloaded, without a receipt" full_stick
tell "a folder of the computer's own disk is not taken for a stick" on_own_disk
tell "B11 what a removed member gives is set aside" a_removed_member_gives
finish
