#!/bin/sh
# Two teachers type in one note while the cable between their computers is pulled and put back (tests/page/cut_stories.mjs): two
# network namespaces, a daemon and a browser in each. Needs root.
. "$(dirname "$0")/lib.sh"
for need in node chromium; do
    command -v $need >/dev/null || { echo "skip  typing over a cut cable: $need is not installed" && exit 0; }
done
if [ ! -d app/web/node_modules/playwright-core ]; then
    echo "skip  typing over a cut cable: run npm ci in app/web first"
    exit 0
fi
[ "$(id -u)" = 0 ] || { echo "skip  typing over a cut cable: needs root" && exit 0; }
left=staffroom-t$$ right=staffroom-u$$
if ! ip netns add $left 2>"$world/err" || ! ip netns add $right 2>>"$world/err"; then
    ip netns del $left 2>/dev/null
    echo "skip  typing over a cut cable: no network namespaces here ($(head -n 1 "$world/err"))"
    exit 0
fi
unplug_all() {
    leave_nothing
    ip netns del $left
    ip netns del $right
}
trap unplug_all EXIT

ip link add cable0 netns $left type veth peer name cable0 netns $right
for side in $left $right; do
    ip -n $side link set lo up
    ip -n $side link set cable0 up
    printf '#!/bin/sh\nexec ip netns exec %s %s "$@"\n' $side "$(command -v chromium)" >"$world/chromium-$side"
    chmod +x "$world/chromium-$side"
done
ip -n $left addr add 10.77.72.1/24 dev cable0
ip -n $right addr add 10.77.72.2/24 dev cable0
address_of() { field page <"$world/$1.start"; }
begun() {
    as amina init --name "Amina Diallo" && as brian init --name "Brian O'Neill" &&
        launch amina ip netns exec $left "$program" --home "$world/amina" --json start --foreground &&
        launch brian ip netns exec $right "$program" --home "$world/brian" --json start --foreground
}
begun >"$world/case.log" 2>&1 || { echo "FAIL  two daemons start" && cat "$world/case.log" && exit 1; }
node tests/page/cut_stories.mjs $left "$world/chromium-$left" "$(address_of amina)" "$world/chromium-$right" "$(address_of brian)" ||
    failures=1
finish
