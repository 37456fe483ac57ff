#!/bin/sh
# A profile's folder is copied, and both copies are used: nothing is lost, the person is asked, and the copy becomes a
# second computer of the same person.
. "$(dirname "$0")/lib.sh"

begun() {
    as amina init --name "Amina Diallo" && as birk init --name "Birk Ström" && daemon birk &&
        science=$(as birk group new Science --kind team | field group) && daemon amina --peer "127.0.0.1:$(port birk)" &&
        as amina join "$(as birk invite "$science" | field invite)" && lesson=$(as amina note new "$science" --title Lesson | field note) &&
        until_true 20 equal "$science" amina birk && as birk feedback give "$lesson" --private --worked "The torch" &&
        until_true 20 hears amina torch && ! as amina status | grep -q '"asks"' && rest amina && cp -r "$world/amina" "$world/copy" && chmod 700 "$world/copy"
}
hears() { as "$1" feedback list "$lesson" | grep -qF "$2"; }
asked() { as "$1" status | grep -q '"asks".*device second'; }
is_asked() { asked copy && ! asked amina && refuses 5 amina device second && grep -q "nowhere else" "$world/out"; }
both_write() {
    first=$(as amina note new "$science" --title "Written here" | field note) && second=$(as copy note new "$science" --title "Written there" | field note) &&
        echo "here" | as_from amina note edit "$lesson" --from - && echo "there" | as_from copy note edit "$lesson" --from -
}
as_from() { who=$1 && shift && "$program" --home "$world/$who" --json "$@"; }
has_all() {
    as "$1" note list "$science" >"$world/list" && grep -q "Written here" "$world/list" && grep -q "Written there" "$world/list" &&
        as "$1" note show "$lesson" >"$world/list" && grep -q "here" "$world/list" && grep -q "there" "$world/list"
}
nothing_lost() {
    daemon amina --peer "127.0.0.1:$(port birk)" && daemon copy --peer "127.0.0.1:$(port birk)" --peer "127.0.0.1:$(port amina)" &&
        until_true 20 equal "$science" amina copy birk && has_all amina && has_all copy && has_all birk &&
        as birk members "$science" | grep -o '"name":"Amina Diallo"' | grep -c . | grep -qx 1
}
# They have met, so the one that was not moved knows too.
both_asked() { until_true 20 asked amina && asked copy; }
one_more() {
    old=$(as copy whoami | field device) && exits 0 as copy device second --name "Staff room" && is_json && new=$(field device <"$world/out") &&
        [ -n "$new" ] && [ "$old" != "$new" ] && [ "$(as amina whoami | field device)" = "$old" ] && ! asked copy &&
        [ "$(as copy whoami | field person)" = "$(as amina whoami | field person)" ] && until_true 20 lists amina 2 && lists copy 2
}
lists() { [ "$(as "$1" device list | grep -o '"device":' | grep -c .)" = "$2" ] && as "$1" device list | grep -q "Staff room"; }
both_go_on() {
    as copy note new "$science" --title "From the staff room" && as birk note new "$science" --title "From Birk" && until_true 20 equal "$science" amina copy birk &&
        as amina note list "$science" | grep -q "From the staff room" && as copy note list "$science" | grep -q "From Birk" &&
        as copy feedback give "From Birk" --private --ask "Which lamp?" && until_true 20 told birk && until_true 20 told amina &&
        as birk members "$science" | grep -o '"name":"Amina Diallo"' | grep -c . | grep -qx 1
}
told() { as "$1" feedback list "From Birk" | grep -qF "Which lamp"; }
# Keys of its own: it opens what it opened before from boxes to them alone.
after_rebuild() {
    rest copy && exits 0 as copy repair --rebuild && as copy note show "$lesson" >"$world/list" && grep -q there "$world/list" && ! asked copy
}
it_moved() {
    asked amina && exits 0 as amina device moved && is_json && ! asked amina && rest amina && mv "$world/amina" "$world/moved" && ! asked moved &&
        cp -r "$world/moved" "$world/there" && chmod 700 "$world/there" && rm -r "$world/moved" && asked there && exits 0 as there device moved &&
        ! asked there && as there note list "$science" | grep -q "From Birk"
}
apart() {
    daemon copy --peer "127.0.0.1:$(port birk)" && exits 0 as there device revoke "Staff room" &&
        as there sync --no-discovery --peer "127.0.0.1:$(port birk)" >/dev/null && until_true 20 is_out && as there note new "$science" --title "Still in"
}
is_out() { refuses 5 copy note new "$science" --title "By a thief"; }

science='' lesson=''
tell "Amina with a group and something private; her profile's folder is copied" begun
tell "the copy asks whether it moved or is a second computer, the original does not" is_asked
tell "both copies write while they are apart" both_write
tell "S12 P13 the copies meet: what either wrote is on both, and she is one person" nothing_lost
tell "once they have met, both ask" both_asked
tell "it is a second computer: a device of its own, of the same person" one_more
tell "both computers go on, with colleagues and with what is private" both_go_on
tell "the copy reads by its own keys alone" after_rebuild
tell "it moved: the answer is kept, and a folder that moves within its disk is not asked about" it_moved
tell "M11 either is shut out without the other" apart
finish
