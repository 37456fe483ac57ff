#!/bin/sh
# The connection doctor: why somebody does not appear, and the next step. Two computers on loopback, which look for nobody by
# themselves; what only a network shows is told in tests/e2e/lan_namespaces.sh.
. "$(dirname "$0")/lib.sh"

# says CODE CAUSE WHO OPTION...: the doctor ends with that code and finds that cause.
says() {
    expected_code=$1 expected_cause=$2
    shift 2
    who=$1
    shift
    exits "$expected_code" as "$who" doctor "$@" && is_json || return 1
    grep -q "\"cause\" *: *\"$expected_cause\"" "$world/out" || { cat "$world/out" && return 1; }
}
at_brian() { echo "127.0.0.1:$(port brian)"; }

nobody_runs() {
    as amina init --name "Amina Diallo" && as brian init --name "Brian Ōta" &&
        group=$(as amina group new "Science teachers" --kind plc | field group) && [ -n "$group" ] || return 1
    says 0 not_running amina --no-discovery && grep -q '"running" *: *false' "$world/out" &&
        grep -q '"cause" *: *"no_colleagues"' "$world/out" && ! grep -q '"port"' "$world/out"
}
strangers() {
    daemon amina && daemon brian || return 1
    says 1 strangers amina --peer "$(at_brian)" && grep -q '"missed" *: *\["127' "$world/out" && grep -q '"error"' "$world/out"
}
near() {
    invitation=$(as amina invite "$group" | field invite) &&
        as brian join "$invitation" --peer "127.0.0.1:$(port amina)" && until_true 20 equal "$group" amina brian || return 1
    says 0 near amina --peer "$(at_brian)" && grep -q 'This is the computer of Brian Ōta, and it is near' "$world/out" &&
        says 0 found amina && [ "$(number port <"$world/out")" = "$(port amina)" ]
}
oneself() { says 1 oneself amina --peer "127.0.0.1:$(port amina)"; }
gone() {
    brians=$(at_brian)
    rest brian
    until_true 20 says 0 'not_looked_for\|no_network' amina && grep -q '"name" *: *"Brian Ōta", *"near" *: *false' "$world/out" &&
        grep -q '"cause" *: *"stick"' "$world/out" && says 1 no_staffroom amina --peer "$brians"
}
some_of_several() {
    daemon brian && says 6 near amina --peer "$(at_brian)" --peer "$brians" && grep -q '"cause" *: *"no_staffroom"' "$world/out"
}
# Another program has the port, and knows nothing of Staffroom.
other_program() {
    python3 -c 'import socket, time
door = socket.create_server(("127.0.0.1", 0))
print(door.getsockname()[1], flush=True)
time.sleep(60)' >"$world/other.port" &
    other=$!
    until_true 10 test -s "$world/other.port"
    says 1 other_program amina --peer "127.0.0.1:$(cat "$world/other.port")"
    told=$?
    kill $other
    return $told
}
for_people() {
    exits 0 env STAFFROOM_LANGUAGE=sw "$program" --home "$world/amina" doctor &&
        grep -q "^✓ Kompyuta hii inaweza kupatikana. Inasubiri wenzako kwenye lango $(port amina)\.$" "$world/out" &&
        grep -q '^Brian Ōta  *Ndiyo' "$world/out" || { cat "$world/out" && return 1; }
    exits 2 as amina doctor --peer nobody && is_json
}

group='' brians=''
tell "no daemon: says so, and what to start" nobody_runs
tell "a computer of none of one's groups answers: told apart from silence" strangers
tell "near: whose computer it is at that address, and this one's port" near
tell "one's own address is recognised" oneself
tell "the colleague stopped: the address is there, Staffroom is not" gone
tell "of several addresses some answered: partly done" some_of_several
tell "another program at the port is told apart" other_program
tell "people read it in their language; what is no address is usage" for_people
finish
