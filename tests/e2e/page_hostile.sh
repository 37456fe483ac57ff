#!/bin/sh
# Texts that would run something, in every field of the page (tests/page/hostile_stories.mjs): two daemons, a real browser.
. "$(dirname "$0")/lib.sh"

needs_browser "hostile texts in the page"

as amina init --name "Amina Diallo" --school "<svg onload=ran(1)>" >/dev/null && daemon amina &&
    as other init --name "<img src=x onerror=ran(2)>" --school "<body onload=ran(2)>" >/dev/null && daemon other ||
    { echo "FAIL  two daemons start" && exit 1; }
node tests/page/hostile_stories.mjs "$(address_of amina)" "$(address_of other)" || failures=1
finish
