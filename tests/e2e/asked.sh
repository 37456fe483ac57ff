#!/bin/sh
# A group that shows itself: a stranger nearby sees its name and asks to join; an organiser says yes, or no.
. "$(dirname "$0")/lib.sh"

begun() {
    as amina init --name "Amina Diallo" && as birk init --name "Birk Ström" && as chipo init --name "Chipo Banda" &&
        daemon amina && daemon birk && daemon chipo &&
        science=$(as amina group new Science --kind team | field group) && as amina group new "Not for strangers" --kind team &&
        note=$(as amina note new "$science" --title Lesson | field note)
}
nearby() { as "$1" group nearby --peer "127.0.0.1:$(port amina)" >"$world/out"; }
hidden() { nearby birk && grep -q '"groups":\[\]' "$world/out"; }
shown() {
    as amina group announce "$science" --purpose "Lessons for all" && nearby birk &&
        grep -q '"name":"Science","purpose":"Lessons for all","by":\["Amina Diallo"\],"asked":false' "$world/out" &&
        ! grep -q "Not for" "$world/out" && as amina group show "$science" | grep -q '"announced":true'
}
asks() { # who [status]
    as "$1" group ask Science --peer "127.0.0.1:$(port amina)" >"$world/asked" 2>&1 &
    asking=$!
    until_true 20 waits "$2" && refuses 4 "$1" note show "$note"
}
waits() { as amina members "$science" | grep -q "\"asking\":.*$1"; }
yes() {
    asks birk "Birk Ström" && as amina member admit "$science" "Birk Ström" && wait $asking &&
        until_true 20 equal "$science" amina birk && as birk note show "$note" &&
        as amina members "$science" | grep -q '"name":"Birk Ström","role":"member"' &&
        nearby birk && grep -q '"groups":\[\]' "$world/out"
}
no() {
    asks chipo "Chipo Banda" && nearby chipo && grep -q '"asked":true' "$world/out" && as amina member refuse "$science" "Chipo Banda" && ! wait $asking &&
        grep -q "You were not let in" "$world/asked" && ! waits "Chipo Banda" &&
        refuses 5 chipo group ask Science && ! waits "Chipo Banda" && refuses 4 chipo group show "$science"
}
not_again() {
    as amina group hide "$science" && as amina group hide "$maths" && nearby chipo && grep -q '"groups":\[\]' "$world/out" &&
        refuses 5 birk group announce "$science"
}
# Two who share a group look over the link that is there.
colleagues() {
    maths=$(as amina group new Maths --kind team | field group) && as amina group announce "$maths" && nearby birk &&
        grep -q '"name":"Maths"' "$world/out"
}

science='' note=''
tell "Amina with two groups, strangers nearby" begun
tell "nothing shows itself unasked" hidden
tell "the group that she shows is seen, with her name; the other is not" shown
tell "a stranger asks and waits; an organiser says yes, and he is in" yes
tell "another is said no to, and is not shown again" no
tell "a colleague sees what else she shows" colleagues
tell "hidden again, strangers see nothing" not_again
finish
