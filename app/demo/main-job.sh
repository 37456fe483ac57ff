#!/bin/sh
# The main job, shown: three teachers' computers, played by three homes on loopback, become equal with real files.
#   sh app/demo/main-job.sh build/release/staffroom
# Prints a table with PASS or FAIL and the time of each step; exit 1 on any FAIL.
set -u
if [ $# != 1 ] || [ ! -x "$1" ]; then
    echo "usage: main-job.sh STAFFROOM-BINARY" >&2
    exit 2
fi
program=$1
here=$(cd "$(dirname "$0")" && pwd)
. "$here/people.sh"
material=$here/material
failures=0
rule='+--------------------------------------------------------------+------+-----------+'

# step WORDS FUNCTION: what a step prints is shown only when it fails. Each step needs those before it.
step() {
    if [ "$failures" != 0 ]; then
        printf '| %-60s | ---- |           |\n' "$1"
        return
    fi
    begin=$(now_ms)
    verdict=PASS
    "$2" >"$world/step.log" 2>&1 || verdict=FAIL failures=$((failures + 1))
    printf '| %-60s | %s | %6d ms |\n' "$1" "$verdict" $(($(now_ms) - begin))
    [ $verdict = PASS ] || sed 's/^/    /' "$world/step.log" | tail -n 40
}

# share FILE TITLE: Amina adds a file; what it is called and its id are kept for the comparison later.
share() {
    id=$(as amina resource add "$group" "$1" --title "$2" | field resource) && [ -n "$id" ] &&
        printf '%s %s\n' "$id" "$1" >>"$world/shared.txt"
}

holds_every_file() {
    while read -r id original; do
        rm -rf "$world/got" && mkdir "$world/got" || return 1
        as "$1" resource get "$id" --to "$world/got" && cmp "$original" "$world/got/$(basename "$original")" || return 1
    done <"$world/shared.txt"
}
says() { as "$1" note show "$note" | grep -qF "$2" || { echo "$1's note lacks: $2" && return 1; }; }
note_of() { "$program" --home "$world/$1" note show "$note" </dev/null; }

make_profiles() {
    as amina init --name "Amina Diallo" --school "École du Marché" &&
        as birk init --name "Birk Ström" && as chidi init --name "Chidi Okafor 🌍"
}

fill_group() {
    group=$(as amina group new "Science teachers" --kind plc | field group) && [ -n "$group" ] || return 1
    head -c 12582912 /dev/urandom >"$world/school-film.mp4" || return 1
    : >"$world/shared.txt"
    # The files of a library have names in every script; those of a source tree are plain.
    cp "$material/kitchen-fractions-ar.md" "$world/كسور-في-المطبخ.md" && cp "$material/plants-and-sun-hi.md" "$world/पौधे और धूप 🌱.md" || return 1
    share "$material/water-cycle.svg" "The way of a drop" &&
        share "$material/reading-circles.pdf" "Reading circles: a handbook" &&
        share "$material/reading-times.csv" "Reading times, first term" &&
        share "$material/water-cycle-lesson.md" "Where does the puddle go?" &&
        share "$world/كسور-في-المطبخ.md" "كسورٌ في المطبخ" &&
        share "$world/पौधे और धूप 🌱.md" "पौधे और धूप 🌱" &&
        share "$world/school-film.mp4" "A film of the school garden" || return 1
    note=$(as amina note new "$group" --title "Where does the puddle go?" --from "$material/water-cycle-lesson.md" | field note)
    task=$(as amina record new "$group" task title="Bring cloths for the experiment" | field record)
    [ -n "$note" ] && [ -n "$task" ]
}

join_over_link() {
    daemon amina && invitation=$(as amina invite "$group" | field invite) && [ -n "$invitation" ] &&
        daemon birk --peer "127.0.0.1:$(port amina)" && as birk join "$invitation" &&
        until_true 20 equal "$group" amina birk &&
        as amina member promote "$group" "Birk Ström" && until_true 20 equal "$group" amina birk
}

birk_holds_files() { until_true 20 holds_every_file birk; }

write_apart() {
    rest amina && rest birk
    sed 's/^- The ice is finished.*/- The ice is finished too early: let every group bring its own. (Amina)/' \
        "$material/water-cycle-lesson.md" >"$world/amina.md"
    { sed 's/^| clear jar or cut bottle/| clear jar with a wide neck/' "$material/water-cycle-lesson.md" &&
        printf '\nजो मैंने देखा: बच्चों ने खुद पूछा 💧 وسألوا أيضًا عن الملح. (Birk)\n'; } >"$world/birk.md"
    as amina note edit "$note" --from "$world/amina.md" && as birk note edit "$note" --from "$world/birk.md" &&
        as amina record set "$task" title="Bring cloths: Amina asks the tailor" &&
        as birk record set "$task" title="Bring cloths: Birk has towels" &&
        ! equal "$group" amina birk
}

meet() {
    daemon amina && daemon birk --peer "127.0.0.1:$(port amina)" && until_true 20 equal "$group" amina birk
}

nothing_lost() {
    for who in amina birk; do
        says $who "let every group bring its own. (Amina)" && says $who "clear jar with a wide neck" &&
            says $who "खुद पूछा 💧 وسألوا أيضًا عن الملح. (Birk)" || return 1
        as $who record show "$task" >"$world/$who.task" && cat "$world/$who.task"
        grep -qF "Amina asks the tailor" "$world/$who.task" && grep -qF "Birk has towels" "$world/$who.task" || return 1
    done
    [ "$(note_of amina)" = "$(note_of birk)" ]
}

third_joins() {
    rest amina
    invitation=$(as birk invite "$group" | field invite) && [ -n "$invitation" ] &&
        daemon chidi --peer "127.0.0.1:$(port birk)" && as chidi join "$invitation" &&
        until_true 20 equal "$group" birk chidi && says chidi "let every group bring its own. (Amina)"
}
chidi_holds_files() { until_true 20 holds_every_file chidi; }

# Chidi goes home: no daemon and no address, so nothing but the folder joins him to the others.
courier_brings() {
    rest chidi
    daemon amina --peer "127.0.0.1:$(port birk)" || return 1
    sed 's/^- The ice is finished.*/- The ice is finished too early: ask the fishmonger. (Amina, for Chidi)/' \
        "$material/water-cycle-lesson.md" >"$world/amina.md"
    mkdir "$world/courier" && as amina note edit "$note" --from "$world/amina.md" && as amina carry "$world/courier" &&
        as chidi unload "$world/courier" && says chidi "ask the fishmonger. (Amina, for Chidi)"
}
courier_returns() {
    as chidi feedback give "$note" --worked "The three cloths" --suggest "Try it on a windy day" &&
        as chidi carry "$world/courier" && as amina unload "$world/courier" && amina_heard_chidi
}
amina_heard_chidi() { as amina feedback list "$note" | grep -F "Try it on a windy day"; }

all_equal() { until_true 20 equal "$group" amina birk chidi && [ "$(note_of amina)" = "$(note_of chidi)" ]; }

group='' note='' task='' invitation=''
start_ms=$(now_ms)
echo "$rule"
step "Amina, Birk and Chidi make their profiles" make_profiles
step "Amina fills a group with 7 files, a note and a task" fill_group
step "Birk joins with an invitation over the encrypted link" join_over_link
step "Birk's files are Amina's, byte for byte (one of 12 MiB)" birk_holds_files
step "Apart, both change the same note and the same task" write_apart
step "They meet and become equal" meet
step "Nothing was lost: both edits, both titles, on both sides" nothing_lost
step "Chidi joins through Birk, while Amina is away" third_joins
step "Chidi's files are Amina's, byte for byte" chidi_holds_files
step "Chidi, offline, gets Amina's change by a courier's folder" courier_brings
step "Chidi's feedback comes back by the same folder" courier_returns
step "All three hold the same group" all_equal
echo "$rule"
[ "$failures" != 0 ] || for who in amina birk chidi; do printf '  %-6s %s\n' $who "$(root $who "$group")"; done
echo "  $(($(now_ms) - start_ms)) ms in all; homes and daemons are gone when this ends"
if [ "$failures" = 0 ]; then echo "PASS: three computers, one staff room"; else echo "FAIL: the steps after it were not tried"; fi
[ "$failures" = 0 ]
