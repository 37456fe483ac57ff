"""A word in every field that holds words, and who hears it on the loopback.

    python3 tests/e2e/unreadable.py records PROGRAM HOME GROUP COLLEAGUE RECORD FILE WORD
        makes a record of every type by the schema that `types` prints, the word in each of its fields of words; prints how
        many fields, and fails if one was refused
    python3 tests/e2e/unreadable.py listen WORD
        prints `listening`, then `heard` once for each packet on the loopback that holds the word. Needs root; else exit 3
"""
import json
import socket
import subprocess
import sys

WORDS = {"title", "line", "link", "evidence"}


def asked(program, home, *command):
    done = subprocess.run([program, "--home", home, "--json", *command],
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode, json.loads(done.stdout)


def value_for(field, colleague, record, file, word):
    """What to type into the field; nothing where the colleague, or a place on the screen, would have to."""
    holds = field["holds"]
    if holds in ("position", "range") or (field["merge"] == "per person" and holds == "line"):
        return None
    if holds == "choice":
        return field["choices"][0]
    return {"title": word, "line": word, "evidence": word, "link": "https://%s.example/%s" % (word, word), "number": "7",
            "yes or no": "yes", "date": "2026-03-09", "person": colleague, "record": record, "file": file}[holds]


def own_profile(program, home, group):
    me = asked(program, home, "whoami")[1]["person"]
    listed = asked(program, home, "record", "list", group, "profile")[1]["records"]
    return [each["id"] for each in listed if each["owner"] == me][0]


def records(program, home, group, colleague, record, file, word):
    planted = 0
    for kind in asked(program, home, "types")[1]["types"]:
        name = kind["type"]
        typed = []
        for field in kind["fields"]:
            value = value_for(field, colleague, record, file, word)
            if (name, field["name"]) == ("observation", "observed"):
                value = "me"
            if value is None:
                continue
            typed.append((field, "%s=%s" % (field["name"], value)))
        if name == "profile":  # everybody has theirs already
            made = own_profile(program, home, group)
        else:
            first = [text for field, text in typed if field["fixed"] or field["name"] == "title"]
            code, reply = asked(program, home, "record", "new", group, name, *first)
            if code != 0:
                sys.exit("%s: %s" % (name, reply))
            made = reply["record"]
            typed = [(field, text) for field, text in typed if text not in first]
        for verb in ("set", "add"):
            fields = [each for each in typed if each[0]["merge"].startswith("set") == (verb == "add")]
            if fields and asked(program, home, "record", verb, made, *[text for _, text in fields])[0] == 0:
                planted += sum(field["holds"] in WORDS for field, _ in fields)
                continue
            for field, text in fields:  # what only a colleague may write is refused
                code, reply = asked(program, home, "record", verb, made, text)
                if code not in (0, 5):
                    sys.exit("%s %s: %s" % (name, text, reply))
                planted += code == 0 and field["holds"] in WORDS
    print(planted)


def listen(word):
    try:
        ear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 << 20)
        ear.bind(("lo", 0))
    except OSError:
        sys.exit(3)
    print("listening", flush=True)
    needle = word.encode().lower()
    while True:
        if needle in ear.recv(1 << 17).lower():
            print("heard", flush=True)


if sys.argv[1] == "records":
    records(*sys.argv[2:])
else:
    listen(sys.argv[2])
