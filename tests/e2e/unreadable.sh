#!/bin/sh
# A word that teachers type everywhere (every field of every type, notes, comments, feedback, files and their names, names of
# groups and people, what they search for) is found nowhere in the bytes of their profiles, which have a passphrase, nor on the
# wire between them.
. "$(dirname "$0")/lib.sh"

word=quillwort$$
amina() { as amina "$@"; }
birk() { as birk "$@"; }

# Proves itself by hearing what is said aloud.
listening() {
    python3 tests/e2e/unreadable.py listen "$word" >"$world/heard" &
    daemons="$daemons $!"
    until_true 10 grep -q listening "$world/heard" || return 1
    until_true 10 hears_it
}
hears_it() {
    python3 -c 'import socket, sys; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(sys.argv[1].encode(), ("127.0.0.1", 9))' "$word"
    grep -q heard "$world/heard"
}
begun() {
    echo "correct horse battery" >"$world/phrase"
    for who in amina birk; do as $who init --name "$who $word" --school "$word" --passphrase-file "$world/phrase" || return 1; done
    daemon amina --passphrase-file "$world/phrase" && daemon birk --passphrase-file "$world/phrase" --peer "127.0.0.1:$(port amina)" &&
        group=$(amina group new "Team $word" --kind team | field group) && birk join "$(amina invite "$group" | field invite)"
}
everywhere() {
    echo "They planted $word by the river." >"$world/$word.txt" &&
        note=$(amina note new "$group" --title "$word" --from "$world/$word.txt" | field note) &&
        amina resource add "$group" "$world/$word.txt" --title "$word" --tag "$word" &&
        fields=$(python3 tests/e2e/unreadable.py records "$program" "$world/amina" "$group" "birk $word" "$note" "$world/$word.txt" "$word") &&
        echo "$fields fields" && [ "$fields" -ge 60 ] && until_true 30 equal_here
}
equal_here() { [ "$(amina group show "$group" | field root)" = "$(birk group show "$group" | field root)" ]; }
answered() {
    amina group announce "$group" --purpose "$word" && birk group nearby >/dev/null && item=$(birk note list "$group" | field id) && birk feedback give "$note" --worked "$word" --suggest "$word" --private &&
        birk record new "$group" comment "target=$item" "body=$word" && birk note edit "$note" --from "$world/$word.txt" &&
        birk search "$word" >"$world/out" && grep -q "$word" "$world/out" && amina search "$word" >"$world/out" && grep -q "$word" "$world/out" &&
        until_true 30 equal_here
}
# Asleep, locked and shut, the answer is the same.
nowhere_on_disk() {
    not_in_profiles && amina lock && birk lock && not_in_profiles && rest amina && rest birk && not_in_profiles
}
not_in_profiles() {
    ! grep -raliF -e "$word" "$world/amina" "$world/birk" "$world/amina.log" "$world/birk.log" && ! find "$world/amina" "$world/birk" -name "*$word*" | grep .
}
heard_by_nobody() { sleep 0.2 && [ "$(grep -c heard "$world/heard")" = "$said" ]; }

group='' note='' said=0
if [ "$(id -u)" = 0 ] && listening >"$world/out" 2>&1; then
    sleep 0.2
    said=$(grep -c heard "$world/heard")
    ears=yes
else
    ears=no
fi
tell "Amina and Birk with a passphrase each, the word in their names" begun
tell "the word is typed into every field of words of every type, and reaches the colleague" everywhere
tell "and into feedback, a comment, a note and the search, by the colleague" answered
tell "it is nowhere in the bytes of a profile: running, locked or shut" nowhere_on_disk
if [ $ears = yes ]; then
    tell "it was nowhere in what went over the loopback" heard_by_nobody
else
    echo "skip  it was nowhere in what went over the loopback: listening needs root"
fi
finish
