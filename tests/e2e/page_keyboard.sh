#!/bin/sh
# The page with a keyboard and nothing else (tests/page/keyboard_stories.mjs): three people, three daemons, a real browser.
. "$(dirname "$0")/lib.sh"

needs_browser "the page by keyboard"

echo "correct horse battery" >"$world/phrase" && mkdir "$world/stick" &&
    as chipo init --name Chipo --school "Hill School" --passphrase-file "$world/phrase" >/dev/null && daemon chipo &&
    as amina init --name Amina >/dev/null && daemon amina && as dede init --name Dede >/dev/null && daemon dede ||
    { echo "FAIL  three daemons start" && exit 1; }
node tests/page/keyboard_stories.mjs "$(address_of chipo)" "$(address_of amina)" \
    "$(address_of dede)" "$world/stick" || failures=1
finish
