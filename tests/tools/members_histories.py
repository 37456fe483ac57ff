"""Random histories of a group in which some do not play fair. One seed gives one history.

Everyone writes on a replica of their own and sometimes hears of another's. Whoever was removed (and some who were not)
knows more than they say: they write on old parents, show two histories to two halves, let in chains of sock puppets, remove
those who removed them, leave in the past, and name whatever suits them as seen.
"""
import random


class World:
    def __init__(self, seed):
        self.dice = random.Random(seed)
        dice = self.dice
        self.people = ["p%d" % i for i in range(dice.randint(3, 8))]
        if dice.random() < 0.2:
            self.people = dice.sample(["Zoë", "Ängel", "b", "ba", "B", "élan", "p10", "p9", "p"], len(self.people))
        founders = dice.randint(1, min(3, len(self.people)))
        self.founders = self.people[:founders]
        self.by_id = {}
        genesis = {"id": self.fresh(), "kind": "genesis", "founders": self.founders}
        self.root = genesis["id"]
        self.lines = [genesis]
        self.by_id[self.root] = genesis
        self.views = {p: {self.root} for p in self.people}
        self.liars = set(dice.sample(self.people, dice.randint(0, 2)))
        self.puppets = 0

    def fresh(self):
        """Ids whose bytes sort in no relation to when they were made, some the beginning of others."""
        while True:
            name = self.dice.choice("acgzAé") + "".join(self.dice.choices("0b9", k=self.dice.randint(0, 4)))
            if name not in self.by_id:
                return name

    def heads(self, known, content):
        """The ids in `known` of that kind that no other there is built on."""
        mine = [i for i in known if (self.by_id[i]["kind"] == "content") == content]
        covered = {parent for i in mine for parent in self.by_id[i].get("parents", [])}
        return sorted(i for i in mine if i not in covered)

    def some(self, content, most=3):
        all_of_kind = [l["id"] for l in self.lines if (l["kind"] == "content") == content]
        return sorted(self.dice.sample(all_of_kind, min(len(all_of_kind), self.dice.randint(1, most))))

    def older(self, known):
        """A past that its writer could have had some time ago: what one or two control commits knew, and they."""
        return self.closure(self.dice.sample(sorted(i for i in known if self.by_id[i]["kind"] != "content"), 1))

    def closure(self, ids):
        open_ids, found = list(ids), {self.root}
        while open_ids:
            i = open_ids.pop()
            if i not in found:
                found.add(i)
                open_ids += self.by_id[i].get("parents", []) + self.by_id[i].get("auth", [])
        return found

    def write(self, by, kind, past=None, show=True, **fields):
        view = self.views[by]
        known = view if past is None else past
        line = {"id": self.fresh(), "by": by, "kind": kind}
        if kind == "content":
            line["parents"] = self.heads(view if past is None or self.dice.random() < 0.5 else past, True)
            line["auth"] = self.heads(known, False)
            if by in self.liars and self.dice.random() < 0.1:
                line["auth"] = self.some(False)
        else:
            line["parents"] = self.heads(known, False)
            line["seen"] = self.heads(view, True)
            if by in self.liars and self.dice.random() < 0.3:
                line["seen"] = self.dice.choice([[], self.some(True), line["seen"]])
            line.update(fields)
        self.lines.append(line)
        self.by_id[line["id"]] = line
        if show:
            view.add(line["id"])
        return line["id"]

    def meet(self, one, other):
        both = self.views[one] | self.views[other]
        self.views[one], self.views[other] = set(both), set(both)

    def anybody(self):
        return self.dice.choice(self.people)

    # What people do

    def ordinary(self):
        dice, by, who = self.dice, self.anybody(), self.anybody()
        if dice.random() < 0.7:  # else most acts would be by people who may do nothing
            by = dice.choice(self.founders + [l["who"] for l in self.lines if l["kind"] == "appoint"])
        kind = dice.choices(["content", "add", "appoint", "remove", "demote", "leave", "admit", "hide"],
                            [8, 4, 5, 3, 2, 0.6, 1.5, 1.5])[0]
        if kind == "content":
            self.write(by, kind)
        elif kind in ("admit", "hide"):
            seen = self.closure(self.heads(self.views[by], True)) if dice.random() < 0.8 else set(self.by_id)
            content = sorted(i for i in seen if self.by_id[i]["kind"] == "content")
            self.write(by, kind, ids=dice.sample(content, min(len(content), dice.randint(1, 3))))
        elif kind in ("add", "demote"):
            self.write(by, kind, who=who, role=dice.choices(["reader", "member", "organiser"], [3, 6, 0.3])[0])
        elif kind == "leave":
            self.write(by, kind, who=by if dice.random() < 0.9 else who)
        else:
            self.write(by, kind, who=who)

    # What a liar does

    def back_date(self):
        by = self.liar()
        past = self.older(self.views[by])
        for _ in range(self.dice.randint(1, 3)):
            kind = self.dice.choice(["content", "remove", "demote", "appoint", "add", "leave", "hide", "admit"])
            who = by if kind == "leave" else self.anybody()
            past.add(self.write(by, kind, past, who=who, role=self.dice.choice(["reader", "member"]),
                                ids=self.some(True) if kind in ("hide", "admit") and self.has_content() else []))

    def has_content(self):
        return any(l["kind"] == "content" for l in self.lines)

    def liar(self):
        if not self.liars:
            self.liars.add(self.anybody())
        return self.dice.choice(sorted(self.liars))

    def equivocate(self):
        by, half = self.liar(), self.dice.sample(self.people, len(self.people) // 2)
        past = set(self.views[by])
        for listeners in (half, [p for p in self.people if p not in half]):
            kind = self.dice.choice(["appoint", "remove", "demote", "add"])
            told = self.write(by, kind, past, show=False, who=self.anybody(), role="member")
            for p in listeners:
                if self.dice.random() < 0.7:
                    self.views[p] |= self.closure([told])

    def sock_puppets(self):
        by = self.liar()
        past = self.older(self.views[by])
        for _ in range(self.dice.randint(1, 5)):
            self.puppets += 1
            puppet = "s%d" % self.puppets
            self.people.append(puppet)
            self.views[puppet] = set(past)
            past.add(self.write(by, self.dice.choice(["appoint", "appoint", "add"]), past, who=puppet, role="member"))
            if self.dice.random() < 0.5:
                self.views[puppet] |= past
                past.add(self.write(puppet, self.dice.choice(["remove", "demote", "appoint"]), past, who=self.anybody(),
                                    role="reader"))
            if self.dice.random() < 0.5:
                self.views[puppet] |= past
                self.write(puppet, "content", past)
            if self.dice.random() < 0.6:
                by = puppet

    def ring(self):
        """Two or more remove each other without knowing of it."""
        some = self.dice.sample(self.people, self.dice.randint(2, min(4, len(self.people))))
        common = set.union(*[self.views[p] for p in some]) if self.dice.random() < 0.6 else None
        for one, other in zip(some, some[1:] + some[:1]):
            past = None if common is None else set(common)
            self.write(one, self.dice.choice(["remove", "remove", "demote"]), past, show=self.dice.random() < 0.7,
                       who=other, role=self.dice.choice(["reader", "member"]))

    def around_a_removal(self):
        """Somebody goes on working, unheard, while they are removed, and is let in again by one or another."""
        by, who = self.anybody(), self.anybody()
        for _ in range(self.dice.randint(0, 2)):
            self.write(who, "content")
        if self.dice.random() < 0.4:
            self.meet(by, who)
        cut = self.write(by, self.dice.choice(["remove", "remove", "demote"]), who=who, role="reader")
        for _ in range(self.dice.randint(0, 2)):
            self.write(who, self.dice.choice(["content", "appoint", "remove"]), who=self.anybody())
        friend = self.anybody()
        if self.dice.random() < 0.6:
            self.views[friend] |= self.closure([cut])
        if self.dice.random() < 0.7:
            self.write(friend, self.dice.choice(["add", "appoint"]), who=who, role="member")

    def late_leave(self):
        """A removed organiser says that they had left long ago, and friends take them back on top of that."""
        by = self.liar()
        left = self.write(by, "leave", self.older(self.views[by]), who=by)
        friend = self.anybody()
        past = self.closure([left]) | (self.views[friend] if self.dice.random() < 0.5 else set())
        self.write(friend, self.dice.choice(["appoint", "add"]), past, who=by, role="member")

    def history(self):
        dice = self.dice
        for p in self.people[len(self.founders):]:
            if dice.random() < 0.6:
                by = dice.choice(self.founders)
                self.write(by, dice.choice(["add", "appoint", "appoint"]), who=p, role="member")
        if dice.random() < 0.7:
            for p in self.people:
                self.meet(p, self.anybody())
        plots = [self.ordinary, self.back_date, self.equivocate, self.sock_puppets, self.ring, self.around_a_removal,
                 self.late_leave]
        weights = [10, 2, 1.5, 1, 1.5, 2, 0.7]
        length = dice.choice([8, 16, 28, 40])
        while len(self.lines) < length:
            dice.choices(plots, weights)[0]()
            if dice.random() < 0.4:
                self.meet(self.anybody(), self.anybody())
        return self.shuffled() if dice.random() < 0.3 else self.lines

    def shuffled(self):
        """The same set in another order with parents first."""
        rest, there, out = self.lines[1:], {self.root}, self.lines[:1]
        while rest:
            ready = [l for l in rest if there.issuperset(l["parents"]) and there.issuperset(l.get("auth", []))]
            line = self.dice.choice(ready)
            rest.remove(line)
            there.add(line["id"])
            out.append(line)
        return out


def history(seed):
    """JSON lines, as dicts, of the history with this seed."""
    return World(seed).history()
