#!/bin/sh
# Prints one hash of everything that the page is built from. dist/sources.sha256 holds that of the committed build.
cd "$(dirname "$0")/.." || exit 1
find index.html package.json package-lock.json vite.config.js svelte.config.js tools src public -type f |
    LC_ALL=C sort | while read -r file; do printf '%s ' "$file" && sha256sum <"$file"; done | sha256sum | cut -d' ' -f1
