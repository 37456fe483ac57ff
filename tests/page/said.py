#!/usr/bin/env python3
"""Every sentence by which the program refuses something is in every catalogue of app/web/public/i18n/said, with the same values.

    said.py            check, one line `ok` or `FAIL` a rule
    said.py --list     print those that the sources say, one a line
"""
import json
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
catalogues = root / "app/web/public/i18n/said"
literal = re.compile(r'"((?:[^"\\]|\\.)*)"')
escapes = {"n": "\n", '"': '"', "\\": "\\"}
# Whose arguments, from which one on, are sentences: errors, and what makes them. What such a one puts before its first.
makers = {
    r"\bCode::\w+,": "",
    r"\bTrouble\{\"\w+\",": "",
    r"\bdoes_not_fit\(\w+,": "{a} ",
    r"\bis_wrong\(option,": "{a} ",
    r"\bwrong_sheet\(": "",
    r"\bconst auto said =": "",
    r"\bwarning =": "",
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


if __name__ == "__main__":
    for each, where in sorted(sentences().items()):
        print(each.replace("\n", "\\n"), "\t", sorted(where)[0])
