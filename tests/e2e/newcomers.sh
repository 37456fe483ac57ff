#!/bin/sh
# How people come into a group and out of it: an organiser's yes, a second group over the link that both have, removal, and
# the way back.
. "$(dirname "$0")/lib.sh"

people() {
    as amina init --name "Amina Diallo" && as birk init --name "Birk Ström" && as chipo init --name "Chipo Banda" &&
        daemon amina && daemon birk && daemon chipo && science=$(as amina group new Science --kind team | field group) && [ -n "$science" ]
}
invited() { as amina invite "$@" | field invite; }
waits() { as amina members "$science" | grep -q '"asking":.*Chipo Banda'; }

not_in_yet() { refuses 4 chipo note new "$science" --title "Not yet"; }
asked_and_let_in() {
    as chipo join "$(invited "$science" --ask)" >"$world/join" 2>&1 &
    joining=$!
    until_true 20 waits && not_in_yet && refuses 4 amina member admit "$science" "Chip" &&
        as amina member admit "$science" "Chipo Banda" && wait $joining || { cat "$world/join" && return 1; }
    as amina members "$science" | grep -q asking && return 1
    until_true 20 equal "$science" amina chipo
}
second_group() {
    maths=$(as amina group new Maths --kind team | field group) && as chipo join "$(invited "$maths")" &&
        note=$(as chipo note new "$maths" --title Fractions | field note) && [ -n "$note" ] && until_true 20 equal "$maths" amina chipo
}
removed() {
    as chipo record list "$science" >/dev/null && until_true 20 has_profile_of_chipo && as amina member remove "$science" "Chipo Banda" &&
        until_true 20 is_out && as chipo note list "$maths"
}
has_profile_of_chipo() { as amina record list "$science" profile | grep -q "Chipo Banda"; }
is_out() { refuses 5 chipo note new "$science" --title "After"; }
invitation_again() { refuses 5 chipo join "$(invited "$science")"; }
admitted_again() {
    as amina member admit "$science" "Chipo Banda" && until_true 20 writes_again && until_true 20 equal "$science" amina chipo
}
writes_again() { as chipo note new "$science" --title "Back" >/dev/null 2>&1; }
hall() {
    hall=$(invited "$science" --uses 2 --role reader) && as birk join "$hall" && refuses 5 birk note new "$science" --title "Reader" &&
        as amina members "$science" | grep -q '"name":"Birk Ström","role":"reader"'
}
scanned() {
    as amina invite "$science" >/dev/null && "$program" --home "$world/amina" invite "$science" --qr >"$world/qr" 2>/dev/null &&
        [ "$(grep -c '█' "$world/qr")" -gt 20 ] && upper=$(tail -n 1 "$world/qr" | tr a-z A-Z) &&
        refuses 5 amina join "$upper" && grep -q "your own invitation" "$world/out"
}
# Elif has only the stick: she is told that the two computers have to meet, and comes in when they do.
stick() {
    mkdir "$world/stick" && exits 4 as amina invite "$science" --to "$world/no stick" && exits 4 as amina join "$world/stick" &&
        as amina invite "$science" --to "$world/stick" >"$world/out" && file=$(field file <"$world/out") && [ "$(wc -c <"$file")" -le 512 ] &&
        [ "$(cat "$file")" = "$(field invite <"$world/out")" ] && as elif init --name "Elif Kaya" && as elif join "$world/stick" &&
        as elif note list "$science" && cp "$file" "$world/stick/invitation to another.txt" && refuses 5 birk join "$world/stick" &&
        grep -q "several invitations" "$world/out" && refuses 5 amina join "$file" && grep -q "your own invitation" "$world/out" &&
        head -c 5000 /dev/zero >"$world/no.txt" && refuses 2 birk join "$world/no.txt"
}
keys() { as amina group show "$science" | number key; }
# Somebody took a picture of the code on the wall.
outsider() {
    wall=$(invited "$science" --uses 50) && as dora init --name "Nobody Knows" && as dora join "$wall" --no-discovery --peer "127.0.0.1:$(port amina)" &&
        as amina members "$science" | grep -q '"name":"Nobody Knows"' && as amina note new "$science" --title "Before the removal" && before=$(keys) &&
        as amina member remove "$science" "Nobody Knows" && [ "$(keys)" -gt "$before" ] && as amina note new "$science" --title "Not for outsiders" || return 1
    as dora sync --no-discovery --peer "127.0.0.1:$(port amina)" --seconds 3 >/dev/null
    as dora note list "$science" >"$world/out"
    ! grep -q "Not for outsiders" "$world/out" && refuses 5 dora note new "$science" --title "By an outsider" && refuses 5 dora join "$wall" --no-discovery \
        --peer "127.0.0.1:$(port amina)" && until_true 20 equal "$science" amina birk chipo
}

# Chipo's laptop is lost: an organiser of both groups shuts it out.
lost_laptop() {
    as chipo device list | grep -q '"this":true' && refuses 4 amina device revoke "No such" && refuses 5 chipo device revoke "Amina Diallo" &&
        as amina device revoke "Chipo Banda" >"$world/out" && grep -q Science "$world/out" && grep -q Maths "$world/out" &&
        until_true 20 is_out && refuses 5 chipo note new "$maths" --title "By a thief" &&
        as amina members "$science" | grep -q '"name":"Chipo Banda","role":"member","devices":\[\]'
}

tell "three people, each with a daemon" people
tell "who comes with an invitation to be confirmed waits until an organiser says yes" asked_and_let_in
tell "two who share a group already: joining a second one" second_group
tell "a removed colleague is out of that group and keeps the other" removed
tell "an invitation does not bring a removed colleague back" invitation_again
tell "an organiser brings them back by hand, and they write again" admitted_again
tell "an invitation for readers makes readers" hall
tell "an invitation as a picture, and typed in upper case" scanned
tell "an invitation on a stick brings a colleague in once the two computers meet" stick
tell "P12 an outsider with a picture of the code is seen, put out with one command, and reads nothing written after" outsider
tell "a laptop that is lost is shut out of every group" lost_laptop
finish
