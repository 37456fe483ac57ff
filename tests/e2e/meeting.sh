#!/bin/sh
# Two computers that know each other's address: joining, becoming equal, live changes, one-shot sync, and strangers at the door.
. "$(dirname "$0")/lib.sh"

join() {
    as amina init --name "Amina Diallo" && as birk init --name "Birk Ström" &&
        group=$(as amina group new "Science teachers" --kind plc | field group) && [ -n "$group" ] &&
        note=$(as amina note new "$group" --title "Shared note" --from app/demo/material/water-cycle-lesson.md | field note) && [ -n "$note" ] &&
        daemon amina && invitation=$(as amina invite "$group" | field invite) && [ -n "$invitation" ] &&
        daemon birk --peer "127.0.0.1:$(port amina)" && as birk join "$invitation" && until_true 20 equal "$group" amina birk
}
both_are_members() {
    for who in amina birk; do
        as $who members "$group" >"$world/members" && grep -q "Amina Diallo" "$world/members" &&
            grep -q "Birk Ström" "$world/members" || { cat "$world/members" && return 1; }
    done
}
live() {
    echo "one line, live" >"$world/live.md"
    as amina note edit "$note" --from "$world/live.md" && until_true 20 birk_reads "one line, live"
}
birk_reads() { as birk note show "$note" | grep -qF "$1"; }
ten_each() {
    for i in 1 2 3 4 5 6 7 8 9 10; do
        as amina record new "$group" task title="amina $i" >/dev/null && as birk record new "$group" task title="birk $i" >/dev/null || return 1
    done
    until_true 20 equal "$group" amina birk && [ "$(as amina record list "$group" task | grep -o '\(amina\|birk\) [0-9]*' | sort -u | grep -c .)" = 20 ]
}
one_shot() {
    rest birk
    as amina record new "$group" task title="while Birk rested" &&
        exits 0 as birk sync --peer "127.0.0.1:$(port amina)" --seconds 20 && is_json && equal "$group" amina birk &&
        as birk record list "$group" task | grep -qF "while Birk rested"
}

token_used() {
    as chidi init --name "Chidi Okafor" && daemon chidi --peer "127.0.0.1:$(port amina)" || return 1
    as chidi join "$invitation" >"$world/out" 2>&1
    code=$?
    cat "$world/out"
    [ $code = 5 ] && grep -qi 'already used' "$world/out"
}
token_bent() {
    length=${#invitation} at=1
    while [ $at -le "$length" ]; do
        head=$(printf '%s' "$invitation" | cut -c "1-$((at - 1))") tail=$(printf '%s' "$invitation" | cut -c "$((at + 1))-")
        old=$(printf '%s' "$invitation" | cut -c $at) new=a
        [ "$at" -gt 1 ] || head=
        [ "$old" != a ] || new=b
        as chidi join "$head$new$tail" >"$world/out" 2>&1
        code=$?
        [ $code = 1 ] || [ $code = 2 ] || [ $code = 5 ] || { echo "exit $code with byte $at bent" && cat "$world/out" && return 1; }
        at=$((at + 7))
    done
}

# knock BYTES: a stranger sends them to Amina's port and goes away.
knock() { bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && printf "$1" >&3; head -c 100 <&3 >/dev/null & sleep 0.2; kill $! 2>/dev/null' "$(port amina)" "$1"; }
noise() { cat "$world/amina.log" "$world/amina/log" 2>/dev/null | grep -c .; }
strangers() {
    before=$(noise)
    for _ in 1 2 3; do
        knock 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
        knock '\026\003\001\002\000\001\000\001\374\003\003'
        knock '\001\000'
        knock '\377\000\000\000\000\000\000\000\001\177\001\000'
        knock 'garbage garbage garbage garbage garbage garbage garbage garbage garbage garbage'
    done
    as amina status && [ $(($(noise) - before)) -le 3 ]
}

group='' note='' invitation=''
tell "a newcomer joins with an invitation and both become equal" join
tell "both see both as members" both_are_members
tell "a change made here is seen there, live" live
tell "ten changes on each side, at once" ten_each
tell "sync meets a colleague once, without a daemon" one_shot
tell "P02 an invitation for one that was used says so" token_used
tell "P07 an invitation with a changed character is refused" token_bent
tell "T16 garbage, HTTP, TLS and older greetings are closed without noise" strangers
finish
