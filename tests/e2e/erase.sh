#!/bin/sh
# Honest deletion, and what was set aside around a removal.
. "$(dirname "$0")/lib.sh"

begun() {
    as amina init --name "Amina Diallo" && as birk init --name "Birk Ström" && as chipo init --name "Chipo Banda" &&
        daemon amina && group=$(as amina group new Science --kind team | field group) && [ -n "$group" ] &&
        daemon birk --peer "127.0.0.1:$(port amina)" && as birk join "$(as amina invite "$group" | field invite)" &&
        echo "A list with names" >"$world/list.txt" &&
        list=$(as birk resource add "$group" "$world/list.txt" --title "Old list" | field resource) && [ -n "$list" ] &&
        note=$(as amina note new "$group" --title "Plan" | field note) && until_true 20 equal "$group" amina birk
}
not_anothers() { refuses 5 birk erase "$note" && refuses 4 birk erase nothing && as birk note show "$note"; }
erased() {
    exits 0 as birk erase "Old list" --why "It had names" && is_json && grep -q '"removed_on":1' "$world/out" &&
        grep -q '"known_devices":2' "$world/out" && refuses 4 birk resource show "$list" &&
        as birk resource list "$group" >"$world/out" && ! grep -q "Old list" "$world/out"
}
hidden_elsewhere() {
    until_true 20 equal "$group" amina birk && refuses 4 amina resource show "$list" && until_true 20 amina_counts_birk &&
        exits 0 as amina erase "$list" && is_json && grep -q '"here":false' "$world/out" && grep -q "It had names" "$world/out"
}
amina_counts_birk() { as amina erase "$list" | grep -q '"removed_on":1'; }
both_work_on() {
    as amina verify | grep -q '"bad":0' && rest birk && exits 0 as birk verify && grep -q '"bad":0' "$world/out" &&
        exits 0 as birk repair --rebuild && refuses 4 birk resource show "$list" && exits 0 as birk erase "$list" &&
        as birk note show "$note"
}
# A resource with two files: one of them goes for ever, the other stays.
one_file() {
    mkdir -p "$world/folder" && echo "With a pupil's name" >"$world/folder/names.txt" && echo "A plan" >"$world/folder/plan.txt" &&
        two=$(as birk resource add "$group" "$world/folder" --as-one --title "Two files" | field resource) && [ -n "$two" ] &&
        until_true 20 amina_has_two && refuses 4 birk erase "$two" --file nothing.txt &&
        exits 0 as birk erase "$two" --file names.txt --why "It had a name" && is_json && grep -q '"here":true' "$world/out" &&
        as birk resource show "$two" >"$world/out" && ! grep -q names.txt "$world/out" && grep -q plan.txt "$world/out" &&
        until_true 20 amina_has_one && exits 0 as amina erase "$two" --file names.txt && grep -q '"here":false' "$world/out" &&
        grep -q "It had a name" "$world/out" && until_true 20 birk_counted && refuses 5 birk resource add "$group" "$world/folder/names.txt" &&
        rm -rf "$world/to" && mkdir "$world/to" && as birk resource get "$two" --to "$world/to" && [ "$(ls "$world/to")" = plan.txt ]
}
amina_has_two() { [ "$(as amina resource show "$two" | grep -o '"here":true' | wc -l)" -eq 2 ]; }
amina_has_one() { as amina resource show "$two" >"$world/out" && ! grep -q names.txt "$world/out" && grep -q plan.txt "$world/out"; }
birk_counted() { as amina erase "$two" --file names.txt | grep -q '"removed_on":1'; }
# Birk hears from Amina who Chipo is. He and Chipo then meet before either has heard that he was removed; then Chipo meets Amina.
set_aside() {
    as chipo join "$(as amina invite "$group" | field invite)" --no-discovery --peer "127.0.0.1:$(port amina)" &&
        as birk sync --no-discovery --peer "127.0.0.1:$(port amina)" && as amina member remove "$group" "Birk Ström" &&
        as birk note new "$group" --title "Written in good faith" &&
        daemon chipo && as birk sync --no-discovery --peer "127.0.0.1:$(port chipo)" && until_true 20 chipo_has_it && rest chipo &&
        as chipo sync --no-discovery --peer "127.0.0.1:$(port amina)" && until_true 20 listed &&
        as amina note list "$group" >"$world/out" && ! grep -q "good faith" "$world/out"
}
chipo_has_it() { as chipo note list "$group" | grep -q "good faith"; }
listed() { as amina set-aside list "$group" | grep -q '"name":"Birk Ström","changes":1'; }
shown() {
    exits 0 as amina set-aside admit "$group" "Birk Ström" && is_json && as amina note list "$group" | grep -q "good faith"
}
continued() {
    next=$(as amina group continue "$group" | field group) && [ -n "$next" ] && [ "$next" != "$group" ] &&
        as amina group show "$next" | grep -q '"role":"organiser"' &&
        as birk sync --no-discovery --peer "127.0.0.1:$(port amina)" >"$world/out"
    refuses 5 birk group continue "$group"
}

archived() {
    as amina group show "$group" | grep -q "\"goes_on_as\":\"$next\"" && refuses 5 amina note new "$group" --title "In the old one" &&
        grep -q "only read" "$world/out" && refuses 5 amina note edit "$note" --from README.md && refuses 5 amina invite "$group" &&
        refuses 5 amina record set "$note" title=Other && as amina note show "$note" && as amina note new Science --title "In the new one" &&
        as amina note list "$next" | grep -q "In the new one" && exits 0 as amina erase "$note" && as amina note list "$group" >"$world/out" &&
        ! grep -q "Plan" "$world/out" && as chipo note new "$group" --title "Chipo has not moved"
}

group='' list='' note='' next='' two=''
tell "Amina and Birk, a note and a list" begun
tell "nobody erases what is another's" not_anothers
tell "Birk erases his own list: it is gone here at once" erased
tell "it is hidden at Amina's, and said to be gone on one of two computers" hidden_elsewhere
tell "one file of a resource goes for ever, the other stays" one_file
tell "what is left verifies, and stays so when all is made anew" both_work_on
tell "M15 honest work around a removal is set aside and listed" set_aside
tell "M15 an organiser admits it, and it shows" shown
tell "M12 a group is continued by a member, not by one who was removed" continued
tell "M12 the old group is only read by who went on, its name is the new one's, and what must go still goes" archived
finish
