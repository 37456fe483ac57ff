#!/bin/sh
# D01: the daemon is killed at random points while a colleague writes through it; everything that was acknowledged is there.
#   sh tests/e2e/crash.sh [STAFFROOM-BINARY] [KILLS]
. "$(dirname "$0")/lib.sh"
kills=${2:-40}

# Writes until told to stop; an id is noted down only after the program said it is saved.
write_on() {
    i=0
    while [ ! -e "$world/stop" ]; do
        i=$((i + 1))
        id=$(as amina record new "$group" task title="$1-$i" 2>/dev/null | field record)
        [ -z "$id" ] || echo "$id" >>"$world/acknowledged"
    done
}

everything_is_there() {
    as amina record list "$group" task >"$world/listed" || { cat "$world/listed" && return 1; }
    grep -ao '"id" *: *"[a-z2-7]*"' "$world/listed" | sed 's/.*"\([a-z2-7]*\)"$/\1/' | sort >"$world/present"
    sort "$world/acknowledged" | comm -23 - "$world/present" >"$world/lost"
    [ ! -s "$world/lost" ] || { echo "acknowledged and lost:" && cat "$world/lost" && return 1; }
}

killed_at_random() {
    : >"$world/acknowledged"
    for round in $(seq "$kills"); do
        rm -f "$world/stop"
        daemon amina || return 1
        write_on "$round" &
        writer=$!
        pause=$(($(od -An -N2 -tu2 /dev/urandom) % 400))
        sleep "$(printf '0.%03d' "$pause")"
        kill -9 "$(pid_of amina)"
        wait "$(pid_of amina)" 2>/dev/null
        touch "$world/stop"
        wait "$writer"
        everything_is_there || { echo "round $round, killed after $pause ms" && return 1; }
    done
    exits 0 as amina verify
}

# Without a daemon the command itself is the writer.
killed_command() {
    for round in $(seq $((kills / 2))); do
        pause=$(($(od -An -N2 -tu2 /dev/urandom) % 60))
        timeout -s KILL "$(printf '0.%03d' $((pause + 1)))" \
            "$program" --home "$world/amina" --json record new "$group" task title="alone $round" >"$world/out" 2>/dev/null </dev/null
        id=$(field record <"$world/out")
        [ -z "$id" ] || echo "$id" >>"$world/acknowledged"
        everything_is_there || return 1
    done
    exits 0 as amina verify
}

as amina init --name "Amina Diallo" >/dev/null
group=$(as amina group new "Science teachers" --kind plc | field group)
tell "D01 $kills times killed while writing, nothing acknowledged is lost" killed_at_random
tell "D01 $((kills / 2)) commands killed without a daemon, nothing acknowledged is lost" killed_command
echo "      $(grep -c . "$world/acknowledged") acknowledged writes checked after each kill"
finish
