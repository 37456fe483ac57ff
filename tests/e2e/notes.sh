#!/bin/sh
# A note's life from the command line: a beginning from a template, sittings, earlier versions, who wrote what, going back.
. "$(dirname "$0")/lib.sh"

shown() {
    exits 0 as amina note show "$note" "$@" && is_json && cmake -P tests/e2e/json.cmake "$world/out" text "$world/words" &&
        cat "$world/words"
}
# The version a command has just answered with.
version() { field version <"$world/out"; }
puts() {
    printf '%s' "$1" >"$world/new.md"
    exits 0 as amina note edit "$note" --from "$world/new.md" && is_json
}

begins() {
    as amina init --name "Amina Diallo" >/dev/null && group=$(as amina group new "Science" --kind plc | field group) &&
        exits 0 as amina templates && is_json || return 1
    for template in "lesson plan" minutes observation reflection; do
        grep -qF "\"$template\"" "$world/out" || return 1
    done
    note=$(as amina note new "$group" --title "Meeting" --template minutes | field note) && [ -n "$note" ] || return 1
    shown | grep -qF "## What we decided" && exits 4 as amina note new "$group" --title "None" --template nonsense
}
old_versions_stay() {
    puts "one two three" && first=$(version) && puts "one 2 three, four" && second=$(version) || return 1
    [ "$(shown)" = "one 2 three, four" ] && [ "$(shown --at "$first")" = "one two three" ] &&
        [ "$(shown --at empty)" = "" ] && refuses 4 amina note show "$note" --at zzzz
}
differences() {
    exits 0 as amina note difference "$note" "$first" "$second" && is_json &&
        grep -qF '{"at":4,"removed":"two","inserted":"2"}' "$world/out" &&
        grep -qF '{"at":11,"removed":"","inserted":", four"}' "$world/out" || { cat "$world/out" && return 1; }
    exits 0 as amina note difference "$note" "$second" && grep -qF '"difference":[]' "$world/out"
}
goes_back() {
    exits 0 as amina note restore "$note" "$first" && is_json || return 1
    [ "$(shown)" = "one two three" ] && [ "$(shown --at "$second")" = "one 2 three, four" ]
}
says_who() {
    exits 0 as amina note blame "$note" && is_json && grep -qF '"by":"Amina Diallo"' "$world/out" &&
        grep -qF '"from":0,"to":13' "$world/out" || { cat "$world/out" && return 1; }
    exits 0 as amina note history "$note" && is_json && grep -q '"inserted":[1-9]' "$world/out" &&
        [ "$(grep -o '"version"' "$world/out" | grep -c .)" = 1 ]
}

words_from_elsewhere() {
    printf 'one\r\ntwo\r\n\000three' >"$world/dos.md" && printf 'caf\351' >"$world/latin.md"
    other=$(as amina note new "$group" --title "From elsewhere" --from "$world/dos.md" | field note)
    as amina note show "$other" >/dev/null && note=$other shown >/dev/null || return 1
    [ "$(note=$other shown)" = "one
two
three" ] || return 1
    for command in "note new $group --title Latin" "note edit $other"; do
        # shellcheck disable=SC2086
        refuses 2 amina $command --from "$world/latin.md" && grep -q "UTF-8" "$world/out" || return 1
    done
}
what_others_wrote_stays() {
    puts "one two three" && base=$(version) && puts "one two three, and a colleague's" || return 1
    printf 'zero one two three' >"$world/copy.md"
    exits 0 as amina note edit "$note" --from "$world/copy.md" --base "$base" && is_json || return 1
    [ "$(shown)" = "zero one two three, and a colleague's" ] &&
        refuses 4 amina note edit "$note" --from "$world/copy.md" --base zzzz || return 1
    exits 0 as amina export "$group" "$world/first" --as markdown && exits 0 as amina export "$group" "$world/first" --as markdown ||
        return 1
    puts "written later" && exits 0 as amina import "$group" "$world/first" --as markdown && [ "$(shown)" = "written later" ]
}

group='' note='' first='' second=''
tell "a note begins from a template" begins
tell "every earlier version can be shown" old_versions_stay
tell "what changed between two versions" differences
tell "going back is a new edit: what came after stays reachable" goes_back
tell "who wrote which words, and in which sitting" says_who
tell "words from another system come in whole, or are refused" words_from_elsewhere
tell "who edits a copy takes away nothing that others wrote since" what_others_wrote_stays
finish
