#!/bin/sh
# Two computers on one network of their own (namespaces joined by a cable) find each other with no address typed; the cable is
# pulled and put back; addresses change. Needs root.
. "$(dirname "$0")/lib.sh"
two_computers "two computers on one network"

# at NAMESPACE WHO COMMAND...
at() {
    namespace=$1 who=$2
    shift 2
    ip netns exec "$namespace" "$program" --home "$world/$who" --json "$@" </dev/null
}
amina() { at $left amina "$@"; }
birk() { at $right birk "$@"; }
start_both() {
    launch amina ip netns exec $left "$program" --home "$world/amina" --json start --foreground &&
        launch birk ip netns exec $right "$program" --home "$world/birk" --json start --foreground
}
lan_equal() {
    one=$(amina group show "$group" | field root) two=$(birk group show "$group" | field root)
    [ -n "$one" ] && [ "$one" = "$two" ]
}
addresses() {
    ip -n $left addr flush dev cable0 scope global
    ip -n $right addr flush dev cable0 scope global
    [ $# = 0 ] || { ip -n $left addr add "$1" dev cable0 && ip -n $right addr add "$2" dev cable0; }
}

join_here() {
    addresses 10.77.71.1/24 10.77.71.2/24
    amina init --name "Amina Diallo" && birk init --name "Birk Ström" &&
        group=$(amina group new "Science teachers" --kind plc | field group) && [ -n "$group" ] && start_both &&
        invitation=$(amina invite "$group" | field invite) && birk join "$invitation" && until_true 30 lan_equal
}
found_at_new_addresses() {
    rest amina && rest birk
    addresses 10.88.0.7/16 10.88.0.9/16
    amina record new "$group" task title="Before we moved" && start_both && until_true 30 lan_equal
}
# finds NAMESPACE-COMMAND CAUSE...: the doctor there names all of them.
finds() {
    finder=$1
    shift
    $finder doctor >"$world/out" && is_json || return 1
    for cause in "$@"; do grep -q "\"cause\" *: *\"$cause\"" "$world/out" || { cat "$world/out" && return 1; }; done
}
doctor() {
    until_true 30 finds amina near && ip -n $left link set cable0 down || return 1
    until_true 30 finds amina no_network && until_true 30 finds birk no_network && until_true 60 finds amina stick || return 1
    ip -n $left link set cable0 up
    until_true 60 finds amina near && until_true 60 finds birk near || return 1
    rest birk
    until_true 30 finds amina nobody_heard not_heard stick || return 1
    # A firewall there lets beacons through, and no answer of the door.
    ip -n $right rule add pref 10 ipproto tcp blackhole && ip -n $right -6 rule add pref 10 ipproto tcp blackhole &&
        launch birk ip netns exec $right "$program" --home "$world/birk" --json start --foreground && until_true 60 finds amina door_shut
    told=$?
    ip -n $right rule del pref 10
    ip -n $right -6 rule del pref 10
    [ $told = 0 ] && until_true 90 lan_equal
}
cable_pulled() {
    ip -n $left link set cable0 down
    amina record new "$group" task title="Amina without a cable" && birk record new "$group" task title="Birk without a cable" &&
        ! lan_equal || return 1
    ip -n $left link set cable0 up
    until_true 60 lan_equal && amina record list "$group" task | grep -qF "Birk without a cable"
}
link_local_only() {
    rest amina && rest birk
    addresses
    birk record new "$group" task title="No address at all" && start_both && until_true 30 lan_equal
}

group='' invitation=''
tell "two computers on one network: joining with an invitation" join_here
tell "they find each other by beacon at addresses never heard of" found_at_new_addresses
tell "the cable is pulled and put back" cable_pulled
tell "the doctor knows a pulled cable, a program that ended and a firewall apart" doctor
tell "T18 a network with link-local IPv6 addresses only" link_local_only
finish
