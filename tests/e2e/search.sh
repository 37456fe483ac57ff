#!/bin/sh
# Finding what a group has: words in several scripts, inside documents of every kind, what a colleague wrote; and what is
# not to be found any more. The documents are made on the spot by tests/e2e/documents.py.
. "$(dirname "$0")/lib.sh"
python3 -c '' 2>/dev/null || { echo "skip  documents are made with python3"; exit 0; }

# finds WHO ID WORDS... / misses WHO ID WORDS...: whether the record is among what is found.
finds() {
    seeker=$1 wanted=$2
    shift 2
    as "$seeker" search "$@" >"$world/out" 2>"$world/err" && grep -q "\"id\":\"$wanted\"" "$world/out" && return 0
    echo "not found: $*" && cat "$world/out" "$world/err"
    return 1
}
misses() {
    seeker=$1 wanted=$2
    shift 2
    as "$seeker" search "$@" >"$world/out" 2>"$world/err" && ! grep -q "\"id\":\"$wanted\"" "$world/out" && return 0
    echo "found: $*" && cat "$world/out" "$world/err"
    return 1
}
add() { as amina resource add "$@" | field resource; }

begins() {
    as amina init --name "Amina Diallo" && team=$(as amina group new Science --kind team | field group) && [ -n "$team" ] &&
        printf 'Tomorrow we fold paper.\nWater evaporates and comes back as rain.\n' >"$world/plan.md" &&
        plan=$(as amina note new "$team" --title "Café au lait" --tag "mental maths" --from "$world/plan.md" | field note) &&
        arabic=$(as amina note new "$team" --title "الكُسُور في المَدرسة" | field note) &&
        hindi=$(as amina note new "$team" --title "पौधे और सूरज" | field note) &&
        task=$(as amina record new "$team" task title="Buy scissors for paper" | field record) && [ -n "$plan$arabic$hindi$task" ]
}
words() {
    finds amina "$plan" evaporates && finds amina "$plan" WATER rain && finds amina "$plan" evapor\* &&
        finds amina "$plan" '"comes back as rain"' && misses amina "$plan" '"rain comes back"' && misses amina "$plan" evapor &&
        finds amina "$plan" cafe && finds amina "$plan" CAFÉ && finds amina "$task" paper && finds amina "$plan" paper
}
scripts() {
    finds amina "$arabic" الكس\* && finds amina "$arabic" الكسور && finds amina "$arabic" المدرسه && finds amina "$hindi" पौधे &&
        finds amina "$hindi" सूरज && misses amina "$hindi" सरज
}
filters() {
    finds amina "$task" paper --type task && misses amina "$plan" paper --type task && finds amina "$plan" paper --tag "Mental Maths" &&
        misses amina "$task" paper --tag "mental maths" && finds amina "$plan" paper --group Science &&
        refuses 4 amina search paper --type nonsense && refuses 4 amina search paper --group Nowhere && refuses 2 amina search '?!' &&
        refuses 2 amina search 'a*'
}
documents() {
    python3 tests/e2e/documents.py "$world/documents" || return 1
    for kind in txt md html pdf docx odt pptx; do
        made=$(add "$team" "$world/documents/lesson.$kind" --title "A lesson as $kind" --grade 7 --language sw)
        eval "$kind=\$made"
        finds amina "$made" "inside$kind" "photosynthesis" && grep -q "\"snippet\":\"[^\"]*inside$kind" "$world/out" &&
            finds amina "$made" "inside$kind" --grade 7 --language sw && misses amina "$made" "inside$kind" --grade 8 || return 1
    done
    misses amina "$html" secretscript && misses amina "$docx" hiddenfield
}
hostile() {
    for bad in "$world"/documents/bad-*; do add "$team" "$bad" --title "Bad" >/dev/null || return 1; done
    finds amina "$plan" evaporates && [ "$(as amina search Bad --most 200 | grep -o '"title":"Bad"' | wc -l)" = "$(ls "$world"/documents/bad-* | wc -l)" ]
}
changes() {
    echo "Only sand now." >"$world/plan.md" && as amina note edit "$plan" --from "$world/plan.md" && misses amina "$plan" evaporates &&
        finds amina "$plan" sand && as amina record retire "$task" && misses amina "$task" scissors &&
        as amina record restore "$task" && finds amina "$task" scissors
}
lost_index() {
    head -c 3000 /dev/urandom >"$world/amina/search/index" && finds amina "$plan" sand && rm -r "$world/amina/search" &&
        finds amina "$pdf" insidepdf && exits 0 as amina repair --rebuild && finds amina "$pptx" insidepptx
}
colleague() {
    as birk init --name "Birk Ström" && daemon amina && hall=$(as amina invite "$team" | field invite) &&
        daemon birk --peer "127.0.0.1:$(port amina)" && as birk join "$hall" && until_true 20 equal "$team" amina birk &&
        heard=$(as birk note new "$team" --title "Volcanoes erupt" | field note) && until_true 20 finds amina "$heard" volcanoes &&
        until_true 20 finds birk "$docx" insidedocx
}
erased() {
    as birk erase "$heard" && until_true 20 misses amina "$heard" volcanoes && misses birk "$heard" volcanoes &&
        as amina erase "$pptx" && misses amina "$pptx" insidepptx || return 1
    rest amina
    # Gone from the index's own file too.
    misses amina "$pptx" insidepptx && ! grep -raq insidepptx "$world/amina/search"
}
locked() {
    echo "open sesame" >"$world/phrase" && as chipo --passphrase-file "$world/phrase" init --name "Chipo Banda" &&
        own=$(as chipo --passphrase-file "$world/phrase" group new Diary --kind focus | field group) &&
        cp "$world/documents/lesson.docx" "$world/documents/lesson.pdf" "$world/" || return 1
    diary=$(as chipo --passphrase-file "$world/phrase" note new "$own" --title "Plantedtitleword" | field note)
    file=$(as chipo --passphrase-file "$world/phrase" resource add "$own" "$world/lesson.docx" --title Kept | field resource)
    finds chipo "$diary" plantedtitleword --passphrase-file "$world/phrase" && finds chipo "$file" insidedocx --passphrase-file "$world/phrase" || return 1
    ! grep -raqi -e plantedtitleword -e insidedocx "$world/chipo"
}
given_later() {
    finds birk "$docx" insidedocx && grep -aq insidedocx -r "$world/birk/search" || return 1
    rest birk
    as birk passphrase change --new-passphrase-file "$world/phrase" && [ ! -e "$world/birk/search" ] &&
        finds birk "$docx" insidedocx --passphrase-file "$world/phrase" && ! grep -raq insidedocx "$world/birk"
}
shown() {
    esc=$(printf '\033')
    printf 'The bell %s[31mrings red.\n' "$esc" >"$world/bell.md" &&
        as amina note new "$team" --title "Break" --from "$world/bell.md" >/dev/null && "$program" --home "$world/amina" search bell >"$world/out" &&
        grep -q "bell.*rings" "$world/out" && ! grep -q "$esc" "$world/out"
}

team='' plan='' arabic='' hindi='' task='' heard='' html='' pdf='' docx='' pptx=''
tell "a group has notes and a task" begins
tell "words, beginnings and phrases are found, with and without accents" words
tell "Arabic and Hindi are found as they are typed" scripts
tell "a search is narrowed, and refused with words where it makes no sense" filters
tell "what documents say is found" documents
tell "documents that are broken or made to harm cost nothing but themselves" hostile
tell "what was changed or put away is found no more, and what came back is" changes
tell "an index that is damaged or gone is made again" lost_index
tell "what a colleague wrote is found, and the colleague finds what files say" colleague
tell "what was erased is not found, nor left in the index" erased
tell "with a passphrase no word of it lies on the disk" locked
tell "who gets a passphrase later keeps no index on the disk" given_later
tell "terminal escapes in what is found do not reach the terminal" shown
finish
