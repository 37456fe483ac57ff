#!/bin/sh
# Every computer of somebody is lost: the sheet, printed before, brings them back on a new one, near a colleague.
. "$(dirname "$0")/lib.sh"

begun() {
    as amina init --name "Amina Diallo" && as birk init --name "Birk Ström" && daemon birk &&
        science=$(as birk group new Science --kind team | field group) && daemon amina --peer "127.0.0.1:$(port birk)" &&
        as amina join "$(as birk invite "$science" | field invite)" && maths=$(as amina group new Maths --kind team | field group) &&
        as birk join "$(as amina invite "$maths" | field invite)" &&
        lesson=$(as amina note new "$science" --title "Light and shadow" | field note) && until_true 20 equal "$science" amina birk &&
        as birk feedback give "$lesson" --private --worked "The torch" && until_true 20 hears amina torch
}
hears() { as "$1" feedback list "$lesson" | grep -qF "$2"; }
printed() {
    as amina status | grep -q '"sheet":"to be printed"' && sheet=$(as amina recovery sheet | field words) &&
        [ "$(echo "$sheet" | wc -w)" = 18 ] && exits 0 as amina recovery sheet --to "$world/sheet.txt" && is_json &&
        ! grep -q "$sheet" "$world/out" && [ "$(stat -c %a "$world/sheet.txt")" = 600 ] && grep -q "recovery sheet of Amina Diallo" "$world/sheet.txt" &&
        grep -q '█' "$world/sheet.txt" && refuses 5 amina recovery sheet --to "$world/sheet.txt" || return 1
    for word in $sheet; do grep -qw "$word" "$world/sheet.txt" || return 1; done
}
on_paper() {
    as amina recovery sheet --on-paper && refuses 4 amina recovery sheet && as amina status | grep -q '"sheet":"on paper"' && rest amina &&
        refuses 4 amina recovery sheet
}
# help WHO WORDS... : a fresh computer near Birk, who gives an invitation so that it is found.
help() {
    who=$1
    shift
    echo "$*" >"$world/words"
    as "$who" recovery help "$(as birk invite "$science" | field invite)" --sheet "$world/words" --others-gone --no-discovery \
        --peer "127.0.0.1:$(port birk)"
}
wrong_words() {
    refuses_help 2 "$sheet extra" && refuses_help 2 "$(echo "$sheet" | sed 's/ [a-z]*$/ zoo/')" && refuses 4 lost whoami &&
        other=$(as birk recovery sheet | field words) && exits 0 as carla init --name "Carla" && stranger=$(as carla recovery sheet | field words) &&
        refuses_help 5 "$stranger" && refuses 4 lost group show "$science"
}
refuses_help() {
    help lost "$2" >"$world/out" 2>&1
    code=$?
    [ $code = "$1" ] && is_json || { echo "exit $code" && cat "$world/out" && return 1; }
}
back() {
    comes_back && [ "$(as new whoami | field person)" = "$(as amina whoami | field person)" ] &&
        as new whoami | grep -q '"name":"Amina Diallo"' && as new note show "$lesson" && hears new torch &&
        equal "$science" new birk && equal "$maths" new birk
}
comes_back() { help new "$sheet" >"$world/out" 2>&1; cat "$world/out"; grep -q '"complete":true' "$world/out"; }
with_rights() {
    as new group show "$maths" | grep -q '"role":"organiser"' && as new note new "$science" --title "Back again" >/dev/null &&
        as new sync --no-discovery --peer "127.0.0.1:$(port birk)" >/dev/null && as birk note list "$science" | grep -q "Back again" &&
        as birk members "$science" | grep -o '"name":"Amina Diallo"' | grep -c . | grep -qx 1
}
others_out() {
    daemon amina --peer "127.0.0.1:$(port birk)" && until_true 20 is_out && as birk note new "$science" --title "Not for thieves" && sleep 1 &&
        as amina note list "$science" >"$world/list" && ! grep -q "Not for thieves" "$world/list"
}
is_out() { refuses 5 amina note new "$science" --title "By a thief" && refuses 5 amina note new "$maths" --title "By a thief"; }
nowhere() { [ -n "$sheet" ] && ! grep -raq "$sheet" "$world/new" "$world/birk" "$world/amina" "$world/birk.log"; }

science='' maths='' lesson='' sheet=''
tell "Amina with a colleague, two groups and something private" begun
tell "her recovery sheet, shown and printed" printed
tell "once on paper, its words are on no computer" on_paper
tell "all is lost: the sheet makes a new computer hers, with all she had" back
tell "she has the rights she had" with_rights
tell "M11 the lost computer is shut out of every group" others_out
tell "C03 the words are in no profile and no log" nowhere
tell "wrong words, and another's sheet, are refused" wrong_words
finish
