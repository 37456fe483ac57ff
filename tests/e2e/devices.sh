#!/bin/sh
# One person on two computers: linking the second one with a code, what both then are, and the loss of one.
. "$(dirname "$0")/lib.sh"

code() { as amina device link "$@" | field offer; }
near() { echo "--no-discovery --peer 127.0.0.1:$(port "$1")"; }
# link WHO CODE: a fresh computer, without a daemon.
# shellcheck disable=SC2046
link() { as "$1" device link "$2" --name "Computer of $1" $(near amina); }

begun() {
    as amina init --name "Amina Diallo" && as birk init --name "Birk Ström" && daemon amina &&
        science=$(as amina group new Science --kind team | field group) && [ -n "$science" ] &&
        daemon birk --peer "127.0.0.1:$(port amina)" && as birk join "$(as amina invite "$science" | field invite)" &&
        lesson=$(as amina note new "$science" --title "Light and shadow" | field note) && until_true 20 equal "$science" amina birk &&
        as birk feedback give "$lesson" --private --worked "The torch" && until_true 20 hears amina torch
}
hears() { as "$1" feedback list "$lesson" | grep -qF "$2"; }
linked() {
    offer=$(code) && [ -n "$offer" ] && exits 0 link home "$offer" && is_json && grep -q '"complete":true' "$world/out" &&
        [ "$(as home whoami | field person)" = "$(as amina whoami | field person)" ] &&
        as home whoami | grep -q '"name":"Amina Diallo"' && equal "$science" amina home &&
        as home note show "$lesson" && hears home torch && as home device list >"$world/out" &&
        grep -q "Computer of home" "$world/out" && grep -q '"name":"Amina Diallo"' "$world/out"
}
# What is written here is Amina's, and reads so.
writes() {
    daemon home --peer "127.0.0.1:$(port amina)" && note=$(as home note new "$science" --title "Written at home" | field note) &&
        until_true 20 birk_has "Written at home" && as birk record history "$note" | grep -q '"by":"Amina Diallo"' &&
        as birk members "$science" | grep -o '"name":"Amina Diallo"' | grep -c . | grep -qx 1
}
birk_has() { as birk note list "$science" | grep -qF "$1"; }
new_groups_come_along() {
    maths=$(as amina group new Maths --kind team | field group) && until_true 20 equal "$maths" amina home &&
        garden=$(as home group new Garden --kind team | field group) && until_true 20 equal "$garden" home amina &&
        as amina note new "$garden" --title "Beans" && until_true 20 equal "$garden" home amina &&
        [ "$(as amina record list "$garden" profile | grep -o '"type":"profile"' | grep -c .)" = 1 ]
}
private_too() {
    as birk note new "$science" --title "Prisms" && until_true 20 sees_prisms home &&
        as home feedback give Prisms --private --suggest "A darker room" && until_true 20 advised birk && until_true 20 advised amina
}
sees_prisms() { as "$1" note list "$science" | grep -qF Prisms; }
advised() { as "$1" feedback list Prisms | grep -qF "A darker room"; }
good_once() {
    exits 5 link third "$offer" && grep -q "takes it no more" "$world/out" && refuses 4 third group show Science &&
        refuses 5 amina device link "$(code)" && grep -q "this very computer" "$world/out" && refuses 5 birk device link "$(code)" &&
        grep -q "groups of its own" "$world/out" && refuses 2 fourth device link staffroom-link-nonsense && refuses 4 fourth whoami
}
# The code was made without a daemon; it is good when one runs again. An earlier code is good no more.
code_outlives_restart() {
    earlier=$(code) && rest amina && later=$(code) && [ -n "$later" ] &&
        daemon amina --peer "127.0.0.1:$(port birk)" --peer "127.0.0.1:$(port home)" &&
        exits 5 link third "$earlier" && exits 0 link third "$later" && [ "$(as third status | number groups)" -ge 4 ]
}
lost() {
    as amina device revoke "Computer of home" >"$world/out" && grep -q Science "$world/out" && grep -q Garden "$world/out" &&
        until_true 20 is_out && as third sync --no-discovery --peer "127.0.0.1:$(port amina)" >/dev/null &&
        as third device list >"$world/out" && ! grep -q "Computer of home" "$world/out" && grep -q "Computer of third" "$world/out" &&
        as birk note new "$science" --title "After the theft" && sleep 1 && as home note list "$science" >"$world/out" &&
        ! grep -q "After the theft" "$world/out"
}
is_out() { refuses 5 home note new "$science" --title "By a thief" && refuses 5 home note new "$garden" --title "By a thief"; }

science='' lesson='' offer='' note='' maths='' garden=''
tell "Amina with a colleague, a group and something private" begun
tell "her second computer is linked with a code, and has all of it" linked
tell "what she writes there is hers" writes
tell "groups that either of the two founds are on both" new_groups_come_along
tell "what is private reaches both of her computers" private_too
tell "P02 P13 a code is good for one new computer" good_once
tell "P03 a code outlives a restart, and a later one ends it" code_outlives_restart
tell "M11 the second computer is lost: shut out of every group, known to the third" lost
finish
