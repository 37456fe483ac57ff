#!/bin/sh
# Everything a hurried teacher types wrongly, with and without a daemon: the same refusal on both ways, in our own words, with
# a next step, with the exit code of the contract, and the daemon lives on.
. "$(dirname "$0")/lib.sh"

here=$world/here

people() {
    mkdir "$here" "$here/folder" && echo one >"$here/folder/one.txt" && echo two >"$here/plain" && printf 'caf\351' >"$here/latin1" &&
        head -c 9000000 /dev/zero | tr '\0' 'a' >"$here/big" && head -c 900000 /dev/urandom >"$here/pic.png" &&
        as amina init --name "Amina Diallo" && group=$(as amina group new Science --kind team | field group) &&
        note=$(as amina note new Science --title Friday | field note) && task=$(as amina record new Science task title=Seeds | field record) &&
        film=$(as amina resource add Science "$here/pic.png" --title Film | field resource) &&
        [ -n "$group" ] && [ -n "$note" ] && [ -n "$task" ] && [ -n "$film" ]
}

# A line a use: the exit code, then what is typed.
uses() {
    long=$(printf '%0300d' 7)
    cat <<EOF
2
2 nonsense
2 nots list Science
2 note
2 note nwe Science
2 note new
2 note new Science
2 note new Science --title ''
2 note new Science --title
2 note new Science --title one --title two
2 note show
2 note show Friday superfluous
2 note show Friday --nonsense
2 whoami superfluous
2 help dance
4 note show zzzzzzzz
4 group show Nowhere
2 group new '' --kind team
2 group new Team
2 group new Team --kind circus
2 invite Science --uses 0
2 invite Science --uses -1
2 invite Science --uses 99999999999999999999
2 invite Science --minutes 0
2 invite Science --role king
2 start --port 70000
2 start --port -1
2 start --page-port 99999
2 start --peer nonsense
2 sync --seconds -5
2 sync --peer nonsense
2 note edit Friday --from folder
4 note edit Friday --from absent
2 note edit Friday --from latin1
1 note edit Friday --from big
2 resource add Science ''
4 resource add Science absent
2 resource add Science folder --title Together
2 resource add Science ftp://example.org/x
2 resource get Film --to plain
2 resource get Film --to $long
2 resource edit Film --title ''
2 export Science plain
2 export Science folder --as pdf
4 import Science absent
4 backup absent/stick
5 backup plain
2 backup $long
5 restore plain
5 init --name Again
2 init --name ''
2 record set $task
2 record set $task title
4 record set $task colour=red
2 record new Science task
4 record new Science dance title=x
5 record new Science profile name=Amina
2 record add $task
4 feedback give zzzzzzzz --worked yes
2 join nonsense
2 completion tcsh
EOF
}

# all_uses WAY: each is refused; its answers are kept by number.
all_uses() {
    uses >"$world/uses"
    number=0 wrong=0
    while IFS= read -r line; do
        number=$((number + 1))
        code=${line%% *} typed=${line#"${line%% *}"}
        (cd "$here" && eval "set -- $typed" && exec "$program" --home "$world/amina" --json "$@") >"$world/out" 2>"$world/err" </dev/null
        actual=$?
        cp "$world/out" "$world/$1.$number"
        if [ "$actual" != "$code" ] || ! is_json >"$world/why" 2>&1 || [ "$(grep -c . "$world/out")" != 1 ] ||
            grep -qiE 'subcommand|positional|terminate|what\(\)|following argument|/proc/' "$world/out" "$world/err"; then
            echo "exit $actual, not $code: staffroom $typed" && cat "$world/out" "$world/err" "$world/why" && wrong=1
        fi
    done <"$world/uses"
    [ $wrong = 0 ]
}
without_daemon() { all_uses alone; }
with_daemon() {
    (cd / && daemon amina) || return 1
    all_uses asked || return 1
    exits 0 as amina status || return 1
    number=0 differ=0
    while IFS= read -r line; do
        number=$((number + 1))
        cmp -s "$world/alone.$number" "$world/asked.$number" && continue
        echo "another answer with a daemon: $line" && cat "$world/alone.$number" "$world/asked.$number" && differ=1
    done <"$world/uses"
    [ $differ = 0 ]
}

# says CODE WORDS COMMAND...: for people, on standard error.
says() {
    said=$2
    code=$1
    shift 2
    exits "$code" "$program" --home "$world/amina" "$@" && grep -q -e "$said" "$world/err" || { cat "$world/err" && return 1; }
}
offers() {
    says 2 'Did you mean: staffroom note list' note lst && says 2 'Did you mean: staffroom group' gruop && says 2 'Give one of: new, list' note &&
        says 2 'Did you mean: --title' note new Science --titel Friday && says 2 'NAME.* is missing' group new && says 2 '1 to 100000' invite Science --uses 0
}

paths() {
    (cd "$here/folder" && as amina resource get Film) >"$world/out" && [ -e "$here/folder/pic.png" ] && grep -qF "\"$here/folder/pic.png\"" "$world/out" || return 1
    profile=$(as amina record list Science profile | field id)
    (cd "$here" && as amina record set "$profile" photo=pic.png) && (cd "$here" && as amina backup stick.staffroom) && [ -e "$here/stick.staffroom" ]
}
one_commit() {
    commits() { as amina group show Science | number content; }
    before=$(commits)
    as amina resource edit Film --title "Film 2" --tag a --tag b --subject Physics && [ "$(commits)" = $((before + 1)) ] &&
        as amina record set "$film" title=Other licence=CC-BY 'about=Some words' && [ "$(commits)" = $((before + 2)) ] || return 1
    refuses 4 amina record set "$film" title=Third colour=red && [ "$(commits)" = $((before + 2)) ]
}
output() {
    as amina types >/dev/full 2>"$world/err"
    [ $? = 1 ] && grep -q 'could not be written' "$world/err" || return 1
    for command in "help" "help note new" "completion bash" "completion fish" version types; do
        # shellcheck disable=SC2086
        exits 0 as amina $command && is_json && [ "$(grep -c . "$world/out")" = 1 ] || return 1
    done
    "$program" completion bash | bash -n && "$program" completion fish | grep -q 'seen_subcommand_from new.* -l title'
}
numbers() { exits 0 as amina invite Science --uses 100000 --minutes 525600 && exits 0 as amina sync --seconds 1; }
stopped() {
    exits 130 timeout --preserve-status -s INT 1 "$program" --home "$world/birk" --json sync --seconds 20 && is_json && grep -q interrupted "$world/out"
}

sync_names() {
    as birk init --name "Birk Ström" && invitation=$(as amina invite Science | field invite) && as birk join "$invitation" &&
        exits 0 as birk sync --peer "127.0.0.1:$(port amina)" && grep -q '"met":\["Amina Diallo"\]' "$world/out" && grep -q '"missed":\[\]' "$world/out" || return 1
    exits 6 as birk sync --peer "127.0.0.1:$(port amina)" --peer 127.0.0.1:9 --seconds 3 && is_json && grep -q '"missed":\["127.0.0.1:9"\]' "$world/out" || return 1
    exits 1 as birk sync --peer 127.0.0.1:9 --seconds 2 && is_json && grep -q '"missed":\["127.0.0.1:9"\]' "$world/out"
}
colleagues() {
    exits 0 as amina colleagues && grep -q '"name":"Birk Ström","near":false,"last_met":[0-9]*,"lacks_changes":[0-9]' "$world/out" &&
        exits 0 as birk colleagues && grep -q '"name":"Amina Diallo","near":[a-z]*,"last_met":[0-9]' "$world/out"
}

locked_starts() {
    echo "correct horse" >"$world/phrase" && echo "wrong horse" >"$world/wrong" && as lea init --name Lea --passphrase-file "$world/phrase" || return 1
    refuses 2 lea start --peer nonsense && refuses 4 lea start --passphrase-file "$world/absent" || return 1
    starts=
    for i in 1 2 3 4 5 6; do
        as lea start --port 0 --no-discovery >"$world/start.$i" &
        starts="$starts $!"
    done
    for start in $starts; do wait "$start"; done
    [ "$(cat "$world"/start.? | grep -c '"ok":true.*"locked":true')" = 1 ] && [ "$(cat "$world"/start.? | grep -c '"code":"busy"')" = 5 ] || {
        cat "$world"/start.? && return 1
    }
    refuses 5 lea group list && refuses 5 lea --passphrase-file "$world/wrong" group list && refuses 4 lea --passphrase-file "$world/absent" group list &&
        exits 0 as lea --passphrase-file "$world/phrase" group list && exits 0 as lea group list && refuses 5 lea unlock --passphrase-file "$world/wrong" &&
        exits 0 as lea stop && flock -n "$world/lea" true && as lea start --port 0 --no-discovery && exits 0 as lea stop && flock -n "$world/lea" true && refuses 3 lea stop
}
asked_once() {
    flock "$world/lea" sleep 2 &
    (sleep 1 && cat "$world/phrase" && sleep 3) | script -qec "$program --home $world/lea group list" /dev/null >"$world/out" 2>&1
    wait $!
    [ "$(grep -o 'Passphrase:' "$world/out" | grep -c .)" = 1 ] || { cat "$world/out" && return 1; }
}

gone_folder() {
    mkdir "$world/gone" && (cd "$world/gone" && rmdir "$world/gone" && "$program" --home relative --json whoami) >"$world/out" 2>"$world/err"
    [ $? = 2 ] && is_json || { cat "$world/out" "$world/err" && return 1; }
}

counts() {
    exits 0 as amina verify && grep -q '"good":[1-9][0-9]*,"bad":0,"repaired":0' "$world/out" && exits 0 as amina repair && grep -q '"bad":0,"repaired":0' "$world/out" &&
        ! grep -q '"rebuilt":[1-9]' "$world/out" && exits 0 as amina repair --rebuild && grep -q '"rebuilt":1' "$world/out" && exits 0 as amina stop || return 1
    exits 0 as amina repair && grep -q '"repaired":0,"rebuilt":0' "$world/out" && exits 0 as amina repair --rebuild && grep -q '"rebuilt":1' "$world/out" || return 1
    chunk=$(find "$world/amina/chunks" -type f -size +100k | head -n 1)
    printf 'bent' | dd of="$chunk" bs=1 seek=5000 conv=notrunc 2>/dev/null
    exits 74 as amina verify && is_json && grep -q '"ok":false,"good":[1-9][0-9]*,"bad":[1-9]' "$world/out" || return 1
    exits 0 as amina repair && grep -q '"bad":0,"repaired":[1-9]' "$world/out" && exits 0 as amina verify
}

group='' note='' task='' film=''
tell "a profile to be clumsy with" people
tell "wrong uses are refused in words, with a next step" without_daemon
tell "with a daemon they are refused alike, and it lives on" with_daemon
tell "the nearest command is offered" offers
tell "paths count from where the command is typed" paths
tell "one change is one commit, or none" one_commit
tell "an answer that cannot be written is no success; every answer is one document" output
tell "numbers at their bounds" numbers
tell "sync names whom it met and whom it missed" sync_names
tell "colleagues: when they were last met and what they lack" colleagues
tell "an interrupted command says so in its document" stopped
tell "locked: one of many starts wins, and stop ends it" locked_starts
tell "the passphrase is asked once, however long the profile is held" asked_once
tell "a folder that is gone is no crash" gone_folder
tell "verify and repair count; rebuilding is asked for" counts
finish
