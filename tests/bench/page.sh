#!/bin/sh
# What the page takes: its size, how soon it can be used on a slow computer, and from a key to the colleague's screen.
# sh tests/bench/page.sh [STAFFROOM-BINARY]     needs node, chromium and `npm ci` in app/web
. "$(dirname "$0")/../e2e/lib.sh"

zipped() { for file; do gzip -9 <"$file" | wc -c; done | awk '{ sum += $1 } END { print sum }'; }
row() { echo "{\"row\":\"$1\",\"ours\":$2,\"unit\":\"$3\",\"goal\":$4,\"met\":$([ "$2" -le "$4" ] && echo true || echo false)}"; }

cd app/web/dist || exit 1
# shellcheck disable=SC2046
row "read first, gzipped" "$(zipped $(sh ../tools/reads.sh Home))" bytes 61440
row "the editor of a note, gzipped" "$(zipped assets/Note-*)" bytes 107520
# shellcheck disable=SC2046
row "everything and one language, gzipped" "$(zipped $(find . -type f ! -path './i18n/*') i18n/hi.json)" bytes 307200
cd ../../.. || exit 1

as amina init --name Amina >/dev/null && daemon amina && as brian init --name Brian >/dev/null && daemon brian || exit 1
group=$(as amina group new Science --kind team | field group)
as brian join "$(as amina invite "$group" | field invite)" >/dev/null
needs_browser "the page measured"
node tests/page/measure.mjs "$(address_of amina)" "$(address_of brian)" "$group"
