#!/usr/bin/env python3
"""Who may do what: the rules M-1 to M-6 a second time, written from their words alone.

Reads a history as JSON lines on standard input, as `members` does, and prints the same document. It shares no idea with the
C++ rules on purpose. There a queue hands out standing, most senior first; here every question is asked backwards and answered
by asking older or more senior ones: "the most senior path, better than LIMIT, under which this commit stands". Only cuts that
are strictly more senior than a grant can bind it, so the limit falls with every step and the questions end. Slow and plain:
made for histories of some dozens of commits, to be compared and never to be used.
"""
import json
import sys

NONE, READER, MEMBER, ORGANISER = range(4)
ROLE = {"reader": READER, "member": MEMBER}
NAME = {READER: "reader", MEMBER: "member", ORGANISER: "organiser"}
CONTROL = ("add", "appoint", "remove", "demote", "leave", "admit", "hide")


class Malformed(Exception):
    pass


def rank(path):
    """Sorts paths: the shorter is more senior, then the lexicographically smaller."""
    return (len(path), path)


class Commit:
    def __init__(self, line):
        self.id, self.kind = line["id"], line["kind"]
        self.by, self.who, self.role = line.get("by"), line.get("who"), line.get("role")
        self.parents, self.auth = line.get("parents", []), line.get("auth", [])
        self.seen, self.ids = line.get("seen", []), line.get("ids", [])
        self.founders = line.get("founders", [])
        self.depth = 0
        self.past = frozenset()  # strict ancestors of the same kind


class Grant:
    """What an add, an appointment or the genesis gives to one person; path is None below organiser."""

    def __init__(self, source, role, path, author_path):
        self.source, self.role, self.path, self.author_path = source, role, path, author_path


class History:
    def __init__(self, lines):
        self.commits, self.genesis = {}, None
        for line in lines:
            self.take(Commit(line))
        if self.genesis is None:
            raise Malformed("no genesis")
        self.control = [c for c in self.commits.values() if c.kind in CONTROL]
        self.content = [c for c in self.commits.values() if c.kind == "content"]
        self.cuts_of, self.grants_to = {}, {}
        for c in self.control:
            if not self.well_formed(c):
                continue
            if c.kind in ("remove", "demote", "leave"):
                self.cuts_of.setdefault(c.who, []).append(c)
            elif c.kind in ("add", "appoint"):
                self.grants_to.setdefault(c.who, []).append(c)
        self.answers, self.standing, self.now = {}, {}, {}

    def take(self, c):
        if c.id in self.commits:
            raise Malformed("duplicate id " + c.id)
        if c.kind == "genesis":
            if self.genesis is not None:
                raise Malformed("second genesis")
            if not c.founders or len(set(c.founders)) != len(c.founders):
                raise Malformed("founders")
            self.genesis = c
        else:
            past = set()
            for p in c.parents:
                parent = self.commits.get(p)
                if parent is None or (parent.kind == "content") != (c.kind == "content"):
                    raise Malformed("unknown parent " + p)
                past |= parent.past | {p}
                c.depth = max(c.depth, 1 + parent.depth)
            for a in c.auth:
                if a not in self.commits or self.commits[a].kind == "content":
                    raise Malformed("unknown auth " + a)
            if c.kind != "content" and not c.parents:
                raise Malformed("a control commit without parents")
            c.past = frozenset(past)
        self.commits[c.id] = c

    def well_formed(self, c):
        """The combinations the page allows; all others are set aside whoever wrote them."""
        if c.kind in ("admit", "hide"):
            return True
        if c.who is None:
            return False
        if c.kind in ("add", "demote"):
            return c.role in ROLE and (c.kind == "add" or c.who != c.by)
        if c.kind == "remove":
            return c.who != c.by
        return c.who == c.by if c.kind == "leave" else True

    # M-2, M-3 and M-5, asked backwards

    def path_better_than(self, c, limit):
        """The most senior path strictly better than `limit` (None: any) under which control commit `c` stands, or None."""
        key = (c.id, limit)
        if key not in self.answers:
            found = [g.path for g in self.organiser_grants(c.by, c.past, limit) if not self.lowered(c, g)]
            self.answers[key] = min(found, key=rank) if found else None
        return self.answers[key]

    def organiser_grants(self, person, past, limit):
        """Effective organiser grants to `person` in `past` whose path is strictly better than `limit`."""
        grants = [Grant(self.genesis, ORGANISER, (i,), None)
                  for i, founder in enumerate(self.genesis.founders) if founder == person]
        for a in self.grants_to.get(person, []):
            if a.kind == "appoint" and a.id in past:
                author = self.path_better_than(a, limit)  # a path is longer than its author's, which is thus better too
                if author is not None:
                    grants.append(Grant(a, ORGANISER, author + ((a.depth, a.id),), author))
        return [g for g in grants if limit is None or rank(g.path) < rank(limit)]

    def lowered(self, c, g):
        return any(c.id not in cut.past and self.binds(cut, g) for cut in self.cuts_of.get(c.by, []))

    def binds(self, cut, g):
        """M-3: does this cut, if it is effective at all, bind the grant g to the person it names?"""
        own = cut.kind == "leave"
        if own:
            return cut.id not in g.source.past
        if cut.who == self.genesis.founders[0]:
            return False
        cut_path = self.path_better_than(cut, g.path)  # for a member-level grant any standing at all will do
        if cut_path is None:
            return False
        if cut.id not in g.source.past:
            return True
        return g.path is not None and rank(g.author_path) > rank(cut_path)

    # M-4

    def effective(self, c):
        """Standing where it is needed. Its answer for a control commit is final: no removal elsewhere is missing."""
        if c.id not in self.standing:
            if c.kind == "leave":
                self.standing[c.id] = self.well_formed(c)
            else:
                self.standing[c.id] = self.well_formed(c) and self.path_better_than(c, None) is not None
        return self.standing[c.id]

    def all_grants(self, person, past):
        """Every effective grant to `person` in `past` (None: wherever)."""
        everything = self.commits.keys() if past is None else past
        grants = self.organiser_grants(person, everything, None)
        for a in self.grants_to.get(person, []):
            if a.id in everything and self.effective(a):
                grants.append(Grant(a, ROLE[a.role] if a.kind == "add" else MEMBER, None, None))
        return grants

    def value(self, person, g, known_to):
        """min(role of g, caps binding g), without the cuts for which known_to(cut)."""
        caps = [ROLE[cut.role] if cut.kind == "demote" else NONE
                for cut in self.cuts_of.get(person, []) if not known_to(cut) and self.binds(cut, g)]
        return min([g.role] + caps)

    def person(self, who):
        """(role, path) as things stand now."""
        if who in self.now:
            return self.now[who]
        role, path = NONE, None
        for g in self.all_grants(who, None):
            value = self.value(who, g, lambda cut: False)
            role = max(role, value)
            if value == ORGANISER and (path is None or rank(g.path) < rank(path)):
                path = g.path
        self.now[who] = (role, path)
        return role, path

    def seen_by(self, c, content):
        return any(s == content.id or (s in self.commits and content.id in self.commits[s].past) for s in c.seen)

    def survives(self, content):
        past = set()
        for a in content.auth:
            past |= self.commits[a].past | {a}
        return any(self.value(content.by, g, lambda cut: self.seen_by(cut, content)) >= MEMBER
                   for g in self.all_grants(content.by, past))

    # M-6

    def shown(self, content):
        author = self.person(content.by)[1]
        rulings = []
        for c in self.control:
            if c.kind not in ("admit", "hide") or content.id not in c.ids or not self.effective(c):
                continue
            mine = self.path_better_than(c, None)
            if self.seen_by(c, content) and not (author is not None and rank(author) < rank(mine)):
                rulings.append(c)
        left = [c for c in rulings if not any(c.id in other.past for other in rulings)]
        if any(c.kind == "hide" for c in left):
            return False
        return bool(left) or self.survives(content)

    def state(self):
        people, effective, set_aside = {}, [self.genesis.id], []
        names = set(self.genesis.founders) | set(self.grants_to)
        for who in names:
            role, path = self.person(who)
            if role != NONE:
                shown = None if path is None else [path[0]] + [list(step) for step in path[1:]]
                people[who] = {"path": shown, "role": NAME[role]}
        for c in self.control:
            (effective if self.effective(c) else set_aside).append(c.id)
        for c in self.content:
            (effective if self.shown(c) else set_aside).append(c.id)
        bytewise = lambda s: s.encode()
        return {"effective": sorted(effective, key=bytewise),
                "people": {who: people[who] for who in sorted(people, key=bytewise)},
                "set_aside": sorted(set_aside, key=bytewise)}


def document(lines):
    """The document `members` prints for these lines (dicts), as one line of text."""
    return json.dumps(History(lines).state(), separators=(",", ":"), ensure_ascii=False)


def main():
    sys.setrecursionlimit(100000)
    try:
        print(document([json.loads(text) for text in sys.stdin if text.strip()]))
    except (Malformed, ValueError, KeyError, TypeError, AttributeError) as problem:
        print("malformed history: %s" % problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
