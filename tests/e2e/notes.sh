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

named() { exits 0 as amina templates "$group" && grep -o "\"name\":\"$1\"" "$world/out" | grep -c .; }
own_template() {
    own=$(as amina record new "$group" template title=minutes kind="As we do it" body="## Ours" | field record) && [ -n "$own" ] &&
        [ "$(named minutes)" = 1 ] && [ "$(named reflection)" = 1 ] && grep -qF "As we do it" "$world/out" || return 1
    other=$(as amina note new "$group" --title "By ours" --template minutes | field note) && [ "$(note=$other shown)" = "## Ours" ] &&
        exits 0 as amina record set "$own" body="## Ours, later" || return 1
    other=$(as amina note new "$group" --title "By ours again" --template minutes | field note) &&
        [ "$(note=$other shown)" = "## Ours, later" ] || return 1
    twin=$(as amina record new "$group" template title=minutes body="## Another" | field record) &&
        refuses 5 amina note new "$group" --title "Which" --template minutes &&
        other=$(as amina note new "$group" --title "That" --template "$(printf %.8s "$twin")" | field note) &&
        [ "$(note=$other shown)" = "## Another" ] && as amina record retire "$own" && as amina record retire "$twin" || return 1
    other=$(as amina note new "$group" --title "As ever" --template minutes | field note) && note=$other shown | grep -qF "## Present" &&
        refuses 2 amina note new "$group" --title "Both" --template minutes --from "$world/new.md"
}
first_letters() {
    [ "$(shown --at "$(printf %.6s "$first")")" = "one two three" ] && refuses 4 amina note show "$note" --at "$(printf %.5s "$first")"
}

# Both write on the same note all the time, with letters from right to left and of two UTF-16 units, and meet in between.
writes() { # writes WHO WORDS: puts them in front
    field_words=$(as "$1" note show "$note" >"$world/out" && cmake -P tests/e2e/json.cmake "$world/out" text "$world/words" && cat "$world/words")
    printf '%s%s' "$2" "$field_words" >"$world/$1.md" && exits 0 as "$1" note edit "$note" --from "$world/$1.md"
}
together() {
    note=$(as amina note new "$group" --title "Together" | field note) && as birk init --name "Birk Ström" >/dev/null && daemon amina &&
        invitation=$(as amina invite "$group" | field invite) && daemon birk --peer "127.0.0.1:$(port amina)" &&
        as birk join "$invitation" && until_true 20 equal "$group" amina birk || return 1
    for word in مرحبا 😀 नमस्ते three; do
        writes amina "amina $word. " && writes birk "birk $word. " && until_true 20 equal "$group" amina birk || return 1
    done
    [ "$(shown)" = "$(as birk note show "$note" >"$world/out" && cmake -P tests/e2e/json.cmake "$world/out" text "$world/words" && cat "$world/words")" ] || return 1
    for word in مرحبا 😀 नमस्ते three; do
        shown | grep -qF "amina $word. " && shown | grep -qF "birk $word. " || { shown && return 1; }
    done
    exits 0 as amina note history "$note" && is_json && cp "$world/out" "$world/history" && exits 0 as birk note history "$note" &&
        cmp "$world/out" "$world/history" && [ "$(grep -o '"version"' "$world/out" | grep -c .)" = 2 ] &&
        [ "$(grep -o '"sure":true' "$world/out" | grep -c .)" = 2 ] || { cat "$world/history" "$world/out" && return 1; }
    exits 0 as birk note blame "$note" && grep -qF "Birk Ström" "$world/out" && grep -qF "Amina Diallo" "$world/out"
}

# Whose characters stand where, as "NAME from-to" lines.
blame() {
    as "$1" note blame "$note" | tr '{' '\n' | sed -n 's/.*"by":"\([^"]*\)".*"from":\([0-9]*\),"to":\([0-9]*\).*/\1 \2-\3/p'
}
meets() { until_true 20 equal "$group" amina birk; }
copy_without_a_word_of_its_version() {
    printf 'plan: read aloud\nhomework: none\n' >"$world/plan.md"
    note=$(as amina note new "$group" --title "Plan" --from "$world/plan.md" | field note) && meets || return 1
    # Both are still near. Amina takes a copy away; Birk adds a line; her copy comes back with a word changed.
    "$program" --home "$world/amina" note show "$note" >"$world/copy.md" </dev/null && cmp "$world/plan.md" "$world/copy.md" || return 1
    printf 'plan: read aloud\nBirk brings the map\nhomework: none\n' >"$world/birks.md" &&
        exits 0 as birk note edit "$note" --from "$world/birks.md" && meets || return 1
    printf 'plan: read aloud\nhomework: page 7\n' >"$world/copy.md" &&
        exits 0 as amina note edit "$note" --from "$world/copy.md" && is_json || return 1
    [ "$(shown)" = "plan: read aloud
Birk brings the map
homework: page 7" ] && [ "$(blame amina)" = "Amina Diallo 0-17
Birk Ström 17-37
Amina Diallo 37-54" ] || { blame amina && return 1; }
    # The same file again, edited further: it still does not have Birk's line, and Birk has written more.
    meets && printf 'plan: read aloud\nBirk brings the map, and a globe\nhomework: page 7\n' >"$world/birks.md" &&
        exits 0 as birk note edit "$note" --from "$world/birks.md" && meets || return 1
    printf 'plan: read aloud\nhomework: pages 7 and 8\n' >"$world/copy.md" &&
        exits 0 as amina note edit "$note" --from "$world/copy.md" && is_json || return 1
    [ "$(shown)" = "plan: read aloud
Birk brings the map, and a globe
homework: pages 7 and 8" ] && [ "$(blame amina | sed -n 2p)" = "Birk Ström 17-50" ] || { blame amina && return 1; }
}
group='' note='' first='' second=''
tell "a note begins from a template" begins
tell "every earlier version can be shown" old_versions_stay
tell "a version is found by its first six letters" first_letters
tell "what changed between two versions" differences
tell "going back is a new edit: what came after stays reachable" goes_back
tell "who wrote which words, and in which sitting" says_who
tell "words from another system come in whole, or are refused" words_from_elsewhere
tell "who edits a copy takes away nothing that others wrote since" what_others_wrote_stays
tell "a group's own template wins over the one that every group has" own_template
tell "two who write at the same time, in any script: nothing is lost, a sitting each, alike on both" together
tell "a copy that does not name its version takes away nothing either" copy_without_a_word_of_its_version
finish
