#!/usr/bin/env python3
"""Every sentence of the page is in every catalogue, with the same values in it.

    words.py            check, one line `ok` or `FAIL` a rule
    words.py --list     write app/web/public/i18n/en.json anew: the list that a translator copies
"""
import json
import pathlib
import re
import sys

web = pathlib.Path(__file__).resolve().parents[2] / "app/web"
catalogues = web / "public/i18n"
quoted = r"""(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")"""
# What is translated without standing in t('…'): the values of these tables, and words of the schema and the daemon.
tables = r"(?:title|words|name|about|say|advice|do): " + quoted
lists = "filters|parts|ways|policies|names|looks|roles|about_type|several|makes|sheet|spoken_so|columns|buttons|facts"


def plain(found):
    return next(each for each in found if each).replace("\\'", "'")


def sentences():
    found = set()
    for file in sorted((web / "src").rglob("*")):
        if file.suffix not in (".svelte", ".js"):
            continue
        text = file.read_text()
        # Both halves of t(a ? 'x' : 'y') too.
        for call in re.finditer(r"\bt\(((?:[^()]|\([^()]*\))*)", text):
            head = call.group(1).strip()
            if not head.startswith(("'", '"')):
                head = re.split(r",\s*\{", head)[0]
            first = re.match(quoted, head)
            if first:
                found.add(plain(first.groups()))
            elif "?" in head:
                found.update(plain(each) for each in re.findall(r"[?:]\s+" + quoted, head) if any(each))
        if file.name in ("kinds.js", "rooms.js", "beginnings.js", "ask.js", "App.svelte"):
            found.update(plain(each) for each in re.findall(tables, text))
        for table in re.finditer(r"const (?:" + lists + r")\b[^=]*= (.*?[\]})]);", text, re.S):
            found.update(plain(each) for each in re.findall(quoted, table.group(1)) if any(each))
    keys = re.compile(r"^(?:[a-z][a-z0-9-]*(?: [a-z]+)?|\$\{.*|#/.*|[A-Z]:.*)$")
    found = {each for each in found if not keys.match(each) and re.search(r"[A-Za-z]{2}", each)}
    return found | set(json.loads((web / "tools/schema_words.json").read_text()))


def values(sentence):
    return sorted(set(re.findall(r"\{(\w+)", sentence)) - {"one", "other"})


def rule(words, offences):
    print(f"{'FAIL' if offences else 'ok  '}  page words: {words}")
    for each in offences[:30]:
        print("        " + each)
    return not offences


def main():
    wanted = sentences()
    if "--list" in sys.argv:
        (catalogues / "en.json").write_text(json.dumps({each: each for each in sorted(wanted)}, ensure_ascii=False, indent=1) + "\n")
        return 0
    good = True
    for file in sorted(catalogues.glob("*.json")):
        has = json.loads(file.read_text())
        offences = [f"lacks: {each}" for each in sorted(wanted - has.keys())]
        offences += [f"has no place for it any more: {each}" for each in sorted(has.keys() - wanted)]
        offences += [f"other values: {each}" for each in has if each in wanted and values(each) != values(has[each]) and "plural" not in each]
        good &= rule(f"{file.stem} is complete", offences)
    return 0 if good else 1


sys.exit(main())
