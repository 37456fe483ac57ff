#!/bin/sh
# reads.sh SCREEN...: the files of dist/ that are read until these screens stand: index.html, theirs, all imported.
cd "$(dirname "$0")/../dist" || exit 1
imported() { grep -ohE '(from|import)"\./[A-Za-z0-9_.-]+"' "$@" | grep -oE '[A-Za-z0-9_.-]+\.js' | sed 's,^,assets/,'; }

known=$(grep -oE 'assets/[A-Za-z0-9_.-]+' index.html)
for screen; do known="$known $(ls assets/"$screen"-*.js)"; done
while :; do
    # shellcheck disable=SC2086
    all=$({ printf '%s\n' $known && imported $(printf '%s\n' $known | grep 'js$'); } | sort -u)
    [ "$all" = "$known" ] && break
    known=$all
done
echo index.html
# Vite gives the styles of assets/NAME-HASH.js that name; a hash has eight letters.
for file in $known; do echo "$file" && ls "${file%-????????.js}"-????????.css 2>/dev/null; done | sort -u
