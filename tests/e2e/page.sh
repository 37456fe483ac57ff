#!/bin/sh
# The page in a real browser (tests/page/page.mjs): a first minute with two people, every screen looked at by axe, hostile texts.
. "$(dirname "$0")/lib.sh"

for need in node chromium; do
    command -v $need >/dev/null || { echo "skip  the page in a browser: $need is not installed" && exit 0; }
done
if [ ! -d app/web/node_modules/playwright-core ]; then
    echo "skip  the page in a browser: run npm ci in app/web first"
    exit 0
fi
address_of() { field page <"$world/$1.start"; }

as amina init --name "Amina Diallo" --school "Hill School" >/dev/null && daemon amina &&
    as brian init --name "Brian O'Neill" >/dev/null && daemon brian || { echo "FAIL  two daemons start" && exit 1; }
CHROMIUM=$(command -v chromium) node tests/page/page.mjs "$(address_of amina)" "$(address_of brian)" || failures=1
finish
