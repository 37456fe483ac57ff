#!/usr/bin/env python3
"""Every sentence by which the program refuses something is in every catalogue of app/web/public/i18n/said, with the same values.

    said.py            check, one line `ok` or `FAIL` a rule
    said.py --list     write said/en.json anew: the list that a translator copies

A key with places stands for all sentences that it fits: "Run: {a}". Only those are left out which are said to programs, or
of what a teacher cannot do.
"""
import json
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
catalogues = root / "app/web/public/i18n/said"
literal = re.compile(r'"((?:[^"\\]|\\.)*)"')
escapes = {"n": "\n", '"': '"', "\\": "\\"}
for_programs = {
    "A change is damaged.", "A change is not what it claims to be.", "A part of the courier's is damaged.", "A stored value is damaged ({a}).",
    "An empty path leads nowhere.", "Events come over a WebSocket.", "Open the profile again in this process.", "Send args={…} in JSON.",
    'Send {"verb": …, "args": {…}} in UTF-8.', "The storage is being read by too many at once.", "The system gives no more descriptors.",
    "The system starts no more programs.", "There is no character at this place of the text.", "These bytes are damaged.",
    "This address is longer than {a} bytes.", "This file does not say how long it is.", "This is more than fits: 8 MiB of words at a time.",
    "This is no request.", "This place is outside the text.", "This process was split off from the one that opened the profile.",
    "This request is not a verb with its arguments.", "This request's head is too long.", "This tree is for reading only.",
    "What is said about this file makes no sense.",
}  # fmt: skip
# Whose arguments, from which one on, are sentences: errors, and what makes them. What such a one puts before its first.
makers = {
    r"\bCode::\w+,": "",
    r"\bTrouble\{\"\w+\",": "",
    r"\bFinding\{\s*\"\w+\",\s*State::\w+,": "",
    r"\bdoes_not_fit\(\w+,": "{a} ",
    r"\bis_wrong\(option,": "{a} ",
    r"\bwrong_sheet\(": "",
    r"\bchoice\.made\([^,()]+,": "",
    r"\bconst auto said =": "",
    r"\bwarning =": "",
    r"\bnotice =": "",
    r"\bprint_line\(": "",
    r"\bprint_hint\(": "",
    r"\bsaid_?\.of\(": "",
}


def split(words):
    """The arguments that begin here, up to the bracket that closes them."""
    parts, depth, at, part = [], 0, 0, ""
    while at < len(words):
        found = literal.match(words, at)
        if found:
            part += found.group(0)
            at = found.end()
            continue
        each = words[at]
        if each in "([{":
            depth += 1
        elif each in ")]}":
            depth -= 1
            if depth < 0:
                break
        if depth == 0 and each in ",;":
            parts.append(part)
            if each == ";":
                return parts
            part = ""
        else:
            part += each
        at += 1
    return parts + [part]


def cut(words, signs):
    """At these signs outside of brackets and texts."""
    parts, depth, at, part = [], 0, 0, ""
    while at < len(words):
        found = literal.match(words, at)
        if found:
            part += found.group(0)
            at = found.end()
            continue
        each = words[at]
        depth += (each in "([{") - (each in ")]}")
        if depth == 0 and each in signs and words[at : at + 2] != "::" and words[at - 1 : at + 1] != "::":
            parts.append(part)
            part = ""
        else:
            part += each
        at += 1
    return parts + [part]


def texts(expression):
    """All sentences that an expression can be, a value standing as nothing but {}."""
    expression = expression.strip()
    while expression.startswith("(") and len(",".join(split(expression[1:]))) + 2 == len(expression):
        expression = expression[1:-1].strip()
    choice = cut(expression, "?:")
    if len(choice) >= 3 and len(choice) % 2 == 1:
        return [each for half in choice[1::2] + choice[-1:] for each in texts(half)]
    whole = [""]
    for part in cut(expression, "+"):
        part = part.strip()
        inner = re.match(r"std::string\((\".*\")\)$", part, re.S)
        part = inner.group(1) if inner else part
        if re.fullmatch(r'(?:"(?:[^"\\]|\\.)*"\s*)+', part):
            said = "".join(re.sub(r"\\(.)", lambda found: escapes.get(found.group(1), found.group(0)), each) for each in literal.findall(part))
            whole = [each + said for each in whole]
        elif part.startswith("(") and part.endswith(")") and '"' in part and part != expression:
            whole = [each + other for each in whole for other in texts(part)]
        else:
            whole = [each + "{}" for each in whole]
    return whole


def named(sentence):
    names = iter("abcdefgh")
    return re.sub(r"\{\}", lambda _: "{" + next(names) + "}", sentence)


def sentences():
    found = {}
    for room in ("core", "storage", "net", "app"):
        for file in sorted((root / room).rglob("*")):
            if file.suffix not in (".cpp", ".h"):
                continue
            source = re.sub(r"^\s*//.*$", "", file.read_text(), flags=re.M)
            for maker, before in makers.items():
                for call in re.finditer(maker, source):
                    for place, each in enumerate(split(source[call.end() :])[:2]):
                        if '"' not in each:
                            continue
                        for text in texts(each):
                            if re.search(r"[a-z]{2}", re.sub(r"\{\w*\}", "", text)):
                                text = (before.replace("{a}", "{}") if place == 0 else "") + text
                                found.setdefault(named(text), set()).add(str(file.relative_to(root)))
    return found


def heads():
    """What fields and words of a reply are called, where the page has no such words."""
    page = json.loads((catalogues.parent / "en.json").read_text())
    spoken = re.findall(r'\{"[^"]+", "([^"]+)"\}', (root / "app/cli/heads.cpp").read_text())
    return {each[0].upper() + each[1:] for each in spoken} - page.keys()


def abouts():
    """What each command does and each of its options means, and what else stands in the help."""
    page = json.loads((catalogues.parent / "en.json").read_text())
    words = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
    options, table = (root / "app/cli/commands.cpp").read_text().split("constexpr Command all[] = {")
    said = [texts(each)[0] for each in re.findall(r'\{"[a-z -]+",\s*' + words, table)]
    help_source = (root / "app/cli/help.cpp").read_text()
    whole = help_source.split("std::string help_for_all() {")[1].split("\n}\n")[0]
    said += [texts(each)[0].strip() for each in re.findall(words, whole)]
    said = [each for each in said if re.search("[a-z]{2} [a-z]", each)]
    meant = re.findall(r"Takes::\w+,\s*(?:true|false),\s*" + words, options)
    if len(meant) != options.count("Takes::"):
        sys.exit("FAIL  an option in app/cli/commands.cpp does not say what it means, or says it in a way that is not read here")
    said += [texts(each)[0] for each in meant]
    said += ["{a}" + each for each in re.findall(r'"( \[\w+\])"', help_source)]
    return set(said) - page.keys()


def places(sentence):
    return sorted(re.findall(r"\{([a-z])\}", sentence))


def fits(key, sentence):
    """As app/api/said.cpp matches, a place of the sentence standing for any value."""
    return re.fullmatch(".+".join(re.escape(piece) for piece in re.split(r"\{[a-z]\}", key)), sentence)


def main():
    said = (set(sentences()) - for_programs) | heads() | abouts()
    listed = catalogues / "en.json"
    keys = json.loads(listed.read_text())
    general = [each for each in keys if places(each)]
    lacks = {each for each in said if each not in keys and not any(fits(key, each) for key in general)}
    if "--list" in sys.argv:
        kept = [each for each in keys if each in said or (places(each) and any(fits(each, one) for one in said))]
        listed.write_text(json.dumps({each: each for each in sorted({*kept, *lacks})}, ensure_ascii=False, indent=1) + "\n")
        return 0
    offences = [f"en lacks: {each}" for each in sorted(lacks)]
    offences += [f"en: nobody says it any more: {each}" for each in keys if not any(each == one or fits(each, one) for one in said)]
    for file in sorted(catalogues.glob("*.json")):
        has = json.loads(file.read_text())
        offences += [f"{file.stem} lacks: {each}" for each in sorted(keys.keys() - has.keys())]
        offences += [f"{file.stem} has no place for it any more: {each}" for each in sorted(has.keys() - keys.keys())]
        offences += [f"{file.stem}, other values: {each}" for each in has if places(each) != places(has[each])]
    print(f"{'FAIL' if offences else 'ok  '}  the program's sentences are in every catalogue")
    for each in offences[:30]:
        print("        " + each)
    return 1 if offences else 0


sys.exit(main())
