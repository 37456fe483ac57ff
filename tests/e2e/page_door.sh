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
    answer=$(swap "$(code_of "$page")") && token=$(echo "$answer" | field token) && key=$(echo "$answer" | field key) &&
        [ -n "$token" ] && [ -n "$key" ] && grep -q '#HttpOnly_127.0.0.1' "$world/jar"
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
    next=$(amina open --print | field page) && swap "$(code_of "$next")" | grep -q '"token"' &&
        token=$(swap "$(code_of "$(amina open --print | field page)")" | field token) &&
        page_asks '{"verb":"whoami"}' | grep -q Amina
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
        ! setpriv --reuid 65534 --regid 65534 --clear-groups ls "$world/amina" 2>/dev/null
}
locked() {
    echo "correct horse battery" >"$world/phrase" && as chipo init --name "Chipo Banda" --passphrase-file "$world/phrase" &&
        daemon chipo && page=$(field page <"$world/chipo.start") && token=$(swap "$(code_of "$page")" | field token) &&
        page_asks '{"verb":"status"}' | grep -q '"locked":true' && page_asks '{"verb":"whoami"}' | grep -q '"ok":false' &&
        page_asks '{"verb":"unlock","args":{"passphrase":"correct horse battery"}}' | grep -q '"ok":true' &&
        page_asks '{"verb":"whoami"}' | grep -q Chipo
}
stopped() { rest amina && rest birk && rest chipo && refuses 3 amina open --print; }

page='' token='' key='' group=''
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
tell "W13 a port that is taken is left to its owner" squatted
tell "W05 another user of this computer gets nothing" other_user
tell "a locked profile is unlocked on the page" locked
tell "without a daemon there is no page to open" stopped
finish
