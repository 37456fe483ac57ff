# Several people on one computer, for scripts: sourced with `program` set to the staffroom binary. POSIX sh and the usual
# tools only. Each person is a home of their own under $world; their daemons run on loopback and end with the script.
#
#   as amina note list G        runs a command as a person, one JSON document on stdout
#   field note, number port     the first string or number of that name in the JSON on stdin
#   daemon amina [OPTION...]    starts Amina's daemon and waits for its port; `port amina` prints it
#   rest amina                  stops it and waits for its end
#   until_true SECONDS COMMAND  tries again until it succeeds; the bound is for a hang
#   equal G amina birk ...      whether all hold the same group, by its root

world=$(mktemp -d "${TMPDIR:-/tmp}/staffroom-XXXXXX") || exit 1
program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program")
unset STAFFROOM_HOME
daemons=

as() {
    who=$1
    shift
    "$program" --home "$world/$who" --json "$@" </dev/null
}

field() { tr '\n' ' ' | grep -ao "\"$1\" *: *\"[^\"]*\"" | head -n 1 | sed 's/^[^:]*: *"\(.*\)"$/\1/'; }
number() { tr '\n' ' ' | grep -ao "\"$1\" *: *[0-9][0-9]*" | head -n 1 | sed 's/^[^:]*: *//'; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }

until_true() {
    deadline=$(($(now_ms) + $1 * 1000))
    shift
    until "$@"; do
        [ "$(now_ms)" -lt "$deadline" ] || { echo "waited in vain: $*" && return 1; }
        sleep 0.1
    done
}

port() { number port <"$world/$1.start"; }
pid_of() { cat "$world/$1.pid"; }
# Started, or started locked: then it has no port before it is unlocked.
is_up() { [ -n "$(port "$1")" ] || grep -q '"locked" *: *true' "$world/$1.start"; }
has_port() { is_up "$1" || ! kill -0 "$(pid_of "$1")" 2>/dev/null; }

# launch WHO COMMAND...: a daemon that was started in some other way, e.g. in a network namespace.
launch() {
    launched=$1
    shift
    "$@" >"$world/$launched.start" 2>>"$world/$launched.log" </dev/null &
    echo $! >"$world/$launched.pid"
    daemons="$daemons $!"
    until_true 10 has_port "$launched"
    is_up "$launched" || { cat "$world/$launched.start" "$world/$launched.log" && return 1; }
}
daemon() {
    who=$1
    shift
    launch "$who" "$program" --home "$world/$who" --json start --port 0 --no-discovery --foreground "$@"
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }
rest() {
    kill "$(pid_of "$1")" 2>/dev/null
    wait "$(pid_of "$1")" 2>/dev/null
    return 0
}

root() { as "$1" group show "$2" | field root; }
equal() {
    group=$1 first=$(root "$2" "$1")
    shift 2
    [ -n "$first" ] || return 1
    for other in "$@"; do [ "$(root "$other" "$group")" = "$first" ] || return 1; done
}

leave_nothing() {
    # shellcheck disable=SC2086
    [ -z "$daemons" ] || kill -9 $daemons 2>/dev/null
    wait
    rm -rf "$world"
}
trap leave_nothing EXIT
trap 'exit 130' INT TERM HUP PIPE
