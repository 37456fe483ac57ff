#!/usr/bin/env python3
"""Shows that the tests of membership and keys notice every broken rule: members_mutants.py [RULE...]

Changes one line of a copy of a source at a time, builds it into the tests of membership and into `members`, and expects one of
them to fail (a crash or a hang is a failure too). With names, only mutants whose name begins so: `members_mutants.py M-3`.
Prints `ok` or `FAIL` a mutant; exit 1 when one survives. About ten minutes; not part of the test command.
"""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OUT = os.path.join(ROOT, "build", "mutants")
FLAGS = ["-std=c++20", "-O1", "-w", "-I" + ROOT, '-DSTAFFROOM_SOURCES="%s"' % ROOT]
JOBS = int(os.environ.get("JOBS", os.cpu_count() or 1))

CORE = """bytes checked_text crypto commit persons genesis words text_rules members/changes members/devices members/epochs members/invite
members/judgement members/link_offer members/membership members/pair members/rekey members/rules result""".split()
TESTS = """doctest_main core/members_changes_test core/members_devices_random_test core/members_epochs_test
core/members_invite_test core/members_membership_test core/members_random_test core/members_recovery_test
core/members_rules_test core/persons_test core/words_test""".split()

RULES, JUDGE, DEVICES, MEMBERS = "members/rules", "members/judgement", "members/devices", "members/membership"
EPOCHS, INVITE, CHANGES, PAIR = "members/epochs", "members/invite", "members/changes", "members/pair"

# (name, file, what stands there once, what the mutant says instead)
MUTANTS = [
    ("M-1 the longer path is senior", RULES, "return one.length < two.length;", "return one.length > two.length;"),
    ("M-1 the greater of equal length is senior", RULES,
     "return std::tuple(one.depth, pasts_.id(one.commit), one.act.op) <", "return std::tuple(one.depth, pasts_.id(one.commit), one.act.op) >"),
    ("M-1 an appointee is the author's equal", RULES, "nodes_[office].length + 1", "nodes_[office].length"),
    ("M-1 an appointment gives no membership", RULES, "[[fallthrough]];", "break;"),
    ("M-2 an office counts before it was given", RULES, "if (!precedes(office, act)) return false;\n", ""),
    ("M-2 a cut reaches back to what it knew", RULES, "if (!precedes(act, cut)) return false;", "return false;"),
    ("M-2 nothing is cut", RULES, "if (!precedes(act, cut)) return false;", ""),
    ("M-2 standing under the most junior office", RULES, "if (nodes_[act].under == nobody) return;", "nodes_[act].under = people_[nodes_[act].author].offices.empty() ? nobody : people_[nodes_[act].author].offices.back();\n        if (nodes_[act].under == nobody) return;"),
    ("M-3 a demotion removes", RULES, "return nodes_[cut].act.kind == ActKind::demote ? nodes_[cut].act.role : Role::none;", "return Role::none;"),
    ("M-3 nobody leaves", RULES, "if (nodes_[act].act.kind == ActKind::leave) people_[nodes_[act].who].cuts.push_back(act);", ""),
    ("M-3 others leave for me", RULES, "return act.who == fact.author && !fact.vouched;", "return !fact.vouched;"),
    ("M-3 a removal of oneself counts", RULES, "return act.who != fact.author && !pair_;", "return !pair_;"),
    ("M-3 a demotion to organiser counts", RULES, "return lesser_role && act.who != fact.author && !pair_;", "return act.who != fact.author && !pair_;"),
    ("M-3 (i) founder 0 is cut", RULES, "if (node.who == founder_0) return false;", ""),
    ("M-3 (ii) juniors cut seniors", RULES, "return !grant.office || nodes_[node.under].rank < nodes_[grant.node].rank;", "return true;"),
    ("M-3 (ii) seniors cut nobody's office", RULES, "return !grant.office || nodes_[node.under].rank < nodes_[grant.node].rank;", "return !grant.office;"),
    ("M-3 (iii) nothing undoes a cut", RULES, "return !undone;", "return true;"),
    ("M-3 (iii) everything that knows it undoes a cut", RULES, "return !undone;", "return false;"),
    ("M-3 (iii) member-level grants stay cut", RULES, "!grant.office || nodes_[cut].own ||", "nodes_[cut].own ||"),
    ("M-3 (iii) one's own leave stays", RULES, "!grant.office || nodes_[cut].own ||", "!grant.office ||"),
    ("M-3 (iii) only seniors undo a cut", RULES, "nodes_[nodes_[grant.node].under].rank <= nodes_[nodes_[cut].under].rank", "nodes_[nodes_[grant.node].under].rank < nodes_[nodes_[cut].under].rank"),
    ("M-4 the cuts of the latest only", JUDGE, "if (cap_of(*cut) < value && binds(*cut, grant)) value = cap_of(*cut);", "if (binds(*cut, grant)) return std::min(value, cap_of(*cut));"),
    ("M-4 readers write", JUDGE, "if (role >= Role::member) return", "if (role >= Role::reader) return"),
    ("M-4 grants after the fact", JUDGE, "if (!pasts_.within(nodes_[grant.node].commit, heads)) return;\n        const auto granted", "const auto granted"),
    ("M-4 a removal reaches back to words it knew", JUDGE, "if (known_to(pasts_.id(cut.commit))) return;", ""),
    ("M-4 removal masks nothing", JUDGE, "after_all = std::min(after_all, cap);", ""),
    ("M-5 unsorted levels", RULES, "std::sort(level.begin(), level.end(), [&](Index one, Index other) { return is_more_senior(one, other); });", ""),
    ("M-5 what is new disturbs nothing", RULES, "if (disturbs(act)) evaluate(shift);", ""),
    ("M-6 anybody's words", JUDGE, "const bool author_is_senior = office &&", "const bool author_is_senior = false && office &&"),
    ("M-6 words nobody saw", JUDGE, "if (!author_is_senior && known_to(", "if (!author_is_senior || known_to("),
    ("M-6 decisions never die", JUDGE, "return precedes(act, other); })) continue;", "return false && precedes(act, other); })) continue;"),
    ("M-6 an admit beats a hide", JUDGE, "if (decided != ActKind::hide) decided", "if (decided != ActKind::admit) decided"),
    ("M-6 what the author knew of is listed", JUDGE, "heard >= Role::member ? Verdict::set_aside", "full >= Role::member ? Verdict::set_aside"),
    ("M-6 some contents are lost between commits", CHANGES, "next += most)", "next += most + 1)"),
    ("M-7 a successor forgets its predecessor", "genesis", "genesis.continues = Predecessor{id_of(old), std::move(heads)};", ""),
    ("M-7 readers succeed", CHANGES, "if (members.role_of(me) >= Role::member) return Done{};", "return Done{};"),
    ("M-8 nobody's device is revoked", RULES, "if (nodes_[revocation].act.device == nodes_[act].device && !precedes(act, revocation)) return false;", ""),
    ("M-8 a revocation reaches back", RULES, "nodes_[act].device && !precedes(act, revocation)) return false;", "nodes_[act].device) return false;"),
    ("M-8 the younger authority first", RULES, "return is_older(act.authority, nodes_[other].act.authority);", "return is_older(nodes_[other].act.authority, act.authority);"),
    ("M-8 whoever was cut still revokes", RULES, "if (!below_member && !carrier_revoked)", "if (!carrier_revoked)"),
    ("M-8 a revoked carrier still revokes", RULES, "if (!below_member && !carrier_revoked)", "if (!below_member)"),
    ("M-8 juniors revoke seniors' devices", RULES, "if (reaches(revocation, grant)) in_force.push_back(revocation);", "in_force.push_back(revocation);"),
    ("M-8 younger devices revoke older ones", DEVICES, "(by == target || is_older(by->second.path, target->second.path))", "true"),
    ("M-8 a link without its chain", DEVICES, "if (continues(*link))", "if (true)"),
    ("M-8 the last link names the person", DEVICES, "if (!speaker) speaker = Speaker{link.person, true};", "speaker = Speaker{link.person, true};"),
    ("M-8 a device revokes for another person", MEMBERS, "if (proven.person == author && !is_own_revocation(proven, revocation, control)) continue;", ""),
    ("M-9 one of several is enough", JUDGE, "return nodes_[vouch].author != nodes_[vouches.front()].author || is_only_voucher(vouch);", "return true;"),
    ("M-9 the only other one is not", JUDGE, "return nodes_[vouch].author != nodes_[vouches.front()].author || is_only_voucher(vouch);", "return nodes_[vouch].author != nodes_[vouches.front()].author;"),
    ("M-9 alone by writing on an old past", JUDGE, "return !precedes(vouch, office) && value_of", "return precedes(office, vouch) && value_of"),
    ("M-9 founder 0's rank returns", JUDGE, "if (office < founders_) return false;\n    // Who", "if (office < founders_) return true;\n    // Who"),
    ("M-9 any appointment is trusted", JUDGE, "nodes_[vouch].act.device == device && precedes(vouch, office) &&", "nodes_[vouch].act.device == device &&"),
    ("M-9 whoever appoints need not have vouched", JUDGE, "nodes_[nodes_[vouch].under].rank <= author;", "true;"),
    ("M-9 a vouched device has its person's role", JUDGE, "return vouched && grant.office && !is_trusted(device, grant.node) ? std::min(role, Role::member) : role;", "return role;"),
    ("M-9 a vouched device organises", RULES, "if (nodes_[act].vouched && !is_trusted(nodes_[act].device, office)) return false;", ""),
    ("M-9 a vouched device leaves for its person", RULES, "return act.who == fact.author && !fact.vouched;", "return act.who == fact.author;"),
    ("M-9 people vouch for themselves", RULES, "return act.who != fact.author && !outsider;", "return !outsider;"),
    ("M-9 third ones enter a pair", RULES, "return act.who != fact.author && !outsider;", "return act.who != fact.author;"),
    ("M-9 nobody asked the device", MEMBERS, "if (!is_valid(vouch->request)) return acts;", ""),
    ("M-9 links do not make a device whole", DEVICES, "if (link.person == speaker->person && !link.vouched) speaker->vouched = false;", "speaker->vouched = speaker->vouched && link.vouched && false;"),
    ("M-9 what too few vouched for is shown", JUDGE, "if (content.vouched && !is_vouched_for(*author, content.device)) role = heard = Role::none;", ""),
    ("joining: the claim's uses do not count", INVITE, "invite->used_by.size() >= invite->op.uses", "false"),
    ("joining: a closed invitation lets in", INVITE, "if (invite->closed || !invite->standing)", "if (!invite->standing)"),
    ("joining: a fallen inviter's invitation lets in", INVITE, "if (invite->closed || !invite->standing)", "if (invite->closed)"),
    ("joining: the removed come back by themselves", INVITE, "if (membership.was_in(claimant.person))", "if (false)"),
    ("joining: nobody is asked", INVITE, "if (invite->op.ask && !claimant.confirmed)", "if (false)"),
    ("E1 one device gets no box", "members/rekey", "for (const auto& device : devices) {", "for (const auto& device : devices) {\n        if (&device == &devices.back()) continue;"),
    ("E3 a stale key is written with", EPOCHS, "if (!rules.knows_removals(begun.auth)) continue;", ""),
    ("E3 the shallowest key", EPOCHS, "if (best && begun.depth <= best_depth) continue;", "if (best && begun.depth >= best_depth) continue;"),
    ("E3 the greatest id of equally deep ones", EPOCHS, "begun.depth <= best_depth) continue;", "begun.depth < best_depth) continue;"),
    ("E3 a removed author's key", EPOCHS, "if (!membership.may_write(begun.device, begun.author, begun.auth)) continue;", ""),
    ("E3 an old key named again is new", EPOCHS, "std::pair(fact.depth, fact.id) < std::pair(epoch.begun->depth, epoch.begun->id)", "std::pair(epoch.begun->depth, epoch.begun->id) < std::pair(fact.depth, fact.id)"),
    ("E3 leaving again forces new keys", JUDGE, "const bool was_out = role_at(", "const bool was_out = false && role_at("),
    ("E4 complaints are not heard", EPOCHS, "return tried != epoch.tried.end() &&", "return false && tried != epoch.tried.end() &&"),
    ("E4 one complaint is enough for ever", EPOCHS, "std::includes(tried->second.begin(), tried->second.end(), given->second.begin(), given->second.end());", "true;"),
    ("E5 nothing is wrapped", EPOCHS, "if (newcomers == NewcomersRead::from_join) return {};", "return {};"),
    ("E5 earlier keys are wrapped from join", EPOCHS, "if (newcomers == NewcomersRead::from_join) return {};", ""),
    ("E5 earlier keys are shared from join", EPOCHS, "if (membership.newcomers() == NewcomersRead::all) return true;", "return true;"),
    ("E5 an add needs no new key from join", EPOCHS, "if (membership.newcomers() == NewcomersRead::from_join && !rules.knows_arrivals(begun.auth)) continue;", ""),
    ("E5 a lie about a wrap counts", EPOCHS, "if (held.count(wrapped.epoch) == 0 || !unwrap(wrapped, key)) continue;", "if (held.count(wrapped.epoch) == 0) continue;"),
    ("E1 a key of another id is taken", "members/rekey", "return key && epoch_id(group, *key) == epoch ? key : std::nullopt;", "return key;"),
    ("pair: a third person's op is taken", PAIR, "(op->with != me && fact.author != me)", "false"),
    ("pair: the last offer is written with", PAIR, "std::nullopt, fact.device, fact.depth, fact.id};", "std::nullopt, fact.device, 0, fact.id};"),
    ("sheet: words are not checked", "words", "if (!std::ranges::equal(checksum_of(secret),", "if (false && !std::ranges::equal(checksum_of(secret),"),
]


def run(command, bound=None):
    try:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=bound, check=False)
        return done.returncode, done.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired:
        return 124, "too long"


def compile_into(source, target):
    code, text = run(["g++", *FLAGS, "-c", source, "-o", target])
    if code != 0:
        raise SystemExit("%s does not compile:\n%s" % (source, text))


def object_of(name):
    return os.path.join(OUT, name.replace("/", "_") + ".o")


def build_all():
    os.makedirs(OUT, exist_ok=True)
    sources = [("core/" + name + ".cpp", object_of(name)) for name in CORE]
    sources += [("tests/" + name + ".cpp", object_of("tests/" + name)) for name in TESTS + ["tools/members"]]
    headers = [os.path.join(ROOT, folder, name) for folder in ("core", "core/members", "tests")
               for name in os.listdir(os.path.join(ROOT, folder)) if name.endswith(".h")]
    newest = max(os.path.getmtime(header) for header in headers)

    def bring(pair):
        source = os.path.join(ROOT, pair[0])
        fresh = os.path.exists(pair[1]) and os.path.getmtime(pair[1]) > max(newest, os.path.getmtime(source))
        if not fresh:
            compile_into(source, pair[1])

    with ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(bring, sources))


def linked(program, objects):
    code, text = run(["g++", *objects, "-o", program, "-lsodium", "-lutf8proc"])
    if code != 0:
        raise SystemExit(text)
    return program


def programs(tag, changed=None, changed_object=None):
    core = [changed_object if name == changed else object_of(name) for name in CORE]
    suite = linked(os.path.join(OUT, tag + "-suite"), core + [object_of("tests/" + name) for name in TESTS])
    members = linked(os.path.join(OUT, tag + "-members"), core + [object_of("tests/tools/members")])
    return suite, members


def verdict(suite, members):
    """What fails, or None."""
    code, text = run([suite, "--abort-after=1"], 300)
    if code != 0:
        named = [line for line in text.splitlines() if line.startswith("TEST CASE")]
        return named[0] if named else "the tests end with %d" % code
    code, text = run([sys.executable, "tests/tools/members_compare.py", members, "1000"], 300)
    return text.splitlines()[-1][:100] if code != 0 else None


def try_mutant(number):
    name, file, there, instead = MUTANTS[number]
    tag = "m%d" % number
    with open(os.path.join(ROOT, "core", file + ".cpp"), encoding="utf-8") as source:
        text = source.read()
    if text.count(there) != 1:
        return name, False, "stands %d times in core/%s.cpp" % (text.count(there), file)
    copy = os.path.join(OUT, tag + ".cpp")
    with open(copy, "w", encoding="utf-8") as mutant:
        mutant.write(text.replace(there, instead))
    compile_into(copy, os.path.join(OUT, tag + ".o"))
    suite, members = programs(tag, file, os.path.join(OUT, tag + ".o"))
    caught = verdict(suite, members)
    for path in (suite, members, copy, os.path.join(OUT, tag + ".o")):
        os.unlink(path)
    return name, caught is not None, caught or "nothing fails"


def main():
    build_all()
    sound = verdict(*programs("sound"))
    if sound:
        raise SystemExit("the tests fail without any mutant: " + sound)
    wanted = [i for i, m in enumerate(MUTANTS) if not sys.argv[1:] or any(m[0].startswith(a) for a in sys.argv[1:])]
    survivors = 0
    with ThreadPoolExecutor(JOBS) as pool:
        for name, caught, why in pool.map(try_mutant, wanted):
            print("%s %s (%s)" % ("ok  " if caught else "FAIL", name, why.strip()), flush=True)
            survivors += not caught
    print("%d mutants, %d survive" % (len(wanted), survivors))
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
