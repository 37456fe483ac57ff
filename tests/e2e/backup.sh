#!/bin/sh
# A laptop that dies: its backup, made while its owner writes, comes back elsewhere; passphrases that change.
. "$(dirname "$0")/lib.sh"

backup=$world/stick.staffroom

people() {
    as amina init --name "Amina Diallo" && as birk init --name "Birk Ström" && daemon amina &&
        group=$(as amina group new Science --kind team | field group) && [ -n "$group" ] &&
        daemon birk --peer "127.0.0.1:$(port amina)" && as birk join "$(as amina invite "$group" | field invite)" &&
        head -c 3000000 /dev/urandom >"$world/film.bin" && film=$(as amina resource add "$group" "$world/film.bin" --title Film | field resource) &&
        [ -n "$film" ] && until_true 30 equal "$group" amina birk
}
writing() {
    number=0
    while [ ! -e "$world/enough" ]; do
        number=$((number + 1))
        as amina record new "$group" task title="task $number" >/dev/null || return 1
    done
}
made_while_writing() {
    writing &
    writer=$!
    sleep 0.3
    as amina backup "$backup" >"$world/out"
    code=$?
    touch "$world/enough"
    wait $writer && [ $code = 0 ] && is_json && grep -q '"bad":0' "$world/out" && [ "$(ls "$world" | grep -c stick)" = 1 ]
}
not_twice() { refuses 5 amina backup "$backup"; }
goes_on() {
    note=$(as amina note new "$group" --title "After the backup" | field note) && [ -n "$note" ] && until_true 30 equal "$group" amina birk
}
comes_back() {
    kill -9 "$(pid_of amina)" && wait "$(pid_of amina)" 2>/dev/null
    rm -rf "$world/amina"
    as amina restore "$backup" && exits 0 as amina verify && is_json &&
        as amina resource get "$film" --to "$world" >/dev/null && cmp "$world/film.bin" "$world/film (2).bin"
}
writes_again() {
    old=$(as amina record list "$group" task | grep -o 'task [0-9]*' | sort -u | grep -c .)
    [ "$old" -gt 0 ] && late=$(as amina record new "$group" task title="written on the restored one" | field record) && [ -n "$late" ] &&
        daemon amina --peer "127.0.0.1:$(port birk)" && until_true 30 equal "$group" amina birk &&
        as amina note list "$group" | grep -q "After the backup" && as birk record list "$group" task | grep -q "written on the restored one"
}
second_profile() { refuses 5 birk restore "$backup"; }
hostile() {
    head -c 20000 "$backup" >"$world/short" && refuses 2 new restore "$world/short" && [ ! -e "$world/new" ] && [ ! -e "$world/new.part" ] &&
        cp "$backup" "$world/bent" && printf 'x' | dd of="$world/bent" bs=1 seek=700000 conv=notrunc 2>/dev/null &&
        refuses 2 new restore "$world/bent" && [ ! -e "$world/new" ] && refuses 4 new restore "$world/absent" &&
        mkdir "$world/evil" && echo x >"$world/evil/x" && (cd "$world/evil" && tar -cPf "$world/evil.tar" ../evil/x) &&
        refuses 2 new restore "$world/evil.tar" && [ ! -e "$world/new" ]
}

locked_person() {
    echo first >"$world/first" && echo second >"$world/second" && : >"$world/empty" &&
        as chidi init --name Chidi --passphrase-file "$world/first" && as chidi --passphrase-file "$world/first" group new Own --kind team
}
changed() {
    refuses 5 chidi --passphrase-file "$world/second" passphrase change --new-passphrase-file "$world/second" &&
        refuses 5 chidi --passphrase-file "$world/first" passphrase change --new-passphrase-file "$world/empty" &&
        as chidi --passphrase-file "$world/first" passphrase change --new-passphrase-file "$world/second" &&
        refuses 5 chidi --passphrase-file "$world/first" whoami && as chidi --passphrase-file "$world/second" group show Own
}
locked_backup() {
    as chidi --passphrase-file "$world/second" backup "$world/chidi.staffroom" && as again restore "$world/chidi.staffroom" &&
        refuses 5 again whoami && as again --passphrase-file "$world/second" group show Own
}
changes_interrupted() {
    one=second two=first
    for i in 1 2 3 4 5 6 7 8 9 10; do
        "$program" --home "$world/chidi" --passphrase-file "$world/$one" passphrase change --new-passphrase-file "$world/$two" >/dev/null 2>&1 &
        sleep 0.$((i * 7 % 10))$((i * 3 % 10))
        kill -9 $! 2>/dev/null
        wait $! 2>/dev/null
        if as chidi --passphrase-file "$world/$two" whoami >/dev/null; then
            keep=$one one=$two two=$keep
        else
            as chidi --passphrase-file "$world/$one" whoami || { echo "neither passphrase opens, round $i" && return 1; }
        fi
    done
}

tell "two people with a library" people
tell "D19 a backup made while its owner writes is whole" made_while_writing
tell "a backup never takes the place of a file" not_twice
tell "work goes on after the backup" goes_on
tell "the laptop dies, the backup comes back on another" comes_back
tell "S13 an old backup writes and meets colleagues: nothing is lost on either side" writes_again
tell "a backup does not take the place of a profile" second_profile
tell "a backup that is cut, bent or hostile is refused and leaves nothing" hostile
tell "a profile with a passphrase" locked_person
tell "a passphrase is changed; the old one no longer opens" changed
tell "a locked profile's backup opens with its passphrase" locked_backup
tell "D21 a change of passphrase that is interrupted leaves the old one or the new one" changes_interrupted
finish
