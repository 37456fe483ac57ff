#!/bin/sh
# Every computer of somebody is lost, and the sheet too: two organisers who have her in front of them vouch for a new one.
. "$(dirname "$0")/lib.sh"

begun() {
    as amina init --name "Amina Diallo" && as birk init --name "Birk Ström" && as chipo init --name "Chipo Banda" && daemon birk &&
        science=$(as birk group new Science --kind team | field group) && [ -n "$science" ] && daemon chipo --peer "127.0.0.1:$(port birk)" &&
        as chipo join "$(as birk invite "$science" | field invite)" && as amina join "$(as birk invite "$science" | field invite)" \
        --no-discovery --peer "127.0.0.1:$(port birk)" && as birk member promote "$science" "Chipo Banda" &&
        as birk member promote "$science" "Amina Diallo" && lesson=$(as amina note new "$science" --title "Light and shadow" | field note) &&
        as amina sync --no-discovery --peer "127.0.0.1:$(port birk)" && until_true 20 equal "$science" amina birk chipo &&
        person=$(as amina whoami | field person) && rm -r "$world/amina"
}
# help CODE: on the new computer.
help() { as new recovery help "$1" --name "New laptop" --no-discovery --peer "127.0.0.1:$(port birk)"; }
shown() {
    code=$(as birk recovery begin "$science" "Amina Diallo" | field offer) && [ -n "$code" ] && refuses 5 birk recovery begin "$science" "Birk Ström" &&
        refuses 4 birk recovery begin "$science" "Nobody" && exits 0 help "$code" && is_json && grep -q '"complete":false' "$world/out" &&
        request=$(field request <"$world/out") && [ -n "$request" ] && refuses 4 new note show "$lesson"
}
wrong_codes() {
    refuses 2 other recovery help "staffroom-lost-nonsense" && refuses 4 other whoami && refuses 2 birk recovery vouch "$science" "$code" &&
        refuses 2 birk recovery vouch "$science" "${request}x" && refuses 5 birk recovery help "$code"
}
one_is_not_enough() {
    as birk recovery vouch "$science" "$request" >"$world/out" && grep -q '"enough":false' "$world/out" && grep -q "in person" "$world/out" &&
        grep -q "Amina Diallo" "$world/out" && exits 0 help "$code" && grep -q '"request"' "$world/out" && refuses 4 new note show "$lesson"
}
two_are() {
    until_true 20 equal "$science" birk chipo && as chipo recovery vouch "$science" "$request" >"$world/out" && grep -q '"enough":true' "$world/out" &&
        until_true 20 equal "$science" birk chipo && exits 0 help "$code" && is_json && grep -q '"complete":true' "$world/out" &&
        [ "$(as new whoami | field person)" = "$person" ] && as new note show "$lesson" && equal "$science" new birk &&
        as new group show "$science" | grep -q '"role":"member"'
}
writes() {
    daemon new --peer "127.0.0.1:$(port birk)" && note=$(as new note new "$science" --title "Back again" | field note) && until_true 20 equal "$science" new birk chipo &&
        as birk record history "$note" | grep -q '"by":"Amina Diallo"' &&
        as birk members "$science" | grep -o '"name":"Amina Diallo"' | grep -c . | grep -qx 1
}
# An organiser's rights come back when somebody who vouched gives them.
appointed() { as birk member promote "$science" "Amina Diallo" && until_true 20 organises; }
organises() { as new group show "$science" | grep -q '"role":"organiser"'; }
# Colleagues vouched in this group: elsewhere the computer is nobody's.
nowhere_else() {
    refuses 5 new group new Maths --kind team && grep -q "vouched" "$world/out" && refuses 5 new device link && refuses 5 new feedback give "$lesson" --private --ask "Why?" &&
        maths=$(as birk group new Maths --kind team | field group) && refuses 5 new join "$(as birk invite "$maths" | field invite)"
}
# The lost laptop is found by somebody: an organiser shuts it out, and the new one stays.
lost_one_out() {
    as birk device revoke "Amina Diallo" >/dev/null && until_true 20 equal "$science" birk new && as new note new "$science" --title "Still in"
}

science='' lesson='' person='' code='' request='' note='' maths=''
tell "Amina organises with two colleagues, then loses her computer and her sheet" begun
tell "a colleague shows who she was, the new computer shows what to vouch for" shown
tell "P07 codes that are none, and the wrong ones, are refused" wrong_codes
tell "one organiser is not enough: nothing opens" one_is_not_enough
tell "two are: the new computer is hers, as a member's, with all there is" two_are
tell "what she writes is hers" writes
tell "who vouched makes her an organiser again" appointed
tell "the new computer speaks for her where colleagues vouched, and nowhere else" nowhere_else
tell "M11 the lost computer is shut out, the new one is not" lost_one_out
finish
