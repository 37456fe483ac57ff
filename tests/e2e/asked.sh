#!/bin/sh
# A group that shows itself: a stranger nearby sees its name and asks to join; an organiser says yes.
. "$(dirname "$0")/lib.sh"

begun() {
    as amina init --name "Amina Diallo" && as birk init --name "Birk Ström" && daemon amina && daemon birk &&
        science=$(as amina group new Science --kind team | field group) && as amina group new "Not for strangers" --kind team &&
        note=$(as amina note new "$science" --title Lesson | field note)
}
nearby() { as birk group nearby --peer "127.0.0.1:$(port amina)"; }
hidden() { nearby >"$world/out" && grep -q '"groups":\[\]' "$world/out"; }
shown() {
    as amina group announce "$science" --purpose "Lessons for all" && nearby >"$world/out" &&
        grep -q '"name":"Science","purpose":"Lessons for all"' "$world/out" && ! grep -q "Not for" "$world/out"
}
asks() {
    as birk group ask Science --peer "127.0.0.1:$(port amina)" >"$world/asked" 2>&1 &
    asking=$!
    until_true 20 waits && refuses 4 birk note show "$note" && as amina member admit "$science" "Birk Ström" && wait $asking || { cat "$world/asked" && return 1; }
    until_true 20 equal "$science" amina birk && as birk note show "$note" &&
        as amina members "$science" | grep -q '"name":"Birk Ström","role":"member"'
}
waits() { as amina members "$science" | grep -q '"asking":.*Birk Ström'; }
not_again() {
    as amina member remove "$science" "Birk Ström" && as chipo init --name "Chipo Banda" && as amina group hide "$science" &&
        as chipo group nearby --no-discovery --peer "127.0.0.1:$(port amina)" >"$world/out" && grep -q '"groups":\[\]' "$world/out" && refuses 5 birk group announce "$science"
}

science='' note=''
tell "Amina with two groups, a stranger nearby" begun
tell "nothing shows itself unasked" hidden
tell "the group that she shows is seen, the other is not" shown
tell "the stranger asks and waits; an organiser says yes, and he is in" asks
tell "hidden again, strangers see nothing" not_again
finish
