#!/bin/sh
# A profile with a passphrase, locked while its daemon runs: colleagues are heard and served, nobody reads here.
. "$(dirname "$0")/lib.sh"

amina() { as amina "$@"; }
near_amina() { echo "127.0.0.1:$(port amina)"; }

begun() {
    echo "correct horse battery" >"$world/phrase" && echo "wrong horse" >"$world/wrong" &&
        amina init --name "Amina Diallo" --passphrase-file "$world/phrase" && as birk init --name "Birk Ström" &&
        daemon amina --passphrase-file "$world/phrase" && group=$(amina group new Science --kind team | field group) &&
        [ -n "$group" ] && invitation=$(amina invite "$group" --uses 2 | field invite) && daemon birk --peer "$(near_amina)" &&
        as birk join "$invitation" && note=$(amina note new "$group" --title "Light and shadow" | field note) &&
        until_true 20 equal "$group" amina birk
}
locked() {
    exits 0 amina lock && is_json && grep -q '"locked":true' "$world/out" && exits 0 amina lock && exits 0 amina status &&
        is_json && grep -q '"locked":true' "$world/out" && ! grep -q Amina "$world/out" || return 1
    for asked in "group list" "whoami" "note list $group" "note new $group --title X" "colleagues" "sync --seconds 1" \
        "device list" "recovery sheet" "backup $world/b" "members $group"; do
        # shellcheck disable=SC2086
        refuses 5 amina $asked || return 1
    done
    refuses 5 amina note show "$note" && refuses 5 amina unlock --passphrase-file "$world/wrong"
}
# Chipo meets nobody but the locked computer, and comes in by it.
served() {
    as birk note new "$group" --title "Written while locked" --from README.md && as chipo init --name "Chipo Banda" &&
        until_true 20 chipo_has_it && exits 0 amina status && grep -q '"locked":true' "$world/out"
}
chipo_has_it() {
    as chipo join "$invitation" --no-discovery --peer "$(near_amina)" >/dev/null
    as chipo sync --no-discovery --peer "$(near_amina)" >/dev/null
    as chipo note list "$group" | grep -q "Written while locked"
}
opened() {
    exits 0 amina unlock --passphrase-file "$world/phrase" && amina note list "$group" | grep -q "Written while locked" &&
        until_true 20 equal "$group" amina birk && amina members "$group" | grep -q Chipo
}
killed() {
    amina lock && as birk note new "$group" --title "Before the power cut" && until_true 20 reached &&
        kill -9 "$(pid_of amina)" && wait "$(pid_of amina)"
    exits 0 as amina --passphrase-file "$world/phrase" note list "$group" && grep -q "Before the power cut" "$world/out"
}
# What a computer has is told even while it is locked: Birk hears that it is covered.
reached() { as birk sync --seconds 2 | grep -q '"safe_to_leave":true'; }
changed_while_running() {
    echo "battery staple" >"$world/next" && daemon amina --passphrase-file "$world/phrase" && amina lock &&
        exits 0 as amina passphrase change --passphrase-file "$world/phrase" --new-passphrase-file "$world/next" &&
        refuses 5 amina unlock --passphrase-file "$world/phrase" && exits 0 amina unlock --passphrase-file "$world/next" &&
        amina note list "$group" | grep -q "Before the power cut"
}
# Nobody types anything for a second; looking at the status does not count, and colleagues are served meanwhile.
locks_itself() {
    rest amina && daemon amina --passphrase-file "$world/next" --lock-after-seconds 1 --peer "127.0.0.1:$(port birk)" &&
        amina note list "$group" >/dev/null && until_true 20 is_locked && refuses 5 amina note show "$note" && amina status | grep -q '"running":true' &&
        as birk note new "$group" --title "While it locked itself" && until_true 20 reached &&
        exits 0 amina unlock --passphrase-file "$world/next" && amina note list "$group" | grep -q "While it locked itself"
}
# What a program looks at again and again by itself keeps nothing open, whichever verb it is.
looked_at() {
    curl -sS --unix-socket "$world/amina/door" -H 'Content-Type: application/json' \
        -d "{\"verb\":\"note list\",\"args\":{\"group\":\"$group\"},\"by_itself\":true}" http://localhost/api >"$world/looked" &&
        amina colleagues >"$world/out" 2>&1
    is_locked
}
looking_keeps_nothing_open() {
    looked_at || grep -q "While it locked itself" "$world/looked" || return 1
    until_true 20 looked_at && refuses 5 amina note show "$note"
}
is_locked() { amina status | grep -q '"locked":true'; }
nothing_to_lock() { refuses 5 birk lock && grep -q "no passphrase" "$world/out" && rest birk && refuses 3 birk lock; }
nowhere() {
    rest amina
    for word in "Light and shadow" "Written while locked" "Amina Diallo" "Before the power cut" "correct horse" "battery staple"; do
        ! grep -raqF "$word" "$world/amina" "$world/amina.log" || { echo "found: $word" && return 1; }
    done
}

group='' note='' invitation=''
tell "Amina with a passphrase, and a colleague" begun
tell "locked: nobody reads, and the wrong passphrase opens nothing" locked
tell "colleagues get from it what it gets meanwhile" served
tell "unlocked: what came is there" opened
tell "the power goes while it is locked: the next start has what came" killed
tell "the passphrase is changed while it is locked" changed_while_running
tell "it locks itself when nobody asks for anything, and colleagues do not notice" locks_itself
tell "a page that looks by itself does not keep it open" looking_keeps_nothing_open
tell "without a passphrase, and without a daemon, there is nothing to lock" nothing_to_lock
tell "no word of it is readable in the profile" nowhere
finish
