#!/bin/sh
# Two teachers type in one note while the cable between their computers is pulled and put back (tests/page/cut_stories.mjs): two
# network namespaces, a daemon and a browser in each. Needs root.
. "$(dirname "$0")/lib.sh"
needs_browser "typing over a cut cable"
two_computers "typing over a cut cable"
for side in $left $right; do
    printf '#!/bin/sh\nexec ip netns exec %s %s "$@"\n' $side "$CHROMIUM" >"$world/chromium-$side"
    chmod +x "$world/chromium-$side"
done
ip -n $left addr add 10.77.72.1/24 dev cable0
ip -n $right addr add 10.77.72.2/24 dev cable0
begun() {
    as amina init --name "Amina Diallo" && as brian init --name "Brian O'Neill" &&
        launch amina ip netns exec $left "$program" --home "$world/amina" --json start --foreground &&
        launch brian ip netns exec $right "$program" --home "$world/brian" --json start --foreground
}
begun >"$world/case.log" 2>&1 || { echo "FAIL  two daemons start" && cat "$world/case.log" && exit 1; }
node tests/page/cut_stories.mjs $left "$world/chromium-$left" "$(address_of amina)" "$world/chromium-$right" "$(address_of brian)" ||
    failures=1
finish
