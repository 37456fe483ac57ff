#!/bin/sh
# The command line contract: exit codes, one JSON document, and everything a terminal or a file system can do to us.
. "$(dirname "$0")/lib.sh"
lesson=app/demo/material/water-cycle-lesson.md

plain() {
    who=$1
    shift
    "$program" --home "$world/$who" "$@" </dev/null
}

profile() {
    exits 0 as amina init --name "Amina Diallo" && is_json && [ -n "$(field person <"$world/out")" ] &&
        [ -n "$(field device <"$world/out")" ] && exits 0 as amina whoami && is_json &&
        group=$(as amina group new "Science teachers" --kind plc | field group) && [ -n "$group" ]
}

every_verb_answers() {
    note=$(as amina note new "$group" --title "First note" --from "$lesson" | field note)
    record=$(as amina record new "$group" task title="Order seeds" | field record)
    resource=$(as amina resource add "$group" "$lesson" --title "Read me" --tag start | field resource)
    [ -n "$note" ] && [ -n "$record" ] && [ -n "$resource" ] || return 1
    for command in status whoami "group list" "group show $group" "members $group" "resource list $group" \
        "resource show $resource" "note list $group" "note show $note" "note history $note" "feedback list $note" \
        "record list $group" "record show $record" types verify version; do
        # shellcheck disable=SC2086
        exits 0 as amina $command && is_json || return 1
    done
}
names_work_for_ids() {
    exits 0 as amina note show "First note" && exits 0 as amina group show "Science teachers" &&
        exits 0 as amina note show "$(echo "$note" | cut -c 1-8)"
}
text_is_kept_exactly() {
    printf 'السلام 💧\nदूसरी पंक्ति\n\nlast line without an end' >"$world/text.md"
    exits 0 as amina note edit "$note" --from "$world/text.md" && exits 0 as amina note show "$note" &&
        cmake -P tests/e2e/json.cmake "$world/out" text "$world/shown" && cmp "$world/text.md" "$world/shown" || return 1
    plain amina note show "$note" | grep -qF "दूसरी पंक्ति"
}

usage() {
    exits 2 as amina --no-such-option && exits 2 as amina nonsense && exits 2 as amina whoami extra &&
        exits 2 as amina note new && exits 2 as amina && is_json
}
codes() {
    refuses 3 amina stop && refuses 4 amina note show zzzzzzzz &&
        refuses 4 amina group show "No such group" && refuses 4 nobody whoami
}

closed_pipes() {
    "$program" --home "$world/amina" status <&- >"$world/out" 2>&1 || { cat "$world/out" && return 1; }
    { "$program" --home "$world/amina" types 2>"$world/err"; echo $? >"$world/code"; } | :
    [ "$(cat "$world/code")" -lt 128 ] || [ "$(cat "$world/code")" = 141 ] || { cat "$world/code" && return 1; }
    "$program" --home "$world/amina" status >&- 2>"$world/err"
    [ $? -lt 128 ] && ! grep -i terminate "$world/err"
}

says_locked() { as locked status | grep -q "\"locked\" *: *$1"; }
secrets() {
    echo "correct horse battery" >"$world/phrase"
    exits 0 as locked init --name "Lea Lock" --passphrase-file "$world/phrase" || return 1
    exits 5 as locked group list && is_json || return 1
    echo "wrong horse" >"$world/wrong"
    exits 5 as locked --passphrase-file "$world/wrong" group list && is_json || return 1
    exits 0 as locked --passphrase-file "$world/phrase" group list || return 1
    refuses 3 locked unlock --passphrase-file "$world/phrase" || return 1
    # Not by a function: the number kept is to be the program's own.
    "$program" --home "$world/locked" --json start --port 0 --no-discovery --foreground </dev/null >"$world/locked.start" 2>"$world/locked.log" &
    echo $! >"$world/locked.pid"
    daemons="$daemons $!"
    until_true 10 says_locked true && refuses 5 locked group list && refuses 5 locked unlock --passphrase-file "$world/wrong" &&
        exits 0 as locked unlock --passphrase-file "$world/phrase" && until_true 10 says_locked false &&
        exits 0 as locked group list || return 1
    if grep -a "correct horse" "/proc/$(pid_of locked)/cmdline" "/proc/$(pid_of locked)/environ"; then return 1; fi
    rest locked
    ! grep -ra "correct horse" "$world/locked" "$world/locked.log"
}

interrupted() {
    exits 0 timeout --preserve-status -s INT 1 "$program" --home "$world/amina" start --foreground --port 0 --no-discovery &&
        exits 130 timeout --preserve-status -s INT 1 "$program" --home "$world/amina" sync --seconds 20 || return 1
    head -c 8000000 /dev/urandom >"$world/film.mp4"
    for hundredths in 01 02 03 05 08 12 20; do
        timeout --preserve-status -s INT 0.$hundredths \
            "$program" --home "$world/amina" --json resource add "$group" "$world/film.mp4" --title "Film $hundredths"
        code=$?
        [ $code = 0 ] || [ $code = 130 ] || { echo "exit $code after 0.$hundredths s" && return 1; }
        timeout --preserve-status -s INT 0.$hundredths "$program" --home "$world/early$hundredths" --json init --name "Early"
        code=$?
        [ $code = 0 ] || [ $code = 130 ] || { echo "init: exit $code after 0.$hundredths s" && return 1; }
        as "early$hundredths" whoami || as "early$hundredths" init --name "Early" || return 1
    done
    exits 0 as amina verify
}

bare_environment() {
    exits 0 env -i "$program" version && exits 0 env -i "$program" help &&
        exits 0 env -i LC_ALL=C COLUMNS=40 "$program" --home "$world/amina" note show "$note" &&
        grep -qF "दूसरी पंक्ति" "$world/out" &&
        exits 0 env -i LC_ALL=C "$program" --home "$world/bare" --json init --name "معلّمة" && is_json || return 1
    env -i "$program" whoami >"$world/out" 2>&1
    [ $? -lt 128 ]
}

in_words_of_people() {
    # shellcheck disable=SC2086
    in_language() { exits 0 env STAFFROOM_LANGUAGE="$1" "$program" --home "$world/amina" $2; }
    in_language fr help && grep -q '^  note new  *Écrire une note$' "$world/out" &&
        in_language fr "group list" && grep -q 'Communauté d’apprentissage' "$world/out" &&
        in_language fr types && grep -q '^meeting  *Réunion ' "$world/out" &&
        in_language en status && grep -q '^free on this disk: [0-9.]* [kMGT]B$' "$world/out" || return 1
    # The options of one command, what is said of one that is missing, and both in the language that the profile keeps.
    in_language fr "help note new" && grep -q '^  --tag WORDS  *un mot pour le retrouver ; peut se répéter$' "$world/out" &&
        grep -q 'staffroom note new GROUP --title WORDS \[options\]' "$world/out" || return 1
    exits 2 env STAFFROOM_LANGUAGE=hi "$program" note new && grep -q 'समूह का नाम या id' "$world/err" && grep -q '\[विकल्प\]$' "$world/err" || return 1
    as amina language sw && exits 0 env -i LC_ALL=C "$program" --home "$world/amina" help note new &&
        grep -q 'jina au id ya kikundi' "$world/out"
    spoken=$?
    as amina language en && return $spoken
}

two_at_once() {
    writers=
    for i in 1 2 3 4 5 6 7 8; do
        as amina record new "$group" task title="at once $i" >"$world/once.$i" 2>&1 &
        writers="$writers $!"
    done
    # shellcheck disable=SC2086
    for writer in $writers; do wait "$writer" || { cat "$world"/once.* && return 1; }; done
    [ "$(as amina record list "$group" task | grep -o 'at once [0-9]' | sort -u | grep -c .)" = 8 ]
}

escapes_are_stripped() {
    evil=$(printf 'red\033[31m\033]0;owned\007 text')
    as amina note new "$group" --title "$evil" || as amina note new "$group" --title "plain red text" || return 1
    for command in "note list $group" "members $group" whoami "group list"; do
        # shellcheck disable=SC2086
        plain amina $command >"$world/out" 2>&1
        if grep -a "$(printf '\033')" "$world/out"; then return 1; fi
    done
}

second_start() {
    daemon amina || return 1
    refuses 7 amina start --port 0 --no-discovery && grep -q 'already running' "$world/out" || return 1
    exits 0 as amina status && exits 0 as amina note list "$group" && exits 0 as amina stop && wait "$(pid_of amina)" &&
        refuses 3 amina stop && exits 0 as amina note list "$group"
}

bad_folders() {
    cp -a "$world/amina" "$world/open" && chmod 0777 "$world/open" || return 1
    as open whoami >"$world/out" 2>&1
    code=$?
    [ $code != 0 ] && [ $code -lt 128 ] && is_json || { echo "a folder open to all was taken: exit $code" && return 1; }
    echo file >"$world/plain"
    as plain whoami >"$world/out" 2>&1
    code=$?
    [ $code != 0 ] && [ $code -lt 128 ] && is_json || { echo "a file for a home: exit $code" && return 1; }
    if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
        chmod 0711 "$world"
        for home in amina new; do
            setpriv --reuid=65534 --regid=65534 --clear-groups "$program" --home "$world/$home" --json init --name X >"$world/out" 2>"$world/err"
            code=$?
            [ $code != 0 ] && [ $code -lt 128 ] && is_json || { echo "another's folder: exit $code" && return 1; }
        done
    fi
}

# saved_as RESOURCE: the names that getting it leaves in a new folder.
saved_as() { rm -rf "$world/got" && mkdir "$world/got" && as amina resource get "$1" --to "$world/got" >/dev/null && ls -A "$world/got"; }

safe_names() {
    long=$(printf '%0250d' 7)
    mkdir -p "$world/evil"
    for name in '.bashrc' 'C:\..\x.txt' '..\..\etc' "$long" "$(printf 'a\nb')" '-rf' 'q?*<>|".txt'; do
        echo content >"$world/evil/$name" || return 1
        id=$(as amina resource add "$group" "$world/evil/$name" --title "evil" | field resource)
        [ -n "$id" ] || { echo "not added: $name" && return 1; }
        saved=$(saved_as "$id")
        [ "$(ls -A "$world/got" | grep -c .)" = 1 ] && [ ${#saved} -le 120 ] || { echo "saved as: $saved" && return 1; }
        case "$saved" in .* | *[\\:*?\"\<\>\|/]*) echo "unsafe: $saved" && return 1 ;; esac
    done
}
windows_names() {
    for name in CON aux.txt 'x.' 'x '; do
        echo content >"$world/evil/$name" || return 1
        id=$(as amina resource add "$group" "$world/evil/$name" --title "windows" | field resource)
        saved=$(saved_as "$id")
        [ -n "$saved" ] && [ "$saved" != "$name" ] || { echo "$name saved as: $saved" && return 1; }
    done
}
no_links() {
    echo precious >"$world/precious"
    rm -rf "$world/got" && mkdir "$world/got" && ln -s "$world/precious" "$world/got/water-cycle-lesson.md" || return 1
    as amina resource get "$resource" --to "$world/got"
    [ "$(cat "$world/precious")" = precious ] && [ -h "$world/got/water-cycle-lesson.md" ]
}
numbered() {
    rm -rf "$world/got" && mkdir "$world/got" || return 1
    for i in 1 2 3 4 5 6 7 8; do as amina resource get "$resource" --to "$world/got" >/dev/null || return 1; done
    ls "$world/got"
    [ "$(ls "$world/got" | grep -c .)" = 8 ] && [ -e "$world/got/water-cycle-lesson (2).md" ]
}

group='' note='' record='' resource=''
tell "a profile and a group are made" profile
tell "every verb answers with one JSON document" every_verb_answers
tell "an exact name or the beginning of an id will do" names_work_for_ids
tell "a note is shown as it was written, to the byte" text_is_kept_exactly
tell "C01 unknown options and superfluous words are usage" usage
tell "exit codes: no daemon, not found" codes
tell "C02 closed standard streams and broken pipes end cleanly" closed_pipes
tell "C03 a passphrase is in no argument, environment, file or log" secrets
tell "C04 interrupted at any step, the profile stays whole" interrupted
tell "C05 no HOME, locale C, 40 columns" bare_environment
tell "a reader meets kinds, sizes and help in words of people, and types as they are typed" in_words_of_people
tell "C06 eight commands at once are done one after the other" two_at_once
tell "C07 terminal escapes in names are stripped" escapes_are_stripped
tell "D10 a second start says that it is already running" second_start
tell "D13 a folder that is open to all, another's or no folder is refused in words" bad_folders
tell "A01 names from outside stay in the chosen folder" safe_names
tell "A02 names that Windows cannot hold are changed" windows_names
tell "A03 a link in the way is not followed" no_links
tell "A08 equal names are numbered" numbered
finish
