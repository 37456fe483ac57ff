#!/bin/sh
# The page's door of a running daemon, by curl: let in once, asked like the command line, shut to everybody else.
. "$(dirname "$0")/lib.sh"

amina() { as amina "$@"; }
page_port() { echo "$page" | sed 's,^http://127.0.0.1:\([0-9]*\)/.*,\1,'; }
host() { echo "http://127.0.0.1:$(page_port)"; }
code_of() { echo "$1" | sed 's/.*#launch=//'; }
call() { curl -sS --noproxy '*' --max-time 30 "$@"; }

# swap CODE: prints the answer; the cookie goes into the jar.
swap() {
    call -c "$world/jar" -H "Origin: $(host)" -H 'Content-Type: application/json' -d "{\"launch\":\"$1\"}" "$(host)/session"
}
# enter ADDRESS: swaps its code, for what the page then says with everything.
enter() {
    answer=$(swap "$(code_of "$1")") && token=$(echo "$answer" | field token) && key=$(echo "$answer" | field key) &&
        [ -n "$token" ] && [ -n "$key" ]
}
# page_asks BODY [CURL-OPTION...]: as the page, within its session.
page_asks() {
    body=$1
    shift
    call -b "$world/jar" -H "Origin: $(host)" -H "X-Staffroom-Token: $token" -H 'Content-Type: application/json' -d "$body" "$@" \
        "$(host)/api"
}
# status CODE CURL-ARGUMENT...: whether it is answered by that status.
status() {
    wanted=$1
    shift
    got=$(call -o "$world/answer" -w '%{http_code}' "$@") || true
    [ "$got" = "$wanted" ] || { echo "status $got instead of $wanted: $*" && cat "$world/answer" && return 1; }
}

started() {
    amina init --name "Amina Diallo" && daemon amina && page=$(field page <"$world/amina.start") &&
        group=$(amina group new Science --kind team | field group) && [ -n "$page" ] && [ -n "$group" ]
}
let_in() {
    enter "$page" && grep -q '#HttpOnly_127.0.0.1' "$world/jar"
}
# The members of a document, in any order.
members_of() { tr -s ',{}[]\n' '\n' <"$1" | sort; }
same_answers() {
    for verb in "group list" "whoami" "members"; do
        args='{}'
        [ "$verb" != members ] || args="{\"group\":\"$group\"}"
        # shellcheck disable=SC2086
        amina $verb $([ "$verb" != members ] || echo "$group") >"$world/by_command" &&
            page_asks "{\"verb\":\"$verb\",\"args\":$args}" >"$world/by_page" &&
            [ "$(members_of "$world/by_command")" = "$(members_of "$world/by_page")" ] || return 1
    done
    page_asks '{"verb":"nonsense"}' >"$world/out" && is_json && page_asks 'nonsense' >"$world/out" && is_json
}
opened_again() {
    enter "$(amina open --print | field page)" && enter "$(amina open --print | field page)" && page_asks '{"verb":"whoami"}' | grep -q Amina
}
used_up() { swap "$(code_of "$page")" | grep -q '"ok":false' && swap nonsense | grep -q '"ok":false'; }
foreign() {
    status 403 -H 'Host: evil.com' "$(host)/" && status 403 -H "Host: localhost:$(page_port)" "$(host)/" &&
        status 403 -b "$world/jar" -H 'Origin: http://evil.com' -H "X-Staffroom-Token: $token" \
            -H 'Content-Type: application/json' -d '{"verb":"whoami"}' "$(host)/api" &&
        status 403 -b "$world/jar" -H 'Content-Type: text/plain' -d '{"verb":"stop"}' "$(host)/api" &&
        status 415 -b "$world/jar" -H "Origin: $(host)" -H "X-Staffroom-Token: $token" -H 'Content-Type: text/plain' \
            -d '{"verb":"stop"}' "$(host)/api" && status 405 -b "$world/jar" "$(host)/api" &&
        status 403 -H 'Origin: http://evil.com' -H 'Connection: Upgrade' -H 'Upgrade: websocket' \
            -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' "$(host)/events"
}
nobody() {
    status 401 -H "Origin: $(host)" -H 'Content-Type: application/json' -d '{"verb":"whoami"}' "$(host)/api" &&
        status 401 -b "$world/jar" -H "Origin: $(host)" -H 'Content-Type: application/json' -d '{"verb":"whoami"}' "$(host)/api" &&
        status 401 -H "Origin: $(host)" -H "X-Staffroom-Token: $token" -H 'Content-Type: application/json' \
            -d '{"verb":"whoami"}' "$(host)/api"
}
served() {
    status 200 -D "$world/head" "$(host)/" && grep -qi "^content-security-policy: default-src 'none'; script-src 'self'" "$world/head" &&
        grep -qi '^x-content-type-options: nosniff' "$world/head" && grep -qi '^content-type: text/html' "$world/head" &&
        script=$(grep -o '/assets/[^"]*\.js' "$world/answer" | head -n 1) &&
        status 200 -D "$world/head" "$(host)$script" && grep -qi 'immutable' "$world/head" &&
        grep -qi '^content-type: text/javascript' "$world/head"
}
nowhere() {
    for path in /../../etc/passwd /%2e%2e/%2e%2e/etc/passwd /..%2f..%2fetc/passwd /assets/../../CMakeLists.txt /keys; do
        status 404 --path-as-is "$(host)$path" || return 1
    done
}
too_much() {
    truncate -s 64M "$world/large" &&
        status 413 -b "$world/jar" -H "Origin: $(host)" -H "X-Staffroom-Token: $token" -H 'Content-Type: application/json' \
            -H 'Expect:' --data-binary "@$world/large" "$(host)/api" &&
        status 431 -H "X-Long: $(head -c 20000 /dev/zero | tr '\0' x)" "$(host)/" && page_asks '{"verb":"whoami"}' | grep -q Amina
}
# upload NAME FILE [CURL-OPTION...]: prints the answer.
upload() {
    name=$1 file=$2
    shift 2
    call -b "$world/jar" -H "Origin: $(host)" -H "X-Staffroom-Token: $token" -H 'Content-Type: application/octet-stream' -H 'Expect:' \
        --data-binary "@$file" "$@" "$(host)/upload/$group?name=$name"
}
no_upload_is_left() { [ -z "$(find "$world/amina" -name 'upload*')" ]; }
uploaded() {
    head -c 3000000 /dev/urandom >"$world/film.bin" && printf '<script>alert(1)</script>' >"$world/page.svg" &&
        film=$(upload 'My%20film%20%C3%A9%2F..%2Fx.bin' "$world/film.bin" | field resource) &&
        image=$(upload 'page.svg&args=%7B%22title%22%3A%22Drawing%22%2C%22tags%22%3A%5B%22art%22%5D%7D' "$world/page.svg" | field resource) &&
        [ -n "$film" ] && [ -n "$image" ] && amina resource show "$image" | grep -q '"title":"Drawing"' &&
        amina resource show "$image" | grep -q '"art"' && amina resource get "$film" --to "$world/got" >/dev/null &&
        cmp "$world/film.bin" "$world/got"/* && no_upload_is_left
}
next_version() {
    printf 'first' >"$world/first.txt" && plan=$(upload 'plan.txt&args=%7B%22title%22%3A%22My%20plan%22%7D' "$world/first.txt" | field resource) &&
        printf 'the second' >"$world/second.txt" &&
        [ "$(upload "plan.txt&args=%7B%22resource%22%3A%22$plan%22%7D" "$world/second.txt" | field resource)" = "$plan" ] &&
        amina resource show "$plan" | grep -q '"files":\[{"name":"plan.txt","size":10,[^]]*\]' &&
        [ "$(amina resource versions "$plan" | grep -o '"version":' | grep -c .)" = 2 ] && no_upload_is_left
}
upload_refused() {
    upload 'x&args=nonsense' "$world/film.bin" | grep -q '"malformed"' && (group=nonsense && upload x "$world/film.bin") | grep -q '"not_found"' &&
        status 413 -b "$world/jar" -H "Origin: $(host)" -H "X-Staffroom-Token: $token" -H 'Content-Type: application/octet-stream' \
            -H 'Content-Length: 4294967297' -X POST "$(host)/upload/$group?name=x" &&
        said_full &&
        status 401 -H "Origin: $(host)" -H 'Content-Type: application/octet-stream' -d x "$(host)/upload/$group?name=x" && no_upload_is_left
}
# A file of which two do not fit; where there is room for two of the largest that may be, nothing is too large.
said_full() {
    half=$(($(df -B1 --output=avail "$world" | tail -n 1) / 2 + 1))
    [ "$half" -gt 4294967296 ] ||
        { status 507 -b "$world/jar" -H "Origin: $(host)" -H "X-Staffroom-Token: $token" -H 'Content-Type: application/octet-stream' \
            -H "Content-Length: $half" -X POST "$(host)/upload/$group?name=x" && grep -q 'Disk full' "$world/answer"; }
}
downloaded() {
    status 200 -b "$world/jar" -D "$world/head" "$(host)/file/$film/0?key=$key" && cmp "$world/film.bin" "$world/answer" &&
        grep -qi '^content-type: application/octet-stream' "$world/head" && grep -qi '^content-disposition: attachment; filename="My film ' "$world/head" &&
        ! grep -i '^content-disposition' "$world/head" | grep -q '/' && grep -qi "^content-security-policy: sandbox" "$world/head" &&
        status 206 -b "$world/jar" -r 262140-786439 "$(host)/file/$film/0?key=$key" &&
        tail -c +262141 "$world/film.bin" | head -c 524300 | cmp - "$world/answer" &&
        status 206 -b "$world/jar" -r -5 "$(host)/file/$film/0?key=$key" && tail -c 5 "$world/film.bin" | cmp - "$world/answer" &&
        status 416 -b "$world/jar" -r 3000000- "$(host)/file/$film/0?key=$key" &&
        status 404 -b "$world/jar" "$(host)/file/$film/1?key=$key" && status 404 -b "$world/jar" "$(host)/file/nonsense/0?key=$key" &&
        status 401 -b "$world/jar" "$(host)/file/$film/0" && status 401 "$(host)/file/$film/0?key=$key"
}
never_run() {
    status 200 -b "$world/jar" -D "$world/head" "$(host)/file/$image/0?key=$key&inline=1" &&
        grep -qi '^content-type: application/octet-stream' "$world/head" && grep -qi '^content-disposition: attachment' "$world/head" &&
        printf '\211PNG\r\n\032\n and more' >"$world/dot" && dot=$(upload dot.html "$world/dot" | field resource) &&
        status 200 -b "$world/jar" -D "$world/head" "$(host)/file/$dot/0?key=$key&inline=1" && grep -qi '^content-type: image/png' "$world/head" &&
        status 200 -b "$world/jar" -D "$world/head" "$(host)/file/$dot/0?key=$key" && grep -qi '^content-disposition: attachment' "$world/head"
}
# ask VERB ARGS: as the page; prints the answer.
ask() { page_asks "{\"verb\":\"$1\",\"args\":$2}"; }
pushed() {
    ask "note push" "{\"session\":\"$session\",\"version\":$1,\"updates\":[{\"clientID\":\"tab\",\"changes\":$2}]}"
}
says() { amina note show "$note" | grep -q "\"text\":\"$1\""; }
written_live() {
    note=$(amina note new "$group" --title Live | field note) && session=$(ask "note open" "{\"note\":\"$note\"}" | field session) &&
        [ -n "$session" ] && pushed 0 '[[0,"Hi 👍"]]' | grep -q '"accepted":true' && until_true 5 says 'Hi 👍' &&
        pushed 0 '[[0,"late"]]' | grep -q '"accepted":false' && pushed 1 '[3,[2,"there"]]' | grep -q '"accepted":true' &&
        until_true 5 says 'Hi there' && printf 'Oh, Hi there' >"$world/words" && amina note edit "$note" --from "$world/words" &&
        until_true 5 caught_up && pushed 2 '[8]' | grep -q '"clientID":"staffroom"' && pushed 3 '[12,[0,"!"]]' | grep -q '"accepted":true'
}
caught_up() { ask "note pull" "{\"session\":\"$session\",\"version\":2}" | grep -q '"version":3'; }
# What was pushed last is on the disk when the daemon has stopped, although it was asked to at once.
kept() { rest amina && says 'Oh, Hi there!'; }
# The other daemon wants the very same port for its page.
squatted() {
    as birk init --name "Birk Ström" && daemon birk --page-port "$(page_port)" && other=$(field page <"$world/birk.start") &&
        [ -n "$other" ] && [ "$other" != "$page" ] && echo "$other" | grep -q '^http://127.0.0.1:[0-9]*/#launch=' &&
        ! echo "$other" | grep -q ":$(page_port)/"
}
# What another user of this computer can come by: the port, and no secret.
other_user() {
    [ "$(stat -c %a "$world/amina")" = 700 ] || return 1
    [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || return 0
    setpriv --reuid 65534 --regid 65534 --clear-groups curl -sS --noproxy '*' -o /dev/null -w '%{http_code}' \
        -H "Origin: $(host)" -H 'Content-Type: application/json' -d '{"verb":"whoami"}' "$(host)/api" | grep -qx 401 &&
        ! setpriv --reuid 65534 --regid 65534 --clear-groups ls "$world/amina" 2>/dev/null || return 1
    # A code that they read among the arguments of the browser lets them in no more, and stays good for its owner.
    read_code=$(code_of "$(amina open --print | field page)")
    setpriv --reuid 65534 --regid 65534 --clear-groups curl -sS --noproxy '*' -o /dev/null -w '%{http_code}' -H "Origin: $(host)" \
        -H 'Content-Type: application/json' -d "{\"launch\":\"$read_code\"}" "$(host)/session" | grep -qx 401 && enter "#launch=$read_code"
}
locked() {
    echo "correct horse battery" >"$world/phrase" && as chipo init --name "Chipo Banda" --passphrase-file "$world/phrase" &&
        daemon chipo && page=$(field page <"$world/chipo.start") && enter "$page" &&
        page_asks '{"verb":"status"}' | grep -q '"locked":true' && page_asks '{"verb":"whoami"}' | grep -q '"ok":false' &&
        page_asks '{"verb":"unlock","args":{"passphrase":"correct horse battery"}}' | grep -q '"ok":true' &&
        page_asks '{"verb":"whoami"}' | grep -q Chipo
}
stopped() { rest birk && rest chipo && refuses 3 amina open --print; }

page='' token='' key='' group='' film='' image='' note='' session=''
if [ ! -e app/web/dist/index.html ]; then
    echo "skip  the page's door: this program was built without a page"
    exit 0
fi
tell "a daemon tells where its page is" started
tell "W12 the launch code lets the page in, once" let_in
tell "the page is answered like the command line" same_answers
tell "W12 a code that was used lets nobody in" used_up
tell "staffroom open gives a fresh code" opened_again
tell "W01 W02 W03 W11 foreign names, sites, types and methods are refused" foreign
tell "W04 without token or cookie nothing is told" nobody
tell "the built page is served, and may run only its own scripts" served
tell "W10 paths that lead out of the page lead nowhere" nowhere
tell "W09 too large is said, and the page goes on" too_much
tell "a file comes in by the page, and nothing of it stays beside the library" uploaded
tell "what comes in for a resource is its next version" next_version
tell "an upload that cannot be is refused in words" upload_refused
tell "a file goes out whole and in pieces, under a safe name" downloaded
tell "A06 what might run is only ever saved; a picture that is one is shown" never_run
tell "a note is written live in a tab, and others' words come into it" written_live
tell "W13 a port that is taken is left to its owner" squatted
tell "W05 another user of this computer gets nothing" other_user
tell "what a tab typed last is kept when the daemon stops" kept
tell "a locked profile is unlocked on the page" locked
tell "without a daemon there is no page to open" stopped
finish
