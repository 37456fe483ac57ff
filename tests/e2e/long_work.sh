#!/bin/sh
# A large file is added, checked and written out while a colleague stays near and words written meanwhile arrive; the same cut
# off in the middle, by the teacher and by a power cut, leaves nothing half done.
#   sh tests/e2e/long_work.sh [STAFFROOM-BINARY] [MEGABYTES]      default 60 MB
. "$(dirname "$0")/lib.sh"
megabytes=${2:-60}

chunks_of() { find "$world/$1/chunks" -type f | grep -c .; }
busy_with() { as amina underway | grep -q "\"verb\":\"$1\""; }
is_far() { as amina underway | grep -q '"done":[1-9][0-9]\{6\}'; }
idle() { ! as amina underway | grep -q '"verb"'; }
has_note() { as birk note list "$group" | grep -qF "$1"; }
near() { [ "$(as birk status | number colleagues)" = 1 ]; }
kilobytes() { grep "$1" "/proc/$(pid_of amina)/status" | tr -dc 0-9; }

two_near() {
    as amina init --name "Amina Diallo" >/dev/null && as birk init --name "Birk Ström" >/dev/null &&
        group=$(as amina group new Science --kind team | field group) && daemon amina &&
        daemon birk --peer "127.0.0.1:$(port amina)" && as birk join "$(as amina invite "$group" | field invite)" >/dev/null &&
        as birk files policy "$group" on-demand >/dev/null && until_true 20 equal "$group" amina birk &&
        head -c "${megabytes}000000" /dev/urandom >"$world/film.bin"
}
# meanwhile VERB COMMAND...: runs the command; a note written while it goes on arrives, and the colleague stays.
meanwhile() {
    verb=$1
    shift
    [ ! -e /proc/self/clear_refs ] || echo 5 >"/proc/$(pid_of amina)/clear_refs"
    before=$(kilobytes VmRSS)
    as amina "$@" >"$world/long" &
    long=$!
    as amina note new "$group" --title "During $verb" >/dev/null && { busy_with "$verb" || too_soon="$too_soon $verb"; } &&
        until_true 20 has_note "During $verb" && near && wait $long || { cat "$world/long" && return 1; }
    most=$(kilobytes VmHWM)
    echo "$verb: memory from $before to at most $most kB"
    near && idle && [ "$most" -lt $((before + 65536)) ]
}
added() { meanwhile "resource add" resource add "$group" "$world/film.bin" --title Film && film=$(field resource <"$world/long"); }
checked() { meanwhile verify verify && grep -q '"bad":0' "$world/long"; }
written_out() { meanwhile export export "$group" "$world/out-files" && cmp "$world/film.bin" "$world/out-files/files/film.bin"; }
saved() { meanwhile "resource get" resource get "$film" --to "$world/got" && cmp "$world/film.bin" "$world/got/film.bin"; }
brought_in() {
    mkdir "$world/in" && head -c "${megabytes}000000" /dev/urandom >"$world/in/other.bin" &&
        meanwhile import import "$group" "$world/in" && [ "$(as amina resource list "$group" | grep -o '"title"' | grep -c .)" = 2 ]
}
nothing_half() {
    [ "$(chunks_of amina)" = "$held" ] || { echo "$held chunks before, $(chunks_of amina) after" && return 1; }
    [ "$(as amina resource list "$group" | grep -o '"title"' | grep -c .)" = 2 ] && [ ! -e "$world/amina/intake" ] &&
        exits 0 as amina verify
}
begins_third() { # large enough to be seen under way
    [ -e "$world/third.bin" ] || head -c "$((6 * megabytes))000000" /dev/urandom >"$world/third.bin"
    held=$(chunks_of amina)
    "$program" --home "$world/amina" resource add "$group" "$world/third.bin" >"$world/long" 2>&1 </dev/null &
    long=$!
    until_true 20 is_far
}
given_up() {
    begins_third && kill -KILL $long && until_true 20 idle && near && nothing_half
}
given_up_alone() {
    held=$(chunks_of amina)
    rest amina
    "$program" --home "$world/amina" --json resource add "$group" "$world/third.bin" >"$world/long" 2>&1 </dev/null &
    long=$!
    until_true 20 [ -e "$world/amina/intake" ] && kill -TERM $long
    wait $long
    [ $? = 130 ] && grep -q interrupted "$world/long" && nothing_half && daemon amina --peer "127.0.0.1:$(port birk)"
}
killed_adding() {
    begins_third && kill -9 "$(pid_of amina)" && wait "$(pid_of amina)" 2>/dev/null
    wait $long
    daemon amina --peer "127.0.0.1:$(port birk)" && nothing_half
}
resources() { as amina resource list "$group" | grep -o '"title"' | grep -c .; }
some_came() { [ "$(resources)" -gt 2 ]; }
killed_among_many() {
    mkdir "$world/many" && head -c 3072000 /dev/urandom | split -b 1024 -a 3 - "$world/many/sheet"
    as amina resource add "$group" "$world/many" >"$world/long" 2>&1 &
    long=$!
    until_true 20 some_came && kill -9 "$(pid_of amina)" && wait "$(pid_of amina)" 2>/dev/null
    wait $long
    daemon amina --peer "127.0.0.1:$(port birk)" && some_came && echo "$(resources) of 3002 after the cut" || return 1
    for time in first second; do
        as amina resource add "$group" "$world/many" >"$world/long" && [ "$(resources)" = 3002 ] || return 1
    done
    [ ! -e "$world/amina/intake" ] && exits 0 as amina verify
}
killed_writing_out() {
    as amina export "$group" "$world/cut" >"$world/long" &
    until_true 20 is_far && kill -9 "$(pid_of amina)" && wait "$(pid_of amina)" 2>/dev/null
    [ "$(find "$world/cut/files" -name '[!.]*.bin' | grep -c .)" -lt 2 ] &&
        for file in $(find "$world/cut/files" -name '[!.]*.bin'); do
            cmp "$file" "$world/film.bin" || cmp "$file" "$world/in/other.bin" || return 1
        done
    daemon amina --peer "127.0.0.1:$(port birk)" && as amina export "$group" "$world/cut" >/dev/null &&
        cmp "$world/cut/files/film.bin" "$world/film.bin" && ! ls "$world/cut/files/".*.staffroom 2>/dev/null
}

group='' film='' held='' too_soon=''
tell "two are near each other" two_near
tell "a file of $megabytes MB is added; words written meanwhile arrive" added
tell "everything is checked; words written meanwhile arrive" checked
tell "everything is written out; words written meanwhile arrive" written_out
tell "a file is saved; words written meanwhile arrive" saved
tell "a folder is brought in; words written meanwhile arrive" brought_in
[ -z "$too_soon" ] || echo "skip  words in the midst of$too_soon: a quick computer was done before them; give more megabytes"
tell "C04 whoever hangs up while a file is added leaves nothing half" given_up
tell "C04 interrupted without a daemon, nothing is left half" given_up_alone
tell "killed while a file is added, nothing is left half" killed_adding
tell "killed while a folder is added, what came stays, and added again each file is there once" killed_among_many
tell "killed while files are written out, none bears its name half" killed_writing_out
finish
