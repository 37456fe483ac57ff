#!/bin/sh
# The page in a real browser (tests/page/page.mjs): a first minute with two people, every screen looked at by axe, hostile texts.
. "$(dirname "$0")/lib.sh"

needs_browser "the page in a browser"

as amina init --name "Amina Diallo" --school "Hill School" >/dev/null && daemon amina &&
    as brian init --name "Brian O'Neill" >/dev/null && daemon brian || { echo "FAIL  two daemons start" && exit 1; }
node tests/page/page.mjs "$(address_of amina)" "$(address_of brian)" || failures=1
finish
