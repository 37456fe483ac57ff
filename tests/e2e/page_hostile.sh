#!/bin/sh
# Texts that would run something, in every field of the page (tests/page/hostile_stories.mjs): two daemons, a real browser.
. "$(dirname "$0")/lib.sh"

for need in node chromium; do
    command -v $need >/dev/null || { echo "skip  hostile texts in the page: $need is not installed" && exit 0; }
done
if [ ! -d app/web/node_modules/playwright-core ]; then
    echo "skip  hostile texts in the page: run npm ci in app/web first"
    exit 0
fi
address_of() { field page <"$world/$1.start"; }

as amina init --name "Amina Diallo" --school "<svg onload=ran(1)>" >/dev/null && daemon amina &&
    as other init --name "<img src=x onerror=ran(2)>" --school "<body onload=ran(2)>" >/dev/null && daemon other ||
    { echo "FAIL  two daemons start" && exit 1; }
CHROMIUM=$(command -v chromium) node tests/page/hostile_stories.mjs "$(address_of amina)" "$(address_of other)" || failures=1
finish
